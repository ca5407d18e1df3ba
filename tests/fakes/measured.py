"""Runs in processes of their own whose memory is measured, on a clock that others move, too.

A helper process has imported the runner, and what the first run imported besides, and forks for
each run: a start takes 20 ms instead of a second.
Seconds pass when the run waits, and when a server says so; a busy machine takes nothing of them.
"""

import importlib
import json
import mmap
import os
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fakes.patience import PATIENCE
from workers_deploy.__main__ import main
from workers_deploy.executor.stop import Stop

_TESTS = Path(__file__).parents[1]
# What a test that fails may take of the machine.
_MOST_BYTES = 8 * 2**30
_SECONDS = struct.Struct("d")
_OF_THE_RUN, _OF_OTHERS = 0, _SECONDS.size


class SharedClock:
    """Seconds in a file that several processes have open; each writes its own place in it."""

    def __init__(self, file: Path, place: int) -> None:
        if not file.exists():
            file.write_bytes(bytes(2 * _SECONDS.size))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), 0)
        self._place = place
        self._lock = threading.Lock()

    def __call__(self) -> float:
        places = (_OF_THE_RUN, _OF_OTHERS)
        return float(sum(_SECONDS.unpack_from(self._memory, at)[0] for at in places))

    def advance(self, seconds: float) -> None:
        """Let seconds pass."""
        with self._lock:
            before = _SECONDS.unpack_from(self._memory, self._place)[0]
            _SECONDS.pack_into(self._memory, self._place, before + max(seconds, 0.0))

    def reset(self) -> None:
        """Begin anew, for all."""
        self._memory[:] = bytes(len(self._memory))


class _SharedStop(Stop):
    """Waits take no time but on the shared clock."""

    def __init__(self, clock: SharedClock) -> None:
        super().__init__()
        self._clock = clock

    def pause(self, seconds: float) -> None:
        self._clock.advance(seconds)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be run, and where its streams go."""

    argv: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    workspace: str
    stdout: str
    stderr: str
    clock: str


@dataclass(frozen=True, kw_only=True)
class Measured:
    """How a run ended: a negative exit code is the signal that ended it."""

    exit_code: int
    peak_bytes: int


class MeasuredRuns:
    """The helper process, seen from a test."""

    def __enter__(self) -> Self:
        self._helper = subprocess.Popen(
            [sys.executable, "-m", "fakes.measured"],
            env={"PATH": os.defpath, "PYTHONPATH": str(_TESTS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._helper.communicate()

    def run(self, order: Order) -> Measured:
        """Carry out an order."""
        assert self._helper.stdin is not None
        assert self._helper.stdout is not None
        self._helper.stdin.write(json.dumps(asdict(order)) + "\n")
        self._helper.stdin.flush()
        return Measured(**json.loads(self._helper.stdout.readline()))


def clock_of_others(file: Path) -> SharedClock:
    """Return the clock of a run's file, for a server to move."""
    return SharedClock(file, _OF_OTHERS)


def _fork(order: dict[str, Any], imported: Path) -> Measured:
    child = os.fork()
    if child == 0:
        _run(order, imported)
    _, status, usage = os.wait4(child, 0)
    return Measured(exit_code=os.waitstatus_to_exitcode(status), peak_bytes=usage.ru_maxrss * 1024)


def _import(imported: Path) -> None:
    """Import what the first run did, for those that follow."""
    for name in imported.read_text(encoding="utf-8").split():
        with suppress(ImportError):  # what was made up while another module was imported
            importlib.import_module(name)


def _run(order: dict[str, Any], imported: Path) -> None:
    signal.alarm(int(PATIENCE))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    clock = SharedClock(Path(order["clock"]), _OF_THE_RUN)
    code = 70
    try:
        with (
            Path(order["stdout"]).open("w", encoding="utf-8") as stdout,
            Path(order["stderr"]).open("w", encoding="utf-8") as stderr,
        ):
            code = main(
                order["argv"],
                order["env"],
                stdout,
                stderr,
                workspace=Path(order["workspace"]),
                clock=clock,
                stop=_SharedStop(clock),
            )
        if not imported.exists():
            imported.write_text("\n".join(sys.modules), encoding="utf-8")
    finally:
        os._exit(code)


def _serve() -> None:
    with tempfile.TemporaryDirectory() as folder:
        imported = Path(folder) / "imported"
        for number, line in enumerate(sys.stdin):
            sys.stdout.write(json.dumps(asdict(_fork(json.loads(line), imported))) + "\n")
            sys.stdout.flush()
            if number == 0:
                _import(imported)


if __name__ == "__main__":
    _serve()
