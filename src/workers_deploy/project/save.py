"""Writes a downloaded script into a folder; no name leads out of it."""

import errno
import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from workers_deploy.errors import Problem, ProblemKind, ProblemsError


def save_script(directory: Path, modules: Sequence[tuple[str, bytes]]) -> tuple[str, ...]:
    """Write each module under its name and return the paths, relative to the folder.

    Parts of a name that would lead out of the folder, or that no file can have, are replaced;
    two names that become the same are told apart by a number.

    Raises:
        ProblemsError: the folder can't be written, or a symlink stands in the way.

    """
    names = _distinct([safe_name(name) for name, _ in modules])
    try:
        for name, (_, content) in zip(names, modules, strict=True):
            _write(directory, name, content)
    except OSError as error:
        problem = Problem(
            kind=ProblemKind.INPUT,
            subject="output-dir",
            message=f"can't be written: {error.strerror or type(error).__name__}",
        )
        raise ProblemsError([problem]) from error
    return tuple(names)


def safe_name(name: str) -> str:
    r"""Return a relative path below the folder.

    >>> safe_name("../../etc/passwd"), safe_name("/lib/a.js"), safe_name("a\0b")
    ('etc/passwd', 'lib/a.js', 'a_b')
    """
    parts = [part for part in PurePosixPath(name).parts if part not in ("/", "..", ".", "//")]
    cleaned = [re.sub(r"[\x00-\x1f\x7f\\]", "_", part) for part in parts]
    return "/".join(cleaned) or "module"


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names of which none is another one, nor the folder of another one."""
    taken: set[str] = set()
    found: list[str] = []
    for name in names:
        candidate, number = name, 2
        while _collides(candidate, taken):
            candidate, number = f"{name.replace('/', '_')}.{number}", number + 1
        taken.add(candidate)
        found.append(candidate)
    return found


def _collides(name: str, taken: set[str]) -> bool:
    folders = {str(folder) for folder in PurePosixPath(name).parents}
    return name in taken or bool(folders & taken) or any(t.startswith(f"{name}/") for t in taken)


def _write(directory: Path, name: str, content: bytes) -> None:
    folder = directory
    folder.mkdir(parents=True, exist_ok=True)
    for part in PurePosixPath(name).parts[:-1]:
        folder /= part
        # A symlink inside the folder would lead out of it after all.
        if folder.is_symlink():
            raise OSError(errno.ELOOP, "a symlink stands in the way")
        folder.mkdir(exist_ok=True)
    target = directory / name
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
