"""Links inside an asset directory: what must never be public stays in, by whichever name."""

from pathlib import Path

import pytest

from fakes.loads import load, told, warned
from workers_deploy.project.assets.rules import AssetRules

INPUTS = {"script_name": "shop", "compatibility_date": "2026-01-01", "assets": "public"}
KEY = "-----BEGIN RSA PRIVATE KEY-----\nabc"


@pytest.fixture
def public(tmp_path: Path) -> Path:
    for path, content in {
        ".env": "TOKEN=1",
        ".git/config": "[remote]",
        ".git/hooks/deep/x": "x",
        "node_modules/left/index.js": "x",
        "server.pem": KEY,
        "ok.txt": "ok",
    }.items():
        file = tmp_path / "public" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path / "public"


def link(public: Path, name: str, target: str) -> None:
    file = public / name
    file.parent.mkdir(exist_ok=True)
    file.symlink_to(public / target)


def paths(loaded) -> list[str]:
    return [entry.path for entry in loaded.project.assets.entries]


@pytest.mark.parametrize(
    ("name", "target", "named"),
    [
        ("config.txt", ".env", "config.txt (leads to .env)"),
        ("repo", ".git", "repo/ (leads to .git/)"),
        ("sub/deep", ".git/hooks/deep", "sub/deep/ (leads to .git/)"),
        ("x.txt", ".git/hooks/deep/x", "x.txt (leads to .git/)"),
        ("packages", "node_modules", "packages/ (leads to node_modules/)"),
        ("left.js", "node_modules/left/index.js", "left.js (leads to node_modules/)"),
        ("key.txt", "server.pem", "key.txt (leads to server.pem)"),
    ],
)
def test_a_link_to_what_must_never_be_public_is_left_out_and_named(
    tmp_path, public, name, target, named
):
    link(public, name, target)

    loaded = load(tmp_path, **INPUTS)

    assert paths(loaded) == ["/ok.txt"]
    (warning,) = warned(loaded)
    assert named in warning


def test_a_link_to_a_link_and_one_below_a_linked_folder_are_seen_through(tmp_path, public):
    link(public, "real/inner.txt", ".env")
    link(public, "folder", "real")
    link(public, "again.txt", "folder/inner.txt")

    loaded = load(tmp_path, **INPUTS)

    assert paths(loaded) == ["/ok.txt"]
    (warning,) = warned(loaded)
    for name in ("again.txt", "folder/inner.txt", "real/inner.txt"):
        assert f"{name} (leads to .env)" in warning


@pytest.mark.parametrize("pattern", [".env", "*.txt\n!config.txt\n.env*", "!config.txt"])
def test_who_ignores_a_file_by_name_does_not_publish_it_by_another(tmp_path, public, pattern):
    (public / ".assetsignore").write_text(pattern)
    link(public, "config.txt", ".env")

    loaded = load(tmp_path, **INPUTS)

    assert "/config.txt" not in paths(loaded)
    assert "config.txt (leads to .env)" in warned(loaded)[0]


def test_an_ignored_key_is_not_published_by_another_name(tmp_path, public):
    (public / ".assetsignore").write_text("server.pem")
    link(public, "key.txt", "server.pem")

    assert paths(load(tmp_path, **INPUTS)) == ["/ok.txt"]


def test_a_key_under_a_key_s_name_is_told_by_its_own(tmp_path, public):
    (public / "notes.txt").write_text(KEY)
    link(public, "id_notes", "notes.txt")

    loaded = load(tmp_path, **INPUTS)

    assert paths(loaded) == ["/notes.txt", "/ok.txt"]
    assert "id_notes, node_modules/, server.pem" in warned(loaded)[0]


def test_the_line_that_is_told_takes_a_link_in_with_what_it_leads_to(tmp_path, public):
    link(public, ".a", ".env")
    link(public, "repo", ".git/hooks")
    before = warned(load(tmp_path, **INPUTS))
    (public / ".assetsignore").write_text("!.env\n!.git/\n!server.pem")

    loaded = load(tmp_path, **INPUTS)

    assert "(a line like !.env in public/.assetsignore takes one in)" in before[0]
    assert {"/.a", "/.env", "/repo/deep/x"} <= set(paths(loaded))


def test_an_ignored_link_is_not_named(tmp_path, public):
    (public / ".assetsignore").write_text("config.txt")
    link(public, "config.txt", ".env")

    assert "config.txt" not in warned(load(tmp_path, **INPUTS))[0]


def test_a_file_that_steers_is_not_read_through_a_link_to_a_secret(tmp_path, public):
    link(public, "_headers", ".env")
    link(public, "_redirects", "ok.txt")
    (public / "ok.txt").write_text("/a /b")

    loaded = load(tmp_path, **INPUTS)

    assert loaded.project.assets.config == {"_redirects": "/a /b"}
    assert "_headers (leads to .env)" in warned(loaded)[0]


def test_a_link_to_a_folder_around_is_told_as_before(tmp_path, public):
    link(public, "loop", ".")

    assert told(load(tmp_path, **INPUTS)) == [
        "public/loop: public/loop is a symlink to a directory around it"
    ]


@pytest.mark.parametrize(
    ("lines", "path", "part"),
    [
        ([], "a/.ENV/b/c.txt", "a/.ENV/"),
        ([], "a/b.txt", None),
        ([], "", None),
        ([], "vendor/node_modules/", None),
        ([".git"], ".git/config", ".git/"),
        (["!.git/config"], ".git/config", ".git/"),
        (["!.git"], ".git/config", None),
        (["!.git"], ".git/.env", ".git/.env"),
    ],
)
def test_the_outermost_part_that_is_never_public_is_found(lines, path, part):
    assert AssetRules(lines).never_public_part(path) == part
