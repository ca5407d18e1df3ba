"""An entry point is an ES module to us where it is one to wrangler, bundled and as it is."""

import json
from pathlib import Path

import pytest

from fakes.loads import load
from fakes.warm_wrangler import NODE_MODULES
from fakes.wrangler_runs import DryRun, dry_run
from workers_deploy.core.project import ScriptFormat
from workers_deploy.project.esbuild.program import find_esbuild

LISTENS = "\naddEventListener('fetch', (e) => e);\n"
ENTRIES = {
    "index.js": (
        "module.exports = { fetch() {} };",
        f"const a = require('./a.js'); module.exports = {{}};{LISTENS}",
        "const a = require('./a.js'); module.exports = { fetch() { return a; } };",
        "export * from './a.js';",
        "export * as default from './a.js';",
        "export * from './a.js'; export const y = 1;",
        "export { default } from './a.js';",
        f"export {{}};{LISTENS}",
        f"export const a = 1;{LISTENS}",
        "import './listens.js'; export const a = 1;",
        "export function addEventListener() {}",
        "export const a = 1; addEventListener?.('fetch', () => {});",
        "const l = addEventListener; l('fetch', () => {}); export const a = 1;",
        f"class A {{ export\ndefault\n }}{LISTENS}",
        f"// export default 1{LISTENS}",
        f"`export default ${{1}}`; 'export default 1'; /export default/;{LISTENS}",
        "// a\rexport default { fetch() {} };",
        "// a\u2028export default { fetch() {} };",
        "/*" + "x" * 5000 + "*/export{a as default};const a={};",
        "#!/usr/bin/env node\nexport default {};",
        f"<!-- export default 1{LISTENS}",
        "const a = {}; export { a as \\u0064efault };",
    ),
    "index.ts": (
        f"import {'{a}'} from './a.js'; export type A = 1;{LISTENS}",
        f"export enum A {{ B }}{LISTENS}",
        "import { a } from './a.js'; export = { fetch() { return a; } };",
        "export default { fetch() {} } satisfies object;",
    ),
}


def write_project(directory: Path, main: str, source: str, *, no_bundle: bool) -> Path:
    directory.mkdir()
    config = {"name": "shop", "main": main, "compatibility_date": "2026-06-01"}
    files = {
        "wrangler.json": json.dumps({**config, "no_bundle": no_bundle}),
        "a.js": "export const a = 1; export default { fetch() {} };",
        "listens.js": LISTENS,
        main: source,
    }
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8", newline="")
    return directory


@pytest.mark.parametrize("no_bundle", [False, True])
def test_formats_are_told_as_wrangler_tells_them(tmp_path: Path, no_bundle):
    esbuild = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    entries = [(main, source) for main, sources in ENTRIES.items() for source in sources]
    folders = [
        write_project(tmp_path / str(number), main, source, no_bundle=no_bundle)
        for number, (main, source) in enumerate(entries)
    ]

    answers = dry_run([DryRun(directory=one, words=()) for one in folders], tmp_path)
    theirs = ["main_module" in answer.metadata for answer in answers]
    loaded = [load(folder, esbuild=esbuild) for folder in folders]
    ours = [one.project and one.project.format is ScriptFormat.MODULES for one in loaded]

    assert dict(zip(entries, ours, strict=True)) == dict(zip(entries, theirs, strict=True))
