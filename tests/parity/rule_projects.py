"""Projects whose imports fall under rules, or only seem to: the files, and the rules' patterns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from parity.bundled_projects import ADD_WASM

_BROKEN = "not {{ JavaScript"
_EXPORTS = {"./asset/b.js": "./dist/b.md", "./a.wasm": "./dist/a.wasm", "./w": "./dist/a.wasm"}
PACKAGE = {
    "node_modules/pkg/package.json": json.dumps(
        {"name": "pkg", "exports": {".": "./index.js", **_EXPORTS}}
    ),
    "node_modules/pkg/index.js": 'export { default } from "./asset/a.js";',
    "node_modules/pkg/asset/a.js": _BROKEN,
    "node_modules/pkg/dist/b.md": "# b",
    "node_modules/pkg/dist/a.wasm": ADD_WASM,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleProject:
    """The imports are the entry point; the rule is one for text, and lets the defaults follow.

    The entry point answers with what it imports, and with what the function `a` imports, if it has
    one.
    """

    imports: str
    globs: tuple[str, ...] = ()
    files: Mapping[str, str | bytes]
    config: Mapping[str, Any] = field(default_factory=dict)


PROJECTS: Mapping[str, RuleProject] = {
    "a folder from the root": RuleProject(
        imports='import a from "./asset/a.js";',
        globs=("src/asset/*.js",),
        files={"src/asset/a.js": "export default 1;"},
    ),
    "a folder from the entry point": RuleProject(
        imports='import a from "./asset/a.js"; import "./b";',
        globs=("./asset/*",),
        files={"src/asset/a.js": _BROKEN, "src/b.js": 'import "../src/asset/c.js";',
               "src/asset/c.js": "console.log(1);"},
    ),
    "a folder without a dot": RuleProject(
        imports='import a from "./asset/a.json"; import b from "./asset/b.html";',
        globs=("asset/*",),
        files={"src/asset/a.json": "[]", "src/asset/b.html": "<b>"},
    ),
    "a folder anywhere": RuleProject(
        imports='import a from "./asset/a.js"; import b from "./x/b.js";',
        globs=("**/asset/*.js",),
        files={"src/asset/a.js": _BROKEN, "src/x/asset/in/a.js": "1",
               "src/x/b.js": 'export { default } from "./asset/in/a.js";'},
    ),
    "packages": RuleProject(
        imports='import a from "pkg"; import b from "pkg/asset/b.js"; import c from "pkg/a.wasm";',
        globs=("**/asset/*.js",),
        files=PACKAGE,
    ),
    "wasm that a package calls otherwise": RuleProject(
        imports='import a from "pkg/w";', files=PACKAGE
    ),
    "no extension": RuleProject(
        imports='import a from "./asset/a"; import b from "./LICENSE";',
        globs=("**/asset/a", "**/LICENSE"),
        files={"src/asset/a.js": _BROKEN, "src/LICENSE": "free"},
    ),
    "json": RuleProject(
        imports='import a from "./a.json"; import b from "data";',
        globs=("**/*.json",),
        files={"src/a.json": "[]", "node_modules/data/package.json": '{"main": "d.json"}',
               "node_modules/data/d.json": "{}"},
    ),
    "paths of a tsconfig": RuleProject(
        imports='import a from "@/asset/a.js"; import b from "@/b.txt";',
        globs=("@/asset/*",),
        files={"tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
               "src/asset/a.js": _BROKEN, "src/b.txt": "b"},
    ),
    "a query": RuleProject(
        imports='import a from "./a.txt?raw"; import b from "./b.wasm?module";',
        files={"src/a.txt": "a", "src/b.wasm": ADD_WASM},
    ),
    "a query that is refused": RuleProject(
        imports='import a from "./a.sql?raw";', files={"src/a.sql": "a"}
    ),
    "a query in the rule": RuleProject(
        imports='import a from "./a.svg?raw";', globs=("**/*.svg?raw",), files={"src/a.svg": "a"}
    ),
    "source phase": RuleProject(
        imports='import source a from "./a.wasm"; import b from "./b.txt";',
        files={"src/a.wasm": ADD_WASM, "src/b.txt": "b"},
    ),
    "bare names": RuleProject(
        imports='import a from "a.txt"; import b from "b.wasm";',
        files={"src/a.txt": "a", "src/b.wasm": ADD_WASM},
    ),
    "bare names that are kept": RuleProject(
        imports='import a from "a.txt";',
        globs=("*.txt",),
        files={"src/a.txt": "a"},
        config={"preserve_file_names": True},
    ),
    "bare names that no rule takes": RuleProject(
        imports='import a from "a.txt";',
        files={"src/a.txt": "a"},
        config={"preserve_file_names": True},
    ),
    "aliases": RuleProject(
        imports='import a from "greeting"; import b from "./b.txt";',
        files={"src/a.txt": "a", "src/b.txt": "b"},
        config={"alias": {"greeting": "./src/a.txt"}},
    ),
    "a rule of scripts before": RuleProject(
        imports='import a from "./asset/a.js"; import b from "./b.js";',
        files={"src/asset/a.js": _BROKEN, "src/b.js": "export default 1;"},
        config={"rules": [{"type": "ESModule", "globs": ["**/*.js"]},
                          {"type": "Text", "globs": ["**/asset/*.js"]}]},
    ),
    "an ended rule": RuleProject(
        imports='import a from "./a.txt";',
        files={"src/a.txt": "a"},
        config={"rules": [{"type": "Text", "globs": ["**/*.md"]}]},
    ),
    "styles": RuleProject(
        imports='import a from "./a.css"; import "./b.css"; import c from "./c.module.css";',
        globs=("./a.css",),
        files={"src/a.css": "a { color : RED }", "src/b.css": "b { src: url(./f.txt) }",
               "src/c.module.css": ".c {}", "src/f.txt": "font"},
    ),
    "texts of a pattern": RuleProject(
        imports='import b from "./in/b.txt"; export const a = (b) => import(`./in/${b}.txt`);',
        files={"src/in/a.txt": "a", "src/in/b.txt": "b"},
    ),
    "webassembly of a pattern": RuleProject(
        imports="export const a = (name) => import(`./in/${name}.wasm`);",
        files={"src/in/a.wasm": ADD_WASM},
    ),
    "files of a pattern and a rule": RuleProject(
        imports='export const a = (name) => import(`./in/${name}.md`); import b from "./b.md";',
        globs=("**/in/*.md", "./b.md"),
        files={"src/in/a.md": "a", "src/b.md": "b"},
    ),
    "letters of all languages": RuleProject(
        imports='import a from "./asset/ä中😀"; import b from "./ä.txt";',
        globs=("./asset/*",),
        files={"src/asset/ä中😀": "a", "src/ä.txt": "b"},
    ),
}  # fmt: skip
