from pathlib import Path

import pytest

from workers_deploy.errors import ProblemsError
from workers_deploy.project.save import safe_name, save_script


def saved(folder: Path, *names: str) -> dict[str, str]:
    """Save modules whose content is their name; return what the folder holds."""
    save_script(folder, [(name, name.encode(errors="replace")) for name in names])
    return {
        str(file.relative_to(folder)): file.read_text()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("index.js", "index.js"),
        ("lib/deep/a.js", "lib/deep/a.js"),
        ("./a.js", "a.js"),
        ("../../../etc/passwd", "etc/passwd"),
        ("a/../../b.js", "a/b.js"),
        ("/etc/passwd", "etc/passwd"),
        ("//etc//passwd", "etc/passwd"),
        ("..\\..\\a.js", ".._.._a.js"),
        ("a\0b\n.js", "a_b_.js"),
        ("..", "module"),
        ("", "module"),
        ("/", "module"),
    ],
)
def test_every_name_is_one_below_the_folder(tmp_path, name, file):
    assert safe_name(name) == file
    assert list(saved(tmp_path / "out", name)) == [file]


def test_names_that_become_the_same_are_told_apart(tmp_path):
    assert saved(tmp_path / "out", "a.js", "./a.js", "../a.js") == {
        "a.js": "a.js",
        "a.js.2": "./a.js",
        "a.js.3": "../a.js",
    }


@pytest.mark.parametrize("names", [("lib", "lib/a.js"), ("lib/a.js", "lib")])
def test_a_file_and_a_folder_of_one_name_are_told_apart(tmp_path, names):
    files = saved(tmp_path / "out", *names)

    assert sorted(files.values()) == sorted(names)


def test_the_paths_are_returned_in_the_modules_order(tmp_path):
    assert save_script(tmp_path / "out", [("b.js", b""), ("../a.js", b"")]) == ("b.js", "a.js")


def test_a_symlink_in_a_path_makes_no_folder_elsewhere(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "lib").symlink_to(elsewhere)

    with pytest.raises(ProblemsError, match="output-dir") as caught:
        save_script(tmp_path / "out", [("lib/deep/a.js", b"x")])

    assert caught.value.exit_code == 2
    assert list(elsewhere.iterdir()) == []


def test_a_name_that_no_file_can_have_is_told(tmp_path):
    with pytest.raises(ProblemsError, match="can't be written"):
        save_script(tmp_path / "out", [("x" * 300, b"x")])
