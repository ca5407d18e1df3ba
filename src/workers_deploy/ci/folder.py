"""A folder in the checkout that can't be turned against us.

In a container we are root and the checkout is someone else's: a symlink in it must not lead our
files elsewhere, and what we write must belong to the one who has to delete it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from workers_deploy.dataclass import dataclass

# A folder on the way needs no right to be listed, only to be passed.
_PASSAGE: Final = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MADE: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder:
    """An open folder; `own` gives a file or folder, by its descriptor, to its owner."""

    descriptor: int
    own: Callable[[int], None]

    def write(self, name: str, content: bytes) -> None:
        """Replace a file whole or not at all; raises OSError."""
        part = f".{name}.part"
        with suppress(FileNotFoundError):
            os.unlink(part, dir_fd=self.descriptor)  # of a run that was killed
        file = os.open(part, _NEW_FILE, 0o644, dir_fd=self.descriptor)
        try:
            with os.fdopen(file, "wb") as stream:
                stream.write(content)
                stream.flush()
                self.own(file)
            os.replace(part, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
        except OSError:
            with suppress(OSError):
                os.unlink(part, dir_fd=self.descriptor)
            raise


@contextmanager
def open_folder(
    directory: Path, *, workspace: Path, own: Callable[[int], None]
) -> Iterator[Folder]:
    """Open a folder, made where it is missing; below the workspace no symlink is followed.

    Outside of the workspace no symlink is followed from the root on. Raises OSError
    (NotADirectoryError for a symlink).
    """
    root = workspace.resolve()  # the way to the workspace is not the checkout's to choose
    if directory.is_relative_to(workspace):
        directory = root / directory.relative_to(workspace)
    target = Path(os.path.normpath(directory))
    start = root if target.is_relative_to(root) else Path(target.anchor)
    current = os.open(start, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in target.relative_to(start).parts:
            below = _open_below(part, current, own)
            os.close(current)
            current = below
        yield Folder(descriptor=current, own=own)
    finally:
        os.close(current)


def _open_below(name: str, parent: int, own: Callable[[int], None]) -> int:
    try:
        os.mkdir(name, 0o755, dir_fd=parent)
    except FileExistsError:
        return os.open(name, _PASSAGE, dir_fd=parent)
    made = os.open(name, _MADE, dir_fd=parent)
    own(made)
    return made


def owner_of(workspace: Path, *, euid: int) -> Callable[[int], None]:
    """Return what gives our files to the workspace's owner: root can, others need not."""
    if euid != 0:
        return lambda _descriptor: None
    status = workspace.stat()
    return lambda descriptor: os.fchown(descriptor, status.st_uid, status.st_gid)
