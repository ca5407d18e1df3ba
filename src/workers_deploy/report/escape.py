"""Escaping and the small pieces of Markdown that summary and comment are made of.

Text from outside stands in single lines, where a line break, a tag or a backtick would become
markup, and `@name` would notify someone.
"""

import re
from collections.abc import Iterable
from typing import Final

MAX_CELL: Final = 300  # characters

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_HTML: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# An underscore inside of a word means nothing (GitHub Flavored Markdown, 6.2).
_SPECIAL: Final = re.compile(r"[\\`*\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# GitHub makes links and notifications of `@name` and `#12` after Markdown is done, so that neither
# a backslash nor an entity holds it back; a blank of no width does (Renovate does the same).
_REFERENCE: Final = re.compile(r"[@#](?=\w)")
# So does a URL, with or without a scheme (GitHub Flavored Markdown, 6.9): a text that comes from
# elsewhere must not lead anywhere. So does an address of mail, which `logo@2x.png` is to it.
_AUTOLINK: Final = re.compile(r"(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=\w@)(?=[\w-]+\.)", re.IGNORECASE)
_NO_WIDTH: Final = "&#8203;"
_SAFE_URL: Final = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+")


def escape_cell(text: str) -> str:
    r"""Return a text that reads as it is in a table cell, without any markup of its own.

    >>> print(escape_cell("a|b `c` <img> @team\n[x](y)"))
    a\|b \`c\` &lt;img&gt; @&#8203;team \[x\](y)
    """
    plain = without_controls(text)
    for char, entity in _HTML.items():
        plain = plain.replace(char, entity)
    plain = _SPECIAL.sub(r"\\\g<0>", plain)
    return _without_links(_REFERENCE.sub(rf"\g<0>{_NO_WIDTH}", plain))


def _without_links(text: str) -> str:
    """Return a text in which no URL is one.

    >>> _without_links("see https://evil.example or WWW.evil.example")
    'see https:&#8203;//evil.example or WWW&#8203;.evil.example'
    """
    return _AUTOLINK.sub(_NO_WIDTH, text)


def without_controls(text: str) -> str:
    r"""Return a text in one line: a blank in place of control characters.

    >>> without_controls("a\n\x1bb\n")
    'a b'
    """
    return _CONTROL.sub(" ", text).strip()


def cell(text: str, *, limit: int = MAX_CELL) -> str:
    r"""Return an escaped text of bounded length; its lines stay lines.

    >>> cell("abcdef", limit=4), cell("a\nb")
    ('abc…', 'a<br>b')
    """
    return "<br>".join(escape_cell(line) for line in _bounded(text, limit).splitlines())


def code(text: str, *, limit: int = MAX_CELL) -> str:
    r"""Return a text as code, of bounded length; HTML, since backticks can't be escaped in code.

    >>> print(code("a|b`<c>"))
    <code>a&#124;b&#96;&lt;c&gt;</code>
    """
    plain = _CONTROL.sub(" ", _bounded(text, limit)).strip()
    for char, entity in _HTML.items():
        plain = plain.replace(char, entity)
    # Before its colons are entities: GitHub makes links in code of HTML, too.
    plain = _without_links(plain).replace(_NO_WIDTH, "\u200b")
    # Every other sign that Markdown reads also inside of HTML.
    plain = re.sub(r"[\\`*_\[\]|~@$#!:\u200b]", lambda sign: f"&#{ord(sign[0])};", plain)
    return f"<code>{plain}</code>"


def link(url: str, text: str | None = None) -> str:
    """Return a link; a URL that is none, or that would end the link early, stays text.

    >>> link("https://shop.acme.workers.dev"), link("javascript:alert(1)")
    ('<https://shop.acme.workers.dev>', 'javascript:alert(1)')
    """
    if not _SAFE_URL.fullmatch(url):
        return cell(text or url)
    return f"[{cell(text)}]({url})" if text else f"<{url}>"


def code_block(text: str, language: str) -> str:
    r"""Return lines as a block of code, each of bounded length, that no line can end.

    >>> print(code_block("+ a\n! ```", "diff"))
    ````diff
    + a
    ! ```
    ````
    """
    lines = [_CONTROL.sub(" ", _bounded(line, MAX_CELL)) for line in text.split("\n")]
    longest = max((len(found) for line in lines for found in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}{language}", *lines, fence))


def _bounded(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def folded(title: str, body: str) -> str:
    """Return a part that a reader opens; `title` is escaped already."""
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def paragraphs(parts: Iterable[str]) -> str:
    """Put parts under each other, leaving out the empty ones."""
    return "\n\n".join(part for part in parts if part) + "\n"
