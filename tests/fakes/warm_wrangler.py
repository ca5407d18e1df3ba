"""One wrangler process for many commands: its start is most of a command's time."""

import atexit
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from workers_emulator.runtime.tools import find_node

NODE_MODULES = Path(__file__).parents[2] / ".node" / "node_modules"
DRIVER = Path(__file__).parents[1] / "node" / "warm_wrangler.cjs"


def environment_of(home: Path, **more: str) -> dict[str, str]:
    """Return what wrangler is given: a home of its own, nothing of this process's, and `more`."""
    return {
        "HOME": str(home),
        "PATH": f"{find_node(None).parent}:/usr/bin:/bin",
        "CI": "true",
        "NO_COLOR": "1",
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_WRITE_LOGS": "false",
        **more,
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What one command came to. `error`: wrangler's message, None where it was content."""

    error: str | None
    stdout: str
    stderr: str
    events: tuple[Mapping[str, Any], ...]  # what it wrote for machines


class WarmWrangler:
    """The wrangler that `make` installed, started once."""

    def __init__(self) -> None:
        self._events = Path(tempfile.mkdtemp(prefix="wrangler-")) / "events.ndjson"
        asked, commands = os.pipe()
        answers, answered = os.pipe()
        self._process = subprocess.Popen(
            [*self._words(), str(asked), str(answered)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={"PATH": f"{find_node(None).parent}:/usr/bin:/bin"},
            pass_fds=(asked, answered),
        )
        os.close(asked)
        os.close(answered)
        self._commands: TextIO = os.fdopen(commands, "w", encoding="utf-8")
        self._answers: TextIO = os.fdopen(answers, encoding="utf-8")

    @staticmethod
    def _words() -> list[str]:
        return [str(find_node(None)), "--no-warnings", str(DRIVER), str(NODE_MODULES / "wrangler")]

    def run(
        self,
        directory: Path,
        words: tuple[str, ...],
        *,
        environment: Mapping[str, str],
        stdin: str = "",
    ) -> Said:
        """Run one command in a directory; nothing of this process's environment is passed on."""
        self._events.unlink(missing_ok=True)
        question = {
            "directory": str(directory),
            "words": words,
            "environment": {**environment, "WRANGLER_OUTPUT_FILE_PATH": str(self._events)},
            "stdin": stdin,
        }
        self._commands.write(f"{json.dumps(question)}\n")
        self._commands.flush()
        answer = json.loads(self._answers.readline())
        lines = self._events.read_text().splitlines() if self._events.exists() else []
        return Said(**answer, events=tuple(json.loads(line) for line in lines))

    def end(self) -> None:
        """Let the process end."""
        self._commands.close()
        self._process.wait()
        self._answers.close()


@cache
def warm_wrangler() -> WarmWrangler:
    """Return the one of this process; it ends with it."""
    wrangler = WarmWrangler()
    atexit.register(wrangler.end)
    return wrangler
