"""Finds the esbuild of a terminal, and tells its version."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import which

from workers_deploy.project.regular_files import MAX_MODULE_BYTES, read_regular

# The first that knows `import source`, which bundles for Workers may hold; es2024 came before it.
OLDEST = (0, 25, 7)
_SECONDS_BETWEEN_LOOKS = 0.1
_LOOKS_FOR_VERSION = 100
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def find_esbuild(
    directory: Path, root: Path, search_path: str, check: Callable[[], None] = lambda: None
) -> Path | None:
    """Return the nearest esbuild that is new enough: the project's own, else on `search_path`.

    Never called in the image, where the program must not come from the checkout. `check` is
    asked while one is waited for; what it raises passes through.
    """
    for program in _programs(directory, root, search_path):
        version = version_of(program, check)
        if version is not None and _is_new_enough(version):
            return program
    return None


def find_too_old(
    directory: Path, root: Path, search_path: str, check: Callable[[], None] = lambda: None
) -> str | None:
    """Return the version of the nearest esbuild that is too old, None where there is none."""
    versions = (version_of(program, check) for program in _programs(directory, root, search_path))
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


def version_of(program: Path, check: Callable[[], None] = lambda: None) -> str | None:
    """Return a program's version: its package's, else what it answers; None where it has none."""
    package = Path(os.path.realpath(program)).parent.parent / "package.json"
    try:
        version = json.loads(read_regular(package, MAX_MODULE_BYTES))["version"]
    except (OSError, ValueError, KeyError, TypeError):
        version = _ask(program, check)
    return version if isinstance(version, str) and _VERSION.match(version) else None


def _ask(program: Path, check: Callable[[], None]) -> str | None:
    try:
        process = subprocess.Popen(  # noqa: S603  # the user's own program
            [str(program), "--version"],
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            process_group=0,  # npm's script starts another one, and both have to end
        )
    except OSError:
        return None
    with process:
        try:
            said = _wait_for(process, check)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return said.strip() if process.returncode == 0 else None


def _wait_for(process: "subprocess.Popen[str]", check: Callable[[], None]) -> str:
    """Return what a program says before its time is over."""
    for _ in range(_LOOKS_FOR_VERSION):
        check()
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=_SECONDS_BETWEEN_LOOKS)[0]
    return ""


def _is_new_enough(version: str) -> bool:
    """Tell whether a version takes what a bundle is made with.

    >>> _is_new_enough("0.21.5"), _is_new_enough("0.25.7"), _is_new_enough("0.100.0-rc.1")
    (False, True, True)
    """
    found = _VERSION.match(version)
    return found is not None and tuple(map(int, found.groups())) >= OLDEST
