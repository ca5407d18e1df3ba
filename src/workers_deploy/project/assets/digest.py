"""The hash of an asset: wrangler's, so that what it uploaded before is not sent again.

BLAKE3 of the base64 text of the content followed by the extension, 32 hex digits of it. The
extension is Node's `path.extname` without the dot and keeps its case, since Cloudflare stores the
content type with the hash.

Imports next to nothing: every hashing process starts with this module alone.
"""

import os
import stat

from blake3 import blake3
from pybase64 import b64encode

DIGEST_BYTES = 16
# Multiples of 3, so that the base64 of the parts is that of the whole. The first read is small:
# most files end in it, and larger ones are worth a second system call, while a large buffer for
# each small file costs more than the reading.
FIRST_BYTES = 3 * 21_845
CHUNK_BYTES = 3 * 2**18
TRIES = 2


def hash_content(content: bytes, extension: str) -> str:
    """Return the hash of a content.

    >>> hash_content(b"", "txt")
    'f9bc91770fa5e997cbd47fba833629fc'
    """
    return blake3(b64encode(content) + extension.encode()).hexdigest(DIGEST_BYTES)


class UnsteadyError(Exception):
    """A file changed while it was read, and again while it was read once more."""


def hash_file(path: str, extension: str) -> tuple[str, int, int]:
    """Read a file in parts; return its hash, its size in bytes and when it was modified, in ns.

    All three are of one state of the file.

    Raises:
        UnsteadyError: it was in no state for long enough.

    """
    # Something may have put a FIFO in the file's place, whose opening would wait.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        for _ in range(TRIES):
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise UnsteadyError(path)
            hash_, size = _hash_open(descriptor, before.st_size, extension)
            after = os.fstat(descriptor)
            if size == after.st_size and before.st_mtime_ns == after.st_mtime_ns:
                return hash_, size, after.st_mtime_ns
            os.lseek(descriptor, 0, os.SEEK_SET)
        raise UnsteadyError(path)
    finally:
        os.close(descriptor)


def _hash_open(descriptor: int, size: int, extension: str) -> tuple[str, int]:
    """Return the hash of the first `size` bytes, and how many there were of them."""
    first = _read(descriptor, min(size, FIRST_BYTES))
    if size <= FIRST_BYTES:
        return hash_content(first, extension), len(first)
    count, hasher = len(first), blake3(b64encode(first))
    while chunk := _read(descriptor, min(size - count, CHUNK_BYTES)):
        count += len(chunk)
        hasher.update(b64encode(chunk))
    hasher.update(extension.encode())
    return hasher.hexdigest(DIGEST_BYTES), count


def _read(descriptor: int, size: int) -> bytes:
    """Read this many bytes, or to the end of the file; one read may give less than there is."""
    content = os.read(descriptor, size)
    while len(content) < size and (more := os.read(descriptor, size - len(content))):
        content += more
    return content


def extension_of(path: str) -> str:
    """Return the extension as Node's `path.extname` does, without the dot.

    >>> [extension_of(name) for name in ("a.tar.gz", ".hidden", "UP.HTML", "x.", "..foo", "d.e/f")]
    ['gz', '', 'HTML', '', 'foo', '']

    """
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot + 1 :] if dot > 0 else ""
