"""What a plan says of assets: which files are new, changed and removed, where that is known.

Cloudflare never answers which files a version serves. They are known where git still has them as
they were deployed, which the note's digest proves; else the largest files are named.
"""

from collections.abc import Iterable
from typing import Final

from workers_deploy.core.compare import NoteComparison
from workers_deploy.core.live import LiveState
from workers_deploy.core.manifest import AssetEntry, AssetManifest
from workers_deploy.core.project import Project
from workers_deploy.core.sizes import render_bytes
from workers_deploy.core.steps import Action, Change

MAX_NAMED: Final = 20  # files of each kind of change
LARGEST: Final = 3


def compare_assets(
    project: Project,
    live: LiveState,
    compared: NoteComparison,
    former: AssetManifest | None = None,
) -> tuple[Change, ...]:
    """Return what happens to the assets as a whole; `former` are live's, where they are known."""
    if live.live is None:
        return ()
    if project.assets is None:
        if compared.assets is False or live.live.has_assets:
            return (Change(action=Action.DELETE, kind="assets", detail="the project has none"),)
        return ()
    files = count_files(project.assets.entries)
    if compared.assets is True:
        return (Change(action=Action.UNCHANGED, kind="assets", detail=files),)
    since = f"version {live.live.id[:8]}"
    if former is not None:
        detail = f"{files}, {_counts(former, project.assets)} since {since}"
        return (Change(action=Action.UPDATE, kind="assets", detail=detail),)
    known = "changed since" if compared.comparable else "compared by hash, not by note:"
    detail = f"{files}, {known} {since}; largest: {_largest(project.assets)}"
    return (Change(action=Action.UPDATE, kind="assets", detail=detail),)


def first_assets(assets: AssetManifest) -> Change:
    """Return the change that brings the first assets of a script."""
    detail = count_files(assets.entries)
    if assets.entries:
        detail += f"; largest: {_largest(assets)}"
    return Change(action=Action.CREATE, kind="assets", detail=detail)


def compare_files(former: AssetManifest, now: AssetManifest) -> tuple[Change, ...]:
    """Return a change for each file, the largest first and removals at the end."""
    created, changed, removed, same = _apart(former, now)
    return (
        *_named(Action.CREATE, created),
        *_named(Action.UPDATE, changed),
        *_named(Action.DELETE, removed),
        *((_unchanged(same),) if same else ()),
    )


def count_files(entries: Iterable[AssetEntry]) -> str:
    """Write how many files there are.

    >>> count_files(())
    '0 files'
    """
    count = len(tuple(entries))
    return f"{count:,} file{'' if count == 1 else 's'}"


def _apart(former: AssetManifest, now: AssetManifest) -> tuple[list[AssetEntry], ...]:
    before = {entry.path: entry for entry in former.entries}
    after = {entry.path: entry for entry in now.entries}
    created = [entry for path, entry in after.items() if path not in before]
    both = [entry for path, entry in after.items() if path in before]
    changed = [entry for entry in both if entry.hash != before[entry.path].hash]
    removed = [entry for path, entry in before.items() if path not in after]
    same = [entry for entry in both if entry.hash == before[entry.path].hash]
    return created, changed, removed, same


def _counts(former: AssetManifest, now: AssetManifest) -> str:
    """Write how many files differ; the rules of an asset directory may be all that does."""
    created, changed, removed, _ = _apart(former, now)
    counted = ((created, "new"), (changed, "changed"), (removed, "removed"))
    parts = [f"{len(entries):,} {word}" for entries, word in counted if entries]
    return ", ".join(parts) or "their rules changed"


def _named(action: Action, entries: list[AssetEntry]) -> Iterable[Change]:
    for entry in _by_size(entries)[:MAX_NAMED]:
        yield Change(action=action, kind="asset", name=entry.path, detail=render_bytes(entry.size))
    if len(entries) > MAX_NAMED:
        detail = f"and {len(entries) - MAX_NAMED:,} more, none larger"
        yield Change(action=action, kind="asset", detail=detail)


def _unchanged(entries: list[AssetEntry]) -> Change:
    paths = [entry.path for entry in entries[:MAX_NAMED]]
    if len(entries) > MAX_NAMED:
        paths.append(f"and {len(entries) - MAX_NAMED:,} more")
    detail = f"{count_files(entries)}: {', '.join(paths)}"
    return Change(action=Action.UNCHANGED, kind="assets", detail=detail)


def _largest(assets: AssetManifest) -> str:
    largest = _by_size(assets.entries)[:LARGEST]
    return ", ".join(f"{entry.path} {render_bytes(entry.size)}" for entry in largest)


def _by_size(entries: Iterable[AssetEntry]) -> list[AssetEntry]:
    return sorted(entries, key=lambda entry: (-entry.size, entry.path))
