"""A process that hashes its share of the files: `main()`, started by `asset_hashing`.

Standard input is a file with the order: the batches' first files, then all paths, NUL between them.
The numbers of the batches lie ready in a pipe that all hashing processes read from, so that the one
that is faster does more. Standard output gets one line per file when no batch is left.
"""

import os
import sys

from workers_deploy.project.assets.digest import UnsteadyError, extension_of, hash_file

TICKET_BYTES = 4


def main(tickets: int, parent: int) -> None:
    """Hash until no batch is left, or the process that asked is gone."""
    # Other processes read the same open file: no position of its own.
    order = os.pread(0, os.fstat(0).st_size, 0).decode()
    first, *paths = order.split("\0")
    starts = [int(word) for word in first.split()]
    lines: list[str] = []
    while (batch := next_batch(tickets)) is not None and os.getppid() == parent:
        indexes = range(starts[batch], starts[batch + 1])
        lines.extend(_line(index, paths[index]) for index in indexes)
    sys.stdout.write("".join(lines))


def next_batch(tickets: int) -> int | None:
    """Take a batch's number from the pipe; None when there is none left."""
    ticket = os.read(tickets, TICKET_BYTES)
    return int.from_bytes(ticket, "big") if ticket else None


def _line(index: int, path: str) -> str:
    """Return a file's number, hash, size and time of modification.

    Where it can't be read, `-` and the error's number stand for hash and size. Of a file that
    changes meanwhile there is no line: who asked reads it again.
    """
    try:
        hash_, size, modified_ns = hash_file(path, extension_of(path))
    except OSError as error:
        return f"{index} - {error.errno} 0\n"
    except UnsteadyError:
        return ""
    return f"{index} {hash_} {size} {modified_ns}\n"
