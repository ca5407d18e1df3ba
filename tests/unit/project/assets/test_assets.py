import os
from pathlib import Path

import pytest

from fakes.loads import load, places, project_of, told, warned
from workers_deploy.core.manifest import AssetManifest
from workers_deploy.project.assets import directory as walking
from workers_deploy.project.assets.digest import (
    CHUNK_BYTES,
    FIRST_BYTES,
    hash_content,
    hash_file,
)

INPUTS = {"script_name": "shop", "compatibility_date": "2026-01-01", "assets": "public"}


@pytest.fixture
def public(tmp_path: Path) -> Path:
    folder = tmp_path / "public"
    folder.mkdir()
    return folder


def put(folder: Path, path: str, content: str | bytes = "x") -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def manifest_of(root: Path, **request) -> AssetManifest:
    manifest = project_of(root, **{**INPUTS, **request}).assets
    assert manifest is not None
    return manifest


def paths(root: Path) -> list[str]:
    return [entry.path for entry in manifest_of(root).entries]


def test_every_file_is_an_asset_in_one_order(tmp_path, public):
    for path in ("b.txt", "a/z.js", "a/ä b#%.html", ".well-known/x", "a.txt", "empty/"[:-1]):
        put(public, path)
    (public / "nothing").mkdir()

    found = paths(tmp_path)

    assert found == sorted(found)
    assert found == ["/.well-known/x", "/a.txt", "/a/z.js", "/a/ä b#%.html", "/b.txt", "/empty"]


def test_an_entry_has_hash_size_type_and_file(tmp_path, public):
    file = put(public, "page.HTML", "<p>")

    (entry,) = manifest_of(tmp_path).entries

    assert entry.hash == hash_content(b"<p>", "HTML")
    assert (entry.size, entry.content_type) == (3, "text/html; charset=utf-8")
    assert Path(entry.file).samefile(file)
    assert entry.modified_ns == file.stat().st_mtime_ns


@pytest.mark.parametrize(
    "size",
    [
        0,
        1,
        FIRST_BYTES - 1,
        FIRST_BYTES,
        FIRST_BYTES + 1,
        FIRST_BYTES + CHUNK_BYTES,
        2 * CHUNK_BYTES + 7,
    ],
)
def test_a_file_is_hashed_in_parts_as_in_one(tmp_path, size):
    content = bytes(index % 251 for index in range(size))
    file = put(tmp_path, "file.bin", content)

    hashed = hash_file(str(file), "bin")

    assert hashed == (hash_content(content, "bin"), size, file.stat().st_mtime_ns)


def test_files_that_steer_become_configuration(tmp_path, public):
    put(public, "_headers", "/*\n  X-Ä: b\n")
    put(public, "_redirects", "/a /b 301")
    put(public, "a.txt")

    manifest = manifest_of(tmp_path)

    assert [entry.path for entry in manifest.entries] == ["/a.txt"]
    assert manifest.config == {"_headers": "/*\n  X-Ä: b\n", "_redirects": "/a /b 301"}


def test_the_ignore_file_rules_and_what_it_leaves_out_is_not_descended(tmp_path, public):
    put(public, ".assetsignore", "secret/\n*.map\n!keep.map\n!secret/in.txt\n")
    for path in ("secret/in.txt", "a.map", "keep.map", "b.txt"):
        put(public, path)

    assert paths(tmp_path) == ["/b.txt", "/keep.map"]


def test_what_must_never_be_public_is_left_out_and_named(tmp_path, public):
    for path in (".env", "sub/.dev.vars", ".git/config", "node_modules/a/b.js", "ok.txt"):
        put(public, path)
    put(public, "server.pem", "-----BEGIN RSA PRIVATE KEY-----\nabc")
    put(public, "public.pem", "-----BEGIN CERTIFICATE-----\nabc")

    loaded = load(tmp_path, **INPUTS)

    assert [entry.path for entry in loaded.project.assets.entries] == ["/ok.txt", "/public.pem"]
    (warning,) = warned(loaded)
    assert ".env, .git/, node_modules/, server.pem, sub/.dev.vars (a line like !.env in" in warning


def test_a_warning_names_ten_files_at_most(tmp_path, public):
    for index in range(12):
        put(public, f".env.{index:02}")

    (warning,) = warned(load(tmp_path, **INPUTS))

    assert ".env.09 and 2 more" in warning
    assert ".env.10" not in warning


def test_a_key_that_is_taken_in_by_name_is_an_asset(tmp_path, public):
    put(public, ".assetsignore", "!demo.pem")
    put(public, "demo.pem", "-----BEGIN PRIVATE KEY-----")

    assert paths(tmp_path) == ["/demo.pem"]


def test_links_inside_are_followed_to_files_and_directories(tmp_path, public):
    put(public, "real/a.txt", "a")
    (public / "link.txt").symlink_to(public / "real" / "a.txt")
    (public / "folder").symlink_to("real")

    manifest = manifest_of(tmp_path)

    assert [entry.path for entry in manifest.entries] == [
        "/folder/a.txt", "/link.txt", "/real/a.txt",
    ]  # fmt: skip
    assert len({entry.hash for entry in manifest.entries}) == 1


def test_links_that_leave_loop_or_lead_nowhere_are_refused(tmp_path, public):
    put(tmp_path, "outside.txt")
    (public / "out.txt").symlink_to(tmp_path / "outside.txt")
    (public / "up").symlink_to(tmp_path)
    (public / "sub").mkdir()
    (public / "sub" / "loop").symlink_to(public)
    (public / "gone.txt").symlink_to(public / "nothing")

    found = told(load(tmp_path, **INPUTS))

    assert sorted(found) == [
        "public/gone.txt: public/gone.txt is a symlink to nothing",
        "public/out.txt: public/out.txt is a symlink that leaves the asset directory",
        "public/sub/loop: public/sub/loop is a symlink to a directory around it",
        "public/up: public/up is a symlink that leaves the asset directory",
    ]


def test_a_directory_whose_name_begins_alike_is_outside(tmp_path, public):
    put(tmp_path, "public-2/a.txt")
    (public / "a.txt").symlink_to(tmp_path / "public-2" / "a.txt")

    assert "leaves the asset directory" in told(load(tmp_path, **INPUTS))[0]


def test_an_ignored_link_is_still_refused_where_it_leaves(tmp_path, public):
    put(public, ".assetsignore", "out.txt")
    (public / "out.txt").symlink_to("/etc/hostname")

    assert places(load(tmp_path, **INPUTS)) == ["public/out.txt"]


def test_a_file_of_25_mib_is_taken_and_one_byte_more_is_not(tmp_path, public):
    with put(public, "fits.bin").open("wb") as file:
        file.truncate(25 * 2**20)
    with put(public, "large.bin").open("wb") as file:
        file.truncate(25 * 2**20 + 1)

    assert told(load(tmp_path, **INPUTS)) == [
        "public/large.bin: public/large.bin is 25.0 MiB large; an asset may have 25 MiB at most"
    ]


def test_too_many_files_are_refused_before_any_is_read(tmp_path, public, monkeypatch):
    monkeypatch.setattr(walking, "MAX_ASSET_COUNT", 2)
    monkeypatch.setattr(walking, "hash_files", lambda *_, **__: pytest.fail("it was read"))
    for name in "abc":
        put(public, name)

    assert "holds 3 files; a version may have 2 assets at most" in told(load(tmp_path, **INPUTS))[0]


@pytest.mark.parametrize("path", ["_worker.js", "_worker.js/index.js", "_worker.js.map"])
def test_the_server_side_of_a_pages_project_is_not_published(tmp_path, public, path):
    put(public, path)

    refused = told(load(tmp_path, **INPUTS))
    put(public, ".assetsignore", "")
    published = paths(tmp_path)

    assert "the server side, would become public" in refused[0]
    assert published == [f"/{path}"]


def test_names_and_texts_that_are_no_utf8_are_problems(tmp_path, public):
    Path(os.fsdecode(os.fsencode(public) + b"/\xff.txt")).write_text("x")
    put(public, "_headers", b"\xff")
    put(public, ".assetsignore", b"\0")

    found = told(load(tmp_path, **INPUTS))

    assert "public/?.txt: public/?.txt its name is not UTF-8" in found
    assert "public/_headers: public/_headers is not UTF-8 text" in found
    assert "public/.assetsignore: public/.assetsignore holds a null character" in found


def test_what_is_no_file_is_refused(tmp_path, public):
    os.mkfifo(public / "pipe")

    assert told(load(tmp_path, **INPUTS)) == ["public/pipe: public/pipe is no regular file"]


def test_the_report_directory_is_no_asset(tmp_path, public):
    put(public, "report/report.json")
    put(public, "a.txt")

    loaded = load(tmp_path, **INPUTS, report_dir=public / "report")

    assert [entry.path for entry in loaded.project.assets.entries] == ["/a.txt"]


def test_a_file_that_vanishes_while_it_is_read_is_a_problem(tmp_path, public, monkeypatch):
    put(public, "a.txt")

    def vanish(*_: object, **__: object) -> list[OSError]:
        return [FileNotFoundError(2, "No such file or directory")]

    monkeypatch.setattr(walking, "hash_files", vanish)

    assert told(load(tmp_path, **INPUTS)) == [
        "public/a.txt: public/a.txt can't be read: No such file or directory"
    ]


def test_a_directory_that_vanishes_is_a_problem(tmp_path, public, monkeypatch):
    def vanish(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(walking.os, "scandir", vanish)

    assert told(load(tmp_path, **INPUTS)) == ["public: public can't be read: Permission denied"]


def test_a_text_that_can_not_be_read_is_a_problem(tmp_path, public):
    put(public, "index.html")
    (public / "_headers").mkdir()

    problems = told(load(tmp_path, **INPUTS))

    assert problems == ["public/_headers: public/_headers can't be read: Is a directory"]


@pytest.mark.parametrize(
    ("config", "place"),
    [
        (
            '{"name": "a", "compatibility_date": "2026-01-01", "assets": {"directory": "dist"}}',
            "1:75",
        ),
        (None, None),
    ],
)
def test_an_asset_directory_that_is_missing_is_told_where_it_is_named(tmp_path, config, place):
    request = {**INPUTS, "assets": "dist"}
    if config:
        put(tmp_path, "wrangler.json", config)
        request = {}

    missing = load(tmp_path, **request)
    put(tmp_path, "dist")
    a_file = load(tmp_path, **request)

    assert missing.problems[0].message == "the asset directory dist does not exist"
    assert a_file.problems[0].message == "the asset directory dist is no directory"
    assert str(missing.problems[0].place) == (f"wrangler.json:{place}" if place else "None")


def test_the_options_of_the_configuration_go_along(tmp_path, public):
    options = '"directory": "public", "html_handling": "none", "base_path": "/a"'
    put(
        tmp_path,
        "wrangler.json",
        f'{{"name": "a", "compatibility_date": "2026-01-01", "assets": {{{options}}}}}',
    )

    manifest = project_of(tmp_path).assets

    assert manifest.config == {"html_handling": "none", "base_path": "/a"}
    assert manifest.entries == ()
