"""What imports of files become: by which rules, under which names."""

import json
from pathlib import Path

import pytest

from fakes.loads import load, project_of, told, write_config
from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.core.project import ModuleType, ScriptFormat
from workers_deploy.project.esbuild.program import find_esbuild

BASE = {"name": "shop", "main": "src/index.ts", "compatibility_date": "2026-06-01"}
HI = "./55ca6286e3e4f4fba5d0448333fa99fc5a404a73"  # the SHA-1 of "hi\n"


@pytest.fixture
def esbuild() -> Path:
    found = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    assert found is not None
    return found


def write(root: Path, source: str, *rules: dict[str, object], **more: object) -> Path:
    files = more.pop("files", {})
    assert isinstance(files, dict)
    write_config(root, json.dumps({**BASE, "rules": rules, **more}))
    for name, text in {"src/index.ts": source, **files}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def text_rule(*globs: str, **more: object) -> dict[str, object]:
    return {"type": "Text", "globs": globs, "fallthrough": True, **more}


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("**/LICENSE", "LICENSE"),
        ("./templates/*", "templates/page.json"),
        ("templates/*", "templates/page.html"),
        ("./client/*.js", "client/app.js"),
        ("*.min.js", "app.min.js"),
        ("*data.json", "data.json"),
        ("*.weird-ext", "a.weird-ext"),
        ("**/styles.css", "styles.css"),
    ],
)
def test_a_file_becomes_a_module_by_whatever_pattern_takes_it(tmp_path, esbuild, glob, path):
    write(
        tmp_path,
        f'import text from "./{path}"; import {{ a }} from "./a";\nexport default {{ text, a }};',
        text_rule(glob),
        files={f"src/{path}": "hi\n", "src/a.js": "export const a = 1;"},
    )

    project = project_of(tmp_path, esbuild=esbuild)

    name = f"{HI}-{Path(path).name}"
    main, module, _ = project.modules
    assert (module.name, module.type, module.file) == (name, ModuleType.TEXT, f"src/{path}")
    assert f'from "{name}"'.encode() in main.content
    assert b'from "./a' not in main.content


def test_styles_that_no_rule_takes_stay_out(tmp_path, esbuild):
    files = {
        "src/a.css": '@import "./b.css"; a {}',
        "src/b.css": "b {}",
        "src/c.module.css": ".c {}",
        "src/t.css": "hi\n",
    }
    source = (
        'import "./a.css"; import c from "./c.module.css"; import t from "./t.css";'
        "export default { c, t };"
    )
    write(tmp_path, source, text_rule("./t.css"), files=files)

    names = [module.name for module in project_of(tmp_path, esbuild=esbuild).modules]

    assert names == ["index.js", f"{HI}-t.css", "index.js.map"]


def test_a_file_that_is_not_imported_stays_out(tmp_path, esbuild):
    write(
        tmp_path,
        "export default {}",
        text_rule("templates/*"),
        files={"src/templates/a.json": "{}"},
    )

    names = [module.name for module in project_of(tmp_path, esbuild=esbuild).modules]

    assert names == ["index.js", "index.js.map"]


def test_files_by_path_are_required_and_bound_as_others_are(tmp_path, esbuild):
    rule = text_rule("**/LICENSE", "*.json")
    files = {"src/LICENSE": "hi\n", "src/a.json": "{}", "src/a.wasm": "w"}
    required = 'require("./LICENSE") + require("./a.json") + require("./a.wasm?module")'
    write(tmp_path, f"export default {{ a: {required} }}", rule, files=files)
    as_module = project_of(tmp_path, esbuild=esbuild)
    write(tmp_path, f'const a: string = {required}; addEventListener("fetch", () => a);', rule)
    as_service_worker = project_of(tmp_path, esbuild=esbuild)

    code = as_module.modules[0].content.decode()
    assert code.count("import __required_") == 3
    assert "?module" not in code
    assert as_service_worker.format is ScriptFormat.SERVICE_WORKER
    assert {one.type for one in as_service_worker.bindings} == {"text_blob", "wasm_module"}
    assert len(as_service_worker.bindings) == 3


def test_names_are_kept_where_the_configuration_says_so(tmp_path, esbuild):
    write(
        tmp_path,
        'import a from "./a.txt"; import b from "../lib/b.txt"; import l from "./in/LICENSE";\n'
        'import { c } from "./in/c"; export default { a, b, c, l };',
        text_rule("**/LICENSE"),
        preserve_file_names=True,
        files={
            "src/a.txt": "a",
            "lib/b.txt": "b",
            "src/in/LICENSE": "l",
            "src/in/c.ts": 'export { default as c } from "./c.txt";',
            "src/in/c.txt": "c",
        },
    )

    project = project_of(tmp_path, esbuild=esbuild)

    code = project.modules[0].content.decode()
    names = {module.name for module in project.modules[1:-1]}
    assert names == {"./a.txt", "../lib/b.txt", "./in/LICENSE", "./c.txt"}
    assert all(f'from "{name}"' in code for name in names)


def test_a_file_of_an_ended_rule_is_refused_with_the_way_out(tmp_path, esbuild):
    write(
        tmp_path,
        'import a from "./a.txt"; export default { a };',
        {"type": "Text", "globs": ["**/*.md"]},
        files={"src/a.txt": "a"},
    )

    loaded = load(tmp_path, esbuild=esbuild)

    (found,) = told(loaded)
    assert found.startswith("src/index.ts: src/a.txt is imported, but the module rule")
    assert loaded.problems[0].hint == "set fallthrough to true on that rule"


def test_a_source_map_knows_where_its_sources_lie_in_the_workspace(tmp_path, esbuild):
    write(
        tmp_path / "app",
        'import { a } from "../../lib/a"; export default { a };',
        files={"../lib/a.ts": "export const a = 1;"},
    )

    project = project_of(tmp_path, working_directory="app", esbuild=esbuild)

    source_map = project.modules[-1]
    assert json.loads(source_map.content)["sources"] == ["../lib/a.ts", "src/index.ts"]
    assert source_map.sources == ("lib/a.ts", "app/src/index.ts")
