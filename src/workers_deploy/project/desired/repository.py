"""Opens the repository, which is as much anyone's as the files beside it.

dulwich reads whatever it finds. So what would keep it waiting is looked for first, includes of the
configuration, which may name any file, are left alone, and what an object unpacks to, however
much that is, gets no more than its share of the memory.
"""

import os
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from workers_deploy.project.regular_files import MIB, read_regular

if TYPE_CHECKING:
    from dulwich.config import ConfigFile
    from dulwich.repo import Repo

# On top of what the run has. Packs are mapped, which does not count; a history of a million
# commits takes some 200 MiB.
MEMORY_BYTES = 512 * MIB
_MAX_POINTER_BYTES = 64 * 1024  # of the files that name another directory
_PAGES_OF_DATA = 5  # the field of /proc/self/statm


@contextmanager
def open_repository(directory: Path, check: Callable[[], None] = lambda: None) -> "Iterator[Repo]":
    """Open the repository around a directory; `check` is asked often, and may raise.

    Raises:
        OSError: something in it is no file that can be read, such as a FIFO.
        NotGitRepository, MemoryError, and whatever else dulwich finds wrong with it.

    """
    from dulwich.config import ConfigFile  # noqa: PLC0415  # 0.1 s, only for repositories
    from dulwich.repo import Repo  # noqa: PLC0415

    class WithoutIncludes(Repo):
        def get_config(self) -> "ConfigFile":
            return ConfigFile.from_path(
                os.path.join(self.commondir(), "config"),  # noqa: PTH118
                expand_includes=False,
            )

    for folder in _control_directories(directory):
        _refuse_what_blocks(folder, check)
    with _bounded_memory(), WithoutIncludes.discover(str(directory)) as repository:
        yield repository


def _control_directories(directory: Path) -> Iterator[str]:
    """Yield the directory that `.git` is or names, and the one that a work tree shares."""
    around = (folder / ".git" for folder in (directory, *directory.parents))
    found = next((one for one in around if os.path.lexists(one)), None)
    if found is None:
        return
    control = found
    if not os.path.isdir(found):  # noqa: PTH112  # False for what nobody may look at
        named = read_regular(found, _MAX_POINTER_BYTES).decode(errors="replace")
        control = found.parent / named.partition("gitdir:")[2].strip()
    yield str(control)
    with suppress(FileNotFoundError):
        shared = read_regular(control / "commondir", _MAX_POINTER_BYTES)
        yield str(control / shared.decode(errors="replace").strip())


def _refuse_what_blocks(folder: str, check: Callable[[], None]) -> None:
    """Raise OSError where a FIFO or a device is in a folder; a socket can't be opened anyway."""
    pending = [folder]
    while pending:
        check()
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif not entry.is_file(follow_symlinks=False):
                    _refuse_if_it_blocks(entry)


def _refuse_if_it_blocks(entry: os.DirEntry[str]) -> None:
    try:
        mode = entry.stat().st_mode
    except FileNotFoundError:  # a link to nothing
        return
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise OSError(f"{entry.path} is neither a file nor a directory")


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """Let what is inside have so much more memory; beyond that it is a MemoryError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with suppress(OSError, ValueError):  # a system that doesn't say what is in use
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[_PAGES_OF_DATA]
        wanted = int(pages) * resource.getpagesize() + MEMORY_BYTES
        known = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_DATA, (min([wanted, *known]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
