"""Projects that need a bundle: their files, and what is asked of them when they run."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

# (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
ADD_WASM = base64.b64decode("AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags=")
DATE = 'compatibility_date = "2026-06-01"\n'
NODE = DATE + 'compatibility_flags = ["nodejs_compat"]\n'


@dataclass(frozen=True, kw_only=True, slots=True)
class BundledProject:
    """`packages` are installed ones that the project imports."""

    files: Mapping[str, str | bytes]
    config: str = DATE
    main: str = "src/index.ts"
    packages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ("/",)


PROJECTS: Mapping[str, BundledProject] = {
    "hono in typescript": BundledProject(
        packages=("hono",),
        paths=("/", "/hello/you", "/missing", "/json"),
        files={
            "src/index.ts": """
import { Hono } from "hono";
import { greet, type Greeting } from "./greet";
enum Kind { Text = "text" }
const app = new Hono<{ Bindings: { WORD: string } }>();
app.get("/", (c) => c.text(`${c.env.WORD} ${Kind.Text}`));
app.get("/hello/:name", (c) => c.text(greet({ name: c.req.param("name") } satisfies Greeting)));
app.get("/json", (c) => c.json({ agent: navigator.userAgent, env: process.env.NODE_ENV }));
export default app;
""",
            "src/greet.ts": """
export interface Greeting { name: string }
export const greet = ({ name }: Greeting) => `hello ${name}, ü`;
""",
        },
        config=NODE + '[vars]\nWORD = "moin"\n',
    ),
    "jsx with a factory": BundledProject(
        main="src/index.jsx",
        config=DATE + 'jsx_factory = "h"\njsx_fragment = "Part"\n',
        files={
            "src/index.jsx": """
const Part = ({ children }) => children.join("");
const h = (tag, props, ...children) =>
  typeof tag === "function"
    ? tag({ ...props, children }) : `<${tag}>${children.join("")}</${tag}>`;
const page = <main><><b>one</b><i>two</i></></main>;
export default { fetch: () => new Response(page) };
""",
        },
    ),
    "package with a workerd condition": BundledProject(
        main="src/index.js",
        files={
            "src/index.js": """
import { where } from "conditional";
import { answer } from "old-style";
export default { fetch: () => new Response(`${where} ${answer}`) };
""",
            "node_modules/conditional/package.json": """{
  "name": "conditional", "exports": { ".": {
    "node": "./node.js", "workerd": "./workerd.js", "browser": "./browser.js"
  } } }""",
            "node_modules/conditional/node.js": 'export const where = "node";',
            "node_modules/conditional/workerd.js": 'export const where = "workerd";',
            "node_modules/conditional/browser.js": 'export const where = "browser";',
            "node_modules/old-style/package.json": '{"name": "old-style", "main": "main.js"}',
            "node_modules/old-style/main.js": "exports.answer = 42;",
        },
    ),
    "wasm import": BundledProject(
        files={
            "src/index.ts": """
import add from "./add.wasm";
import again from "./add.wasm?module";
export default {
  async fetch(): Promise<Response> {
    const sums = [add, again].map((one) => new WebAssembly.Instance(one).exports.add(19, 23));
    return new Response(sums.join(" "));
  },
};
""",
            "src/add.wasm": ADD_WASM,
        },
    ),
    "wasm by its source": BundledProject(
        paths=("/?a=40&b=2",),
        files={
            "src/index.js": """
import source add from "./add.wasm";
const instance = new WebAssembly.Instance(add);
export default {
  fetch(request) {
    const { searchParams: s } = new URL(request.url);
    return new Response(String(instance.exports.add(Number(s.get("a")), Number(s.get("b")))));
  },
};
""",
            "src/add.wasm": ADD_WASM,
        },
        main="src/index.js",
    ),
    "text and data imports": BundledProject(
        config=DATE + '[[rules]]\ntype = "Text"\nglobs = ["**/*.md"]\nfallthrough = true\n',
        files={
            "src/index.ts": """
import text from "../words/hello.txt";
import page from "./page.html";
import note from "./note.md";
import data from "./bytes.bin";
export default {
  fetch: () => new Response([text, page, note, new Uint8Array(data)].join("|")),
};
""",
            "words/hello.txt": "grüße\n",
            "src/page.html": "<p>page</p>",
            "src/note.md": "# note",
            "src/bytes.bin": bytes([0, 1, 254, 255]),
        },
    ),
    "files by every kind of rule": BundledProject(
        config=DATE
        + """preserve_file_names = true
[[rules]]
type = "Text"
globs = ["**/LICENSE", "*.tpl", "*/client/*.js"]
[[rules]]
type = "Data"
globs = ["**/*.dat"]
fallthrough = true
""",
        files={
            "src/index.ts": """
import license from "./LICENSE";
import page from "./page.tpl";
import script from "./client/app.js";
import bytes from "./lib/bytes.dat";
export default {
  fetch: () => new Response([license, page, script, new Uint8Array(bytes)].join("|")),
};
""",
            "src/LICENSE": "free",
            "src/page.tpl": "<p>",
            "src/client/app.js": "document.title = 1;",
            "src/lib/bytes.dat": bytes([7, 8]),
        },
    ),
    "durable object": BundledProject(
        paths=("/", "/", "/"),
        config=DATE
        + """
[durable_objects]
bindings = [{ name = "COUNTER", class_name = "Counter" }]
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Counter"]
""",
        files={
            "src/index.ts": """
import { Counter } from "./counter";
export { Counter };
interface Env { COUNTER: DurableObjectNamespace<Counter> }
export default {
  async fetch(_: Request, env: Env): Promise<Response> {
    const stub = env.COUNTER.get(env.COUNTER.idFromName("one"));
    return new Response(String(await stub.increase()));
  },
} satisfies ExportedHandler<Env>;
""",
            "src/counter.ts": """
import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  async increase(): Promise<number> {
    const value = ((await this.ctx.storage.get<number>("value")) ?? 0) + 1;
    await this.ctx.storage.put("value", value);
    return value;
  }
}
""",
        },
    ),
    "node imports": BundledProject(
        main="src/index.mjs",
        config=NODE,
        files={
            "src/index.mjs": """
import { createHash } from "node:crypto";
import path, { join } from "path";
import * as util from "util";
import { EventEmitter } from "events";
import { readFileSync } from "fs";
import { sum } from "common-package";
export default {
  fetch() {
    const emitter = new EventEmitter();
    let heard = "";
    emitter.on("x", (word) => (heard = word));
    emitter.emit("x", "heard");
    return Response.json({
      hash: createHash("sha256").update("a").digest("hex"),
      path: join("a", "..", "b") + path.sep,
      text: util.format("%s-%d", "a", 1),
      buffer: Buffer.from("ü").toString("base64"),
      heard, read: typeof readFileSync, sum: sum("a"),
    });
  },
};
""",
            "node_modules/common-package/package.json": """
{ "name": "common-package", "main": "a.cjs" }
""",
            "node_modules/common-package/a.cjs": """
const assert = require("assert");
const { Buffer } = require("node:buffer");
const Stream = require("stream");
exports.sum = (text) => { assert.ok(text); return Buffer.from(text)[0] + typeof Stream.Readable; };
""",
        },
    ),
    "node that workers lack and that is needed late": BundledProject(
        main="src/index.mjs",
        config=NODE.replace("2026-06-01", "2025-01-01"),
        files={
            "src/index.mjs": """
import { env, platform } from "node:process";
import { read } from "careful-package";
const word = async () => (await import("node:child_process")).execSync("echo word");
export default {
  async fetch() {
    const said = await word().catch(() => "nothing");
    return Response.json({ platform, env: typeof env, read: read("a"), said });
  },
};
""",
            "node_modules/careful-package/package.json": '{ "name": "careful-package" }',
            "node_modules/careful-package/index.js": """
let tty;
try { tty = require("tty"); } catch {}
exports.read = (file) => {
  try { return require("fs").readFileSync(file); } catch { return "no files"; }
};
""",
        },
    ),
    "service worker": BundledProject(
        main="src/index.js",
        files={
            "src/index.js": """
import text from "./hello.txt";
import add from "./add.wasm";
import { twice } from "./twice";
addEventListener("fetch", (event) => {
  const sum = new WebAssembly.Instance(add).exports.add(1, 2);
  event.respondWith(new Response(twice(text) + sum));
});
""",
            "src/twice.js": "export const twice = (text) => text + text;",
            "src/hello.txt": "hi",
            "src/add.wasm": ADD_WASM,
        },
    ),
    "modules beside the bundle": BundledProject(
        main="src/index.js",
        config=DATE
        + """find_additional_modules = true
[[rules]]
type = "ESModule"
globs = ["pages/**/*.js"]
""",
        paths=("/a", "/b"),
        files={
            "src/index.js": """
import { shout } from "./shout";
export default {
  async fetch(request) {
    const page = new URL(request.url).pathname.slice(1);
    const { text } = await import(`./pages/${page}.js`);
    return new Response(shout(text));
  },
};
""",
            "src/shout.js": "export const shout = (text) => text.toUpperCase();",
            "src/pages/a.js": 'export const text = "page a";',
            "src/pages/b.js": 'export const text = "page b";',
        },
    ),
    "define, alias and minify": BundledProject(
        main="src/index.js",
        config=DATE
        + """minify = true
[define]
VERSION = "'1.2.3'"
[alias]
replaced = "./src/stand-in.js"
""",
        files={
            "src/index.js": """
import { name } from "replaced";
class Named {}
export default { fetch: () => new Response([VERSION, name, Named.name].join(" ")) };
""",
            "src/stand-in.js": 'export const name = "stand-in";',
        },
    ),
}
