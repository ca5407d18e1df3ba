"""TOML 1.1 in the shape of TOML 1.0, for a grammar that knows no more.

What 1.1 added is written over, byte for byte, so that everything else stays in its place: escapes
by plain letters, times by strings, and in inline tables line breaks, comments and a last comma by
spaces. The result says something else than the text did; only its shape is asked for.
"""

import re

_TOKEN = re.compile(
    rb'(?P<string>"""(?:\\.|[^\\])*?"{3,5}|"(?:\\.|[^"\\\n])*")'
    rb"|(?P<literal>'''.*?'{3,5}|'[^'\n]*')"
    rb"|(?P<comment>#[^\n]*)"
    rb"|(?P<time>(?:\d{4}-\d\d-\d\d[Tt ])?\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?)"
    rb"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)|(?P<blank>\s+)|(?P<other>[^\s\[\]{},\"'#]+?)",
    re.DOTALL,
)
_NEW_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)


def as_toml_1_0(source: bytes) -> bytes:
    r"""Return a text of the same length, and of the same shape, that TOML 1.0 knows.

    >>> as_toml_1_0(b'a = { b = "\\x41",\n c = 10:30, } # d')
    b'a = { b = "xx41",  c = "0:3"  }    '
    """
    written = bytearray(source)
    opened: list[bytes] = []  # brackets that are open at the token
    comma: int | None = None  # where the last token was one
    for token in _TOKEN.finditer(source):
        start, end = token.span()
        kind = token.lastgroup
        if kind == "comment" or (kind == "blank" and b"{" in opened):
            written[start:end] = b" " * (end - start)
            continue
        if kind == "blank":
            continue
        if token.group() == b"}" and comma is not None:
            written[comma : comma + 1] = b" "
        comma = start if kind == "comma" else None
        if kind == "open":
            opened.append(token.group())
        elif kind == "close" and opened:
            opened.pop()
        elif kind == "string":
            written[start:end] = _NEW_ESCAPE.sub(_plain, token.group())
        elif kind == "time":
            written[start:end] = b'"' + source[start + 1 : end - 1] + b'"'
    return bytes(written)


def _plain(found: re.Match[bytes]) -> bytes:
    return found.group(1) * 2 if found.group(1) in b"xe" else found.group()
