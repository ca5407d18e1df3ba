"""Keeps secret values out of everything that is written, in any CI.

Where a CI system masks by itself (GitHub) this is the second net; elsewhere it is the only one.
What is looked for are the value and each of its lines: in the text, in what the text reads as once
URLs, JSON, HTML, Markdown and `repr` are taken off (`decoded_text`), and as base64 and hex. Spans
that overlap are hidden whole: replacing one mask after the other would leave the tail of the second
one readable.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from workers_deploy.ci.decoded_text import decoded, views_of
from workers_deploy.ci.neutralized import neutralise
from workers_deploy.report.escape import escape_cell, without_controls

MASK: Final = "***"
# Hiding "1" or "on" everywhere would make logs, URLs and outputs useless and hide nothing:
# so short a value is guessed at once.
MIN_LENGTH: Final = 4
# Pieces of base64 are shorter than what they encode; below this they are ordinary words.
MIN_BASE64_PIECE: Final = 6
_HEX: Final = re.compile(f"[0-9A-Fa-f]{{{2 * MIN_LENGTH},}}")
# base64 that was written in lines, as `base64` and MIME do.
_LINE_IN_BASE64: Final = re.compile(r"(?<=[\w+/-])\r?\n[ \t]*(?=[\w+/=-])", re.ASCII)
# Of every URL and path that the outputs name. They are no secret, whatever a secret is equal to.
PUBLIC_WORDS: Final = ("https", "http", "workers.dev", "workers-deploy-report", "report.json")

Span = tuple[int, int]


def is_maskable(value: str) -> bool:
    """Tell whether a value is long enough to be hidden; the caller warns by the secret's name.

    >>> is_maskable("abc"), is_maskable("abcd"), is_maskable("  abc  ")
    (False, True, False)
    """
    return len(value.strip()) >= MIN_LENGTH


class _Masks:
    """Texts that are looked for together: each place in a text is looked at once."""

    def __init__(self) -> None:
        self._by_beginning: dict[str, frozenset[str]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._by_beginning.values()))

    def add(self, texts: Iterable[str]) -> None:
        """Look for these too; all of them have four letters."""
        for text in texts:
            known = self._by_beginning.get(text[:MIN_LENGTH], frozenset())
            self._by_beginning[text[:MIN_LENGTH]] = known | {text}

    def spans(self, text: str) -> Iterator[Span]:
        """Yield where one of them stands, also where they overlap."""
        beginnings = self._by_beginning
        places = range(len(text) - MIN_LENGTH + 1)
        # Most places are none: a comprehension is twice as fast over them as a loop.
        for at in [at for at in places if text[at : at + MIN_LENGTH] in beginnings]:
            for mask in beginnings[text[at : at + MIN_LENGTH]]:
                if text.startswith(mask, at):
                    yield at, at + len(mask)


class Redactor:
    """Replaces every masked value, in any of its usual forms, by `***`."""

    def __init__(self) -> None:
        self._masks, self._base64, self._hex = _Masks(), _Masks(), _Masks()
        self._public: frozenset[str] = frozenset(PUBLIC_WORDS)

    def __repr__(self) -> str:
        return f"Redactor({len(self._masks)} masks)"

    def add(self, value: str) -> None:
        """Hide a value, its lines and their encodings from now on; too short ones stay readable."""
        for text in parts_of(value):
            plain = {form for form in _plain_forms(text) if is_maskable(form)}
            self._masks.add(plain)
            # A text that is encoded in part reads as this, where the value looks like an encoding.
            self._masks.add(form for form in map(decoded, plain) if is_maskable(form))
            self._masks.add(_base64_forms(text))
            # As written too: a backslash before it begins an escape that eats its first letter.
            self._masks.add(form for form in _written_forms(text) if is_maskable(form))
            self._base64.add(_base64_forms(text))
            self._hex.add([_bytes_of(text).hex()])

    def let_show(self, words: Iterable[str]) -> None:
        """Take words for public from now on, such as the script's name; see `redact_output`."""
        self._public |= {word for word in words if len(word) >= MIN_LENGTH}

    def redact(self, text: str) -> str:
        """Return the text with every masked span as `***`."""
        return _hidden(text, self._spans(text))

    def redact_output(self, text: str) -> str:
        """Return a text for machines with every masked span as `***`, but for public words.

        A secret may be equal to the script's name, or to `https`. Both are in the URL that the
        next job needs, and everyone knows them: a mask in their place would break the URL, hide
        nothing, and tell the reader what the secret is.
        """
        public = [span for word in self._public for span in _found(text, word)]
        return _hidden(
            text,
            (
                (start, stop)
                for start, stop in self._spans(text)
                if not any(begin <= start and stop <= end for begin, end in public)
            ),
        )

    def is_public(self, value: str) -> bool:
        """Tell whether a value, or a line of it, is a part of a word that everyone knows."""
        return any(part in word for part in parts_of(value) for word in self._public)

    def _spans(self, text: str) -> Iterator[Span]:
        for view, source_of in views_of(text):
            for found in (
                self._masks.spans(view),
                self._spans_over_lines(view),
                self._spans_of_hex(view),
            ):
                yield from (source_of(*span) for span in found)

    def _spans_of_hex(self, text: str) -> Iterator[Span]:
        for run in _HEX.finditer(text):
            for start, stop in self._hex.spans(run[0].lower()):
                yield run.start() + start, run.start() + stop

    def _spans_over_lines(self, text: str) -> Iterator[Span]:
        """Yield where base64 stands that was broken into lines."""
        breaks = [found.span() for found in _LINE_IN_BASE64.finditer(text)]
        if not breaks:
            return
        joined: list[str] = []
        places: list[int] = []
        done = 0
        for start, stop in breaks:
            joined.append(text[done:start])
            places += range(done, start)
            done = stop
        joined.append(text[done:])
        places += range(done, len(text))
        for start, stop in self._base64.spans("".join(joined)):
            yield places[start], places[stop - 1] + 1


def masks_of(value: str) -> tuple[str, ...]:
    r"""Return the texts that a CI system is asked to hide: the value, its lines, their encodings.

    >>> masks_of("sk-1\nab")[:3]
    ('sk-1\nab', 'sk-1\\nab', 'sk-1\\\\nab')
    """
    found = (mask for text in parts_of(value) for mask in _written_forms(text))
    return tuple(dict.fromkeys(mask for mask in found if is_maskable(mask)))


def lines_to_mask(value: str) -> tuple[str, ...]:
    r"""Return the masks for a system whose masks are lines: GitHub's, Forgejo's, Azure's.

    >>> lines_to_mask("sk-1\nab")[:2]
    ('sk-1\\nab', 'sk-1\\\\nab')
    """
    return tuple(
        mask
        for mask in masks_of(value)
        if mask == mask.strip() and "\n" not in mask and "\r" not in mask
    )


def parts_of(value: str) -> tuple[str, ...]:
    r"""Return what is hidden of a value: the whole, and each line without its margins.

    >>> parts_of("BEGIN\r\n  MIIEv\nabc\n")
    ('BEGIN\r\n  MIIEv\nabc\n', 'BEGIN\r\n  MIIEv\nabc', 'BEGIN', 'MIIEv')
    """
    lines = (line.strip() for line in re.split(r"[\r\n]+", value))
    texts = (value, value.strip(), *lines)
    return tuple(dict.fromkeys(text for text in texts if is_maskable(text)))


def _plain_forms(text: str) -> Iterator[str]:
    """Yield a value as it reads once every encoding is taken off."""
    yield text
    yield neutralise(text)
    yield without_controls(text)
    yield text.replace(" ", "+")  # of a form's fields


def _written_forms(text: str) -> Iterator[str]:
    """Yield a value as it is and as JSON, URLs, HTML, Markdown, `repr`, base64 and hex write it."""
    for plain in (text, neutralise(text)):
        as_json = json.dumps(plain)[1:-1]
        yield plain
        yield as_json
        yield json.dumps(as_json)[1:-1]
        yield json.dumps(plain, ensure_ascii=False)[1:-1]
        yield repr(plain)[1:-1]
        yield html.escape(plain)
        yield html.escape(plain, quote=False)
        yield escape_cell(plain)
    raw = _bytes_of(text)
    yield from (form for safe in ("/", "", "!'()*") for form in _in_both_cases(quote(raw, safe)))
    yield from _in_both_cases(quote_plus(raw))
    yield from _base64_of(raw)
    yield raw.hex()


def _in_both_cases(url: str) -> tuple[str, str]:
    return url, re.sub("%..", lambda found: found[0].lower(), url)


def _bytes_of(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")  # any bytes, from the environment
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")  # half a pair, from JSON


def _base64_forms(text: str) -> Iterator[str]:
    """Yield the base64 of a value, also of one that stood in JSON or in a URL before."""
    raw = _bytes_of(text)
    yield from _base64_of(raw)
    for written in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        if written != text:
            yield from _base64_of(_bytes_of(written))
    if quote(raw, safe="") != text:
        yield from _base64_of(quote(raw, safe="").encode())


def _base64_of(raw: bytes) -> Iterator[str]:
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


def _found(text: str, mask: str) -> Iterator[Span]:
    start = text.find(mask)
    while start >= 0:
        yield start, start + len(mask)
        start = text.find(mask, start + 1)


def _hidden(text: str, spans: Iterable[Span]) -> str:
    pieces: list[str] = []
    end = 0
    for start, stop in sorted(spans):
        if start >= end:
            pieces += (text[end:start], MASK)
        end = max(end, stop)
    return "".join((*pieces, text[end:]))
