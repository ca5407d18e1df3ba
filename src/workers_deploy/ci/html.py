"""The summary as a page of its own, for CI systems that publish HTML."""

import html
import re
from typing import Final

# No script runs and nothing is fetched, whatever the text holds.
_HEAD: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>workers-deploy</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 1.5rem auto; padding: 0 1rem;
  overflow-wrap: anywhere }
h3 { font-size: 1.35rem; line-height: 1.3 }
h4 { margin: 1.5rem 0 .5rem }
ul { padding-left: 1.2rem }
pre { background: #8881; border-radius: 6px; padding: .75rem; white-space: pre-wrap }
code { font-family: ui-monospace, monospace; font-size: .9em }
summary { cursor: pointer; padding: .4rem 0 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } a { color: #8bf } }
</style>
"""
# The only tags that our own Markdown holds, without attributes.
_TAGS: Final = re.compile(r"&lt;(/?(?:details|summary|code|sub|br))&gt;")


def render_html(markdown: str) -> str:
    """Return the summary as a self-contained page; HTML in it is text, but for our own few tags."""
    import mistune  # noqa: PLC0415 - needed once, at the end of a run

    class Renderer(mistune.HTMLRenderer):
        def inline_html(self, html: str) -> str:
            return _escape_tags(html)

        def block_html(self, html: str) -> str:
            return _escape_tags(html) + "\n"

    # `escape=True` would escape entities once more; tags are escaped by the two methods above.
    page = mistune.create_markdown(renderer=Renderer(escape=False))
    return f"{_HEAD}{page(markdown)}</html>\n"


def _escape_tags(text: str) -> str:
    return _TAGS.sub(r"<\1>", html.escape(text))
