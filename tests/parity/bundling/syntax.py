"""Projects in which it matters how the code is written."""

import json
from collections.abc import Mapping

from parity.bundling.suite import Suited, answering

PROJECTS: Mapping[str, Suited] = {
    "awaits at the top": Suited(
        files={
            "src/index.ts": answering(
                "return Response.json([value, ready]);",
                'import { ready } from "./ready";\nconst value = await Promise.resolve(1);',
            ),
            "src/ready.ts": 'export const ready = await (async () => "ready")();',
        },
    ),
    "decorators of both kinds": Suited(
        files={
            "src/index.ts": answering(
                "return Response.json([new Fresh().word(), new Old().word()]);",
                'import { Fresh } from "./fresh/fresh";\nimport { Old } from "./old/old";',
            ),
            "src/fresh/fresh.ts": """
const loud = (method: () => string, context: ClassMethodDecoratorContext) =>
  function (this: unknown) { return method.call(this).toUpperCase() + String(context.name); };
export class Fresh { @loud word() { return "fresh"; } }
""",
            "src/old/tsconfig.json": json.dumps(
                {"compilerOptions": {"experimentalDecorators": True, "emitDecoratorMetadata": True}}
            ),
            "src/old/old.ts": """
const loud = (_: object, __: string, found: PropertyDescriptor) => {
  const method = found.value;
  found.value = function () { return method.call(this).toUpperCase(); };
};
export class Old { @loud word() { return "old"; } }
""",
        },
    ),
    "jsx by a comment": Suited(
        main="src/index.tsx",
        files={
            "src/index.tsx": """/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import { part } from "./part";
export default { fetch: () => new Response(String(<p class="a">{part}</p>)) };
""",
            "src/part.jsx": """/** @jsx h @jsxFrag null */
const h = (tag, props, ...all) => tag + all.length;
export const part = <b><i /></b>;
""",
        },
    ),
    "old typescript": Suited(
        files={
            "src/index.ts": answering(
                "return Response.json([read(), Flag.On, Space.deep.value, type.length]);",
                'import read = require("./read");\nimport { Flag, type Shape } from "./flag";\n'
                'import type { Other } from "./nowhere";\n'
                "namespace Space { export namespace deep { export const value = 3; } }\n"
                "declare const NEVER: Other;\n"
                'const type = "type" satisfies Shape;',
            ),
            "src/read.ts": "export = function read() { return 1; };",
            "src/flag.ts": "export const enum Flag { Off, On }\nexport type Shape = string;",
        },
    ),
    "modules in a circle": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json([a(), old.late()]);",
                'import { a } from "./a";\nimport old from "./old-a.cjs";',
            ),
            "src/a.js": 'import { b } from "./b";\nexport * from "./b";\nexport const a = () => b;',
            "src/b.js": 'import { a } from "./a"; export const b = typeof a; export const c = 1;',
            "src/old-a.cjs": 'require("./old-b.cjs");\n'
            'exports.late = () => require("./old-b.cjs").b;',
            "src/old-b.cjs": 'const a = require("./old-a.cjs"); exports.b = Object.keys(a).join();',
        },
    ),
    "default exports of both worlds": Suited(
        main="src/index.js",
        files={
            "package.json": '{"name": "app", "type": "module"}',
            "src/index.js": answering(
                "return Response.json([a, b.default, c, named]);",
                'import a from "made";\nimport * as b from "made";\n'
                'import c, { named } from "real";',
            ),
            "node_modules/made/package.json": '{"name": "made"}',
            "node_modules/made/index.js": "exports.__esModule = true; exports.default = 'made';",
            "node_modules/real/package.json": '{"name": "real"}',
            "node_modules/real/index.js": "module.exports = { named: 'named', default: 'real' };",
        },
    ),
    "comments of law and letters of all kinds": Suited(
        main="src/my worker.js",
        files={
            "src/my worker.js": "\ufeff"
            + answering(
                "return new Response(grüße + '\\u{1F600}' + \"</script>\" + `a\\r\\n${emoji}`);",
                '/*! kept */\n// @license kept\n//! kept\nimport { grüße } from "./grüße";\n'
                'const emoji = "😀";',
            ).replace("\n", "\r\n"),
            "src/grüße.js": "/** @preserve kept */\nexport const grüße = 'grüße';\r\n",
        },
    ),
    "code that esbuild warns of": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering(
                'const held = { a: 1, a: 2 }; if (typeof request === "nothing") eval("1");\n'
                "    return Response.json([held, -0 === 0, import.meta.url, missing.nothing]);",
                'import * as missing from "./missing";',
            ),
            "src/missing.js": "export const something = 1;",
        },
    ),
    "a name that is not exported": Suited(
        main="src/index.js",
        files={
            "src/index.js": answering("return new Response(a);", 'import { a } from "./missing";'),
            "src/missing.js": "export const something = 1;",
        },
    ),
    "a file that is no javascript": Suited(
        main="src/index.js",
        files={"src/index.js": 'import "./a";\nexport default {};', "src/a.js": "not {{ code"},
    ),
}
