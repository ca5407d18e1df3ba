import errno
import os
from pathlib import Path

import pytest

from workers_deploy.errors import ProblemsError
from workers_deploy.project.downloaded import safe_name, save_script


def saved(folder: Path, *names: str) -> dict[str, str]:
    """Save modules whose content is their name; return what the folder holds."""
    save_script(folder, [(name, [name.encode(errors="replace")]) for name in names])
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
    assert save_script(tmp_path / "out", [("b.js", []), ("../a.js", [])]) == ("b.js", "a.js")


def test_a_symlink_in_a_path_makes_no_folder_elsewhere(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "lib").symlink_to(elsewhere)

    with pytest.raises(ProblemsError, match="output-dir") as caught:
        save_script(tmp_path / "out", [("lib/deep/a.js", [b"x"])])

    assert caught.value.exit_code == 2
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "begins", "ends"),
    [
        ("x" * 300 + ".js", "xxx", ".js"),
        ("lib/" + "x" * 256 + "/a.js", "lib/xxx", "/a.js"),
        ("\N{SNOWMAN}" * 100 + ".wasm", "\N{SNOWMAN}", ".wasm"),
        ("a." + "x" * 300, "a.xxx", ""),
        ("d/" * 2000 + "a.js", "d_d_", ".js"),
        ("d/" * 65 + "a.js", "d_d_", ".js"),
        ("d/" * 64 + "a.js", "d/d/", ".js"),
    ],
)
def test_a_name_that_is_too_long_for_a_file_is_shortened(tmp_path, name, begins, ends):
    (file,) = save_script(tmp_path / "out", [(name, [b"co", b"de"])])

    assert file.startswith(begins)
    assert file.endswith(ends)
    assert (tmp_path / "out" / file).read_bytes() == b"code"


def test_long_names_that_begin_alike_are_told_apart(tmp_path):
    names = [("x" * 300 + end, [end.encode()]) for end in ("a.js", "b.js")]

    files = save_script(tmp_path / "out", [*names, *names])

    assert len(set(files)) == 4
    assert [(tmp_path / "out" / file).read_bytes() for file in files] == [b"a.js", b"b.js"] * 2


def test_a_name_that_is_no_text_is_saved(tmp_path):
    assert save_script(tmp_path, [("a\udc80\ud800.js", [])]) == ("a__.js",)


@pytest.mark.parametrize(
    ("number", "reason", "way_out"),
    [
        (errno.ENOSPC, "No space left on device", "free some space"),
        (errno.EACCES, "Permission denied", "may write to"),
        (errno.EIO, "Input/output error", None),
    ],
)
def test_what_can_not_be_written_is_told_with_what_to_do(
    tmp_path, monkeypatch, number, reason, way_out
):
    opened = []

    def fail_at_the_second(*_):
        opened.append(1)
        if len(opened) == 2:
            raise OSError(number, reason)
        return os.memfd_create("written")

    monkeypatch.setattr("workers_deploy.project.downloaded.os.open", fail_at_the_second)

    with pytest.raises(ProblemsError) as caught:
        save_script(tmp_path / "out", [(name, [b"x"]) for name in ("a.js", "b.js", "c.js")])

    (problem,) = caught.value.problems
    assert problem.message == f"b.js can't be written: {reason}; 1 of 3 files are written"
    assert (problem.hint is None) if way_out is None else (way_out in problem.hint)


def test_many_modules_of_one_name_are_told_apart(tmp_path):
    names = ["a/b.js"] * 3_000 + [f"a/b.js/{number}" for number in range(3_000)]

    found = save_script(tmp_path / "out", [(name, []) for name in names])

    assert len(set(found)) == len(names)
    assert found[:3] == ("a/b.js", "a_b.js.2", "a_b.js.3")
    assert found[3_000:3_002] == ("a_b.js_0.2", "a_b.js_1.2")
