"""URLs of `_redirects` and `_headers` as wrangler reads them (workers-shared `validateURL.ts`)."""

import re
from urllib.parse import quote

# What JavaScript takes for white space.
SPACES = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_ABSOLUTE = re.compile(r"https:///*(?P<host>[^/]+)/?(?P<path>[^\n\r\u2028\u2029]*)")
_PORT = re.compile(r".*:[0-9]+\Z", re.DOTALL)
_DOT = re.compile(r"\.|%2e", re.IGNORECASE)
_KEPT = "!$%&'()*+,-./:;=@[\\]^_|~"  # what the path of a URL may hold as it is


def host_of(url: str) -> str | None:
    """Return the host of an https URL, with its port; None of any other text."""
    found = _ABSOLUTE.match(url)
    return found["host"] if found else None


def has_port(host: str) -> bool:
    """Tell whether a host names its port."""
    return _PORT.match(host) is not None


def path_of(url: str) -> str:
    """Return the path of a path or an https URL, without query and fragment.

    >>> path_of("https://example.com/a/./b/../c?d#e"), path_of("/ü")
    ('/a/c', '/%C3%BC')
    """
    found = _ABSOLUTE.match(url)
    path = found["path"] if found else url
    path = re.split("[?#]", path if path.startswith("/") else f"/{path}", maxsplit=1)[0]
    segments: list[str] = []
    parts = path.split("/")[1:]
    for number, part in enumerate(parts):
        dots = 0 if _DOT.sub("", part) else len(_DOT.findall(part))
        if dots == 2:
            segments[-1:] = []
        elif dots != 1:
            segments.append(quote(part, safe=_KEPT))
        if dots in (1, 2) and number == len(parts) - 1:
            segments.append("")
    return "/" + "/".join(segments)


def length_of(text: str) -> int:
    """Return a text's length in JavaScript."""
    return len(text.encode("utf-16-le")) // 2
