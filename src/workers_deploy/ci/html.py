"""The summary as a page of its own, for CI systems that publish HTML."""

import html
import re
from typing import Final

# No script runs and nothing is fetched, whatever the text holds.
_HEAD: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>workers-deploy</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { border: 1px solid #8886; padding: .25rem .6rem; text-align: left; vertical-align: top }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
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
    page = mistune.create_markdown(renderer=Renderer(escape=False), plugins=["table"])
    return f"{_HEAD}{page(markdown)}</html>\n"


def _escape_tags(text: str) -> str:
    return _TAGS.sub(r"<\1>", html.escape(text))
