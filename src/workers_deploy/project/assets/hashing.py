"""Hashes many files, on all cores where there are so many that it pays.

Threads would not help: for small files the interpreter is the work. The processes are started anew,
not forked, and with an empty environment: none of them ever holds a token or a secret. Each takes
batches from one pipe, and so does this process; whatever one leaves undone is done here. They end
by themselves when nothing is left, or when this process is gone.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO, Protocol

from workers_deploy.dataclass import dataclass
from workers_deploy.project.assets.digest import UnsteadyError, extension_of, hash_file
from workers_deploy.project.assets.hashing_process import TICKET_BYTES, next_batch

# What one file costs apart from its bytes, as bytes that could be hashed meanwhile.
FILE_WORK = 20_000
BATCH_WORK = 8 * 2**20
# Less than this (some 3,000 small files) is done before another process has started.
LEAST_WORK = 96 * 2**20
MOST_BATCHES = 1_000  # their numbers fit into the smallest pipe, of 4 KiB
MOST_PROCESSES = 8
SECONDS_BETWEEN_LOOKS = 0.1
_PROGRAM = (
    "import sys; tickets, parent, *sys.path = sys.argv[1:]; "
    "from workers_deploy.project.assets.hashing_process import main; "
    "main(int(tickets), int(parent))"
)

# Hash, bytes as they were read, and when they were modified in ns; or why there is none of it.
Hashed = tuple[str, int, int] | OSError | UnsteadyError


class ListedFile(Protocol):
    """A file, and the size in bytes that its directory tells."""

    @property
    def file(self) -> str:
        """Return its path."""

    @property
    def size(self) -> int:
        """Return its size."""


def hash_files(
    files: Sequence[ListedFile], *, processes: int, check: Callable[[], None] = lambda: None
) -> list[Hashed]:
    """Return the hash of each file, or why it has none; at most `processes` work at it.

    `check` is asked before each file, and while another process is waited for; it may raise.
    """
    work = sum(FILE_WORK + one.size for one in files)
    helpers = min(processes, MOST_PROCESSES) - 1
    if helpers < 1 or work < LEAST_WORK:
        return [_hash(one.file, check) for one in files]
    return _Pool(files, max(BATCH_WORK, work // (MOST_BATCHES - 1)), check).run(helpers)


def count_cores() -> int:
    """Return how many processes can run at once here."""
    return len(os.sched_getaffinity(0))


def _hash(path: str, check: Callable[[], None]) -> Hashed:
    check()
    try:
        return hash_file(path, extension_of(path))
    except (OSError, UnsteadyError) as error:
        return error


class _Pool:
    """The files in batches, and the processes that take them."""

    def __init__(
        self, files: Sequence[ListedFile], batch_work: int, check: Callable[[], None]
    ) -> None:
        self._files = files
        self._check = check
        self._helpers: list[Helper] = []
        self._starts = [*_starts_of(files, batch_work), len(files)]
        self._found: list[Hashed | None] = [None] * len(files)

    def run(self, helpers: int) -> list[Hashed]:
        try:
            with suppress(OSError):  # no room for a file, or for a process: all is done here
                self._run_together(helpers)
        finally:
            for helper in self._helpers:
                helper.end()
        files = zip(self._found, self._files, strict=True)
        return [found or _hash(one.file, self._check) for found, one in files]

    def _run_together(self, helpers: int) -> None:
        tickets, filling = os.pipe()
        try:
            with open(filling, "wb") as pipe:  # noqa: PTH123 - a descriptor has no Path
                batches = range(len(self._starts) - 1)
                pipe.writelines(batch.to_bytes(TICKET_BYTES, "big") for batch in batches)
            with tempfile.TemporaryFile() as order:
                self._write(order)
                self._start_helpers(order, tickets, helpers)
            while (taken := next_batch(tickets)) is not None:
                self._hash_batch(taken)
        finally:
            os.close(tickets)
        for helper in self._helpers:
            self._read(helper)

    def _start_helpers(self, order: IO[bytes], tickets: int, count: int) -> None:
        """Start so many processes, or fewer where there can't be another one."""
        with suppress(OSError):
            for _ in range(count):
                self._helpers.append(_start_helper(order, tickets))

    def _write(self, order: IO[bytes]) -> None:
        order.write(" ".join(map(str, self._starts)).encode())
        for one in self._files:
            order.write(b"\0" + one.file.encode())
        order.flush()

    def _hash_batch(self, batch: int) -> None:
        for index in range(self._starts[batch], self._starts[batch + 1]):
            self._found[index] = _hash(self._files[index].file, self._check)

    def _read(self, helper: "Helper") -> None:
        while (code := helper.exit_code()) is None:
            self._check()
        if code != 0:
            return
        helper.output.seek(0)
        for line in helper.output:
            index, hash_, number, modified_ns = line.decode().split(" ")
            self._found[int(index)] = (
                _failure(int(number)) if hash_ == "-" else (hash_, int(number), int(modified_ns))
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Helper:
    """One more process that takes batches, and the file that it writes what it found into."""

    process: subprocess.Popen[bytes]
    output: IO[bytes]

    def exit_code(self) -> int | None:
        """Return how it ended, or None after a moment in which it did not."""
        with suppress(subprocess.TimeoutExpired):
            return self.process.wait(SECONDS_BETWEEN_LOOKS)
        return None

    def end(self) -> None:
        """End it, where it has not ended, and close its file."""
        self.process.kill()
        self.process.wait()
        self.output.close()


def _start_helper(order: IO[bytes], tickets: int) -> Helper:
    output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `Helper.end`
    words = (str(tickets), str(os.getpid()), *sys.path)
    try:
        process = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", _PROGRAM, *words],
            stdin=order,
            stdout=output,
            stderr=subprocess.DEVNULL,
            pass_fds=(tickets,),
            env={},
        )
    except OSError:
        output.close()
        raise
    return Helper(process=process, output=output)


def _failure(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def _starts_of(files: Sequence[ListedFile], batch_work: int) -> Iterator[int]:
    """Yield the index of each batch's first file."""
    work = batch_work
    for index, one in enumerate(files):
        if work >= batch_work:
            yield index
            work = 0
        work += FILE_WORK + one.size
