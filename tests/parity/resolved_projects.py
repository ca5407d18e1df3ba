"""Projects in which it matters what an import means, or what JavaScript is made of."""

from collections.abc import Mapping

from parity.bundled_projects import DATE, NODE, BundledProject

OLD_NODE = NODE.replace("2026-06-01", "2024-01-01")


def a_package(name: str, **files: str) -> dict[str, str]:
    """Files of an installed package; each name ends in `.js`."""
    folder = f"node_modules/{name}"
    return {
        f"{folder}/package.json": f'{{"name": "{name}", "version": "1.0.0"}}',
        **{f"{folder}/{file}.js": text for file, text in files.items()},
    }


def answering(source: str) -> str:
    """Return an entry point that answers what `answer` is, or returns."""
    return f"""{source}
export default {{
  fetch: async () => new Response(String(await (typeof answer === "function" ? answer() : answer))),
}};
"""


_OPTIONAL = a_package(
    "optional",
    index="""
const found = [];
const failed = (error) => found.push(error.message);
try { found.push(typeof require("encoding").convert); } catch (error) { failed(error); }
try { found.push(typeof require("./native.node")); } catch (error) { failed(error); }
try { found.push(typeof require("fs").readFileSync); } catch (error) { failed(error); }
try { found.push(typeof require("node:util").format); } catch (error) { failed(error); }
try { found.push(typeof require("cloudflare:sockets")); } catch (error) { failed(error); }
module.exports = found.join("|");
""",
)

# JavaScript that imports nothing, and is another one in a bundle.
_PLAIN: Mapping[str, tuple[str, str]] = {
    "a define": ("define = { FOO = '\"foo\"' }", "const answer = FOO;"),
    "a mode": ("", "const answer = process.env.NODE_ENV;"),
    "an element": ('jsx_factory = "h"', "const h = (tag) => tag; const answer = <b/>;"),
    "a decorator": ("", "const d = (m) => m; class A { @d m() {} } const answer = new A().m;"),
    "a backtick in a pattern": ("no_bundle = true", "const answer = () => /`/.test('`');"),
    "an import in a text": ("", "const answer = async () => `${(await import('./a.js')).a}`;"),
}

PROJECTS: Mapping[str, BundledProject] = (
    {
        f"optional requires {title}": BundledProject(
            config=config,
            files={"src/index.ts": answering('import answer from "optional";'), **_OPTIONAL},
        )
        for title, config in {
            "without node": DATE,
            "with node": NODE,
            "with old node": OLD_NODE,
        }.items()
    }
    | {
        f"plain with {title}": BundledProject(
            main="src/index.js",
            config=f"{DATE}{config}\n",
            files={"src/index.js": answering(source), "src/a.js": "export const a = 1;"},
        )
        for title, (config, source) in _PLAIN.items()
    }
    | {
        "names below aliases": BundledProject(
            config=f"""{NODE}alias = {{ foo = "./src/foo.ts" }}\n""",
            files={
                "src/index.ts": answering("""
import a from "foo";
import b from "foo/below";
import c from "process/browser";
import d from "util/x";
import e from "sqlite";
import { isDate } from "util/types";
const answer = [a, b, c, d, e, typeof isDate].join();"""),
                "tsconfig.json": '{"compilerOptions": {"baseUrl": "./src"}}',
                "src/foo.ts": "export default 'alias';",
                "src/util/x.ts": "export default 'x';",
                **a_package("foo", index="module.exports = 1;", below="module.exports = 'below';"),
                **a_package("process", browser="module.exports = 'browser';"),
                **a_package("sqlite", index="module.exports = 'sqlite';"),
            },
        ),
        "texts of a pattern": BundledProject(
            paths=("/a", "/b"),
            files={
                "src/index.ts": """
import a from "./texts/a.txt";
export default {
  async fetch(request) {
    const name = new URL(request.url).pathname.slice(1);
    const text = await import(`./texts/${name}.txt`);
    return new Response([a, text.default, typeof text.default].join());
  },
};
""",
                "src/texts/a.txt": "one",
                "src/texts/b.txt": "two",
            },
        ),
        "a stylesheet as text": BundledProject(
            config=f"""{DATE}
[[rules]]
type = "Text"
globs = ["./a.css"]
fallthrough = true
""",
            files={
                "src/index.ts": answering("""
import a from "./a.css";
import "./b.css";
const answer = a;"""),
                "src/a.css": "a { color : RED }",
                "src/b.css": "b {}",
            },
        ),
        "commonjs and a listener": BundledProject(
            main="src/index.js",
            files={
                "src/index.js": """
"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.answer = answer;
addEventListener("fetch", (event) => event.respondWith(answer()));
function answer() { return new Response("text"); }
""",
            },
        ),
        "exports and a listener": BundledProject(
            main="src/index.js",
            files={
                "src/index.js": """
export const text = "text";
addEventListener("fetch", (event) => event.respondWith(new Response(text)));
""",
            },
        ),
    }
)
