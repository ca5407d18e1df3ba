"""The hash of an asset: wrangler's, so that what it uploaded before is not sent again.

BLAKE3 of the base64 text of the content followed by the extension, 32 hex digits of it. The
extension is Node's `path.extname` without the dot and keeps its case, since Cloudflare stores the
content type with the hash.

Imports next to nothing: every hashing process starts with this module alone.
"""

import os

from blake3 import blake3
from pybase64 import b64encode

DIGEST_BYTES = 16
# Multiples of 3, so that the base64 of the parts is that of the whole. The first read is small:
# most files end in it, and larger ones are worth a second system call, while a large buffer for
# each small file costs more than the reading.
FIRST_BYTES = 3 * 21_845
CHUNK_BYTES = 3 * 2**18


def hash_content(content: bytes, extension: str) -> str:
    """Return the hash of a content.

    >>> hash_content(b"", "txt")
    'f9bc91770fa5e997cbd47fba833629fc'
    """
    return blake3(b64encode(content) + extension.encode()).hexdigest(DIGEST_BYTES)


def hash_file(path: str, extension: str) -> tuple[str, int]:
    """Read a file once, in parts, and return its hash and its size in bytes."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        first = _read(descriptor, FIRST_BYTES)
        if len(first) < FIRST_BYTES:
            return hash_content(first, extension), len(first)
        size, hasher = len(first), blake3(b64encode(first))
        while chunk := _read(descriptor, CHUNK_BYTES):
            size += len(chunk)
            hasher.update(b64encode(chunk))
        hasher.update(extension.encode())
        return hasher.hexdigest(DIGEST_BYTES), size
    finally:
        os.close(descriptor)


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
