"""Finds esbuild on a terminal, runs its command line, and reads what it says.

It runs with an empty environment: neither tokens nor secrets are in reach of what it loads.
"""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import Any, BinaryIO

from workers_deploy.dataclass import dataclass

# The first that knows `import source`, which bundles for Workers may hold; es2024 came before it.
OLDEST = (0, 25, 7)
SECONDS_AT_MOST = 300
SECONDS_BETWEEN_LOOKS = 0.1
_SECONDS_FOR_VERSION = 10
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_MESSAGE = re.compile(
    r"^[✘▲] \[(?P<kind>ERROR|WARNING)\] (?P<text>.*?)$"
    r"(?:\n\n {4}(?P<file>[^\n]+?):(?P<line>\d+):(?P<column>\d+):$)?",
    re.MULTILINE,
)
# The files of a metafile, as esbuild indents them.
_KEY = re.compile(r'^ {4}("(?:\\.|[^"\\])*"): \{$', re.MULTILINE)


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
    check: Callable[[], None],
    source: Path | None = None,
) -> Built:
    """Bundle into `output`, from `directory`; a program that can't be run is a message too.

    `check` is called again and again meanwhile; what it raises ends the program. `source` is the
    entry point where the arguments name none, read as if it lay in `directory`.
    """
    metafile = output / "metafile.json"
    command = [str(program), *arguments, f"--outdir={output}", f"--metafile={metafile}"]
    try:
        with Path(source or os.devnull).open("rb") as given:
            returncode, told = _run(command, directory, given, check)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return Built(messages=(Message(is_error=True, text=f"esbuild: {error}"),), metafile=None)
    messages = parse_messages(told)
    if returncode == 0 and metafile.is_file():
        return _read_metafile(metafile.read_text(encoding="utf-8"), directory, messages)
    if not any(message.is_error for message in messages):
        text = told.strip() or f"esbuild ended with {returncode}"
        messages = (*messages, Message(is_error=True, text=text))
    return Built(messages=messages, metafile=None)


def _run(
    command: Sequence[str], directory: Path, given: BinaryIO, check: Callable[[], None]
) -> tuple[int, str]:
    """Run a program to its end and return its exit code and what it told."""
    with subprocess.Popen(  # noqa: S603  # the program is the image's, or the user's own
        command,
        cwd=directory,
        env={},
        stdin=given,
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


def _read_metafile(text: str, directory: Path, messages: tuple[Message, ...]) -> Built:
    """Read the metafile, unless esbuild copied a file whose name it can't write into it.

    Paths of copied files stand there as they are, so that a quote ends them, and with a slash for
    each backslash, so that they name another file.
    """
    if copied := _misnamed(text, directory):
        told = (
            Message(is_error=True, text="esbuild can't copy a file of such a name", file=name)
            for name in copied
        )
        return Built(messages=(*messages, *told), metafile=None)
    return Built(messages=messages, metafile=json.loads(text))


def _misnamed(text: str, directory: Path) -> list[str]:
    try:
        outputs = json.loads(text)["outputs"].items()
    except ValueError:
        keys = [str(json.loads(found)) for found in _KEY.findall(text)]
        quoted = [key for key in keys if '"' in key]
        return [key for key in quoted if any(one.endswith(f"-{Path(key).name}") for one in quoted)]
    missing = (one for path, one in outputs if not (directory / path).exists())
    return [name for one in missing for name in one["inputs"]]


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
    """Return the nearest esbuild that is new enough: the project's own, else on `search_path`.

    Never called in the image, where the program must not come from the checkout.
    """
    for program in _programs(directory, root, search_path):
        version = _version_of(program)
        if version is not None and _is_new_enough(version):
            return program
    return None


def find_too_old(directory: Path, root: Path, search_path: str) -> str | None:
    """Return the version of the nearest esbuild that is too old, None where there is none."""
    versions = (_version_of(program) for program in _programs(directory, root, search_path))
    return next((one for one in versions if one is not None and not _is_new_enough(one)), None)


def _programs(directory: Path, root: Path, search_path: str) -> Iterator[Path]:
    for folder in (directory, *directory.parents):
        with suppress(OSError):  # a folder that nobody may look into
            yield from _programs_below(folder)
        if folder == root:
            break
    if found := which("esbuild", path=search_path):
        yield Path(found)


def _programs_below(folder: Path) -> Iterator[Path]:
    for modules in _folders(folder / "node_modules"):
        for program in (*modules.glob("@esbuild/*/bin/esbuild"), modules / ".bin" / "esbuild"):
            if program.is_file():
                yield program


def _folders(modules: Path) -> Iterator[Path]:
    """Yield where packages stand: npm nests those of wrangler, pnpm puts them beside it."""
    yield modules
    yield modules / "wrangler" / "node_modules"
    for package in (modules / "esbuild", modules / "wrangler"):
        if package.is_symlink():
            beside = Path(os.path.realpath(package)).parent
            yield beside
            if (beside / "esbuild").is_symlink():
                yield Path(os.path.realpath(beside / "esbuild")).parent


def _version_of(program: Path) -> str | None:
    """Return a program's version: its package's, else what it answers."""
    package = Path(os.path.realpath(program)).parent.parent / "package.json"
    try:
        version = json.loads(package.read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError, TypeError):
        version = _ask(program)
    return version if isinstance(version, str) and _VERSION.match(version) else None


def _ask(program: Path) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603  # the user's own program
            [str(program), "--version"],
            env={},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS_FOR_VERSION,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _is_new_enough(version: str) -> bool:
    """Tell whether a version takes what a bundle is made with.

    >>> _is_new_enough("0.21.5"), _is_new_enough("0.25.7"), _is_new_enough("0.100.0-rc.1")
    (False, True, True)
    """
    found = _VERSION.match(version)
    return found is not None and tuple(map(int, found.groups())) >= OLDEST
