"""An alias is for one name, as wrangler's are, and not for what stands below it."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.loads import load, project_of, told, write_config
from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.project.esbuild.program import find_esbuild

NODE = {"compatibility_flags": ["nodejs_compat"]}


@pytest.fixture
def esbuild() -> Path:
    found = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    assert found is not None
    return found


def write(root: Path, source: str, config: dict[str, Any], **files: str) -> None:
    base = {"name": "shop", "main": "src/index.ts", "compatibility_date": "2026-06-01"}
    write_config(root, json.dumps({**base, **config}))
    for name, text in {"src/index.ts": source, **files}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def code(root: Path, esbuild: Path) -> str:
    return project_of(root, esbuild=esbuild).modules[0].content.decode()


def test_what_stands_below_a_built_in_name_is_the_projects(tmp_path, esbuild):
    write(
        tmp_path,
        'import a from "util/x"; import b from "process/browser"; import c from "util/types";\n'
        'import d from "process"; export default { a, b, c, d };',
        NODE,
        **{
            "tsconfig.json": '{"compilerOptions": {"paths": {"util/*": ["./src/util/*"]}}}',
            "src/util/x.ts": "export default 'mine';",
            "node_modules/process/browser.js": "module.exports = 'installed';",
        },
    )

    text = code(tmp_path, esbuild)

    assert '"mine"' in text
    assert '"installed"' in text
    assert 'from "node:util/types"' in text
    assert 'from "node:process"' in text


def test_what_stands_nowhere_is_told_where_it_is_imported(tmp_path, esbuild):
    write(tmp_path, 'import a from "util/nothing"; export default { a };', NODE)

    (found,) = told(load(tmp_path, esbuild=esbuild))

    assert found == 'src/index.ts: Could not resolve "util/nothing"'


def test_a_bare_name_that_node_does_not_have_is_a_package(tmp_path, esbuild):
    source = 'import a from "sqlite"; export default { a };'
    write(tmp_path, source, NODE)
    (problem,) = load(tmp_path, esbuild=esbuild).problems
    write(tmp_path, source, NODE, **{"node_modules/sqlite/index.js": "module.exports = 'npm'"})

    assert "npm ci" in problem.hint
    assert '"npm"' in code(tmp_path, esbuild)


def test_what_stands_below_a_configured_alias_is_what_it_was(tmp_path, esbuild):
    write(
        tmp_path,
        'import { a } from "foo"; import { b } from "foo/b"; import c from "bar/c";\n'
        "export default { a, b, c };",
        {"alias": {"foo": "./src/foo.ts", "bar": "./src/bar"}},
        **{
            "src/foo.ts": "export const a = 'alias';",
            "src/bar/c.js": "module.exports = 'below the alias';",
            "node_modules/foo/index.js": "exports.a = 'package';",
            "node_modules/foo/b.js": "exports.b = 'below the package';",
            "node_modules/bar/c.js": "module.exports = 'installed';",
        },
    )

    text = code(tmp_path, esbuild)

    assert '"alias"' in text
    assert '"below the package"' in text
    assert '"installed"' in text
    assert '"package"' not in text
    assert '"below the alias"' not in text


def test_an_alias_of_a_relative_path_is_refused_with_the_way_out(tmp_path, esbuild):
    write(tmp_path, 'import "./foo"; export default {};', {"alias": {"./foo": "./src/x.ts"}})

    (problem,) = load(tmp_path, esbuild=esbuild).problems

    assert "Invalid alias name" in problem.message
    assert "no_bundle" in problem.hint


def nested_twice(first: str, second: str) -> dict[str, str]:
    modules = "node_modules"
    return {
        f"{modules}/a/index.js": "module.exports = require('foo/x');",
        f"{modules}/b/index.js": "module.exports = require('foo/x');",
        f"{modules}/foo/x.js": "module.exports = 'below';",
        f"{modules}/foo/package.json": json.dumps({"version": first}),
        f"{modules}/b/{modules}/foo/x.js": "module.exports = 'below';",
        f"{modules}/b/{modules}/foo/package.json": json.dumps({"version": second}),
    }


def test_two_versions_below_an_alias_are_refused(tmp_path, esbuild):
    source = 'import a from "a"; import b from "b"; export default { a, b };'
    config = {"alias": {"foo": "./src/index.ts"}}
    write(tmp_path, source, config, **nested_twice("1.0.0", "1.0.1"))
    (problem,) = load(tmp_path, esbuild=esbuild).problems
    write(tmp_path, source, config, **nested_twice("1.0.0", "1.0.0"))

    assert problem.message.startswith('"foo/x" is below an alias, and means another file here')
    assert str(problem.place) == "node_modules/b/index.js"
    assert problem.hint.startswith("install one version only")
    assert '"below"' in code(tmp_path, esbuild)


def test_what_stands_below_an_alias_is_looked_up_once_for_all_files(tmp_path, esbuild):
    calls = tmp_path / "calls"
    counting = tmp_path / "esbuild"
    counting.write_text(f'#!/bin/sh\necho >> "{calls}"\nexec "{esbuild}" "$@"\n')
    counting.chmod(0o755)
    files = {f"src/c{i}/a.ts": 'export { x } from "foo/x";' for i in range(9)}
    imports = "".join(f'import {{ x as x{i} }} from "./c{i}/a";' for i in range(9))
    write(
        tmp_path,
        f"{imports} export default {{ x0, x8 }};",
        {"alias": {"foo": "./src/foo.ts"}},
        **{"node_modules/foo/x.js": "exports.x = 'below';", **files},
    )

    assert "'below'" in code(tmp_path, counting).replace('"', "'")
    # For the format, for the bundle, for the name, and for the bundle with it.
    assert calls.read_text().count("\n") == 4
