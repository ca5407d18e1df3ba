"""What wrangler's plugins make of imports: module rules, and Node by its mode."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fakes import esbuilds
from fakes.loads import load, project_of, told, warned, write_config
from fakes.wrangler import NODE_MODULES
from workers_deploy.core.project import ModuleType, Project

V2 = {"compatibility_flags": ["nodejs_compat"]}
OLD = {**V2, "compatibility_date": "2025-06-01"}  # when workerd lacked more of Node


def write(root: Path, source: str, config: dict[str, Any] | None = None, **files: str) -> None:
    base = {"name": "shop", "main": "src/index.ts", "compatibility_date": "2026-06-01"}
    write_config(root, json.dumps({**base, **(config or {})}))
    for name, text in {"src/index.ts": source, **files}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def bundle(root: Path) -> Project:
    return project_of(root, esbuild=esbuilds.wranglers())


def code(root: Path) -> str:
    return bundle(root).modules[0].content.decode()


def test_a_service_worker_gets_files_as_variables_that_are_bound(tmp_path):
    write(
        tmp_path,
        'import a from "./a.txt"; addEventListener("fetch", () => a);',
        **{"src/a.txt": "a"},
    )

    project = bundle(tmp_path)

    name = "__86f7e437faa5a7fce15d1ddcb9eaeaea377667b8_a_txt"
    assert [(one.name, one.type, one.fields) for one in project.bindings] == [
        (name, "text_blob", {"part": name})
    ]
    assert f"= {name};" in project.modules[0].content.decode()


def test_a_service_worker_can_not_look_for_further_modules(tmp_path):
    write(tmp_path, 'addEventListener("fetch", f);', {"find_additional_modules": True})

    (problem,) = load(tmp_path, esbuild=esbuilds.wranglers()).problems

    assert "can only be used with an ES module entrypoint" in problem.message


def test_an_import_that_only_an_ended_rule_takes_is_refused_with_the_rule(tmp_path):
    write(
        tmp_path,
        'import a from "./a.txt"; export default { a };',
        {"rules": [{"type": "Text", "globs": ["**/*.md"]}]},
        **{"src/a.txt": "a"},
    )

    (problem,) = load(tmp_path, esbuild=esbuilds.wranglers()).problems

    assert problem.message.startswith("The file ./a.txt matched a module rule in your configur")
    assert '{"type": "Text", "globs": ["**/*.txt", "**/*.html", "**/*.sql"]}' in problem.message
    assert str(problem.place) == "src/index.ts:1:15"


def test_a_file_that_a_rule_takes_and_that_is_nowhere_is_told_where_it_is_imported(tmp_path):
    write(tmp_path, 'import a from "./a.txt"; export default { a };')

    assert told(load(tmp_path, esbuild=esbuilds.wranglers())) == [
        'src/index.ts:1:15: Could not resolve "./a.txt"'
    ]


def test_a_file_beside_the_entry_point_is_meant_by_its_bare_name_with_a_warning(tmp_path):
    write(
        tmp_path,
        'import "./in/b"; import a from "a.txt"; export default { a };',
        **{"src/a.txt": "a", "src/in/b.ts": 'import a from "a.txt"; console.log(a);'},
    )

    loaded = load(tmp_path, esbuild=esbuilds.wranglers())

    assert loaded.project is not None
    assert [one.name for one in loaded.project.modules if one.type is ModuleType.TEXT] == [
        "./86f7e437faa5a7fce15d1ddcb9eaeaea377667b8-a.txt"
    ]
    text = 'it imports "a.txt", which will stop working: write "./a.txt"'
    assert sorted(warned(loaded)) == [f"src/in/b.ts: {text}", f"src/index.ts: {text}"]


def test_a_module_that_was_found_is_imported_by_its_name_from_every_folder(tmp_path):
    write(
        tmp_path,
        'import "./beside/b.js"; import "./in/c"; export default {};',
        {
            "find_additional_modules": True,
            "rules": [{"type": "ESModule", "globs": ["**/beside/*.js"]}],
        },
        **{"src/beside/b.js": "", "src/in/c.ts": 'import "../beside/b.js";'},
    )

    assert code(tmp_path).count('import "./beside/b.js"') == 2
    assert "../beside/b.js" not in code(tmp_path)


@pytest.mark.parametrize(
    ("flags", "date", "names"),
    [
        ((), "2026-06-01", ["node:async_hooks", "node:path"]),
        (("nodejs_als",), "2026-06-01", ["node:path"]),
        (("nodejs_compat",), "2024-01-01", []),
    ],
)
def test_before_v2_modules_of_node_stay_imports(tmp_path, flags, date, names):
    write(
        tmp_path,
        'import a from "node:async_hooks"; import b from "node:path"; export default { a, b };',
        {"compatibility_flags": flags, "compatibility_date": date},
    )

    loaded = load(tmp_path, esbuild=esbuilds.wranglers())

    assert loaded.project is not None
    text = loaded.project.modules[0].content.decode()
    assert 'from "node:async_hooks"' in text
    assert 'from "node:path"' in text
    assert [one.split('"')[1] for one in warned(loaded)] == names


def test_a_package_that_is_called_like_a_module_of_node_is_taken_before_v2(tmp_path):
    config = {"compatibility_flags": ["nodejs_compat"], "compatibility_date": "2024-01-01"}
    tsconfig = '{"compilerOptions": {"paths": {"node:own": ["./src/own.ts"]}}}'
    write(
        tmp_path,
        'import a from "node:own"; export default { a };',
        config,
        **{"src/own.ts": "export default 'mine';", "tsconfig.json": tsconfig},
    )

    assert '"mine"' in code(tmp_path)


def test_under_v2_required_built_ins_are_imported_and_missing_ones_stood_in_for(tmp_path):
    write(
        tmp_path,
        'import repl from "node:repl"; export default { p: require("path"), repl };',
        OLD,
    )

    text = code(tmp_path)

    assert "node-built-in-modules:path" in text
    assert "unenv/dist/runtime/node/repl.mjs" in text
    assert 'from "node:repl"' not in text


def test_under_v2_the_globals_of_node_are_set_first(tmp_path):
    write(
        tmp_path, "export default { a: process.argv };", {**V2, "compatibility_date": "2025-06-01"}
    )

    text = code(tmp_path)

    assert "globalThis.process = " in text
    assert text.index("globalThis.process = ") < text.index("process.argv")


def test_what_stands_in_for_a_package_can_be_required(tmp_path):
    write(tmp_path, 'export default { a: require("cross-fetch") };', V2)

    assert "required-unenv-alias:cross-fetch" in code(tmp_path)


def test_a_service_worker_that_imports_built_ins_is_told_under_v2_too(tmp_path):
    write(tmp_path, 'import "fs"; import "cloudflare:sockets"; addEventListener("fetch", f);', V2)

    (problem,) = load(tmp_path, esbuild=esbuilds.wranglers()).problems

    assert 'Unexpected external import of "cloudflare:sockets", "fs"' in problem.message


def test_where_only_esbuild_is_installed_the_packages_beside_it_are_enough(tmp_path):
    image, project = tmp_path / "image", tmp_path / "project"
    for name in ("unenv", "@cloudflare/unenv-preset", "pathe"):
        shutil.copytree(NODE_MODULES / name, image / "node_modules" / name)
    program = image / "esbuild" / "bin" / "esbuild"
    program.parent.mkdir(parents=True)
    shutil.copy(esbuilds.wranglers(), program)
    write(project, 'import a from "node:path"; export default { a, p: process.argv };', OLD)

    text = project_of(project, esbuild=program).modules[0].content.decode()

    assert "// ../image/node_modules/unenv/dist/runtime/" in text
    assert str(NODE_MODULES.parent) not in text
    assert "globalThis.process = " in text


def test_a_checkout_behind_a_link_is_bundled_as_without(tmp_path):
    source = 'import a from "./a.txt"; import "b.txt"; if (typeof a == "no") f(); export default a;'
    write(tmp_path / "real", source, V2, **{"src/a.txt": "a", "src/b.txt": "b"})
    (tmp_path / "link").symlink_to(tmp_path / "real")

    real = load(tmp_path / "real", esbuild=esbuilds.wranglers())
    linked = load(tmp_path / "link", esbuild=esbuilds.wranglers())

    assert real.project is not None
    assert linked == real
    assert {one.partition(":")[0] for one in warned(linked)} == {"src/index.ts"}
