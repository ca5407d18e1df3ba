"""Runs a command and measures it: seconds, processor time, and the memory of all its processes."""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS_BETWEEN_LOOKS = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """One run: wall-clock and processor seconds, peak of the proportional set size in bytes."""

    seconds: float
    cpu: float
    memory: int
    began: float  # on the machine's monotonic clock, which the server's times are on too


def measure(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], look: bool = True
) -> Measurement:
    """Run a command to its end; one that fails is a RuntimeError with what it said.

    Memory is the proportional set size of the process and its descendants, looked at every 20 ms:
    summed resident sizes would count shared pages twice. Without `look` it is 0.
    """
    ended = threading.Event()
    peak = 0
    before = _children_cpu()
    began = time.monotonic()
    with subprocess.Popen(
        command, cwd=cwd, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:

        def watch() -> None:
            nonlocal peak
            while look and not ended.wait(SECONDS_BETWEEN_LOOKS):
                peak = max(peak, memory_of_tree(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        output, _ = process.communicate()
        seconds = time.monotonic() - began
        ended.set()
        watcher.join()
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}:\n{output}")
    return Measurement(seconds=seconds, cpu=_children_cpu() - before, memory=peak, began=began)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory_of_tree(root: int) -> int:
    """Return the proportional set size in bytes of a process and all its descendants."""
    return sum(memory_of(pid) for pid in descendants_of(root))


def descendants_of(root: int) -> Iterator[int]:
    """Yield a process and its descendants; one that ends meanwhile is left out."""
    yield root
    try:
        tasks = os.listdir(f"/proc/{root}/task")  # noqa: PTH208 - many times a second
    except OSError:
        return
    for task in tasks:
        for child in _read(f"/proc/{root}/task/{task}/children").split():
            yield from descendants_of(int(child))


def memory_of(pid: int) -> int:
    """Return one process's proportional set size in bytes; 0 when it has ended."""
    lines = _read(f"/proc/{pid}/smaps_rollup").splitlines()
    found = (int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return next(found, 0)


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123 - many times a second
            return file.read()
    except OSError:
        return ""


def plain_environment(home: Path) -> dict[str, str]:
    """Return an environment in which neither tool finds anything of this machine."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "CI": "true"}
