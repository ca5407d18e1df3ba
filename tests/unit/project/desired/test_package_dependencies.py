import json
from pathlib import Path

import pytest

from fakes.loads import HEAD, load, project_of, warned, write_config

ON = ', "dependencies_instrumentation": {"enabled": true}}'


def write(root: Path, options: str = ON, **manifest: object) -> Path:
    write_config(root, "{" + HEAD + options)
    if manifest:
        (root / "package.json").write_text(json.dumps(manifest))
    return root


def install(folder: Path, package_name: str, /, **manifest: object) -> None:
    package = folder / "node_modules" / package_name
    package.mkdir(parents=True)
    said = {"name": package_name, "version": "1.0.0", **manifest}
    package.joinpath("package.json").write_text(
        json.dumps({key: value for key, value in said.items() if value is not None})
    )


@pytest.mark.parametrize(
    "options", ["}", ', "dependencies_instrumentation": {"exclude_packages": []}}']
)
def test_nobody_is_told_of_packages_unasked(tmp_path, options):
    write(tmp_path, options, dependencies={"hono": "^4"})
    install(tmp_path, "hono")

    assert project_of(tmp_path).package_dependencies is None


def test_installed_packages_are_told_with_the_wanted_and_the_installed_version(tmp_path):
    write(
        tmp_path,
        dependencies={"hono": "^4", "@a/b": "~1", "missing": "1"},
        devDependencies={"hono": "^5", "typescript": ">=5"},
    )
    for name, version in {"hono": "5.1.0", "@a/b": "1.0.3", "typescript": "5.9.2"}.items():
        install(tmp_path, name, version=version)

    assert project_of(tmp_path).package_dependencies == (
        {"name": "hono", "packageJsonVersion": "^5", "installedVersion": "5.1.0"},
        {"name": "@a/b", "packageJsonVersion": "~1", "installedVersion": "1.0.3"},
        {"name": "typescript", "packageJsonVersion": ">=5", "installedVersion": "5.9.2"},
    )


@pytest.mark.parametrize("version", ["workspace:*", "catalog:", "file:../a", "link:../a"])
def test_packages_of_the_project_itself_are_not_told(tmp_path, version):
    write(tmp_path, dependencies={"a": version})
    install(tmp_path, "a")

    assert project_of(tmp_path).package_dependencies is None


def test_packages_are_left_out_by_name_and_by_pattern(tmp_path):
    options = '"enabled": true, "exclude_packages": ["hono", "@private/*", "a.c"]'
    names = ["hono", "hono-more", "@private/x", "abc"]
    write(
        tmp_path,
        ', "dependencies_instrumentation": {' + options + "}}",
        dependencies=dict.fromkeys(names, "1"),
    )
    for name in names:
        install(tmp_path, name)

    found = project_of(tmp_path).package_dependencies

    assert [one["name"] for one in found] == ["hono-more", "abc"]


def test_a_package_may_be_installed_further_up_but_not_outside(tmp_path):
    app = tmp_path / "repository" / "app"
    write(app, dependencies={"near": "1", "far": "1"})
    install(tmp_path / "repository", "near")
    install(tmp_path, "far")

    found = project_of(tmp_path / "repository", working_directory="app").package_dependencies

    assert [one["name"] for one in found] == ["near"]


@pytest.mark.parametrize(
    ("manifest", "version"),
    [
        ({"name": "other", "version": "2.0.0"}, "2.0.0"),
        ({"name": "other", "version": "2.0.0", "bundledVersions": {"a": "3.0.0"}}, "3.0.0"),
        ({"version": None}, None),
        ({"name": None}, None),
    ],
)
def test_the_installed_version_is_that_of_the_packages_own_manifest(tmp_path, manifest, version):
    write(tmp_path, dependencies={"a": "npm:other"})
    install(tmp_path, "a", **manifest)

    found = project_of(tmp_path).package_dependencies

    assert (found[0]["installedVersion"] if found else None) == version


def test_two_hundred_packages_are_told_at_most(tmp_path):
    names = [f"p{number}" for number in range(203)]
    write(tmp_path, dependencies=dict.fromkeys(names, "1"))
    for name in names:
        install(tmp_path, name)

    assert len(project_of(tmp_path).package_dependencies) == 200


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_a_manifest_that_can_not_be_read_is_warned_of_where_packages_are_asked_for(tmp_path, text):
    write(tmp_path)
    if text is not None:
        (tmp_path / "package.json").write_text(text)

    loaded = load(tmp_path)

    assert loaded.project.package_dependencies is None
    assert "package.json can't be read" in warned(loaded)[0]


def test_odd_manifests_say_nothing(tmp_path):
    write(tmp_path, dependencies=["a"], devDependencies={"b": 1, "c": "1"})
    install(tmp_path, "c")
    (tmp_path / "node_modules" / "c" / "package.json").write_text("[1]")

    assert project_of(tmp_path).package_dependencies is None
