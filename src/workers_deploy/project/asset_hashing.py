"""The hash of an asset: wrangler's, so that what it uploaded before is not sent again.

BLAKE3 of the base64 text of the content followed by the extension, 32 hex digits of it. The
extension is Node's `path.extname` without the dot and keeps its case, since Cloudflare stores the
content type with the hash.
"""

import base64
from dataclasses import dataclass

from blake3 import blake3

CHUNK_BYTES = 3 * 2**18  # a multiple of 3, so that the base64 of the parts is that of the whole


@dataclass(frozen=True, slots=True)
class HashedFile:
    """What one reading of a file told."""

    hash: str
    size: int  # bytes


def hash_content(content: bytes, extension: str) -> str:
    """Return the hash of a content.

    >>> hash_content(b"", "txt")
    'f9bc91770fa5e997cbd47fba833629fc'
    """
    return blake3(base64.b64encode(content) + extension.encode()).hexdigest()[:32]


def hash_file(path: str, extension: str) -> HashedFile:
    """Read a file once, in parts, and return its hash and size."""
    hasher = blake3()
    size = 0
    with open(path, "rb") as file:  # noqa: PTH123  # twice as fast as Path for many small files
        is_over = False
        while not is_over:
            chunk = file.read(CHUNK_BYTES)
            size += len(chunk)
            hasher.update(base64.b64encode(chunk))
            is_over = len(chunk) < CHUNK_BYTES  # one read less for each of many small files
    hasher.update(extension.encode())
    return HashedFile(hasher.hexdigest()[:32], size)


def extension_of(path: str) -> str:
    """Return the extension as Node's `path.extname` does, without the dot.

    >>> [extension_of(name) for name in ("a.tar.gz", ".hidden", "UP.HTML", "x.", "..foo", "d.e/f")]
    ['gz', '', 'HTML', '', 'foo', '']

    """
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot + 1 :] if dot > 0 else ""
