"""Reads the files of a checkout, which anyone may have made: regular files only, up to a limit.

A FIFO would block the run where no signal is heard, and a sparse file of 16 GB would fill the
memory. Both are errors of the operating system's kind here, so whoever handles a file that can't
be read handles them as well.
"""

import errno
import os
import stat
from pathlib import Path

MIB = 2**20
# The limits page: a Worker has 64 MiB at most, before compression.
MAX_MODULE_BYTES = 64 * MIB
_CHUNK_BYTES = MIB


def read_regular(file: Path, limit: int) -> bytes:
    """Return the content of a regular file that has at most `limit` bytes.

    Raises:
        OSError: it can't be read, is no regular file, or is larger; `strerror` says which.

    """
    # O_NONBLOCK: opening a FIFO that nobody writes to must not wait.
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _no_file(status.st_mode)
        if status.st_size > limit:
            raise _too_large(limit)
        return _read(descriptor, limit)
    finally:
        os.close(descriptor)


def _read(descriptor: int, limit: int) -> bytes:
    """Read to the end, which may be further away than the file's size says: it may grow."""
    content = bytearray()
    while chunk := os.read(descriptor, _CHUNK_BYTES):
        content += chunk
        if len(content) > limit:
            raise _too_large(limit)
    return bytes(content)


def _too_large(limit: int) -> OSError:
    size = f"{limit // MIB} MiB" if limit >= MIB else f"{limit // 1024} KiB"
    return OSError(errno.EFBIG, f"it is larger than {size}")


def _no_file(mode: int) -> OSError:
    if stat.S_ISDIR(mode):
        return OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    kind = "a FIFO" if stat.S_ISFIFO(mode) else "not a regular file"
    return OSError(errno.EINVAL, f"it is {kind}")
