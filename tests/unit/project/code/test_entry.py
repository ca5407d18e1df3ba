"""When `bundle: auto` makes a bundle of JavaScript that imports nothing, and in which format."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.loads import load, project_of, write_config
from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.core.project import ScriptFormat
from workers_deploy.project.code.entry import BundleMode
from workers_deploy.project.esbuild.program import find_esbuild

PLAIN = "export default { fetch() { return new Response('x') } };"
BACKTICK = "function t(s) { return /`/.test(s) }\nexport default { fetch() { return t(`a`) } };"


@pytest.fixture
def esbuild() -> Path:
    found = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    assert found is not None
    return found


def write(root: Path, source: str, config: dict[str, Any] | None = None) -> None:
    base = {"name": "shop", "main": "index.js", "compatibility_date": "2026-06-01"}
    write_config(root, json.dumps({**base, **(config or {})}))
    (root / "index.js").write_text(source)


def code(root: Path, esbuild: Path | None) -> str:
    return project_of(root, esbuild=esbuild).modules[0].content.decode()


@pytest.mark.parametrize(
    ("source", "config"),
    [
        (PLAIN, {"define": {"A": "1"}}),
        (PLAIN, {"minify": True}),
        (PLAIN, {"jsx_factory": "h"}),
        (PLAIN, {"alias": {"a": "b"}}),
        ("export default { mode: process.env.NODE_ENV }", {}),
        ("export default <b/>", {}),
        ("class A { @d m() {} }; export default A", {}),
        ("export const a = 1; addEventListener('fetch', f)", {}),
        ("export default `${await import('node:path')}`", {}),
        ("export default { a: (name) => import(`./${name}.js`) }", {}),
        ("exports.a = a; addEventListener('fetch', f); function a() {}", {}),
        ("addEventListener('fetch', f); module.exports = { a: `b` }", {}),
    ],
)
def test_what_would_be_another_code_is_bundled(tmp_path, esbuild, source, config):
    write(tmp_path, source, config)

    assert code(tmp_path, esbuild) != source
    (problem,) = load(tmp_path).problems
    assert problem.message == "index.js has to be bundled, and there is no esbuild"


@pytest.mark.parametrize(
    ("source", "config"),
    [
        (PLAIN, {}),
        (PLAIN, {"define": {}, "minify": False}),
        (PLAIN, {"define": {"A": "1"}, "no_bundle": True}),
        (BACKTICK, {}),
        ("export default process.env.NAME", {}),
        ("addEventListener('fetch', f)", {}),
        ("addEventListener('fetch', (e) => f({ module: e.exports }))", {}),
        ("export default { a: (module) => module.exports }", {}),
    ],
)
def test_what_would_be_the_same_goes_up_as_it_is_written(tmp_path, esbuild, source, config):
    write(tmp_path, source, config)

    assert code(tmp_path, esbuild) == code(tmp_path, None) == source


LISTENS = "export const a = {a}; function addEventListener() {{}}; addEventListener('fetch', f);"


@pytest.mark.parametrize("no_bundle", [True, False])
def test_esbuild_decides_on_the_format_where_only_a_compiler_can(tmp_path, esbuild, no_bundle):
    # This function is not the global one.
    write(tmp_path, LISTENS.format(a=1), {"no_bundle": no_bundle})

    by_esbuild = project_of(tmp_path, esbuild=esbuild, bundle=BundleMode.NO)
    by_itself = project_of(tmp_path, bundle=BundleMode.NO)

    assert by_esbuild.format is ScriptFormat.MODULES
    assert by_itself.format is ScriptFormat.SERVICE_WORKER


def test_what_only_esbuild_can_read_it_writes_too(tmp_path, esbuild):
    source = "export default { make: class { accessor a = 1 } };"
    write(tmp_path, source)

    assert code(tmp_path, esbuild) != source
    assert code(tmp_path, None) == source


def test_what_can_not_be_parsed_is_told_by_esbuild_or_goes_up_as_it_is(tmp_path, esbuild):
    write(tmp_path, f"{PLAIN}\nconst = 1;")

    (problem,) = load(tmp_path, esbuild=esbuild).problems
    unread = project_of(tmp_path)

    assert str(problem.place) == "index.js:2:7"
    assert unread.format is ScriptFormat.MODULES


BOUND = {
    "durable_objects": {"bindings": [{"name": "A", "class_name": "A"}]},
    "migrations": [{"tag": "v1", "new_sqlite_classes": ["A"]}],
}


@pytest.mark.parametrize("has_esbuild", [True, False])
def test_bound_classes_have_to_be_exported_without_a_bundle_too(tmp_path, esbuild, has_esbuild):
    program = esbuild if has_esbuild else None
    write(tmp_path, f"class A {{}}\n{PLAIN}", BOUND)
    lacking = load(tmp_path, esbuild=program)
    write(tmp_path, f"class A {{}}\nexport {{ A }};\n{PLAIN}", BOUND)
    exported = load(tmp_path, esbuild=program)

    assert [problem.message for problem in lacking.problems] == [
        "the Durable Object class A is not exported from the entry point"
    ]
    assert exported.project is not None


def test_what_wrangler_would_not_bundle_it_does_not_look_into(tmp_path):
    write(tmp_path, f"class A {{}}\n{PLAIN}", {**BOUND, "no_bundle": True})
    assert load(tmp_path).project is not None
    write(tmp_path, f"class A {{}}\n{PLAIN}", BOUND)
    assert load(tmp_path, bundle=BundleMode.NO).project is not None


def test_the_entry_point_is_found_without_its_extension(tmp_path, esbuild):
    write(tmp_path, PLAIN, {"main": "src/shop"})
    (tmp_path / "src/shop").mkdir(parents=True)
    for extension in ("js", "ts"):
        (tmp_path / f"src/shop.{extension}").write_text(f"export default '{extension}'")

    project = project_of(tmp_path, esbuild=esbuild)

    assert project.modules[0].name == "shop.js"
    assert b'"ts"' in project.modules[0].content


@pytest.mark.parametrize(
    "config", [{"main": "index", "no_bundle": True}, {"main": "src"}, {"main": "index.mjs"}]
)
def test_other_entry_points_are_not_found(tmp_path, esbuild, config):
    write(tmp_path, PLAIN, config)
    (tmp_path / "src").mkdir()

    (problem,) = load(tmp_path, esbuild=esbuild).problems

    assert problem.message == f'The entry-point file at "{config["main"]}" was not found.'
