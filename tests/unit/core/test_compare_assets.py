"""Which files of an asset directory a plan names."""

import pytest

from fakes.builders import live_of, project
from workers_deploy.core.compare import NoteComparison
from workers_deploy.core.compare_assets import (
    MAX_NAMED,
    compare_assets,
    compare_files,
    first_assets,
)
from workers_deploy.core.manifest import AssetEntry, AssetManifest
from workers_deploy.core.steps import Action


def assets(**files: tuple[str, int]) -> AssetManifest:
    """A manifest of files by name: hash and size."""
    return AssetManifest(
        entries=tuple(
            AssetEntry(path=f"/{name}", hash=hash_, size=size, content_type=None, file=name)
            for name, (hash_, size) in files.items()
        )
    )


def told(former: AssetManifest, now: AssetManifest) -> list[tuple[Action, str, str, str]]:
    return [(c.action, c.kind, c.name, c.detail) for c in compare_files(former, now)]


def test_each_file_is_new_changed_removed_or_the_same():
    former = assets(gone=("a", 1), same=("b", 2), changed=("c", 3))
    now = assets(same=("b", 2), changed=("d", 2048), small=("e", 5), large=("f", 6))

    assert told(former, now) == [
        (Action.CREATE, "asset", "/large", "6 B"),
        (Action.CREATE, "asset", "/small", "5 B"),
        (Action.UPDATE, "asset", "/changed", "2 KiB"),
        (Action.DELETE, "asset", "/gone", "1 B"),
        (Action.UNCHANGED, "assets", "", "1 file: /same"),
    ]


@pytest.mark.parametrize("more", [0, 1, 2000])
def test_a_long_list_ends_in_a_number(more: int):
    now = assets(**{f"f{n}": (str(n), 9) for n in range(MAX_NAMED + more)})

    changes = told(AssetManifest(entries=()), now)

    assert len(changes) == MAX_NAMED + (1 if more else 0)
    if more:
        assert changes[-1] == (Action.CREATE, "asset", "", f"and {more:,} more, none larger")
    (same,) = told(now, now)
    assert same[3].startswith(f"{MAX_NAMED + more:,} files: /f0, /f1,")
    assert same[3].endswith(f"and {more:,} more" if more else f"/f{MAX_NAMED - 1}")


def test_no_file_is_largest_of_none():
    assert first_assets(AssetManifest(entries=())).detail == "0 files"


@pytest.mark.parametrize(
    ("now", "counts"),
    [
        (assets(a=("1", 1), b=("3", 2), d=("4", 3)), "3 files, 1 new, 1 changed, 1 removed"),
        (assets(a=("1", 1)), "1 file, 2 removed"),
        (assets(a=("1", 1), b=("2", 2), c=("9", 3)), "3 files, 1 changed"),
        (assets(a=("1", 1), b=("2", 2), c=("3", 3)), "3 files, their rules changed"),
    ],
)
def test_where_the_former_files_are_known_it_is_counted_what_happens_to_them(
    now: AssetManifest, counts: str
):
    former = assets(a=("1", 1), b=("2", 2), c=("3", 3))
    desired = project(assets=now)

    (change,) = compare_assets(desired, live_of(desired), NoteComparison(), former)

    assert (change.action, change.kind) == (Action.UPDATE, "assets")
    assert change.detail == f"{counts} since version 11111111"
