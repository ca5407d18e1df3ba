"""Runs esbuild's command line, and reads what it says.

It runs with an empty environment: neither tokens nor secrets are in reach of what it loads.
"""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from typing import Any

from workers_deploy.dataclass import dataclass

SECONDS_AT_MOST = 300
_MESSAGE = re.compile(
    r"^[✘▲] \[(?P<kind>ERROR|WARNING)\] (?P<text>.*?)$"
    r"(?:\n\n {4}(?P<file>[^\n]+?):(?P<line>\d+):(?P<column>\d+):$)?",
    re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """An error or a warning; line and column count from 1."""

    is_error: bool
    text: str
    file: str | None = None  # relative to the directory that esbuild ran in
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """What a run left: its messages, and the metafile where it succeeded."""

    messages: tuple[Message, ...]
    metafile: Mapping[str, Any] | None


def run_esbuild(program: Path, directory: Path, output: Path, arguments: Sequence[str]) -> Built:
    """Bundle into `output`, from `directory`; a program that can't be run is a message too."""
    metafile = output / "metafile.json"
    command = [str(program), *arguments, f"--outdir={output}", f"--metafile={metafile}"]
    try:
        done = subprocess.run(  # noqa: S603  # the program is the image's, or the user's own
            command,
            cwd=directory,
            env={},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS_AT_MOST,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Built(messages=(Message(is_error=True, text=f"esbuild: {error}"),), metafile=None)
    messages = parse_messages(done.stderr)
    if done.returncode == 0 and metafile.is_file():
        return Built(messages=messages, metafile=json.loads(metafile.read_text(encoding="utf-8")))
    if not any(message.is_error for message in messages):
        text = done.stderr.strip() or f"esbuild ended with {done.returncode}"
        messages = (*messages, Message(is_error=True, text=text))
    return Built(messages=messages, metafile=None)


def parse_messages(text: str) -> tuple[Message, ...]:
    r"""Read esbuild's messages.

    >>> parse_messages('✘ [ERROR] Could not resolve "x"\n\n    src/a.ts:3:7:\n      3 │ …')
    (Message(is_error=True, text='Could not resolve "x"', file='src/a.ts', line=3, column=8),)
    """
    return tuple(_message(found) for found in _MESSAGE.finditer(text))


def _message(found: re.Match[str]) -> Message:
    line, column = found["line"], found["column"]
    return Message(
        is_error=found["kind"] == "ERROR",
        text=found["text"],
        file=found["file"],
        line=int(line) if line else None,
        column=int(column) + 1 if column else None,
    )


def find_esbuild(directory: Path, root: Path, search_path: str) -> Path | None:
    """Return a terminal's esbuild: the project's own, else the one on `search_path`.

    Never called in the image, where the program must not come from the checkout.
    """
    for folder in (directory, *directory.parents):
        modules = folder / "node_modules"
        for program in (*modules.glob("@esbuild/*/bin/esbuild"), modules / ".bin" / "esbuild"):
            if program.is_file():
                return program
        if folder == root:
            break
    found = which("esbuild", path=search_path)
    return Path(found) if found else None
