"""Where the packages are looked for that stand in for Node's modules."""

import json
from pathlib import Path

import pytest

from fakes import esbuilds
from fakes.loads import load, write_config
from workers_deploy.project.bundle.node_files import PRESET, UNENV, NodeFiles, find_node_files

VERSIONS = {PRESET: "2.0.0", UNENV: "1.0.0"}


def install(modules: Path, version: str = "2.0.0") -> None:
    for name in (PRESET, UNENV):
        folder = modules / name
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps({"version": version}))


def find(project: Path, root: Path, esbuild: Path) -> NodeFiles | None:
    return find_node_files(project, root, esbuild, VERSIONS)


def test_those_of_the_projects_wrangler_come_first(tmp_path):
    modules = tmp_path / "app" / "node_modules"
    install(modules / "wrangler" / "node_modules")
    install(modules)
    install(tmp_path / "node_modules")

    found = find(tmp_path / "app" / "src", tmp_path, tmp_path / "esbuild")

    wrangler = modules / "wrangler"
    assert found == NodeFiles(directory=wrangler, wrangler=wrangler, version="2.0.0")


def test_those_of_a_wrangler_that_is_a_link_are_found(tmp_path):
    store = tmp_path / "store" / "node_modules"
    install(store)
    (store / "wrangler").mkdir()
    modules = tmp_path / "app" / "node_modules"
    modules.mkdir(parents=True)
    (modules / "wrangler").symlink_to(store / "wrangler")

    found = find(tmp_path / "app", tmp_path / "app", tmp_path / "esbuild")

    assert found is not None
    assert found.directory == found.wrangler == store / "wrangler"


def test_without_wrangler_its_place_is_where_it_would_be(tmp_path):
    install(tmp_path / "node_modules")

    found = find(tmp_path, tmp_path, tmp_path / "esbuild")

    place = tmp_path / "node_modules" / "wrangler"
    assert found == NodeFiles(directory=tmp_path, wrangler=place, version="2.0.0")


def test_those_beside_esbuild_are_found_but_none_beyond_the_root(tmp_path):
    install(tmp_path / "node_modules")
    project, image = tmp_path / "project", tmp_path / "image"
    install(image / "node_modules")

    beside = find(project, project, image / "esbuild" / "bin" / "esbuild")
    beyond = find(project, project, tmp_path.parent / "esbuild")

    assert beside is not None
    assert beside.directory == image
    assert beyond is None


def test_the_version_of_the_table_is_worth_more_than_a_near_one(tmp_path):
    install(tmp_path / "app" / "node_modules", "1.9.0")
    alone = find(tmp_path / "app", tmp_path, Path("/esbuild"))
    install(tmp_path / "node_modules", "2.0.0")
    both = find(tmp_path / "app", tmp_path, Path("/esbuild"))

    assert alone is not None
    assert both is not None
    assert (alone.version, both.version) == ("1.9.0", "2.0.0")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"version": 2}'])
def test_a_preset_without_a_version_does_not_count(tmp_path, text):
    install(tmp_path / "node_modules")
    (tmp_path / "node_modules" / PRESET / "package.json").write_text(text)

    assert find(tmp_path, tmp_path, Path("/esbuild")) is None


def test_an_error_says_what_to_install(tmp_path):
    write_config(tmp_path, '{"name": "a", "main": "index.ts", "compatibility_date": "2026-11-01"}')
    (tmp_path / "index.ts").write_text("export default {}")
    alone = tmp_path / "esbuild"
    alone.write_text(f'#!/bin/sh\nexec "{esbuilds.wranglers()}" "$@"\n')
    alone.chmod(0o755)

    (problem,) = load(tmp_path, esbuild=alone).problems

    assert "nodejs_compat needs run-time files of the npm packages unenv" in problem.message
    assert problem.hint is not None
    assert "npm install @cloudflare/unenv-preset@" in problem.hint
