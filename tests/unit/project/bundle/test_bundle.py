import json
from pathlib import Path

import pytest

from fakes import esbuilds
from fakes.loads import load, project_of, told, warned, write_config
from workers_deploy.core.project import ModuleType, ScriptFormat
from workers_deploy.project.code.entry import BundleMode

BASE = {"name": "shop", "main": "src/index.ts", "compatibility_date": "2026-06-01"}


@pytest.fixture
def esbuild() -> Path:
    return esbuilds.wranglers()


def write(root: Path, source: str, config: dict[str, object] | None = None, **files: str) -> Path:
    write_config(root, json.dumps({**BASE, **(config or {})}, indent=1))
    for name, text in {"src/index.ts": source, **files}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def code(root: Path, esbuild: Path, **request) -> str:
    return project_of(root, esbuild=esbuild, **request).modules[0].content.decode()


def test_typescript_is_bundled_with_a_source_map(tmp_path, esbuild):
    write(
        tmp_path,
        'import { a } from "./a"; export default { a } satisfies object;',
        **{"src/a.ts": "export const a: number = 41 + 1;"},
    )

    project = project_of(tmp_path, esbuild=esbuild)

    main, source_map = project.modules
    assert (main.name, main.type) == ("index.js", ModuleType.ESM)
    assert b"import" not in main.content
    assert source_map.name == "index.js.map"
    assert json.loads(source_map.content)["sources"] == ["src/a.ts", "src/index.ts"]


def test_a_source_map_escapes_half_of_a_surrogate_pair_alone(tmp_path, esbuild):
    write(tmp_path, 'import { a } from "./a"; export default { a };')
    (tmp_path / "src/a.ts").write_bytes(b"export const a = 1; // \xed\xa0\x80 \xf0\x9f\x98\x80")

    _, source_map = project_of(tmp_path, esbuild=esbuild).modules

    assert '// \\ud800 \N{GRINNING FACE}"' in source_map.content.decode()


def test_the_source_map_stays_where_the_configuration_says_so(tmp_path, esbuild):
    write(tmp_path, "export default {}", {"upload_source_maps": False})

    assert len(project_of(tmp_path, esbuild=esbuild).modules) == 1


def test_javascript_that_imports_nothing_is_not_bundled_unless_it_is_told_so(tmp_path, esbuild):
    write(tmp_path, "", {"main": "index.js"})

    as_it_is = project_of(tmp_path)
    bundled = project_of(tmp_path, esbuild=esbuild, bundle=BundleMode.YES)

    assert as_it_is.modules[0].content == (tmp_path / "index.js").read_bytes()
    assert bundled.modules[0].content != as_it_is.modules[0].content


def test_without_esbuild_a_bundle_is_a_problem_with_a_way_out(tmp_path):
    write(tmp_path, "export default {}")

    (problem,) = load(tmp_path).problems

    assert problem.message == "src/index.ts has to be bundled, and there is no esbuild"
    assert "no_bundle" in problem.hint


def test_errors_and_warnings_of_esbuild_have_their_places(tmp_path, esbuild):
    write(
        tmp_path / "app",
        'import "nothing-here";\nimport fs from "fs";\nif (typeof fs == "strin") {}\n'
        "export default {};",
    )

    loaded = load(tmp_path, working_directory="app", esbuild=esbuild)

    assert told(loaded) == [
        'app/src/index.ts:1:8: Could not resolve "nothing-here"',
        'app/src/index.ts:2:16: Could not resolve "fs"',
    ]
    assert [problem.hint for problem in loaded.problems] == [
        "install the project's packages in a step before this one (npm ci)",
        'it is built into Node: add the compatibility flag "nodejs_compat"',
    ]
    assert warned(loaded) == [
        (
            'app/src/index.ts:3:18: The "typeof" operator will never evaluate to "strin" '
            "[impossible-typeof]"
        )
    ]


def test_a_mistake_in_the_syntax_has_its_place(tmp_path, esbuild):
    write(tmp_path, "export default {\n  fetch( { return 1 }\n};")

    (found,) = told(load(tmp_path, esbuild=esbuild))

    assert found.startswith("src/index.ts:2:")


def test_modules_of_node_without_its_flag_are_warned_of(tmp_path, esbuild):
    write(tmp_path, 'import path from "node:path"; export default { path };')

    loaded = load(tmp_path, esbuild=esbuild)

    assert loaded.project is not None
    assert warned(loaded) == [
        (
            'src/index.ts: it imports "node:path", which may fail at run time without the '
            "compatibility flag nodejs_compat"
        )
    ]


def test_bound_classes_have_to_be_exported(tmp_path, esbuild):
    write(
        tmp_path,
        "export class A {}\nexport default {};",
        {
            "durable_objects": {
                "bindings": [
                    {"name": "A", "class_name": "A"},
                    {"name": "B", "class_name": "B"},
                    {"name": "C", "class_name": "C", "script_name": "other"},
                ]
            },
            "migrations": [{"tag": "v1", "new_sqlite_classes": ["A", "B"]}],
            "workflows": [{"binding": "W", "name": "w", "class_name": "W"}],
        },
    )

    assert [problem.message for problem in load(tmp_path, esbuild=esbuild).problems] == [
        "the Durable Object class B is not exported from the entry point",
        "the Workflow class W is not exported from the entry point",
    ]


def test_a_service_worker_can_not_import_of_the_runtime(tmp_path, esbuild):
    write(tmp_path, 'import "node:path"; addEventListener("fetch", () => {});')

    (problem,) = load(tmp_path, esbuild=esbuild).problems

    assert 'Unexpected external import of "node:path"' in problem.message


def test_exports_without_a_default_and_with_a_listener_are_a_service_worker(tmp_path, esbuild):
    write(tmp_path, 'export const a: number = 1; addEventListener("fetch", () => {});')
    listens = project_of(tmp_path, esbuild=esbuild)
    write(tmp_path, "export class A {}; export const b: number = 1;")
    exports = project_of(tmp_path, esbuild=esbuild)

    assert listens.format is ScriptFormat.SERVICE_WORKER
    assert exports.format is ScriptFormat.MODULES


def test_the_format_is_told_by_the_entry_point_not_by_its_bundle(tmp_path, esbuild):
    source = (
        "const { a } = require('./a'); module.exports = {}; addEventListener('fetch', () => a);"
    )
    write(tmp_path, source, **{"src/a.js": "exports.a = 1;"})

    project = project_of(tmp_path, esbuild=esbuild)

    assert project.format is ScriptFormat.SERVICE_WORKER


def test_files_beside_the_bundle_are_called_as_wrangler_calls_them(tmp_path, esbuild):
    write(
        tmp_path,
        'import a from "./a.txt"; import b from "../b/a.txt"; const c = require("./a.txt");\n'
        "export default { a, b, c };",
        **{"src/a.txt": "hi\n", "b/a.txt": "hi\n"},
    )

    project = project_of(tmp_path, esbuild=esbuild)

    name = "./55ca6286e3e4f4fba5d0448333fa99fc5a404a73-a.txt"
    assert [module.name for module in project.modules] == ["index.js", name, "index.js.map"]
    assert project.modules[0].content.decode().count(f'"{name}"') == 3


def test_options_of_the_configuration_reach_the_bundler(tmp_path, esbuild):
    write(
        tmp_path,
        "export default { v: VERSION, agent: navigator.userAgent, element: <b/>, part: <></> };",
        {
            "main": "src/index.jsx",
            "define": {"VERSION": '"1.2"'},
            "jsx_factory": "make",
            "jsx_fragment": "Part",
            "tsconfig": "tsconfig.build.json",
            "minify": True,
            "keep_names": False,
        },
        **{"tsconfig.build.json": "{}"},
    )
    (tmp_path / "src" / "index.ts").rename(tmp_path / "src" / "index.jsx")

    text = code(tmp_path, esbuild)

    assert '"1.2"' in text
    assert '"Cloudflare-Workers"' in text
    assert 'make("b",null)' in text
    assert "make(Part,null)" in text


@pytest.mark.parametrize(
    ("flags", "date", "defined"),
    [
        ([], "2022-03-20", False),
        (["global_navigator"], "2022-03-20", True),
        (["no_global_navigator"], "2026-01-01", False),
    ],
)
def test_the_navigator_is_known_where_the_runtime_has_it(tmp_path, esbuild, flags, date, defined):
    write(
        tmp_path,
        "export default { a: navigator.userAgent }",
        {"compatibility_flags": flags, "compatibility_date": date},
    )

    assert ('"Cloudflare-Workers"' in code(tmp_path, esbuild)) is defined


def test_a_bundle_needs_no_configuration(tmp_path, esbuild):
    (tmp_path / "index.ts").write_text("export default {} as object")

    project = project_of(
        tmp_path,
        esbuild=esbuild,
        main="index.ts",
        script_name="a",
        compatibility_date="2026-01-01",
        compatibility_flags=("nodejs_compat",),
    )

    assert project.main_module == "index.js"


def test_modules_beside_the_bundle_keep_their_names(tmp_path, esbuild):
    write(
        tmp_path,
        'import { a } from "./sub/in"; export default { a };',
        {
            "find_additional_modules": True,
            "rules": [{"type": "ESModule", "globs": ["**/beside/*.js"]}],
        },
        **{
            "src/sub/in.ts": 'import { b } from "../beside/b.js"; export const a = b;',
            "src/beside/b.js": "export const b = 1;",
        },
    )

    project = project_of(tmp_path, esbuild=esbuild)

    assert [module.name for module in project.modules] == [
        "index.js", "beside/b.js", "index.js.map",
    ]  # fmt: skip
    assert b'from "./beside/b.js"' in project.modules[0].content


def test_a_flaw_without_a_place_is_told_of_the_entry_point(tmp_path, esbuild):
    write(tmp_path, "export default {}", {"define": {"A": "not valid js"}})

    (problem,) = load(tmp_path, esbuild=esbuild).problems

    assert str(problem.place) == "src/index.ts"
    assert "Invalid define value" in problem.message
