"""The commit that is checked out, and ancestry, by dulwich: no git binary is needed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workers_deploy.core.project import Origin
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import DeployError
from workers_deploy.project.desired.repository import open_repository

if TYPE_CHECKING:
    from dulwich.objects import Commit as GitCommit
    from dulwich.objects import ObjectID, ShaFile
    from dulwich.repo import Repo


@dataclass(frozen=True, kw_only=True, slots=True)
class Commit:
    """A commit: 40 hex digits, and the first line of its message."""

    id: str
    subject: str


def read_commit(
    directory: Path, origin: Origin | None = None, check: Callable[[], None] = lambda: None
) -> Commit | None:
    """Return the commit checked out around a directory, None outside of a repository.

    CI systems check a pull request out as a merge that no branch has, and that nobody finds later.
    So where `origin` has a pull request whose last commit was merged there, it is that commit.
    """
    if not any(os.path.lexists(folder / ".git") for folder in (directory, *directory.parents)):
        return None
    from dulwich.objects import Commit as GitCommit  # noqa: PLC0415  # 0.1 s, only for repositories

    try:
        with open_repository(directory, check) as repository:
            head = repository.head()
            commit = repository[head]
            if not isinstance(commit, GitCommit):
                return None
            if origin and (origin.pull_request_head or "").encode() in commit.parents:
                return _head_of_pull_request(repository, origin)
            return Commit(id=head.decode(), subject=_subject(commit))
    except DeployError:  # from `check`
        raise
    except Exception:  # noqa: BLE001  # whatever is wrong with .git, the deploy does without a commit
        return None


def _head_of_pull_request(repository: "Repo", origin: Origin) -> Commit:
    """Return the last commit; a shallow clone lacks it, and then the pull request has a title."""
    head = origin.pull_request_head or ""
    found = repository.object_store.iter_prefix(head.encode())
    subjects = (_subject(repository[one]) for one in found)
    subject = next(subjects, origin.pull_request_title or "")
    return Commit(id=head, subject=subject)


def _subject(commit: "ShaFile") -> str:
    message: bytes = getattr(commit, "message", b"")
    return message.decode(errors="replace").strip().partition("\n")[0].strip()


def is_ancestor(
    directory: Path, older: str, newer: str, check: Callable[[], None] = lambda: None
) -> bool | None:
    """Tell whether a commit is in the history of another, itself included.

    Either may be cut: a note has the first 12 of 40 hex digits. None where that can't be known: no
    repository, an unknown commit, or a shallow clone that ends too early.
    """
    try:
        with open_repository(directory, check) as repository:
            wanted, start = _find(repository, older), _find(repository, newer)
            if wanted is None or start is None:
                return None
            shallow = repository.get_shallow()
            if _reaches(repository, wanted, start, shallow, check):
                return True
            return None if shallow else False
    except DeployError:  # as above
        raise
    except Exception:  # noqa: BLE001  # as above
        return None


def is_same_file(file: Path, commit: str) -> bool | None:
    """Tell whether a file is as it was in a commit, which may be cut, and ever since.

    None where that can't be known: no repository, or a commit that it does not hold.
    """
    from dulwich.object_store import tree_lookup_path  # noqa: PLC0415  # as above
    from dulwich.objects import Commit as GitCommit  # noqa: PLC0415  # as above

    try:
        with open_repository(file.parent) as repository:
            found = _find(repository, commit)
            made = repository[found] if found is not None else None
            if not isinstance(made, GitCommit):
                return None
            path = file.resolve().relative_to(Path(repository.path).resolve()).as_posix().encode()
            _, blob = tree_lookup_path(repository.get_object, made.tree, path)
            if repository.get_object(blob).as_raw_string() != file.read_bytes():
                return False
            # What was changed and changed back may have been deployed in between.
            since = repository.get_walker(exclude=[made.id], paths=[path], max_entries=1)
            return next(iter(since), None) is None
    except KeyError:
        return False  # the commit has no such file
    except Exception:  # noqa: BLE001  # as above
        return None


def find_commit(repository: "Repo", commit: str) -> "GitCommit":
    """Return a commit whose digits begin so.

    Raises:
        KeyError: there is none, or more than one.

    """
    from dulwich.objects import Commit as GitCommit  # noqa: PLC0415  # as above

    found = _find(repository, commit)
    made = repository[found] if found is not None else None
    if not isinstance(made, GitCommit):
        raise KeyError(commit)
    return made


def _find(repository: "Repo", commit: str) -> "ObjectID | None":
    """Return the one object whose digits begin so."""
    found = list(repository.object_store.iter_prefix(commit.encode()))
    return found[0] if len(found) == 1 else None


def _reaches(
    repository: "Repo",
    wanted: "ObjectID",
    start: "ObjectID",
    shallow: set["ObjectID"],
    check: Callable[[], None],
) -> bool:
    pending, seen = [start], {start}
    while pending:
        check()
        current = pending.pop()
        if current == wanted:
            return True
        parents = () if current in shallow else repository.get_parents(current)
        pending += [parent for parent in parents if parent not in seen]
        seen.update(parents)
    return False
