"""Projects that show what an import means, and what stays beside the bundle."""

import json
from collections.abc import Mapping

from parity.bundled_projects import ADD_WASM
from parity.bundling.suite import Suited, answering

PARTS = """
import text from "./parts/hello.txt";
import page from "./parts/page.html";
import query from "./parts/data.sql";
import data from "./parts/bytes.bin";
import add from "./parts/add.wasm";
import again from "./parts/add.wasm?module";
import json from "./parts/value.json";
"""
PART_FILES: Mapping[str, str | bytes] = {
    "src/parts/hello.txt": "grüße\r\n",
    "src/parts/page.html": "<p>page</p>",
    "src/parts/data.sql": "select 1;",
    "src/parts/bytes.bin": bytes([0, 1, 254, 255]),
    "src/parts/add.wasm": ADD_WASM,
    "src/parts/value.json": '{"a": [1, "ü"], "not-a-name": null}',
}
ANSWER_PARTS = """
    const sum = [add, again].map((one) => new WebAssembly.Instance(one).exports.add(19, 23));
    return Response.json([text, page, query, [...new Uint8Array(data)], sum, json]);
"""
_RULES = """
[[rules]]
type = "ESModule"
globs = ["**/pages/*.mjs"]
[[rules]]
type = "CommonJS"
globs = ["**/old/*.cjs"]
[[rules]]
type = "Text"
globs = ["**/*.md", "**/*.tpl"]
fallthrough = true
[[rules]]
type = "Data"
globs = ["**/*.dat"]
[[rules]]
type = "CompiledWasm"
globs = ["**/*.wasm"]
fallthrough = false
"""
_WORKSPACE = {
    "package.json": '{"name": "root", "workspaces": ["packages/*", "apps/*"]}',
    "packages/shared/package.json": json.dumps(
        {"name": "@acme/shared", "exports": {".": "./src/index.ts", "./sub": "./src/sub.ts"}}
    ),
    "packages/shared/src/index.ts": 'export { sub } from "./sub";\nexport const shared = "shared";',
    "packages/shared/src/sub.ts": 'export const sub: string = "sub";',
    "packages/old/package.json": '{"name": "old", "main": "lib/index.js"}',
    "packages/old/lib/index.js": 'exports.old = "old";',
    "apps/worker/package.json": '{"name": "worker", "dependencies": {"@acme/shared": "*"}}',
    "apps/worker/src/index.ts": answering(
        "return Response.json([shared, sub, old]);",
        'import { shared } from "@acme/shared";\nimport { sub } from "@acme/shared/sub";\n'
        'import { old } from "old";',
    ),
}

PROJECTS: Mapping[str, Suited] = {
    "wasm text data and json": Suited(
        files={"src/index.ts": answering(ANSWER_PARTS, PARTS), **PART_FILES}
    ),
    "parts with their names": Suited(
        config="preserve_file_names = true",
        files={"src/index.ts": answering(ANSWER_PARTS, PARTS), **PART_FILES},
    ),
    "every type of rule": Suited(
        main="src/index.js",
        config="find_additional_modules = true\n" + _RULES,
        paths=("/a", "/b"),
        files={
            "src/index.js": answering(
                """
    const name = new URL(request.url).pathname.slice(1);
    const page = await import(`./pages/${name}.mjs`);
    const [text, data] = [note, new Uint8Array(bytes)[0]];
    return Response.json([page.default, text, tpl, data, typeof old.default, typeof add]);
""",
                """
import note from "./note.md";
import tpl from "./page.tpl";
import bytes from "./a.dat";
import add from "./add.wasm";
import * as old from "./old/one.cjs";
""",
            ),
            "src/pages/a.mjs": 'export default "page a";',
            "src/pages/b.mjs": 'import a from "./a.mjs"; export default a + " and b";',
            "src/old/one.cjs": "module.exports = 1;",
            "src/note.md": "# note",
            "src/page.tpl": "<%= page %>",
            "src/a.dat": b"\x07\x08",
            "src/add.wasm": ADD_WASM,
        },
    ),
    "additional modules from a base folder": Suited(
        main="src/in/index.js",
        config="""find_additional_modules = true
base_dir = "src"
preserve_file_names = true
[[rules]]
type = "ESModule"
globs = ["**/lazy/*.js"]
""",
        files={
            "src/in/index.js": answering(
                'const { one } = await import("../lazy/one.js");\n'
                "    return new Response(one + here);",
                'import { here } from "./here";',
            ),
            "src/in/here.js": 'export const here = "here";',
            "src/lazy/one.js": 'export { two as one } from "./two.js";',
            "src/lazy/two.js": 'export const two = "two";',
        },
    ),
    "workspaces": Suited(
        folder="apps/worker",
        files=_WORKSPACE,
        links={
            "node_modules/@acme/shared": "../../packages/shared",
            "node_modules/old": "../packages/old",
        },
    ),
    "dynamic imports": Suited(
        paths=("/a", "/b"),
        files={
            "src/index.ts": answering(
                """
    const name = new URL(request.url).pathname.slice(1);
    const { page } = await import(`./pages/${name}.ts`);
    const { lazy } = await import("./lazy");
    return Response.json([page, lazy, await import("./value.json")]);
"""
            ),
            "src/pages/a.ts": 'export const page: string = "a";',
            "src/pages/b.ts": 'export const page: string = "b";',
            "src/lazy.ts": 'export const lazy = await Promise.resolve("lazy");',
            "src/value.json": "[1, 2]",
        },
    ),
    "a service worker": Suited(
        main="src/index.js",
        config='[vars]\nWORD = "word"',
        files={
            "src/index.js": """
import text from "./parts/hello.txt";
import add from "./parts/add.wasm";
import data from "./parts/bytes.bin";
import { twice } from "./twice";
addEventListener("fetch", (event) => {
  const sum = new WebAssembly.Instance(add).exports.add(1, 2);
  event.respondWith(new Response(twice(text) + sum + data.byteLength + WORD));
});
""",
            "src/twice.js": "export const twice = (text) => text + text;",
            **PART_FILES,
        },
    ),
    "a common entry": Suited(
        main="src/index.js",
        files={
            "src/index.js": """
const { twice } = require("./twice");
module.exports = { fetch: () => new Response(twice("a")) };
""",
            "src/twice.js": "exports.twice = (text) => text + text;",
        },
    ),
    "shaken": Suited(
        files={
            "src/index.ts": answering(
                "return new Response(used());",
                'import { used } from "pure";\nimport "loud";\n'
                'import { kept } from "./barrel";\nkept;',
            ),
            "src/barrel.ts": 'export * from "./kept";\nexport * from "./unused";',
            "src/kept.ts": 'export const kept = 1; console.log("kept");',
            "src/unused.ts": "export const unused = /* @__PURE__ */ Symbol();",
            "node_modules/pure/package.json": json.dumps({"name": "pure", "sideEffects": False}),
            "node_modules/pure/index.js": 'export * from "./a.js"; export * from "./b.js";',
            "node_modules/pure/a.js": 'export const used = () => "used";',
            "node_modules/pure/b.js": 'console.log("never"); export const unused = 1;',
            "node_modules/loud/package.json": '{"name": "loud", "type": "module"}',
            "node_modules/loud/index.js": 'console.log("loud");',
        },
    ),
}
