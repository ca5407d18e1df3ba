"""Projects in which it matters how packages and files are found."""

import json
from collections.abc import Mapping

from parity.bundled_projects import ADD_WASM
from parity.bundling.suite import DATES, NODE, Suited, answering


def _package(name: str, manifest: Mapping[str, object], **files: str) -> dict[str, str | bytes]:
    """An installed package; `_` in a file's name stands for the dot of its extension."""
    folder = f"node_modules/{name}"
    return {
        f"{folder}/package.json": json.dumps({"name": name, **manifest}),
        **{f"{folder}/{file.replace('_', '.')}": text for file, text in files.items()},
    }


_CONDITIONS = _package(
    "conditions",
    {
        "exports": {
            ".": {
                "types": "./t.d.ts",
                "node": "./node.js",
                "workerd": {"require": "./r.js", "import": "./i.js"},
                "default": "./d.js",
            },
            "./browser": {"browser": "./b.js", "default": "./d.js"},
            "./worker": {"deno": "./d.js", "worker": "./w.js"},
            "./edge": {"edge-light": "./d.js", "module": "./m.js", "default": "./d.js"},
            "./features/*.js": "./f-*.js",
            "./features/hidden.js": None,
            "./data": "./value.json",
            "./package.json": "./package.json",
        },
        "imports": {"#inner": {"workerd": "./w.js", "default": "./d.js"}, "#dep": "./b.js"},
    },
    node_js='export default "node";',
    r_js='module.exports = "require";',
    i_js='import inner from "#inner"; import dep from "#dep"; export default inner + dep;',
    d_js='export default "default";',
    b_js='export default "browser";',
    w_js='export default "worker";',
    m_js='export default "module";',
    value_json='{"value": 1}',
    **{"f-one_js": 'export default "one";'},
)
_BROWSER_MAP = _package(
    "mapped",
    {
        "main": "./main.js",
        "browser": {
            "./main.js": "./browser.js",
            "./server.js": False,
            "fs": False,
            "left": "right",
            "./deep/a": "./deep/b.js",
        },
    },
    main_js='module.exports = "main";',
    browser_js="""
const server = require("./server.js"), fs = require("fs"), left = require("left");
module.exports = [typeof server, Object.keys(fs).length, left, require("./deep/a")].join();
""",
    server_js='module.exports = "server";',
) | {
    "node_modules/mapped/deep/a.js": "module.exports = 'a';",
    "node_modules/mapped/deep/b.js": "module.exports = 'b';",
    **_package("right", {"main": "right.js"}, right_js='module.exports = "right";'),
}
_STORE = "node_modules/.pnpm"
_PNPM = {
    f"{_STORE}/one@1.0.0/node_modules/one/package.json": '{"name": "one", "main": "index.js"}',
    f"{_STORE}/one@1.0.0/node_modules/one/index.js": 'exports.one = "one " + require("two").two;',
    f"{_STORE}/two@2.0.0/node_modules/two/package.json": '{"name": "two", "type": "module"}',
    f"{_STORE}/two@2.0.0/node_modules/two/index.js": 'export const two = "two";',
    f"{_STORE}/two@2.0.0/node_modules/two/add.wasm": ADD_WASM,
}
_PNPM_LINKS = {
    "node_modules/one": ".pnpm/one@1.0.0/node_modules/one",
    f"{_STORE}/one@1.0.0/node_modules/two": "../../two@2.0.0/node_modules/two",
    "node_modules/two": ".pnpm/two@2.0.0/node_modules/two",
}
_MONOREPO = {
    "tsconfig.json": json.dumps(
        {"files": [], "references": [{"path": "./apps/api"}, {"path": "./libs/core"}]}
    ),
    "tsconfig.base.json": json.dumps(
        {"compilerOptions": {"strict": True, "paths": {"@core/*": ["./libs/core/src/*"]}}}
    ),
    "libs/core/tsconfig.json": '{"extends": "../../tsconfig.base.json"}',
    "libs/core/src/greet.ts": 'import { loud } from "@core/loud";\nexport const hi = loud("hi");',
    "libs/core/src/loud.ts": "export const loud = (text: string) => text.toUpperCase();",
    "apps/api/tsconfig.json": json.dumps(
        {"extends": ["../../tsconfig.base.json"], "references": [{"path": "../../libs/core"}]}
    ),
    "apps/api/src/index.ts": answering(
        "return new Response(hi);", 'import { hi } from "@core/greet";'
    ),
}

PROJECTS: Mapping[str, Suited] = {
    "conditions of exports": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json([a, b, c, d, one, data, required]);",
                """
import a from "conditions";
import b from "conditions/browser";
import c from "conditions/worker";
import d from "conditions/edge";
import one from "conditions/features/one.js";
import data from "conditions/data";
import { required } from "./old.cjs";
""",
            ),
            "src/old.cjs": 'exports.required = require("conditions");',
            **_CONDITIONS,
        },
    ),
    "a hidden export": Suited(
        main="src/index.js",
        files={"src/index.js": 'import "conditions/features/hidden.js";', **_CONDITIONS},
    ),
    "browser maps": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering("return new Response(m);", 'import m from "mapped";'),
            **_BROWSER_MAP,
        },
    ),
    "browser maps with node": Suited(
        main="src/index.js",
        flags=NODE,
        dates=DATES,
        files={
            "src/index.js": answering("return new Response(m);", 'import m from "mapped";'),
            **_BROWSER_MAP,
        },
    ),
    "a store of links": Suited(
        main="src/index.js",
        links=_PNPM_LINKS,
        files={
            "src/index.js": answering(
                "return Response.json([one, two, typeof add]);",
                'import { one } from "one";\nimport { two } from "two";\n'
                'import add from "two/add.wasm";',
            ),
            **_PNPM,
        },
    ),
    "references of tsconfig": Suited(folder="apps/api", files=_MONOREPO),
    "a tsconfig from a package": Suited(
        main="src/index.tsx",
        files={
            "tsconfig.json": '{"extends": "@acme/tsconfig/base.json"}',
            "node_modules/@acme/tsconfig/package.json": '{"name": "@acme/tsconfig"}',
            "node_modules/@acme/tsconfig/base.json": """{
  // with a comment, and a comma at the end
  "compilerOptions": { "jsx": "react", "jsxFactory": "h", "alwaysStrict": true, },
}""",
            "src/index.tsx": """
const h = (tag: string, _: unknown, ...all: string[]) => `<${tag}>${all.join("")}`;
export default { fetch: () => new Response(<p>one<b/></p>) };
""",
        },
    ),
    "extensions of all kinds": Suited(
        main="src/worker.mts",
        files={
            "src/worker.mts": answering(
                "return Response.json([a, b.default ?? b, c, d, e, f]);",
                """
import { a } from "./a.mjs";
import b from "./b.cjs";
import { c } from "./c.js";
import { d } from "./d";
import { e } from "./folder";
import f from "./f";
""",
            ),
            "src/a.mts": 'export const a: string = "a";',
            "src/b.cts": 'import c = require("./c.js");\nexport = { b: c.c };',
            "src/c.ts": 'export const c = "c";',
            "src/d.jsx": 'export const d = "d";',
            "src/folder/index.tsx": 'export const e = "e";',
            "src/f.json": '"f"',
        },
    ),
    "files outside of the project": Suited(
        folder="app",
        files={
            "app/src/index.ts": answering(
                "return Response.json([shared, text, typeof add]);",
                'import { shared } from "../../shared/code";\n'
                'import text from "../../shared/a.txt";\n'
                'import add from "../../shared/add.wasm";',
            ),
            "shared/code.ts": "export const shared = import.meta.url;",
            "shared/a.txt": "text",
            "shared/add.wasm": ADD_WASM,
        },
    ),
    "an entry point by a link": Suited(
        main="linked/index.js",
        links={"linked": "real"},
        files={
            "real/index.js": answering("return new Response(a);", 'import a from "./a.txt";'),
            "real/a.txt": "a",
        },
    ),
    "manifests of old": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json([a, b, c, d]);",
                'import a from "by-folder";\nimport b from "by-module";\n'
                'import c from "by-nothing";\nimport d from "typed";',
            ),
            **_package("by-folder", {"main": "./lib"}),
            "node_modules/by-folder/lib/index.js": 'module.exports = "folder";',
            **_package(
                "by-module",
                {"main": "m.js", "module": "e.js", "jsnext:main": "x.js"},
                m_js='module.exports = "main";',
                e_js='export default "module";',
            ),
            "node_modules/by-nothing/index.js": 'module.exports = "nothing";',
            **_package("typed", {"main": "src/index.ts", "type": "module"}),
            "node_modules/typed/src/index.ts": 'export default "typed" as string;',
        },
    ),
    "an alias of everything": Suited(
        main="src/index.js",
        flags=NODE,
        dates=DATES,
        config="""
[alias]
fs = "./src/fs.js"
"node:os" = "./src/fs.js"
"one/sub" = "./src/one-sub"
folder = "./src/folder"
"data" = "./src/data.json"
""",
        files={
            "src/index.js": answering(
                "return Response.json([fs, nodeFs === fs, os, sub, one, folder, data]);",
                'import fs from "fs";\nimport nodeFs from "node:fs";\nimport os from "node:os";\n'
                'import sub from "one/sub";\nimport one from "one";\nimport folder from "folder";\n'
                'import data from "data";',
            ),
            "src/fs.js": 'export default "our fs";',
            "src/one-sub.js": 'export default "our sub";',
            "src/folder/index.js": 'module.exports = "our folder";',
            "src/data.json": '{"our": "data"}',
            **_package("one", {"main": "index.js"}, index_js='module.exports = "one";'),
        },
    ),
}
