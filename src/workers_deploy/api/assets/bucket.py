"""One bucket of an asset upload as a request body: base64 parts, streamed from disk.

Its length is known beforehand from the sizes in the manifest, every iteration reads the files anew
(so a retry sends the same bytes), and no more than a chunk of one file is in memory at a time.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import field

from pybase64 import b64encode

from workers_deploy.api.http.body import form_content_type, form_tail, joined
from workers_deploy.core.manifest import AssetEntry
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ChangedError

READ_BYTES = 3 * 64 * 1024  # a multiple of three: base64 of each piece has no padding but the last
WRITE_BYTES = 256 * 1024  # each write costs some 50 µs in the layers below, and hands the turn on
# Served without Content-Type (direct-upload page).
NO_CONTENT_TYPE = "application/null"
_READING = threading.Lock()


@dataclass(frozen=True, slots=True)
class BucketBody:
    """The form of POST assets/upload?base64=true; name and file name of a part are its hash."""

    boundary: str
    entries: Sequence[AssetEntry] = field(repr=False)

    @property
    def content_type(self) -> str:
        """Return the Content-Type header, with the boundary."""
        return form_content_type(self.boundary)

    @property
    def length(self) -> int:
        """Return the encoded size in bytes."""
        parts = sum(
            len(self._head(entry)) + base64_length(entry.size) + 2 for entry in self.entries
        )
        return parts + len(form_tail(self.boundary))

    def __iter__(self) -> Iterator[bytes]:
        """Yield the form.

        Raises:
            ChangedError: a file is not as it was when the manifest was made. The request ends in
                the middle then, so that nothing is stored under a hash that isn't its own.

        """
        return _in_turns(joined(self._pieces(), WRITE_BYTES))

    def _pieces(self) -> Iterator[bytes]:
        for entry in self.entries:
            yield self._head(entry)
            yield from base64_of(entry)
            yield b"\r\n"
        yield form_tail(self.boundary)

    def _head(self, entry: AssetEntry) -> bytes:
        """Return what stands before a file; as `part_head`, but a hash needs no escapes."""
        return (
            f"--{self.boundary}\r\n"
            f'Content-Disposition: form-data; name="{entry.hash}"; filename="{entry.hash}"\r\n'
            f"Content-Type: {entry.content_type or NO_CONTENT_TYPE}\r\n\r\n"
        ).encode()


def _in_turns(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield pieces that are made in one thread at a time.

    Each system call hands the interpreter on: threads that read small files at once take three
    times as long as one that reads them all.
    """
    while True:
        with _READING:
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def base64_length(size: int) -> int:
    """Return the bytes that base64 makes of `size` bytes, padding included.

    >>> [base64_length(size) for size in (0, 1, 3, 4)]
    [0, 4, 4, 8]
    """
    return (size + 2) // 3 * 4


def base64_of(entry: AssetEntry) -> Iterator[bytes]:
    """Yield a file's content as base64 without line breaks.

    Raises:
        ChangedError: the file is gone, or its size or its time of modification is not that of
            the manifest.

    """
    try:
        # Bare system calls: for small files the layers above them take longer than the reading.
        # O_NONBLOCK: a FIFO in the file's place must not be waited for.
        descriptor = os.open(entry.file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            yield from _encoded(descriptor, entry)
        finally:
            os.close(descriptor)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _changed(entry, f"could not be read: {reason}") from None


def _encoded(descriptor: int, entry: AssetEntry) -> Iterator[bytes]:
    left = entry.size
    while left > READ_BYTES:
        yield b64encode(_read_exactly(descriptor, READ_BYTES, entry))
        left -= READ_BYTES
    rest = _read_exactly(descriptor, left, entry)
    # After the last read, so that it is of all of them, and before the part can end.
    _check_unchanged(descriptor, entry)
    yield b64encode(rest)


def _read_exactly(descriptor: int, size: int, entry: AssetEntry) -> bytes:
    """Read `size` bytes: base64 needs whole groups of three, and a read may give less."""
    content = os.read(descriptor, size)
    while len(content) < size:
        more = os.read(descriptor, size - len(content))
        if not more:
            raise _changed(entry, "has shrunk since its hash was taken")
        content += more
    return content


def _check_unchanged(descriptor: int, entry: AssetEntry) -> None:
    now = os.fstat(descriptor)
    if now.st_size != entry.size:
        changed = "grown" if now.st_size > entry.size else "shrunk"
        raise _changed(entry, f"has {changed} since its hash was taken")
    if entry.modified_ns is not None and now.st_mtime_ns != entry.modified_ns:
        raise _changed(entry, "has been written to since its hash was taken")


def _changed(entry: AssetEntry, what: str) -> ChangedError:
    return ChangedError(
        f"the asset {entry.path} {what}",
        hint="Is something still building? Deploy after it has finished.",
    )
