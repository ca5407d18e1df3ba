"""Runs before a terminal."""

import os
import pty
import subprocess
from collections.abc import Mapping
from pathlib import Path

from fakes.patience import PATIENCE
from fakes.runs import ENTRYPOINT


def at_a_terminal(*arguments: str, cwd: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """Run with a terminal as output; return the exit code and what it shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [ENTRYPOINT, *arguments],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            while piece := terminal.read(4096):
                shown += piece
        except OSError:  # Linux ends a terminal so whose other side is closed
            pass
    return process.wait(PATIENCE), shown.decode()
