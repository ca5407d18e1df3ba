from pathlib import Path

import pytest
from dulwich import porcelain
from dulwich.repo import Repo

from fakes.checkout import worker
from fakes.loads import project_of
from workers_deploy.project.desired.commit import is_ancestor, read_commit


def test_the_commit_and_its_subject_are_read(tmp_path: Path):
    checkout = worker(tmp_path)
    commit = checkout.commit("Sell more\n\nMuch more.")

    found = read_commit(tmp_path)

    assert (found.id, found.subject) == (commit, "Sell more")


def test_message_and_tag_come_from_the_commit_unless_they_are_given(tmp_path):
    checkout = worker(tmp_path)
    commit = checkout.commit("Sell more")

    by_itself, given = project_of(tmp_path), project_of(tmp_path, message="m", tag="t")

    assert (by_itself.commit, by_itself.message, by_itself.tag) == (commit, "Sell more", commit)
    assert (given.commit, given.message, given.tag) == (commit, "m", "t")


def test_without_a_repository_or_a_commit_there_is_none(tmp_path):
    outside = read_commit(tmp_path)
    Repo.init(str(tmp_path)).close()
    empty = read_commit(tmp_path)

    assert outside is None
    assert empty is None
    assert project_of(worker(tmp_path).root).tag is None


def test_a_broken_repository_is_as_none(tmp_path):
    (tmp_path / ".git").write_text("nonsense")

    assert read_commit(tmp_path) is None
    assert is_ancestor(tmp_path, "a" * 40, "b" * 40) is None


def test_ancestry_is_read_from_the_history(tmp_path):
    checkout = worker(tmp_path)
    first = checkout.commit("One")
    second = checkout.write("a.txt", "a").commit("Two")
    checkout.branch_from(first, "side")
    side = checkout.write("b.txt", "b").commit("Side")

    assert is_ancestor(tmp_path, first, second) is True
    assert is_ancestor(tmp_path, second, second) is True
    assert is_ancestor(tmp_path, second, first) is False
    assert is_ancestor(tmp_path, second, side) is False


def test_an_unknown_commit_is_not_known_to_be_older(tmp_path):
    commit = worker(tmp_path).commit("One")

    assert is_ancestor(tmp_path, "a" * 40, commit) is None
    assert is_ancestor(tmp_path, commit, "a" * 40) is None


@pytest.fixture
def shallow(tmp_path: Path) -> tuple[Path, list[str]]:
    """Return a clone of the last two of four commits."""
    checkout = worker(tmp_path / "origin")
    commits = [checkout.write("a.txt", str(i)).commit(str(i)) for i in range(4)]
    porcelain.clone(str(checkout.root), str(tmp_path / "clone"), depth=2).close()
    return tmp_path / "clone", commits


def test_a_shallow_clone_knows_what_it_has_and_no_more(shallow):
    clone, commits = shallow

    assert read_commit(clone).id == commits[3]
    assert is_ancestor(clone, commits[2], commits[3]) is True
    assert is_ancestor(clone, commits[0], commits[3]) is None
    assert is_ancestor(clone, commits[3], commits[2]) is None
