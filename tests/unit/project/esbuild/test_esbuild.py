"""Which esbuild a run on a terminal uses."""

import json
from pathlib import Path

import pytest

from fakes.loads import load, write_config
from workers_deploy.project.esbuild.program import find_esbuild, find_too_old

CONFIG = '{"name": "shop", "main": "src/index.ts", "compatibility_date": "2026-06-01"}'


def install(modules: Path, version: str, package: str = "@esbuild/linux-x64") -> Path:
    """Put a program that does nothing where npm would put esbuild."""
    folder = modules / package
    program = folder / "bin" / "esbuild"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (folder / "package.json").write_text(json.dumps({"version": version}))
    return program


def answering(program: Path, answer: str) -> Path:
    """Make a program without a package, which is asked for its version."""
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    return program


def link(path: Path, target: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def test_the_projects_own_esbuild_comes_before_that_of_the_path(tmp_path):
    on_path = answering(tmp_path / "bin" / "esbuild", "echo 0.28.2")
    own = install(tmp_path / "app" / "node_modules", "0.28.0")
    inside = tmp_path / "app" / "src"
    inside.mkdir()

    assert find_esbuild(inside, tmp_path, str(on_path.parent)) == own
    assert find_esbuild(inside, inside, str(on_path.parent)) == on_path
    assert find_esbuild(inside, inside, "") is None


def test_one_that_is_too_old_is_passed_over(tmp_path):
    install(tmp_path / "app" / "node_modules", "0.21.5")
    outer = install(tmp_path / "node_modules", "0.25.7")

    assert find_esbuild(tmp_path / "app", tmp_path, "") == outer
    assert find_esbuild(tmp_path / "app", tmp_path / "app", "") is None
    assert find_too_old(tmp_path / "app", tmp_path / "app", "") == "0.21.5"


def test_that_of_wrangler_is_found_where_npm_nests_it(tmp_path):
    modules = tmp_path / "node_modules"
    install(modules, "0.21.5")
    nested = install(modules / "wrangler" / "node_modules", "0.28.2")

    assert find_esbuild(tmp_path, tmp_path, "") == nested


def test_that_of_wrangler_is_found_where_pnpm_puts_it(tmp_path):
    modules = tmp_path / "node_modules"
    store = modules / ".pnpm"
    program = install(store / "esbuild@0.28.2" / "node_modules", "0.28.2")
    of_wrangler = store / "wrangler@4.164.0" / "node_modules"
    (of_wrangler / "wrangler").mkdir(parents=True)
    (store / "esbuild@0.28.2/node_modules/esbuild").mkdir()
    link(of_wrangler / "esbuild", store / "esbuild@0.28.2/node_modules/esbuild")
    link(modules / "wrangler", of_wrangler / "wrangler")

    assert find_esbuild(tmp_path, tmp_path, "") == program


@pytest.mark.parametrize("answer", ["echo 0.21.5", "echo hello", "exit 1", "echo 0.28.2; exit 3"])
def test_a_program_that_does_not_answer_a_new_version_is_passed_over(tmp_path, answer):
    program = answering(tmp_path / "esbuild", answer)

    assert find_esbuild(tmp_path, tmp_path, str(program.parent)) is None


def test_a_program_that_can_not_be_run_is_passed_over(tmp_path):
    program = tmp_path / "node_modules" / ".bin" / "esbuild"
    program.parent.mkdir(parents=True)
    program.write_text("")

    assert find_esbuild(tmp_path, tmp_path, "") is None
    assert find_too_old(tmp_path, tmp_path, "") is None


def test_it_is_said_which_version_is_needed(tmp_path):
    write_config(tmp_path, CONFIG)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/index.ts").write_text("export default {}")

    (problem,) = load(tmp_path, old_esbuild="0.21.5").problems

    assert problem.message == "src/index.ts has to be bundled, and esbuild 0.21.5 is too old for it"
    assert problem.hint is not None
    assert "0.25.7" in problem.hint
