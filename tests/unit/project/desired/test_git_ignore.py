"""What git ignores, by the rules of its ignore files."""

import os

import pytest

from workers_deploy.project.desired.git_ignore import GitIgnore


def write(root, **files):
    for name, text in files.items():
        file = root / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def ignored(root, path, *outer, ignores_case=False):
    return GitIgnore(str(root), outer, ignores_case=ignores_case).is_ignored(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.log", True),
        ("deep/er/a.log", True),
        ("keep/a.log", False),
        ("keep/deep/a.log", False),
        ("keep/deep/b.tmp", True),
        ("a.txt", False),
        ("dist/", True),
        ("dist", False),
        ("top", True),
        ("deep/top", False),
        ("keep/own", True),
        ("keep/deep/own", False),
    ],
)
def test_the_nearest_file_that_says_something_decides(tmp_path, path, expected):
    write(tmp_path, _gitignore="*.log\ndist/\n/top\r\n", keep___gitignore="!*.log\n/own\n")
    write(tmp_path, keep__deep___gitignore="*.tmp\n")

    assert ignored(tmp_path, path) is expected


def test_files_beside_the_work_tree_count_last_the_first_of_them_most(tmp_path):
    write(tmp_path, _gitignore="!a\n", exclude="a\n!b\n", users="b\nc\n")
    outer = [str(tmp_path / name) for name in ("exclude", "users", "nowhere")]

    assert [ignored(tmp_path, name, *outer) for name in "abcd"] == [False, False, True, False]


def test_letters_are_the_same_in_either_case_where_git_says_so(tmp_path):
    write(tmp_path, _gitignore="*.LOG\n")

    assert ignored(tmp_path, "A.log", ignores_case=True)
    assert not ignored(tmp_path, "A.log")


def test_a_file_that_is_none_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / ".gitignore")

    with pytest.raises(OSError, match="FIFO"):
        ignored(tmp_path, "a")
