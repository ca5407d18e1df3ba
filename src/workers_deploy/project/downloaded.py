"""Writes a downloaded script into a folder; no name leads out of it."""

import errno
import os
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath

from workers_deploy.errors import Problem, ProblemKind, ProblemsError

# Bytes that Linux allows: of one part of a path, and half of those of a whole one, which begins
# with the folder's.
LONGEST_PART = 255
LONGEST_NAME = 2048
DEEPEST = 64  # folders of a name; packages inside of packages have some twenty
LONGEST_EXTENSION = 32


def save_script(directory: Path, modules: Sequence[tuple[str, Iterable[bytes]]]) -> tuple[str, ...]:
    """Write each module under its name and return the paths, relative to the folder.

    A module is its name and its bytes in pieces, which are read one after the other.

    Parts of a name that would lead out of the folder, or that no file can have, are replaced or
    shortened; two names that become the same are told apart by a number.

    Raises:
        ProblemsError: the folder can't be written, or a symlink stands in the way.

    """
    names = _distinct([safe_name(name) for name, _ in modules])
    for done, (name, (_, pieces)) in enumerate(zip(names, modules, strict=True)):
        try:
            _write(directory, name, pieces)
        except OSError as error:
            raise ProblemsError([_problem(error, name, done, len(names))]) from error
    return tuple(names)


def _problem(error: OSError, name: str, done: int, count: int) -> Problem:
    hints = {
        errno.ENOSPC: "free some space, or name a folder on another disk",
        errno.EDQUOT: "free some space, or name a folder on another disk",
        errno.EACCES: "name a folder that this run may write to",
        errno.EPERM: "name a folder that this run may write to",
        errno.EROFS: "name a folder that can be written to",
    }
    return Problem(
        kind=ProblemKind.INPUT,
        subject="output-dir",
        message=f"{name} can't be written: {error.strerror or type(error).__name__}; "
        f"{done} of {count} files are written",
        hint=hints.get(error.errno or 0),
    )


def safe_name(name: str) -> str:
    r"""Return a relative path below the folder.

    >>> safe_name("../../etc/passwd"), safe_name("/lib/a.js"), safe_name("a\0b")
    ('etc/passwd', 'lib/a.js', 'a_b')
    """
    parts = [part for part in PurePosixPath(name).parts if part not in ("/", "..", ".", "//")]
    cleaned = [_shorten(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\]", "_", p)) for p in parts]
    return _fit("/".join(cleaned)) or "module"


def _fit(name: str) -> str:
    """Return a path that is neither too long nor too deep as a whole, else one part of it."""
    fits = len(name.encode()) <= LONGEST_NAME and name.count("/") <= DEEPEST
    return name if fits else _shorten(name.replace("/", "_"))


def _shorten(part: str) -> str:
    """Return a part that a file can have as its name: of a longer one the beginning and a hash."""
    encoded = part.encode()
    if len(encoded) <= LONGEST_PART:
        return part
    extension = PurePosixPath(part).suffix
    if len(extension.encode()) > LONGEST_EXTENSION:
        extension = ""
    end = f"-{sha256(encoded).hexdigest()[:8]}{extension}"
    return encoded[: LONGEST_PART - len(end.encode())].decode(errors="ignore") + end


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names of which none is another one, nor the folder of another one."""
    taken: set[str] = set()
    folders: set[str] = set()
    numbers: dict[str, int] = {}  # the last one that a name was given
    found: list[str] = []
    for name in names:
        candidate = name
        while candidate in taken or candidate in folders or taken & _folders_of(candidate):
            numbers[name] = numbers.get(name, 1) + 1
            candidate = _shorten(f"{name.replace('/', '_')}.{numbers[name]}")
        taken.add(candidate)
        folders |= _folders_of(candidate)
        found.append(candidate)
    return found


def _folders_of(name: str) -> set[str]:
    return {str(folder) for folder in PurePosixPath(name).parents}


def _write(directory: Path, name: str, pieces: Iterable[bytes]) -> None:
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
        file.writelines(pieces)
