"""What counts as changed since the commit, and what is not even looked at."""

import os
from pathlib import Path

import pytest
from dulwich.repo import Repo

from fakes.checkout import Checkout, worker
from workers_deploy.project.desired import uncommitted
from workers_deploy.project.desired.uncommitted import Deployed, find_uncommitted


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = worker(tmp_path / "shop").write(".gitignore", "dist/\n*.log\n")
    made.write("public/a.txt", "a").write("src/app.ts", "1")
    made.commit("Begin")
    return made


def found(checkout: Checkout, *files: str) -> str | None:
    root = checkout.root
    named = [str(root / file) for file in files]
    first = find_uncommitted(Deployed(project=str(root), files=named))
    return None if first is None else Path(first).relative_to(root).as_posix()


ALL = ("wrangler.json", "index.js", "public/a.txt")


def test_what_is_as_in_the_commit_is_clean(checkout: Checkout):
    assert found(checkout, *ALL) is None


@pytest.mark.parametrize("file", ALL)
def test_a_changed_file_is_found(checkout: Checkout, file: str):
    checkout.write(file, "changed")

    assert found(checkout, *ALL) == file


def test_a_changed_file_of_the_same_size_is_found(checkout: Checkout):
    checkout.write("public/a.txt", "b")

    assert found(checkout, *ALL) == "public/a.txt"


def test_a_change_that_is_staged_is_not_committed(checkout: Checkout):
    checkout.module("export default { fetch() {} };")
    with Repo(str(checkout.root)) as repository:
        repository.get_worktree().stage(["index.js"])

    assert found(checkout, *ALL) == "index.js"


def test_a_file_that_git_does_not_know_is_found(checkout: Checkout):
    checkout.write("public/new/b.txt", "b")

    assert found(checkout, *ALL, "public/new/b.txt") == "public/new/b.txt"


def test_a_file_that_is_not_deployed_does_not_count(checkout: Checkout):
    checkout.write("notes.md", "new").write("src/app.ts", "changed")

    assert found(checkout, *ALL) is None


def test_what_was_built_is_as_committed_while_the_projects_folder_is(checkout: Checkout):
    checkout.write("dist/index.js", "built").write("public/debug.log", "ignored by its name")

    assert found(checkout, "dist/index.js", "public/debug.log") is None


def test_what_was_built_from_changed_files_is_changed(checkout: Checkout):
    checkout.write("dist/index.js", "built").write("src/app.ts", "changed")

    assert found(checkout, "dist/index.js") == "src/app.ts"


def test_packages_are_no_part_of_a_commit(checkout: Checkout):
    checkout.write("node_modules/a/index.js", "a").write("src/app.ts", "changed")

    assert found(checkout, "node_modules/a/index.js", "index.js") is None


def test_line_ends_are_no_change(checkout: Checkout):
    text = (checkout.root / "index.js").read_bytes().replace(b"\n", b"\r\n")
    checkout.write("index.js", text)

    assert found(checkout, "index.js") is None


def test_a_file_that_git_lfs_put_in_place_is_no_change(tmp_path: Path):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"
    checkout = worker(tmp_path / "shop").write("public/a.bin", pointer)
    checkout.commit("Begin")
    checkout.write("public/a.bin", "abc")

    assert found(checkout, "public/a.bin") is None


def test_many_bytes_are_not_read_where_the_index_has_their_time_and_size(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(uncommitted, "HASHED_BYTES", 0)
    file = checkout.root / "public/a.txt"
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    file.write_text("b")  # the same size, and the same time: git takes it for unchanged, too
    os.utime(file, ns=times)

    assert found(checkout, "public/a.txt") is None
    os.utime(file, ns=(0, 0))
    assert found(checkout, "public/a.txt") == "public/a.txt"


def test_of_a_big_folder_only_a_part_is_looked_at(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
):
    checkout.write("dist/index.js", "built").write("src/app.ts", "changed")
    monkeypatch.setattr(uncommitted, "MOST_FILES", 1)

    assert found(checkout, "dist/index.js") is None


def test_files_outside_of_the_repository_say_nothing(checkout: Checkout, tmp_path: Path):
    outside = tmp_path / "outside.js"
    outside.write_text("x")

    assert find_uncommitted(Deployed(project=str(checkout.root), files=[str(outside)])) is None


def test_without_a_repository_nothing_is_known(tmp_path: Path):
    checkout = worker(tmp_path / "shop")

    assert found(checkout, *ALL[:2]) is None
