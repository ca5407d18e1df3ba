"""Runs a command and measures it: seconds, and the memory of all its processes together."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# A look at /proc costs about a millisecond for a handful of processes.
SECONDS_BETWEEN_LOOKS = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """One run: wall-clock seconds, and the peak of the proportional set size in bytes."""

    seconds: float
    peak_memory: int


def measure(command: list[str], *, cwd: Path, env: Mapping[str, str]) -> Measurement:
    """Run a command to its end; one that fails is a RuntimeError with what it said.

    Memory is the proportional set size of the process and its descendants: summed resident sizes
    would count shared pages twice.
    """
    ended = threading.Event()
    peak = 0
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=cwd, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:

        def watch() -> None:
            nonlocal peak
            while not ended.wait(SECONDS_BETWEEN_LOOKS):
                peak = max(peak, memory_of_tree(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        output, _ = process.communicate()
        seconds = time.perf_counter() - started
        ended.set()
        watcher.join()
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}:\n{output}")
    return Measurement(seconds=seconds, peak_memory=peak)


def memory_of_tree(root: int) -> int:
    """Return the proportional set size in bytes of a process and all its descendants."""
    return sum(memory_of(pid) for pid in descendants_of(root))


def descendants_of(root: int) -> Iterator[int]:
    """Yield a process and its descendants; one that ends meanwhile is left out."""
    yield root
    for children in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            found = children.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in found:
            yield from descendants_of(int(child))


def memory_of(pid: int) -> int:
    """Return one process's proportional set size in bytes; 0 when it has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next(
        (int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0
    )


def plain_environment(home: Path) -> dict[str, str]:
    """Return an environment that neither tool finds anything of this machine in."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "CI": "true"}
