import json
from pathlib import Path

import pytest

from fakes.loads import load, project_of, warned, write_config
from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.project.esbuild.program import find_esbuild

SOURCE = """
let convert, format;
try { convert = require("encoding").convert; } catch {}
try { format = require("node:util").format; } catch {}
module.exports = typeof convert;
"""


@pytest.fixture
def esbuild() -> Path:
    found = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    assert found is not None
    return found


def write(root: Path, source: str, *flags: str, date: str = "2026-06-01") -> None:
    config = {
        "name": "shop",
        "main": "index.ts",
        "compatibility_date": date,
        "compatibility_flags": flags,
    }
    write_config(root, json.dumps(config))
    (root / "index.ts").write_text('import a from "old"; export default { a };')
    package = root / "node_modules" / "old"
    package.mkdir(parents=True, exist_ok=True)
    (package / "package.json").write_text('{"name": "old"}')
    (package / "index.js").write_text(source)


def imports_of(root: Path, esbuild: Path) -> list[str]:
    text = project_of(root, esbuild=esbuild).modules[0].content.decode()
    return [line for line in text.splitlines() if line.startswith("import ")]


def test_what_is_not_there_is_required_where_the_code_does_it_and_not_at_the_start(
    tmp_path, esbuild
):
    write(tmp_path, SOURCE, "nodejs_compat")

    assert imports_of(tmp_path, esbuild) == ['import __required_0 from "node:util";']


def test_modules_of_node_can_not_be_required_where_wrangler_does_not_let_them(tmp_path, esbuild):
    write(tmp_path, SOURCE, "nodejs_compat", date="2024-01-01")
    first = imports_of(tmp_path, esbuild)
    write(tmp_path, SOURCE)
    without_node = load(tmp_path, esbuild=esbuild)

    assert first == imports_of(tmp_path, esbuild) == []
    assert "imports node:util, which needs the compatibility flag" in warned(without_node)[0]


def test_what_is_required_and_lacking_is_no_obstacle_before_it_is_needed(tmp_path, esbuild):
    write(tmp_path, 'exports.read = () => require("node:fs");', "nodejs_compat", date="2024-01-01")

    assert imports_of(tmp_path, esbuild) == []


@pytest.mark.parametrize("word", ['"fs": false', '"node:fs": false', '"fs": "./empty.js"'])
def test_what_a_package_does_without_in_browsers_is_empty(tmp_path, esbuild, word):
    source = 'const fs = require("fs");\nmodule.exports = require("path").join(typeof fs.open);'
    write(tmp_path, source, "nodejs_compat", date="2025-01-01")
    package = tmp_path / "node_modules" / "old" / "package.json"
    package.write_text(f'{{"name": "old", "browser": {{{word}}}}}')

    project = project_of(tmp_path, esbuild=esbuild)

    assert '({"node:path": __required_0, "node:fs": {}});' in project.modules[0].content.decode()


@pytest.mark.parametrize("told", ["[]", '{"browser": "a.js"}', '{"browser": {"os": false}}'])
def test_without_such_a_word_of_the_package_it_is_lacking(tmp_path, esbuild, told):
    write(tmp_path, 'exports.fs = require("fs");', "nodejs_compat", date="2025-01-01")
    (tmp_path / "node_modules" / "old" / "index.js").rename(tmp_path / "node_modules" / "old.js")
    (tmp_path / "node_modules" / "old" / "package.json").unlink()
    (tmp_path / "node_modules" / "package.json").write_text(told)

    (problem,) = load(tmp_path, esbuild=esbuild).problems

    assert "node:fs" in problem.message
