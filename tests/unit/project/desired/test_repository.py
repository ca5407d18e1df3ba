"""A repository is opened only where that can't hang, and never gets all the memory."""

import os
import resource
import zlib
from pathlib import Path

import pytest

from fakes.checkout import worker
from workers_deploy.project.desired import repository
from workers_deploy.project.desired.commit import read_commit
from workers_deploy.project.desired.repository import open_repository


def test_an_object_that_unpacks_to_more_than_its_share_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    commit = worker(tmp_path).commit()
    monkeypatch.setattr(repository, "MEMORY_BYTES", 8 * 2**20)
    stored = tmp_path / ".git" / "objects" / commit[:2] / commit[2:]
    stored.chmod(0o600)
    stored.write_bytes(zlib.compress(b"commit 50000000\0" + bytes(50_000_000)))
    before = resource.getrlimit(resource.RLIMIT_DATA)

    with pytest.raises(MemoryError), open_repository(tmp_path) as opened:
        opened[commit.encode()]

    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert read_commit(tmp_path) is None


def test_includes_are_not_read(tmp_path: Path):
    commit = worker(tmp_path).commit()
    other = tmp_path / "other"
    other.write_text("[core]\n\trepositoryformatversion = 99\n")
    with (tmp_path / ".git" / "config").open("a") as config:
        config.write(f"[include]\n\tpath = {other}\n")

    assert read_commit(tmp_path).id == commit


def test_a_work_tree_and_what_it_shares_are_looked_through(tmp_path: Path):
    commit = worker(tmp_path / "main").commit()
    linked = tmp_path / "linked"
    control = tmp_path / "main" / ".git" / "worktrees" / "linked"
    linked.mkdir()
    control.mkdir(parents=True)
    (linked / ".git").write_text(f"gitdir: {control}\n")
    (control / "HEAD").write_text(f"{commit}\n")
    (control / "commondir").write_text("../..\n")
    (control / "gitdir").write_text(f"{linked}/.git\n")

    assert read_commit(linked).id == commit

    os.mkfifo(tmp_path / "main" / ".git" / "packed-refs")
    with pytest.raises(OSError, match="packed-refs is neither a file"), open_repository(linked):
        pass


def test_a_link_to_nothing_and_a_socket_keep_nobody_waiting(tmp_path: Path):
    commit = worker(tmp_path).commit()
    (tmp_path / ".git" / "gone").symlink_to("nowhere")

    assert read_commit(tmp_path).id == commit
