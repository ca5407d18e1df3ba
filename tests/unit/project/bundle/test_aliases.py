"""An alias is for one name, as wrangler's are, and not for what stands below it."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes import esbuilds
from fakes.loads import load, project_of, told, write_config

NODE = {"compatibility_flags": ["nodejs_compat"]}


@pytest.fixture
def esbuild() -> Path:
    return esbuilds.wranglers()


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
        "export default { a, b, c };",
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
    assert 'from "util/types"' in text


def test_what_stands_nowhere_is_told_where_it_is_imported(tmp_path, esbuild):
    write(tmp_path, 'import a from "util/nothing"; export default { a };', NODE)

    (found,) = told(load(tmp_path, esbuild=esbuild))

    assert found == 'src/index.ts:1:15: Could not resolve "util/nothing"'


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


def test_an_alias_may_be_for_a_path_and_its_target_is_found_by_nodes_rules(tmp_path, esbuild):
    aliases = {"./foo": "./src/x", "foo": "pkg/sub", "bar": "pkg"}
    exports = {".": {"import": "./no.js", "require": "./main.cjs"}, "./*": "./lib/*.js"}
    write(
        tmp_path,
        'import a from "./foo"; import b from "foo"; import c from "bar";\n'
        "export default [a, b, c];",
        {"alias": aliases},
        **{
            "src/x/package.json": '{"main": "y"}',
            "src/x/y.js": "export default 'main of a folder';",
            "node_modules/pkg/package.json": json.dumps({"exports": exports}),
            "node_modules/pkg/main.cjs": "module.exports = 'as required';",
            "node_modules/pkg/lib/sub.js": "module.exports = 'a pattern';",
        },
    )

    text = code(tmp_path, esbuild)

    assert '"main of a folder"' in text
    assert '"as required"' in text
    assert '"a pattern"' in text


def test_an_alias_that_leads_nowhere_is_told_where_it_is_imported(tmp_path, esbuild):
    write(tmp_path, 'import "foo"; export default {};', {"alias": {"foo": "./nowhere"}})

    (problem,) = load(tmp_path, esbuild=esbuild).problems

    assert problem.message == 'Could not resolve "./nowhere", the alias of "foo"'
    assert str(problem.place) == "src/index.ts:1:8"
