"""Projects that each use options of the configuration."""

import json
from collections.abc import Mapping

from parity.bundling.imports import ANSWER_PARTS, PART_FILES, PARTS
from parity.bundling.suite import Suited, answering

_CLASSES = """
import { DurableObject, WorkflowEntrypoint, WorkerEntrypoint } from "cloudflare:workers";
import { connect } from "cloudflare:sockets";
export class Counter extends DurableObject { count() { return 1; } }
export class Flow extends WorkflowEntrypoint { async run() { return typeof connect; } }
export class Other extends WorkerEntrypoint { named() { return this.constructor.name; } }
export default class extends WorkerEntrypoint {
  async fetch() { return new Response(Counter.name + Flow.name + Other.name); }
}
"""

PROJECTS: Mapping[str, Suited] = {
    "tsconfig paths": Suited(
        config='tsconfig = "config/tsconfig.app.json"',
        files={
            "config/tsconfig.app.json": json.dumps(
                {
                    "extends": "./tsconfig.base.json",
                    "compilerOptions": {
                        "baseUrl": "..",
                        "paths": {"@/*": ["src/*"], "words": ["src/lib/words.ts"]},
                        "useDefineForClassFields": False,
                    },
                }
            ),
            "config/tsconfig.base.json": json.dumps(
                {"compilerOptions": {"experimentalDecorators": True, "target": "ES2020"}}
            ),
            "src/index.ts": answering(
                "return Response.json([word, deep, new Held().value]);",
                'import { word } from "words";\nimport { deep } from "@/lib/deep";\n'
                'import { Held } from "@/held";',
            ),
            "src/lib/words.ts": 'export const word = "word";',
            "src/lib/deep.ts": 'export const deep: "deep" = "deep" as const;',
            "src/held.ts": """
const doubled = (target: object, name: string) => { Object.assign(target, { [`${name}s`]: 2 }); };
export class Held { @doubled item!: string; value = (this as unknown as { items: number }).items; }
""",
        },
    ),
    "alias and define": Suited(
        config="""
[define]
VERSION = "'1.2.3'"
"process.env.MODE" = "\\"mode\\""
FLAGS = '{"a": true}'
ANSWER = "42"
NAME = "other.name"
[alias]
replaced = "./src/stand-in.js"
"@scope/pkg" = "real"
"./local.js" = "./src/stand-in.js"
""",
        files={
            "src/index.ts": answering(
                "const modes = [process.env.MODE, process.env.NODE_ENV];\n"
                "    return Response.json([VERSION, modes, FLAGS, ANSWER, NAME,"
                "  name, real, local, navigator.userAgent]);",
                'import { name } from "replaced";\nimport { real } from "@scope/pkg";\n'
                'import { name as local } from "./local.js";\nconst other = { name: "other" };',
            ),
            "src/stand-in.js": 'export const name = "stand-in";',
            "node_modules/real/package.json": '{"name": "real", "main": "a.js", "module": "b.mjs"}',
            "node_modules/real/a.js": 'exports.real = "by main";',
            "node_modules/real/b.mjs": 'export const real = "by module";',
        },
    ),
    "fetch before it was checked": Suited(
        dates=("2021-01-01", "2022-03-20", "2024-09-01"),
        files={
            "src/index.ts": answering(
                "const agent = typeof navigator === 'object' ? navigator.userAgent : '';\n"
                "    return new Response(typeof fetch + name + agent);",
                'import { name } from "./name";',
            ),
            "src/name.ts": "export const name = (() => {}).name;",
        },
    ),
    "custom ports": Suited(
        flags=("ignore_custom_ports",),
        files={
            "src/index.ts": answering(
                "return new Response(typeof fetch + one);", 'import one from "./one";'
            ),
            "src/one.ts": "export default fetch.name;",
        },
    ),
    "minified": Suited(
        config="minify = true",
        files={"src/index.ts": answering(ANSWER_PARTS, PARTS), **PART_FILES},
    ),
    "minified without names": Suited(
        config="minify = true\nkeep_names = false\nupload_source_maps = true",
        files={"src/index.ts": answering(ANSWER_PARTS, PARTS), **PART_FILES},
    ),
    "without source maps": Suited(
        config="upload_source_maps = false\nkeep_names = false",
        files={
            "src/index.ts": answering("return new Response(one.name);", 'import one from "./one";'),
            "src/one.ts": "export default class Named {}",
        },
    ),
    "jsx with a factory": Suited(
        main="src/index.jsx",
        config='jsx_factory = "h"\njsx_fragment = "Part"',
        files={
            "src/index.jsx": """
import { h, Part } from "./h";
const page = <main id="m"><><b>one</b><i {...{ a: 1 }}>two</i></></main>;
export default { fetch: () => new Response(page) };
""",
            "src/h.js": """
export const Part = ({ children }) => children.join("");
export const h = (tag, props, ...children) => typeof tag === "function"
  ? tag({ ...props, children }) : `<${tag}>${children.join("")}</${tag}>`;
""",
        },
    ),
    "classes of the platform": Suited(
        main="src/index.ts",
        config="""
[durable_objects]
bindings = [{ name = "COUNTER", class_name = "Counter" }]
[[workflows]]
name = "flow"
binding = "FLOW"
class_name = "Flow"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Counter"]
""",
        files={"src/index.ts": _CLASSES},
    ),
    "new syntax": Suited(
        files={
            "src/index.ts": answering(
                """
    using held = { [Symbol.dispose]() {} };
    await using later = { async [Symbol.asyncDispose]() {} };
    const found = /(?<year>\\d{4})/v.exec("2026")?.groups?.year ?? "none";
    let total = 1_000n; total ||= 2n;
    const named = new Named().hidden();
    return Response.json([found, String(total), Kind.A, named, typeof held, typeof later]);
""",
                """
enum Kind { A = "a" }
namespace Space { export const inner = 1; }
abstract class Base { constructor(public readonly word = "w") {} }
class Named extends Base { static { this.label = "l"; } static label: string; #secret = Space.inner;
  accessor counted = 2; hidden() { return this.#secret + this.counted + this.word + Named.label; } }
""",
            ),
        },
    ),
    "an environment of its own": Suited(
        config="""
minify = false
[define]
WHERE = "'top'"
""",
        files={
            "src/index.ts": answering("return new Response(WHERE + a);", 'import a from "./a";'),
            "src/a.ts": "export default 1;",
        },
    ),
    "not bundled": Suited(
        main="dist/index.js",
        config="""no_bundle = true
[[rules]]
type = "ESModule"
globs = ["**/*.js", "**/*.mjs"]
[[rules]]
type = "Text"
globs = ["**/*.txt"]
""",
        files={
            "dist/index.js": 'import a from "./lib/a.mjs";\nimport t from "./t.txt";\n'
            "export default { fetch: () => new Response(a + t) };\n"
            "//# sourceMappingURL=index.js.map\n",
            "dist/index.js.map": json.dumps(
                {"version": 3, "sources": ["../src/index.ts"], "names": [], "mappings": "AAAA"}
            ),
            "dist/lib/a.mjs": 'export default "a";',
            "dist/t.txt": "text",
        },
    ),
    "plain": Suited(
        main="index.js",
        files={"index.js": "export default { fetch: () => new Response('plain') };\n"},
    ),
}
