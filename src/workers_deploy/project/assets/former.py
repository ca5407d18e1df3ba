"""The assets of another commit, read from git as if that commit were checked out.

They are written into a folder and read as any asset directory is, so that the same rules leave out
the same files. Whoever asks proves by a digest that they are what was deployed: what git does not
hold (built files, links, git-lfs) comes out as something else.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from workers_deploy.core.manifest import AssetManifest
from workers_deploy.project.assets.directory import AssetDirectory
from workers_deploy.project.desired.commit import find_commit
from workers_deploy.project.desired.repository import open_repository
from workers_deploy.project.findings import Findings

if TYPE_CHECKING:
    from dulwich.objects import ObjectID
    from dulwich.repo import Repo

# A plan is worth a second or so more, not a minute.
MAX_FILES: Final = 5_000
MAX_BYTES: Final = 200 * 2**20
_REGULAR: Final = (0o100644, 0o100755, 0o100664)


class _TooMuchError(Exception):
    """More than it is worth, or not only files."""


def read_former_assets(
    commit: str, assets: AssetManifest, *, check: Callable[[], None] = lambda: None
) -> AssetManifest | None:
    """Return the assets that a commit has in the same directory; None where git can't tell.

    The commit may be cut, as in a note. `check` raises where the run is to end.
    """
    directory = Path(assets.directory)
    with suppress(Exception), TemporaryDirectory(prefix="workers-deploy-") as folder:
        _write_tree(directory, commit, Path(folder), check)
        findings = Findings()
        reader = AssetDirectory(Path(folder), directory.name, findings, check=check)
        return reader.read_manifest(assets.options)
    check()
    return None


def _write_tree(directory: Path, commit: str, folder: Path, check: Callable[[], None]) -> None:
    with open_repository(directory) as repository:
        tree = find_commit(repository, commit).tree
        root = Path(repository.path).resolve()
        below = directory.resolve().relative_to(root).as_posix()
        files, size = 0, 0
        for path, content in _files(repository, tree, below):
            check()
            files, size = files + 1, size + len(content)
            if files > MAX_FILES or size > MAX_BYTES:
                raise _TooMuchError
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _files(repository: "Repo", tree: "ObjectID", below: str) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every file below a folder of a commit."""
    from dulwich.object_store import iter_tree_contents, tree_lookup_path  # noqa: PLC0415

    _, top = (
        (0, tree)
        if below == "."
        else tree_lookup_path(repository.get_object, tree, os.fsencode(below))
    )
    for entry in iter_tree_contents(repository.object_store, top):
        path = entry.path.decode()
        if entry.mode not in _REGULAR or ".." in path.split("/"):
            raise _TooMuchError
        yield path, repository.get_object(entry.sha).as_raw_string()
