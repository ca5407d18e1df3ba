"""Request bodies: known length, readable again for every retry, exact bytes on the wire."""

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from typing import Any, Protocol

from workers_deploy.dataclass import dataclass

CHUNK_BYTES = 64 * 1024


class Body(Protocol):
    """What a request sends. Each iteration yields the same `length` bytes."""

    @property
    def content_type(self) -> str:
        """Return the Content-Type header."""

    @property
    def length(self) -> int:
        """Return the Content-Length header: bytes."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body from its beginning."""


@dataclass(frozen=True, slots=True)
class BytesBody:
    """A body that is in memory already."""

    content: bytes = field(repr=False)
    content_type: str

    @property
    def length(self) -> int:
        """Return the body's size in bytes."""
        return len(self.content)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body in chunks: the socket layer copies what is left after each write."""
        return slices(self.content)


def json_body(value: Any, *, content_type: str = "application/json") -> BytesBody:
    """Return a value as compact UTF-8 JSON, as JavaScript's `JSON.stringify` writes it."""
    return BytesBody(compact_json(value), content_type)


def compact_json(value: Any) -> bytes:
    """Encode as JSON without spaces or needless escapes.

    >>> compact_json({"é": [1, None]}).decode()
    '{"é":[1,null]}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair is escaped, as JavaScript does: `\ud800`.
    return text.encode(errors="backslashreplace")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part of a form; without `filename` and `content_type` it is a plain field."""

    name: str
    content: bytes = field(repr=False)
    filename: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class FormBody:
    """A multipart/form-data body of parts in memory."""

    boundary: str
    parts: Sequence[Part]

    @property
    def content_type(self) -> str:
        """Return the Content-Type header, with the boundary."""
        return form_content_type(self.boundary)

    @property
    def length(self) -> int:
        """Return the encoded size in bytes."""
        sizes = (
            len(part_head(self.boundary, part.name, part.filename, part.content_type))
            + len(part.content)
            + 2
            for part in self.parts
        )
        return sum(sizes) + len(form_tail(self.boundary))

    def __iter__(self) -> Iterator[bytes]:
        """Yield the form, big parts in slices."""
        for part in self.parts:
            yield part_head(self.boundary, part.name, part.filename, part.content_type)
            yield from slices(part.content)
            yield b"\r\n"
        yield form_tail(self.boundary)


def new_boundary() -> str:
    """Return a boundary that no content can know beforehand."""
    return f"----formdata-workers-deploy-{secrets.token_hex(12)}"


def form_content_type(boundary: str) -> str:
    """Return the Content-Type header of a form."""
    return f"multipart/form-data; boundary={boundary}"


def part_head(boundary: str, name: str, filename: str | None, content_type: str | None) -> bytes:
    r"""Return what stands before a part's content, as undici (wrangler's client) writes it.

    >>> part_head("B", "a", 'q"x', None)
    b'--B\r\nContent-Disposition: form-data; name="a"; filename="q%22x"\r\n\r\n'
    """
    lines = [f'--{boundary}\r\nContent-Disposition: form-data; name="{escape_name(name)}"']
    if filename is not None:
        lines.append(f'; filename="{escape_name(filename)}"')
    if content_type is not None:
        lines.append(f"\r\nContent-Type: {content_type}")
    lines.append("\r\n\r\n")
    return "".join(lines).encode()


def form_tail(boundary: str) -> bytes:
    """Return what ends a form."""
    return f"--{boundary}--\r\n".encode()


def escape_name(text: str) -> str:
    r"""Escape a part's name or file name (the HTML standard's multipart/form-data encoding).

    >>> escape_name('a"b\nc')
    'a%22b%0Ac'
    """
    return text.replace("\n", "%0A").replace("\r", "%0D").replace('"', "%22")


def slices(content: bytes, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yield a byte string in pieces of at most `size` bytes."""
    view = memoryview(content)
    for start in range(0, len(content), size):
        yield bytes(view[start : start + size])


def joined(pieces: Iterable[bytes], size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yield the same bytes in fewer pieces, of at least `size` bytes each but for the last.

    One write per small part would cost a system call and a frame each.
    """
    waiting: list[bytes] = []
    count = 0
    for piece in pieces:
        waiting.append(piece)
        count += len(piece)
        if count >= size:
            yield b"".join(waiting)
            waiting.clear()
            count = 0
    if waiting:
        yield b"".join(waiting)
