"""Rules look at imports as they are written, wherever these stand and whatever they mean."""

import json
from pathlib import Path

import pytest

from fakes.loads import load, project_of, told, warned, write_config
from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.core.project import ModuleType, Project
from workers_deploy.project.esbuild.program import find_esbuild

BASE = {"name": "shop", "main": "src/index.ts", "compatibility_date": "2026-06-01"}
BROKEN = "not {{ JavaScript"


@pytest.fixture
def esbuild() -> Path:
    found = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    assert found is not None
    return found


def write(root: Path, source: str, *globs: str, files: dict[str, str], **more: object) -> Path:
    rules = [{"type": "Text", "globs": globs, "fallthrough": True}] if globs else []
    write_config(root, json.dumps({**BASE, "rules": rules, **more}))
    for name, text in {"src/index.ts": source, **files}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def beside(project: Project) -> dict[str, ModuleType]:
    """Return the modules beside the bundle, by their files' names, and check their imports."""
    code = project.modules[0].content.decode()
    found = {}
    for module in project.modules[1:-1]:
        assert json.dumps(module.name) in code
        found[module.name.partition("-")[2]] = module.type
    return found


def test_a_file_is_bundled_where_the_import_only_means_what_the_rule_says(tmp_path, esbuild):
    source = 'import a from "./client/a.js"; export default { a };'
    write(tmp_path, source, "src/client/*.js", files={"src/client/a.js": "export default 41 + 1;"})

    project = project_of(tmp_path, esbuild=esbuild)

    assert beside(project) == {}
    assert b"41 + 1" in project.modules[0].content


@pytest.mark.parametrize("content", ["export default 1;", BROKEN, 'import "nothing-here";'])
def test_files_are_taken_in_packages_too(tmp_path, esbuild, content):
    write(
        tmp_path,
        'import a from "pkg"; import b from "pkg/client/b.js"; export default { a, b };',
        "**/client/*.js",
        files={
            "node_modules/pkg/index.js": 'export { default } from "./client/a.js";',
            "node_modules/pkg/client/a.js": content,
            "node_modules/pkg/client/b.js": f"{content}\n",
        },
    )

    project = project_of(tmp_path, esbuild=esbuild)

    assert beside(project) == {"a.js": ModuleType.TEXT, "b.js": ModuleType.TEXT}


def test_the_import_says_the_name_where_a_package_or_extension_means_another(tmp_path, esbuild):
    exports = {"./client/b.js": "./dist/b.md"}
    write(
        tmp_path,
        'import a from "./client/a"; import b from "pkg/client/b.js"; export default { a, b };',
        "*/client/a",
        "pkg/*",
        files={
            "src/client/a.js": BROKEN,
            "node_modules/pkg/package.json": json.dumps({"name": "pkg", "exports": exports}),
            "node_modules/pkg/dist/b.md": "# b",
        },
    )

    project = project_of(tmp_path, esbuild=esbuild)

    assert set(beside(project)) == {"a", "b.js"}


def test_what_fails_for_its_own_reasons_is_told(tmp_path, esbuild):
    files = {"src/client/a.js": BROKEN, "src/b.js": 'import "nothing-here";'}
    source = 'import a from "./client/a.js"; import "./b.js"; export default { a };'
    write(tmp_path, source, "**/client/*.js", files=files)

    (found,) = told(load(tmp_path, esbuild=esbuild))

    assert found == 'src/b.js:1:8: Could not resolve "nothing-here"'


@pytest.mark.parametrize("name", ["a.sql", "a.wasm"])
def test_a_query_that_no_rule_has_keeps_a_file_from_being_taken(tmp_path, esbuild, name):
    source = f'import a from "./{name}?raw"; import b from "./b.sql"; export default {{ a, b }};'
    write(tmp_path, source, files={f"src/{name}": "x", "src/b.sql": "y"})

    (found,) = told(load(tmp_path, esbuild=esbuild))

    assert f'No loader is configured for "{Path(name).suffix}" files: src/{name}?raw' in found


def test_other_files_of_the_extension_are_taken_all_the_same(tmp_path, esbuild):
    source = 'import a from "./a.txt?raw"; import b from "./b.txt"; export default { a, b };'
    write(tmp_path, source, files={"src/a.txt": "inside", "src/b.txt": "beside"})

    project = project_of(tmp_path, esbuild=esbuild)

    assert beside(project) == {"b.txt": ModuleType.TEXT}
    assert b'"inside"' in project.modules[0].content


def test_an_alias_comes_before_the_rules(tmp_path, esbuild):
    source = 'import a from "greeting"; export default { a };'
    files = {"src/a.txt": "hello"}
    write(tmp_path, source, "greeting", files=files, alias={"greeting": "./src/a.txt"})

    assert beside(project_of(tmp_path, esbuild=esbuild)) == {}


def test_a_file_can_not_be_code_and_text_in_one_bundle(tmp_path, esbuild):
    files = {"src/a.js": "export default 1;", "src/x/b.js": 'export { default } from "../a.js";'}
    source = 'import a from "./a.js"; import b from "./x/b.js"; export default { a, b };'
    write(tmp_path, source, "./a.js", files=files)

    (problem,) = load(tmp_path, esbuild=esbuild).problems

    assert problem.message.startswith('it is imported as "./a.js", which a module rule takes, and')
    assert str(problem.place) == "src/a.js"


def test_webassembly_is_imported_by_its_source(tmp_path, esbuild):
    source = (
        'import source a from "./a.wasm"; import b from "./a.wasm?module"; import t from "./t.txt";'
        'export default { a, b, t, c: await import.source("./c.wasm") };'
    )
    write(tmp_path, source, files={"src/a.wasm": "a", "src/c.wasm": "c", "src/t.txt": "t"})

    project = project_of(tmp_path, esbuild=esbuild)

    assert set(beside(project)) == {"a.wasm", "c.wasm", "t.txt"}
    assert b'import source a from "./' in project.modules[0].content


def test_code_is_not_imported_by_its_source(tmp_path, esbuild):
    source = 'import source a from "./a.js"; export default { a };'
    write(tmp_path, source, "**/*.md", files={"src/a.js": ""})

    (found,) = told(load(tmp_path, esbuild=esbuild))

    assert "source phase" in found


def test_bare_names_mean_files_beside_the_entry_point(tmp_path, esbuild):
    write(tmp_path, 'import a from "a.txt"; export default { a };', files={"src/a.txt": "a"})

    loaded = load(tmp_path, esbuild=esbuild)

    assert loaded.project is not None
    assert beside(loaded.project) == {"a.txt": ModuleType.TEXT}
    assert warned(loaded) == [
        'src/index.ts: it imports "a.txt", which will stop working: write "./a.txt"'
    ]


def test_bare_names_that_no_rule_takes_are_packages(tmp_path, esbuild):
    write(tmp_path, 'import a from "a.js"; export default { a };', files={"src/a.js": "a"})

    assert told(load(tmp_path, esbuild=esbuild)) == [
        'src/index.ts:1:15: Could not resolve "a.js"'
    ]  # fmt: skip


def test_letters_of_all_languages_stand_in_names(tmp_path, esbuild):
    source = 'import a from "./x/ä中😀"; import b from "./ä中😀.txt"; export default { a, b };'
    write(tmp_path, source, "./x/*", files={"src/x/ä中😀": "a", "src/ä中😀.txt": "b"})

    assert set(beside(project_of(tmp_path, esbuild=esbuild))) == {"ä中😀", "ä中😀.txt"}


def test_how_an_import_is_written_is_presumed_where_esbuild_does_not_tell(tmp_path, esbuild):
    source = (
        'import a from "./client/a.js";'
        "export default { a, b: (name) => import(`./lang/${name}.js`) };"
    )
    files = {"src/client/a.js": BROKEN, "src/lang/de.js": "export default 1;"}
    write(tmp_path, source, "**/client/*.js", files=files)

    assert set(beside(project_of(tmp_path, esbuild=esbuild))) == {"a.js"}


def test_texts_that_only_a_pattern_finds_are_bundled(tmp_path, esbuild):
    source = (
        'import a from "./lang/a.txt"; import s from "./s.sql";'
        "export default { a, s, b: (name) => import(`./lang/${name}.txt`) };"
    )
    files = {"src/lang/a.txt": "beside", "src/lang/b.txt": "inside", "src/s.sql": "s"}
    write(tmp_path, source, files=files)

    project = project_of(tmp_path, esbuild=esbuild)

    code = project.modules[0].content.decode()
    assert beside(project) == {"a.txt": ModuleType.TEXT, "s.sql": ModuleType.TEXT}
    assert 'module.exports = "inside"' in code
    assert code.count(project.modules[1].name) == 2


@pytest.mark.parametrize("globs", [(), ("**/*.md",), ("**/lang/*.md",)])
def test_other_files_that_only_a_pattern_finds_can_not_be_bundled(tmp_path, esbuild, globs):
    files = {"src/lang/a.md": "a", "src/lang/a.wasm": "w", "src/b.md": "b"}
    extension = "md" if globs else "wasm"
    source = f"export default (name) => import(`./lang/${{name}}.{extension}`);"
    write(tmp_path, f'{source} import "./lang/b.md";' if globs else source, *globs, files=files)
    (tmp_path / "src/lang/b.md").write_text("b")

    found = told(load(tmp_path, esbuild=esbuild))

    name = f"src/lang/a.{extension}"
    assert found == [
        f'src/index.ts:1:33: No loader is configured for ".{extension}" files: {name}'
    ]  # fmt: skip
