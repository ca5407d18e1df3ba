"""Whether what goes up is as in the commit that is checked out.

Only files that matter are looked at, never the whole repository: the configuration, what is
uploaded, and the sources of a bundle. Where something uploaded is ignored by git, it was built
from other files, so those of the project's folder count, too. A file of few bytes is hashed; the
index, which takes long to read in a big repository, is opened only for what would take longer.
Paths are plain texts, below the repository with `/`: there may be 100,000 of them.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workers_deploy.dataclass import dataclass
from workers_deploy.errors import DeployError
from workers_deploy.project.desired.git_ignore import GitIgnore
from workers_deploy.project.desired.repository import open_repository

if TYPE_CHECKING:
    from dulwich.index import Index
    from dulwich.objects import ObjectID
    from dulwich.repo import Repo

HASHED_BYTES = 2**21  # of all files together; beyond it git's index says what is unchanged
MOST_FILES = 5_000  # of the project's folder, where something was built from it
_TOP = ""
_LFS = b"version https://git-lfs."


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployed:
    """The files that a deploy takes something from, all absolute, and the project's folder."""

    project: str
    files: Iterable[str]
    check: Callable[[], None] = lambda: None  # asked before each; raises where the run is to end


def find_uncommitted(deployed: Deployed) -> str | None:
    """Return the first file that is not as in the commit, None where all are.

    None also where that can't be known: no repository, no commit, or one that can't be read.
    """
    try:
        with open_repository(Path(deployed.project), deployed.check) as repository:
            return _Comparison(repository, deployed.check).find(deployed)
    except DeployError:  # from `check`
        raise
    except Exception:  # noqa: BLE001  # whatever is wrong with .git, the deploy does without a commit
        return None


class _Comparison:
    """The work tree against the commit; trees, index and ignore files are read on demand."""

    def __init__(self, repository: "Repo", check: Callable[[], None]) -> None:
        from dulwich.objects import Commit  # noqa: PLC0415  # 0.1 s, only for repositories

        self._repository = repository
        self._check = check
        self._root = os.path.realpath(repository.path)
        commit = repository[repository.head()]
        assert isinstance(commit, Commit)
        self._tree = commit.tree
        self._folders: dict[str, str | None] = {}
        self._trees: dict[str, dict[str, ObjectID]] = {}
        self._ignored: dict[str, bool] = {}
        self._git_ignore: GitIgnore | None = None
        self._index: Index | None = None
        self._budget = HASHED_BYTES

    def find(self, deployed: Deployed) -> str | None:
        """Return the first file that is not as in the commit."""
        is_built = False
        for file in deployed.files:
            self._check()
            parent, name = os.path.split(file)
            folder = self._folder(parent)
            if folder is None or "node_modules" in folder:
                continue
            committed = self._tree_at(folder).get(name)
            if committed is None:
                if not self._is_ignored(folder, name):
                    return file
                is_built = True
            elif not self._is_same(_join(folder, name), committed):
                return file
        return self._find_changed(deployed.project) if is_built else None

    def _find_changed(self, project: str) -> str | None:
        """Return the first file of a folder that is not as in the commit; new ones don't count."""
        for number, (path, committed) in enumerate(self._walk(self._folder(project) or _TOP)):
            self._check()
            if number == MOST_FILES:
                return None
            if not self._is_same(path, committed):
                return os.path.join(self._root, path)  # noqa: PTH118
        return None

    def _walk(self, folder: str) -> "Iterator[tuple[str, ObjectID]]":
        """Yield the files of the commit that are on the disk, too."""
        for name, committed in self._tree_at(folder).items():
            path = _join(folder, name)
            if os.path.isdir(self._on_disk(path)):  # noqa: PTH112
                yield from self._walk(path)
            elif os.path.isfile(self._on_disk(path)):  # noqa: PTH113
                yield path, committed

    def _on_disk(self, path: str) -> str:
        return f"{self._root}{os.sep}{path}"

    def _folder(self, folder: str) -> str | None:
        """Return a folder's path in the repository, None outside; looked up once for each."""
        if folder not in self._folders:
            real = os.path.realpath(folder)
            below = os.path.relpath(real, self._root).replace(os.sep, "/")
            is_inside = below != ".." and not below.startswith("../")
            self._folders[folder] = (_TOP if below == "." else below) if is_inside else None
        return self._folders[folder]

    def _tree_at(self, folder: str) -> "dict[str, ObjectID]":
        """Return what the commit has in a folder, by name; nothing where it has no such folder."""
        if folder not in self._trees:
            self._trees[folder] = self._read_tree(folder)
        return self._trees[folder]

    def _read_tree(self, folder: str) -> "dict[str, ObjectID]":
        from dulwich.objects import Tree  # noqa: PLC0415  # as above

        parent, _, name = folder.rpartition("/")
        at = self._tree if folder == _TOP else self._tree_at(parent).get(name)
        # A submodule's commit is no object of this repository.
        found = self._repository[at] if at is not None and at in self._repository else None
        if not isinstance(found, Tree):
            return {}
        return {os.fsdecode(entry.path): entry.sha for entry in found.iteritems()}

    def _is_ignored(self, folder: str, name: str) -> bool:
        """Tell whether git ignores a file; a folder that is ignored is asked about once."""
        if self._is_ignored_folder(folder):
            return True
        return self._read_git_ignore().is_ignored(_join(folder, name))

    def _is_ignored_folder(self, folder: str) -> bool:
        if folder == _TOP:
            return False
        if folder not in self._ignored:
            self._ignored[folder] = self._is_ignored_folder(
                folder.rpartition("/")[0]
            ) or self._read_git_ignore().is_ignored(f"{folder}/")
        return self._ignored[folder]

    def _read_git_ignore(self) -> GitIgnore:
        from dulwich.ignore import default_user_ignore_filter_path  # noqa: PLC0415  # as above

        if self._git_ignore is None:
            config = self._repository.get_config_stack()
            exclude = os.path.join(self._repository.commondir(), "info", "exclude")  # noqa: PTH118
            users = os.path.expanduser(default_user_ignore_filter_path(config))  # noqa: PTH111
            self._git_ignore = GitIgnore(
                self._root,
                [exclude, users],
                ignores_case=bool(config.get_boolean((b"core",), b"ignorecase", False)),
                check=self._check,
            )
        return self._git_ignore

    def _is_same(self, path: str, committed: "ObjectID") -> bool:
        status = os.stat(self._on_disk(path))  # noqa: PTH116
        if status.st_size <= self._budget:
            self._budget -= status.st_size
            if self._has_content(path, committed):
                return True
            return self._is_unchanged_in_index(path, committed, status)
        return self._is_unchanged_in_index(path, committed, status) or self._has_content(
            path, committed
        )

    def _has_content(self, path: str, committed: "ObjectID") -> bool:
        from dulwich.objects import Blob  # noqa: PLC0415  # as above

        with open(self._on_disk(path), "rb") as file:  # noqa: PTH123
            content = file.read()
        # What git writes on Windows differs by its line ends.
        texts = (content, content.replace(b"\r\n", b"\n"))
        if any(Blob.from_string(text).id == committed for text in dict.fromkeys(texts)):
            return True
        # With git-lfs the commit has a pointer, and the folder the file it points to.
        is_known = committed in self._repository  # not in a clone without blobs
        return is_known and self._repository[committed].as_raw_string().startswith(_LFS)

    def _is_unchanged_in_index(
        self, path: str, committed: "ObjectID", status: os.stat_result
    ) -> bool:
        """Tell whether git, too, would take a file for unchanged, by its time and size."""
        from dulwich.index import IndexEntry  # noqa: PLC0415  # as above

        if self._index is None:
            self._index = self._repository.open_index()
        try:
            entry = self._index[os.fsencode(path)]
        except KeyError:
            return False
        if not isinstance(entry, IndexEntry) or entry.sha != committed:
            return False
        return entry.size == status.st_size and _is_time(entry.mtime, status.st_mtime_ns)


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _is_time(known: float | tuple[int, int], now: int) -> bool:
    """Tell whether the index has this time; a part of a second that it lacks is no difference."""
    if isinstance(known, tuple):
        seconds, nanoseconds = known
        return seconds == now // 10**9 and nanoseconds in (0, now % 10**9)
    return int(known) == now // 10**9
