r"""A text as it reads after URLs, JSON, HTML, Markdown or `repr` are taken off again.

A server that echoes a secret may write it in many ways: `%2F` or `%2f`, every character escaped or
some of them, JSON inside of JSON. There are too many to list them all, so the text is decoded
instead, and each place in the decoded text knows where it came from.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final

from workers_deploy.dataclass import dataclass

MAX_LAYERS: Final = 5  # encodings inside of each other that are taken off

# Bytes of a character of several bytes stay together; others stand for themselves, so that what is
# hidden ends where the secret ends.
_URL: Final = r"%[0-7][0-9A-Fa-f]|(?:%[89A-Fa-f][0-9A-Fa-f])+"
_PAIR: Final = r"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}"
_UNICODE: Final = rf"{_PAIR}|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}}"
_BYTES: Final = r"\\x[0-7][0-9A-Fa-f]|(?:\\x[89A-Fa-f][0-9A-Fa-f])+"
_ESCAPE: Final = r"\\[abfnrtv0_]|\\[^\w\s]"
_ENTITY: Final = r"&#[0-9]{1,7};?|&#[xX][0-9A-Fa-f]{1,6};?|&[A-Za-z][A-Za-z0-9]{1,31};|\u200b"
_CONTROLS: Final[Mapping[str, str]] = dict(zip("abfnrtv0", "\a\b\f\n\r\t\v\0", strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A decoded text, and where its pieces stand in the text that it was decoded from.

    `pieces` are the places that were replaced, in order: begin and end here, begin and end there.
    """

    text: str = field(repr=False)
    pieces: Sequence[tuple[int, int, int, int]] = ()

    def source_of(self, start: int, stop: int) -> tuple[int, int]:
        """Return where a span of the decoded text came from."""
        return self._place(start, is_end=False), self._place(stop, is_end=True)

    def _place(self, at: int, *, is_end: bool) -> int:
        # The last piece that begins before an end, or at a start or before it.
        key = (at, -1) if is_end else (at, len(self.text) + 1)
        index = bisect_right(self.pieces, key, key=lambda piece: piece[:2]) - 1
        if index < 0:
            return at
        _, here_end, there, there_end = self.pieces[index]
        if at < here_end or (is_end and at == here_end):
            return there_end if is_end else there
        return there_end + at - here_end


def views_of(text: str) -> Iterator[tuple[str, Callable[[int, int], tuple[int, int]]]]:
    """Yield a text in all its readings, each with what maps a span of it back to the text.

    The first one is the text itself, the second one has every layer of every encoding taken off.
    Then come the layers between, and each encoding by itself: what stands before a secret may look
    like the beginning of an escape.
    """
    yield text, _same
    layers = list(_layers(text, _ANY))
    yield from reversed(layers)
    if len(layers) > 0:
        for only in (_ONLY_URL, _ONLY_JSON, _ONLY_HTML):
            yield from _layers(text, only)


def decoded(text: str) -> str:
    r"""Return a text with every layer of every encoding taken off.

    >>> decoded("%5cu0041 &lt;b&gt; %C3%bc")
    'A <b> ü'
    """
    return next((found for found, _ in [*_layers(text, _ANY)][::-1]), text)


def _same(start: int, stop: int) -> tuple[int, int]:
    return start, stop


def _layers(
    text: str, token: re.Pattern[str]
) -> Iterator[tuple[str, Callable[[int, int], tuple[int, int]]]]:
    back: Callable[[int, int], tuple[int, int]] = _same
    for _ in range(MAX_LAYERS):
        view = _take_off(text, token)
        if view is None:
            return
        text, back = view.text, _through(view, back)
        yield text, back


def _through(
    view: View, further: Callable[[int, int], tuple[int, int]]
) -> Callable[[int, int], tuple[int, int]]:
    return lambda start, stop: further(*view.source_of(start, stop))


def _take_off(text: str, token: re.Pattern[str]) -> View | None:
    """Return the text without one layer of its encodings; None where there is none."""
    written: list[str] = []
    pieces: list[tuple[int, int, int, int]] = []
    done = length = 0
    for found in token.finditer(text):
        plain = _DECODERS[found.lastgroup or ""](found[0])
        if plain == found[0]:
            continue
        start, stop = found.span()
        begin = length + start - done
        length = begin + len(plain)
        written += (text[done:start], plain)
        pieces.append((begin, length, start, stop))
        done = stop
    if not pieces:
        return None
    return View(text="".join((*written, text[done:])), pieces=pieces)


def _from_url(token: str) -> str:
    return bytes.fromhex(token.replace("%", "")).decode("utf-8", "surrogateescape")


def _from_unicode(token: str) -> str:
    if token.startswith("\\U"):
        point = int(token.removeprefix("\\U"), base=16)
        return chr(point) if point <= 0x10FFFF else token
    units = bytes.fromhex(token.replace("\\u", ""))
    return units.decode("utf-16-be", "surrogatepass")


def _from_bytes(token: str) -> str:
    """Return what `repr` wrote: of bytes their UTF-8, of a text its characters."""
    raw = bytes.fromhex(token.replace("\\x", ""))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _from_escape(token: str) -> str:
    return _CONTROLS.get(token[1], token[1])


def _from_entity(token: str) -> str:
    # The blank of no width with which Markdown is kept from making links.
    return html.unescape(token).replace("\u200b", "")


_DECODERS: Final[Mapping[str, Callable[[str], str]]] = {
    "url": _from_url,
    "unicode": _from_unicode,
    "bytes": _from_bytes,
    "escape": _from_escape,
    "entity": _from_entity,
}


def _tokens(**kinds: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in kinds.items()))


_ONLY_URL: Final = _tokens(url=_URL)
_ONLY_JSON: Final = _tokens(unicode=_UNICODE, bytes=_BYTES, escape=_ESCAPE)
_ONLY_HTML: Final = _tokens(entity=_ENTITY)
_ANY: Final = _tokens(url=_URL, unicode=_UNICODE, bytes=_BYTES, escape=_ESCAPE, entity=_ENTITY)
