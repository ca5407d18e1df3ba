"""Projects with what is rare and still deployed."""

import json
from collections.abc import Mapping

from parity.bundled_projects import ADD_WASM
from parity.bundling.suite import DATES, NODE, Suited, answering

_BIG = {
    f"src/many/m{at}.ts": f"import {{ m as next }} from './m{at + 1}';\nexport const m = next + 1;"
    for at in range(150)
} | {"src/many/m150.ts": "export const m = 0;"}

PROJECTS: Mapping[str, Suited] = {
    "stylesheets": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json([names, typeof theme]);",
                'import "./plain.css";\nimport names from "./a.module.css";\n'
                'import * as theme from "./theme.css";',
            ),
            "src/plain.css": '@import "./theme.css"; body { color: RED }',
            "src/theme.css": ":root { --a: 1 }",
            "src/a.module.css": ".button { color: red } .other { composes: button }",
        },
    ),
    "json with a query": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json([a, b]);",
                'import a from "./a.json?import";\nimport b from "./b.js?v=2";',
            ),
            "src/a.json": '{"a": 1}',
            "src/b.js": "export default 2;",
        },
    ),
    "half of a pair": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering("return Response.json(a);", 'import a from "./a.mjs";'),
            "src/a.mjs": b"export default 'a'; //\xed\xa0\x80 \x7f \xf0\x9f\x98\x80",
        },
    ),
    "raw texts": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json([a, b]);",
                'import a from "./a.txt?raw";\nimport b from "./b.html?raw&x";',
            ),
            "src/a.txt": "a",
            "src/b.html": "<b>",
        },
    ),
    "imports with attributes": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "const c = await import('./c.json', { with: { type: 'json' } });\n"
                "    return Response.json([a, b, c.default]);",
                'import a from "./a.json" with { type: "json" };\nimport b from "./b.txt";',
            ),
            "src/a.json": '{"a": 1}',
            "src/b.txt": "b",
            "src/c.json": "[3]",
        },
    ),
    "parts that are required": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json(parts);", 'import parts from "./parts.cjs";'
            ),
            "src/parts.cjs": """
const text = require("./a.txt");
const json = require("./a.json");
let failed;
try { failed = require("./missing.js"); } catch (error) { failed = "failed"; }
module.exports = [typeof text, json, failed];
""",
            "src/a.txt": "a",
            "src/a.json": "[1]",
        },
    ),
    "parts that are imported late": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                """
    const text = await import("./a.txt");
    const add = await import("./add.wasm");
    return Response.json([text.default, typeof add.default]);
"""
            ),
            "src/a.txt": "a",
            "src/add.wasm": ADD_WASM,
        },
    ),
    "built-in modules required without node": Suited(
        main="src/index.js",
        dates=("2024-06-01", "2026-06-01"),
        files={
            "src/index.js": answering(
                "return Response.json([typeof lazy]);", 'import { lazy } from "./lazy.cjs";'
            ),
            "src/lazy.cjs": """
exports.lazy = () => require("node:fs");
try { require("node:path"); } catch { exports.failed = true; }
""",
        },
    ),
    "a file that is missing": Suited(
        main="src/index.js", files={"src/index.js": 'import "./nowhere";\nexport default {};'}
    ),
    "many modules": Suited(
        files={
            "src/index.ts": answering(
                "return new Response(String(m));", 'import { m } from "./many/m0";'
            ),
            **_BIG,
        },
    ),
    "packages minified": Suited(
        flags=NODE,
        dates=DATES,
        config="minify = true",
        files={
            "src/index.ts": answering(
                "return Response.json([z.string().parse('a'), typeof Hono, typeof SignJWT]);",
                'import { z } from "zod";\nimport { Hono } from "hono";\n'
                'import { SignJWT } from "jose";',
            ),
        },
    ),
    "a package that sets things up": Suited(
        flags=NODE,
        dates=DATES,
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json([globalThis.setup, typeof globalThis.process]);",
                'import "setup/register";\nimport "./local";',
            ),
            "src/local.js": "globalThis.setup += ' local';",
            "node_modules/setup/package.json": json.dumps(
                {"name": "setup", "sideEffects": ["./register.js"]}
            ),
            "node_modules/setup/register.js": """
var globalObject = typeof global !== "undefined" ? global : self;
globalObject.setup = typeof process === "object" ? "node" : "browser";
if (process.env.NODE_ENV !== "production") { globalObject.setup += " development"; }
""",
        },
    ),
    "a service worker with old names": Suited(
        main="src/index.js",
        files={
            "src/index.js": """
import text from "hello.txt";
import add from "add.wasm";
addEventListener("fetch", (event) => event.respondWith(new Response(text + typeof add)));
""",
            "src/hello.txt": "hello",
            "src/add.wasm": ADD_WASM,
        },
    ),
    "old names": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return new Response(text + typeof add);",
                'import text from "hello.txt";\nimport add from "add.wasm";',
            ),
            "src/hello.txt": "hello",
            "src/add.wasm": ADD_WASM,
        },
    ),
    "rules that end": Suited(
        main="src/index.js",
        config="""
[[rules]]
type = "Text"
globs = ["**/*.md"]
[[rules]]
type = "Data"
globs = ["**/*.txt"]
""",
        files={
            "src/index.js": answering(
                "return Response.json([md, typeof data]);",
                'import md from "./a.md";\nimport data from "./a.txt";',
            ),
            "src/a.md": "md",
            "src/a.txt": "data",
        },
    ),
    "modules of the platform": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json([typeof env, typeof EmailMessage, typeof connect, late]);",
                'import { env } from "cloudflare:workers";\n'
                'import { EmailMessage } from "cloudflare:email";\n'
                'import { connect } from "cloudflare:sockets";\n'
                'const late = typeof (await import("cloudflare:workers")).DurableObject;',
            ),
        },
    ),
    "a module of the runtime": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return new Response(typeof x);", 'import x from "workerd:x";'
            )
        },
    ),
    "an address": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return new Response(typeof x);", 'import x from "https://example.com/x.js";'
            )
        },
    ),
    "a data address": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return new Response(x + y.a);",
                'import x from "data:text/javascript,export default 1";\n'
                "import y from 'data:application/json,{\"a\":2}';",
            )
        },
    ),
    "named exports alone": Suited(
        main="src/index.js",
        files={
            "src/index.js": 'import { a } from "./a";\nexport const b = a;',
            "src/a.js": "export const a = 1;",
        },
    ),
    "an async entry of common javascript": Suited(
        main="src/index.cjs",
        files={
            "src/index.cjs": 'const late = import("./late.mjs");\n'
            "const answer = () => late.then(({ a }) => new Response(a));\n"
            'addEventListener("fetch", (event) => event.respondWith(answer()));',
            "src/late.mjs": 'export const a = "late";',
        },
    ),
}
