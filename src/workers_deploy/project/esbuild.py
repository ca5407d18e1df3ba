"""Runs esbuild's command line, and reads what it says.

It runs with an empty environment: neither tokens nor secrets are in reach of what it loads.
"""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import Any

from workers_deploy.dataclass import dataclass

SECONDS_AT_MOST = 300
SECONDS_BETWEEN_LOOKS = 0.1
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


def run_esbuild(
    program: Path,
    directory: Path,
    output: Path,
    arguments: Sequence[str],
    check: Callable[[], None] = lambda: None,
) -> Built:
    """Bundle into `output`, from `directory`; a program that can't be run is a message too.

    `check` is called again and again meanwhile; what it raises ends the program.
    """
    metafile = output / "metafile.json"
    command = [str(program), *arguments, f"--outdir={output}", f"--metafile={metafile}"]
    try:
        returncode, told = _run(command, directory, check)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Built(messages=(Message(is_error=True, text=f"esbuild: {error}"),), metafile=None)
    messages = parse_messages(told)
    if returncode == 0 and metafile.is_file():
        return Built(messages=messages, metafile=json.loads(metafile.read_text(encoding="utf-8")))
    if not any(message.is_error for message in messages):
        text = told.strip() or f"esbuild ended with {returncode}"
        messages = (*messages, Message(is_error=True, text=text))
    return Built(messages=messages, metafile=None)


def _run(command: Sequence[str], directory: Path, check: Callable[[], None]) -> tuple[int, str]:
    """Run a program to its end and return its exit code and what it told."""
    with subprocess.Popen(  # noqa: S603  # the program is the image's, or the user's own
        command,
        cwd=directory,
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        # Of its own: npm's script for esbuild starts the program itself, and both have to end.
        process_group=0,
    ) as process:
        try:
            return _wait(process, check)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise


def _wait(process: "subprocess.Popen[str]", check: Callable[[], None]) -> tuple[int, str]:
    end = time.monotonic() + SECONDS_AT_MOST
    while True:
        check()
        try:
            _, told = process.communicate(timeout=SECONDS_BETWEEN_LOOKS)
        except subprocess.TimeoutExpired as slice_:
            if time.monotonic() >= end:
                raise subprocess.TimeoutExpired(process.args, SECONDS_AT_MOST) from slice_
        else:
            return process.returncode, told


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
