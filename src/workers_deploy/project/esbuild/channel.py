"""Runs esbuild as a service, and exchanges packets with it.

The service sees nothing of our environment: it can reach neither tokens nor secrets. A service that
exits, hangs or answers garbage raises a ServiceError, so that it can't block a run.
"""

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from workers_deploy.dataclass import dataclass
from workers_deploy.project.esbuild.packets import (
    LENGTH_BYTES,
    Packet,
    PacketError,
    decode,
    encode,
    length_of,
)
from workers_deploy.project.esbuild.program import version_of

SECONDS_AT_MOST = 300
SECONDS_BETWEEN_LOOKS = 0.1
_BYTES_AT_ONCE = 1 << 20
REAPER = "the end of esbuild"  # a thread, by its name
_LONGEST_PACKET = 1 << 30
_LONGEST_VERSION = 100
_LAST_WORDS = 2000  # of what a service writes to its standard error, in bytes


class ServiceError(Exception):
    """The service did not start, exited early, timed out, or broke the protocol."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Esbuild:
    """A program, and how long a build may take.

    `check` is called again and again while the program works; what it raises ends the program.
    """

    program: Path
    version: str
    check: Callable[[], None]
    clock: Callable[[], float] = time.monotonic
    seconds_at_most: float = SECONDS_AT_MOST


def open_esbuild(program: Path, check: Callable[[], None]) -> Esbuild:
    """Return a program with its version, which the service checks when it starts."""
    return Esbuild(program=program, version=version_of(program, check) or "", check=check)


class Channel:
    """Starts the service for a `with` block, in a process group of its own, and ends both."""

    def __init__(self, esbuild: Esbuild, directory: Path) -> None:
        self._esbuild = esbuild
        self._end = esbuild.clock() + esbuild.seconds_at_most
        self._received = bytearray()
        self._to_send = bytearray()
        self._last_words = b""
        self._process = _start(esbuild, directory)
        self._input, self._output, self._errors = _streams_of(self._process)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)
        self._selector.register(self._errors, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        try:
            self._shake_hands()
        except BaseException:
            self._close()
            self._process.wait()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()
        if error is None:
            # It is killed; until the system has its memory back, 20 ms pass.
            threading.Thread(target=self._process.wait, name=REAPER, daemon=True).start()
        else:
            self._process.wait()

    def send(self, packet: Packet) -> None:
        """Queue a packet, to be sent when nothing is left to receive."""
        self._to_send += encode(packet)

    def receive(self) -> Packet:
        """Wait for the next packet.

        Raises ServiceError, and what `check` raises.
        """
        body = self._take(_LONGEST_PACKET)
        try:
            return decode(body)
        except PacketError as error:
            raise ServiceError(f"answered what can't be read: {error}") from error

    def _shake_hands(self) -> None:
        """Read the version, which the service sends first."""
        version = self._take(_LONGEST_VERSION).decode(errors="replace")
        if version != self._esbuild.version:
            raise ServiceError(f"is {version!r}, not {self._esbuild.version}")

    def _take(self, longest: int) -> bytes:
        """Return the next packet without its length."""
        while len(self._received) < LENGTH_BYTES:
            self._wait()
        length = length_of(self._received)
        if length > longest:
            raise ServiceError("answered what can't be read: a packet without an end")
        end = LENGTH_BYTES + length
        while len(self._received) < end:
            self._wait()
        body = bytes(memoryview(self._received)[LENGTH_BYTES:end])
        del self._received[:end]
        return body

    def _wait(self) -> None:
        """Read and write whatever is ready, or return after a moment."""
        self._write()
        self._esbuild.check()
        if self._esbuild.clock() >= self._end:
            raise ServiceError(f"did not end within {self._esbuild.seconds_at_most:g} seconds")
        for key, _ in self._selector.select(SECONDS_BETWEEN_LOOKS):
            if key.fileobj is self._input:
                self._write()
            elif key.fileobj is self._errors:
                self._listen()
            elif content := os.read(self._output.fileno(), _BYTES_AT_ONCE):
                self._received += content
            else:
                self._listen()
                raise ServiceError(f"ended: {self._said()}")

    def _write(self) -> None:
        """Write what fits; the selector says when there is room for the rest."""
        if self._to_send:
            with suppress(BlockingIOError):
                try:
                    del self._to_send[: os.write(self._input.fileno(), self._to_send)]
                except BrokenPipeError:
                    self._to_send.clear()  # it ended, which its output will show
        is_waiting = self._input in self._selector.get_map()
        if self._to_send and not is_waiting:
            self._selector.register(self._input, selectors.EVENT_WRITE)
        elif is_waiting and not self._to_send:
            self._selector.unregister(self._input)

    def _listen(self) -> None:
        """Keep the end of its standard error."""
        with suppress(BlockingIOError):
            said = os.read(self._errors.fileno(), _BYTES_AT_ONCE)
            if not said and self._errors in self._selector.get_map():
                self._selector.unregister(self._errors)
            self._last_words = (self._last_words + said)[-_LAST_WORDS:]

    def _said(self) -> str:
        words = self._last_words.decode(errors="replace").strip()
        return words or "it does not say why"

    def _close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._selector.close()
        for stream in (self._input, self._output, self._errors):
            with suppress(OSError):
                stream.close()


# No garbage collection, as in esbuild's own command line: the service ends with its build, and
# takes up to a third less processor time (openai: 0.60 for 0.86 s, with 187 for 154 MB).
_ENVIRONMENT = {"GOGC": "off"}


def _start(esbuild: Esbuild, directory: Path) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603  # the program is the image's, or the user's own
            [str(esbuild.program), f"--service={esbuild.version}", "--ping"],
            bufsize=0,
            cwd=directory,
            env=_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Of its own: npm's script for esbuild starts the program itself, and both have to end.
            process_group=0,
        )
    except (OSError, ValueError) as error:
        raise ServiceError(f"can't be started: {error}") from error


def _streams_of(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    streams = process.stdin, process.stdout, process.stderr
    for stream in streams:
        assert stream is not None
        os.set_blocking(stream.fileno(), False)
    return cast("tuple[IO[bytes], IO[bytes], IO[bytes]]", streams)
