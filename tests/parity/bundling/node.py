"""Projects that use Node's modules and globals, in each of the modes."""

from collections.abc import Mapping

from parity.bundling.suite import DATES, Suited, answering, with_node
from workers_deploy.project.bundle.node_compat import read_node_table

_NAMES = (*read_node_table().builtins, "sqlite")
_BARE = [name for name in _NAMES if name != "sqlite"]

_IMPORT_ALL = "\n".join(f'import * as m{at} from "{name}";' for at, name in enumerate(_BARE))
_IMPORT_PREFIXED = "\n".join(
    f'import d{at}, * as n{at} from "node:{name}";' for at, name in enumerate(_NAMES)
)
_REQUIRE_ALL = ",\n".join(
    f'  (() => typeof require("{prefix}{name}"))'
    for name in _BARE
    for prefix in (("", "node:") if name != "sqlite" else ("node:",))
)

_GLOBALS = answering(
    """
    const ticks = [];
    await new Promise((resolve) => setImmediate(() => (ticks.push("immediate"), resolve())));
    process.nextTick?.(() => ticks.push("tick"));
    await scheduler.wait?.(0);
    return Response.json([
      ticks, typeof process.env, process.platform, Buffer.from("ü").toString("hex"),
      typeof performance.now(), typeof performance.mark, global === globalThis,
      typeof clearImmediate, typeof console.log, process.argv?.length,
    ]);
"""
)

_NAMED = answering(
    """
    return Response.json([
      typeof readFileSync, typeof fsp.readFile, EOL, typeof createServer, typeof get, isatty(1),
      typeof Worker, typeof createInterface, typeof execSync, typeof serialize,
      runInThisContext?.name,
      join("a", "b"), createHash("md5").update("a").digest("hex"), format("%s", 1), platform,
      typeof new AsyncLocalStorage().run, typeof gzipSync, typeof lookup, typeof connect,
      toASCII("ü.de"),
    ]);
""",
    """
import fs, { readFileSync } from "fs";
import fsp from "node:fs/promises";
import { EOL } from "os";
import { createServer } from "node:http";
import { get } from "https";
import { isatty } from "tty";
import { Worker } from "worker_threads";
import { createInterface } from "readline";
import { execSync } from "child_process";
import { serialize } from "v8";
import { runInThisContext } from "vm";
import { join } from "path";
import { createHash } from "crypto";
import { format } from "util";
import process, { platform } from "process";
import { AsyncLocalStorage } from "async_hooks";
import { gzipSync } from "zlib";
import { lookup } from "dns";
import { connect } from "net";
import { toASCII } from "punycode";
import { performance, PerformanceObserver } from "perf_hooks";
console.log(typeof fs, typeof process, typeof performance, typeof PerformanceObserver);
""",
)

_LATE = answering(
    """
    const names = [];
    for (const load of [() => import("node:fs"), () => import("path"), () => import("node:vm")]) {
      try { names.push(Object.keys(await load()).length > 0); }
      catch (error) { names.push(String(error)); }
    }
    return Response.json(names);
"""
)

_NAMESAKES = {
    "src/index.js": answering(
        "const count = Object.keys(buffer).length;\n"
        "    return Response.json([punycode, StringDecoder, typeof events, sub, count > 1]);",
        """
import punycode from "punycode/";
import { StringDecoder } from "string_decoder/";
import events from "events";
import sub from "path/sub.js";
import * as buffer from "buffer/index.js";
""",
    ),
    "node_modules/punycode/package.json": '{"name": "punycode", "main": "punycode.js"}',
    "node_modules/punycode/punycode.js": 'module.exports = "npm punycode";',
    "node_modules/string_decoder/package.json": '{"name": "string_decoder"}',
    "node_modules/string_decoder/index.js": 'exports.StringDecoder = "npm decoder";',
    "node_modules/events/package.json": '{"name": "events"}',
    "node_modules/events/index.js": 'module.exports = "npm events";',
    "node_modules/path/sub.js": 'module.exports = "npm path/sub";',
    "node_modules/buffer/index.js": "exports.a = 1; exports.b = require('buffer').Buffer;",
}

_COMMON_JS_PACKAGE = {
    "node_modules/mixed/package.json": '{"name": "mixed", "main": "./lib/main.js"}',
    "node_modules/mixed/lib/main.js": """
"use strict";
const util = require("util");
const { EventEmitter } = require("node:events");
const stream = require("stream");
let optional;
try { optional = require("not-installed"); } catch (error) { optional = error.code; }
function Mixed() { EventEmitter.call(this); }
util.inherits(Mixed, EventEmitter);
module.exports = { Mixed, optional, isStream: typeof stream.Transform, os: require("os").EOL };
""",
}

_MODES = {
    "node v1": ("nodejs_compat", "no_nodejs_compat_v2"),
    "node als": ("nodejs_als",),
    "no node": (),
    "node v2 by its flag": ("nodejs_compat_v2",),
}

_PLAIN_NODE = """
import { AsyncLocalStorage } from "node:async_hooks";
import { Buffer } from "node:buffer";
import { late } from "./late";
const store = new AsyncLocalStorage();
const answer = () => new Response(store.getStore() + Buffer.from("a") + late);
export default { fetch: () => store.run("x", answer) };
"""

_FLAGS = {
    "2025-01-01": (
        "enable_nodejs_http_modules",
        "enable_nodejs_http_server_modules",
        "enable_nodejs_os_module",
        "enable_nodejs_fs_module",
        "enable_nodejs_console_module",
    ),
    "2026-05-01": (
        "disable_nodejs_http_server_modules",
        "disable_nodejs_console_module",
        "disable_nodejs_process_v2",
        "disable_nodejs_perf_hooks_module",
        "disable_nodejs_vm_module",
    ),
    "2025-11-01": (
        "fetch_iterable_type_support",
        "fetch_iterable_type_support_override_adjustment",
    ),
}

PROJECTS: Mapping[str, Suited] = {
    "every builtin by its bare name": with_node(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json(["
                + ", ".join(f"typeof m{at}.default" for at in range(len(_BARE)))
                + "]);",
                _IMPORT_ALL,
            )
        },
    ),
    "every builtin by its full name": with_node(
        main="src/index.js",
        files={
            "src/index.js": answering(
                "return Response.json(["
                + ", ".join(f"typeof d{at} + typeof n{at}" for at in range(len(_NAMES)))
                + "]);",
                _IMPORT_PREFIXED,
            )
        },
    ),
    "every builtin required": with_node(
        main="src/index.js",
        files={
            "src/index.js": 'import found from "./all.cjs";\n'
            + answering("return Response.json(found);"),
            "src/all.cjs": f"""
const ask = (load) => {{ try {{ return load(); }} catch (error) {{ return "failed"; }} }};
module.exports = [
{_REQUIRE_ALL}
].map(ask);
""",
        },
    ),
    "globals of node": with_node(main="src/index.js", files={"src/index.js": _GLOBALS}),
    "names of builtins": with_node(main="src/index.js", files={"src/index.js": _NAMED}),
    "builtins imported late": with_node(main="src/index.js", files={"src/index.js": _LATE}),
    "packages called like builtins": with_node(main="src/index.js", files=_NAMESAKES),
    "a common package with builtins": with_node(
        main="src/index.mjs",
        files={
            "src/index.mjs": answering(
                "const { Mixed, optional, isStream, os } = mixed;\n"
                "    return Response.json([typeof Mixed, optional, isStream, os]);",
                'import mixed from "mixed";',
            ),
            **_COMMON_JS_PACKAGE,
        },
    ),
    "a common entry with builtins": with_node(
        main="src/index.cjs",
        files={
            "src/index.cjs": """
const path = require("node:path");
const { Mixed } = require("mixed");
module.exports = { default: { fetch: () => new Response(path.join("a", "b") + typeof Mixed) } };
exports.__esModule = true;
""",
            **_COMMON_JS_PACKAGE,
        },
    ),
    "builtins minified": with_node(
        main="src/index.js",
        config="minify = true\nkeep_names = false",
        files={"src/index.js": _NAMED},
    ),
    **{
        title: Suited(
            flags=flags,
            dates=("2024-06-01", "2026-05-01") if flags else ("2024-06-01",),
            files={
                "src/index.ts": _PLAIN_NODE,
                "src/late.ts": "export const late = typeof require;",
            },
        )
        for title, flags in _MODES.items()
    },
    **{
        f"switches of {date}": Suited(
            flags=("nodejs_compat", *flags),
            dates=(date,),
            main="src/index.js",
            files={"src/index.js": _NAMED + "console.log(process.version);\n"},
        )
        for date, flags in _FLAGS.items()
    },
    "node by default": Suited(
        dates=("2026-08-04", "2026-11-01"), main="src/index.js", files={"src/index.js": _GLOBALS}
    ),
    "a service worker with node": Suited(
        flags=("nodejs_compat",),
        dates=DATES,
        main="src/index.js",
        files={
            "src/index.js": """
import { twice } from "./twice";
const answer = () => new Response(twice(typeof process + typeof Buffer));
addEventListener("fetch", (event) => event.respondWith(answer()));
""",
            "src/twice.js": "export const twice = (text) => text + text;",
        },
    ),
    "a service worker that imports node": Suited(
        flags=("nodejs_compat",),
        dates=("2026-05-01",),
        main="src/index.js",
        files={
            "src/index.js": """
import { join } from "node:path";
addEventListener("fetch", (event) => event.respondWith(new Response(join("a", "b"))));
"""
        },
    ),
}
