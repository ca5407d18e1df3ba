"""Keeps secret values out of everything that is written, in any CI.

Where a CI system masks by itself (GitHub) this is the second net; elsewhere it is the only one.
What is looked for are the value, each of its lines, and the forms that they take on their way
through JSON, URLs, base64, HTML, Markdown and tracebacks. Spans that overlap are hidden whole:
replacing one mask after the other would leave the tail of the second one readable.
"""

import base64
import html
import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from workers_deploy.ci.neutralized import neutralise
from workers_deploy.report.escape import escape_cell

MASK: Final = "***"
# Hiding "1" or "on" everywhere would make logs, URLs and outputs useless and hide nothing:
# so short a value is guessed at once.
MIN_LENGTH: Final = 4
# Pieces of base64 are shorter than what they encode; below this they are ordinary words.
MIN_BASE64_PIECE: Final = 8


def is_maskable(value: str) -> bool:
    """Tell whether a value is long enough to be hidden; the caller warns by the secret's name.

    >>> is_maskable("abc"), is_maskable("abcd"), is_maskable("  abc  ")
    (False, True, False)
    """
    return len(value.strip()) >= MIN_LENGTH


class Redactor:
    """Replaces every masked value, in any of its usual forms, by `***`."""

    def __init__(self) -> None:
        self._masks: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"Redactor({len(self._masks)} masks)"

    def add(self, value: str) -> None:
        """Hide a value, its lines and their encodings from now on; too short ones stay readable."""
        self._masks |= set(masks_of(value))

    def redact(self, text: str) -> str:
        """Return the text with every masked span as `***`."""
        spans = sorted(span for mask in self._masks for span in _spans(text, mask))
        pieces: list[str] = []
        end = 0
        for start, stop in spans:
            if start >= end:
                pieces += (text[end:start], MASK)
            end = max(end, stop)
        return "".join((*pieces, text[end:]))


def masks_of(value: str) -> tuple[str, ...]:
    r"""Return all texts that a value is hidden by, the value itself and its lines among them.

    >>> masks_of("sk-1\nab")[:3]
    ('sk-1\nab', 'sk-1\\nab', 'sk-1 ab')
    """
    found = (mask for text in parts_of(value) for mask in forms_of(text))
    return tuple(dict.fromkeys(mask for mask in found if is_maskable(mask)))


def parts_of(value: str) -> tuple[str, ...]:
    r"""Return what is hidden of a value: the whole, and each line without its margins.

    >>> parts_of("BEGIN\r\n  MIIEv\nabc\n")
    ('BEGIN\r\n  MIIEv\nabc\n', 'BEGIN\r\n  MIIEv\nabc', 'BEGIN', 'MIIEv')
    """
    lines = (line.strip() for line in re.split(r"[\r\n]+", value))
    texts = (value, value.strip(), *lines)
    return tuple(dict.fromkeys(text for text in texts if is_maskable(text)))


def forms_of(text: str) -> Iterator[str]:
    """Yield a text as it is and as JSON, URLs, base64, HTML, Markdown and `repr` write it."""
    for plain in (text, neutralise(text)):
        yield plain
        yield json.dumps(plain)[1:-1]
        yield json.dumps(plain, ensure_ascii=False)[1:-1]
        yield repr(plain)[1:-1]
        yield html.escape(plain)
        yield html.escape(plain, quote=False)
        yield escape_cell(plain)
    raw = _bytes_of(text)
    yield quote(raw)
    yield quote(raw, safe="")
    yield quote(raw, safe="!'()*")  # JavaScript's encodeURIComponent
    yield quote_plus(raw)
    yield from _base64_forms(raw)


def _bytes_of(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")  # any bytes, from the environment
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")  # half a pair, from JSON


def _base64_forms(raw: bytes) -> Iterator[str]:
    """Yield a value's own base64, and what shows of it inside a longer text's base64.

    Three bytes make four characters, so inside a longer text there are three ways to stand;
    characters that the neighbours have a part in are left out.
    """
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        whole = encode(raw).decode()
        yield whole
        yield whole.rstrip("=")
        for offset, skip in ((0, 0), (1, 2), (2, 3)):
            stop = (offset + len(raw)) * 8 // 6
            piece = encode(b"\0" * offset + raw).decode()[skip:stop]
            if len(piece) >= MIN_BASE64_PIECE:
                yield piece


def _spans(text: str, mask: str) -> Iterator[tuple[int, int]]:
    start = text.find(mask)
    while start >= 0:
        yield start, start + len(mask)
        start = text.find(mask, start + 1)
