"""The installed wrangler and we deploy the same project, twice; both send the same writes.

The recordings hold few module names, file names and bindings: here are more of them. The table of
intended differences is that of the recordings.
"""

import json
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fakes.entrypoint import run_entrypoint
from fakes.recorded_deploys import ESBUILD
from fakes.recording_emulator import RecordingEmulator
from fakes.wire_difference import differences
from fakes.wrangler import install_wrangler
from parity.intended_differences import unexpected

HELLO = 'export default { fetch() { return new Response("hello"); } };\n'
MODULES = [
    {"type": "CommonJS", "globs": ["**/*.cjs"]},
    {"type": "ESModule", "globs": ["**/*.js", "**/*.mjs"]},
]
LISTENER = 'addEventListener("fetch", (e) => e.respondWith(new Response(TEXT)));\n'
BUNDLED = """
import license from "./LICENSE";
import page from "./page.tpl";
import script from "./client/app.js";
import bytes from "../lib/bytes.dat";
import { aliased } from "aliased";
export default { fetch: () => new Response([license, page, script, bytes, aliased].join()) };
"""
PYTHON = """
name = "p"
main = "src/entry.py"
compatibility_date = "2026-11-01"
compatibility_flags = ["python_workers"]
[vars]
A = "1"
B = 2
"""
STAGING = """
name = "p"
main = "index.js"
compatibility_date = "2026-11-01"
no_bundle = true
[vars]
A = "1"
[env.staging]
preview_urls = false
[env.staging.vars]
Z = "2"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A project, its file that changes before the second deploy, and how each runner is told."""

    files: Mapping[str, str | bytes]
    changes: str = "index.js"
    wrangler: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    folder: str = "."  # where both are run


def config(**keys: object) -> str:
    base = {"name": "p", "compatibility_date": "2026-11-01"}
    return json.dumps({**base, "main": "index.js", "no_bundle": True, **keys})


CASES = {
    "modules of every kind and name": Case(
        files={
            "wrangler.json": config(find_additional_modules=True, rules=MODULES),
            "index.js": HELLO + "//# sourceMappingURL=index.js.map\n",
            "index.js.map": '{"version":3,"sources":["a.ts"],"mappings":"AAAA","names":[]}',
            "a/b.cjs": "module.exports = 1;\n",
            "we ird.txt": "x",
            'quo"te.txt': "q",
            "ünï.html": "<p>",
            "query.sql": "select 1",
            "bytes.bin": bytes(range(256)),
            "m.wasm": b"\0asm\1\0\0\0",
            "B.js": "export const b = 1;\n",
            "a.js": "export const a = 1;\n",
            ".hidden/dot.txt": "d",
        }
    ),
    "Python with packages": Case(
        files={
            "wrangler.toml": PYTHON,
            "src/entry.py": "from workers import WorkerEntrypoint\n"
            "class Default(WorkerEntrypoint):\n    async def fetch(self, request): ...\n",
            "src/package/module.py": "x = 1\n",
            "src/package/__pycache__/module.pyc": b"\0",
            "src/data.json": "{}",
            "src/text.txt": "t",
            "src/bytes.bin": b"\1",
            "python_modules/lib/__init__.py": "",
            "python_modules/lib/native.so": b"\2",
            "python_modules/lib/left_out.pyc": b"\3",
        },
        changes="src/entry.py",
    ),
    "assets of every kind and name": Case(
        files={
            "wrangler.json": json.dumps(
                {
                    "name": "p",
                    "compatibility_date": "2026-11-01",
                    "assets": {
                        "directory": "dist",
                        "html_handling": "drop-trailing-slash",
                        "not_found_handling": "404-page",
                    },
                }
            ),
            "dist/_headers": "/a\r\n  X: y\r\n",
            "dist/_redirects": "/a /b\r\n",
            "dist/.assetsignore": "*.log\r\n!keep.log\n_worker.js\n/sub/*.tmp\n",
            "dist/left-out.log": "no",
            "dist/keep.log": "yes",
            "dist/_worker.js": "no",
            "dist/sub/left-out.tmp": "no",
            "dist/sub/deep/a.tmp": "yes",
            "dist/sub/_headers": "an asset",
            "dist/empty": "",
            "dist/.x.Y": "dot",
            "dist/A.JPG": "a",
            f"dist/{unicodedata.normalize('NFD', 'é')}.txt": "decomposed",
            f"dist/{unicodedata.normalize('NFC', 'é')}.txt": "composed",
            "dist/a b#%?.html": "x",
            "dist/tab\tname.txt": "tab",
            "dist/no.extension.": "z",
            "dist/a.avif": "1",
            "dist/a.txt.gz": "g",
            "dist/a.mts": "m",
        },
        changes="dist/keep.log",
    ),
    "bindings, secrets, and assets behind a Worker": Case(
        files={
            "wrangler.json": config(
                vars={"Z": "z", "N": 1, "A": "", "J": {"a": [1, None, True]}},
                kv_namespaces=[{"binding": "KV", "id": "a" * 32}],
                r2_buckets=[{"binding": "R2", "bucket_name": "bucket"}],
                assets={"directory": "dist", "binding": "ASSETS", "run_worker_first": True},
                compatibility_flags=["nodejs_compat"],
                placement={"mode": "smart"},
                limits={"cpu_ms": 50},
                keep_vars=True,
            ),
            "index.js": HELLO,
            "dist/a.html": "a",
            "secrets.env": "FIRST=one value\nSECOND=two values\n",
        },
        wrangler=("--secrets-file", "secrets.env"),
        env={"INPUT_SECRETS": "FIRST\nSECOND", "FIRST": "one value", "SECOND": "two values"},
    ),
    "an environment": Case(
        files={"wrangler.toml": STAGING, "index.js": HELLO},
        wrangler=("--env", "staging"),
        ours=("--environment=staging",),
    ),
    "a service worker": Case(
        files={
            "wrangler.json": config(main="worker.js", text_blobs={"TEXT": "lib/a.txt"}),
            "worker.js": LISTENER,
            "lib/a.txt": "text",
        },
        changes="worker.js",
    ),
    "a service worker below its configuration": Case(
        files={
            "wrangler.json": config(
                main="app/worker.js",
                wasm_modules={"ADD": "add.wasm"},
                data_blobs={"DATA": "lib/a.bin"},
            ),
            "app/worker.js": LISTENER.replace("TEXT", "DATA"),
            "add.wasm": b"\0asm\1\0\0\0",
            "lib/a.bin": "data",
            ".git/HEAD": "none",  # its root is the repository's
        },
        changes="app/worker.js",
        folder="app",
    ),
    "Durable Objects": Case(
        files={
            "wrangler.json": config(
                durable_objects={
                    "bindings": [{"name": "OBJECT", "class_name": "Counter"}],
                    "code_update_strategy": {"mode": "deferred", "max_delay": 60},
                },
                migrations=[{"tag": "v1", "new_sqlite_classes": ["Counter"]}],
            ),
            "index.js": HELLO + "export class Counter {}\n",
        },
    ),
    "workflows": Case(
        files={
            "wrangler.json": config(
                workflows=[{"binding": "BOUND", "name": "bound", "class_name": "Bound"}],
                exports={
                    "Declared": {"type": "workflow", "name": "declared", "schedules": "0 * * * *"}
                },
            ),
            "index.js": HELLO + "export class Bound {}\nexport class Declared {}\n",
        },
    ),
    "a bundle of files by every kind of rule": Case(
        files={
            "wrangler.json": config(
                no_bundle=False,
                main="src/index.ts",
                preserve_file_names=True,
                rules=[
                    {"type": "Text", "globs": ["**/LICENSE", "*.tpl", "*/client/*.js"]},
                    {"type": "Data", "globs": ["**/*.dat"], "fallthrough": True},
                ],
                alias={"aliased": "./src/stand-in.js"},
            ),
            "src/index.ts": BUNDLED,
            "src/LICENSE": "free",
            "src/page.tpl": "<p>",
            "src/client/app.js": "document.title = 1;",
            "src/stand-in.js": "export const aliased = 1;",
            "lib/bytes.dat": bytes(range(9)),
        },
        changes="src/index.ts",
    ),
    "a bundle with its packages": Case(
        files={
            "wrangler.json": config(
                no_bundle=False,
                dependencies_instrumentation={"enabled": True, "exclude_packages": ["left-*"]},
            ),
            "index.js": 'import { one } from "one";\nexport default { one };\n',
            "package.json": json.dumps(
                {
                    "dependencies": {"one": "^1.0.0", "left-out": "1", "missing": "1"},
                    "devDependencies": {"@scope/two": "~2", "local": "file:../local"},
                }
            ),
            **{
                f"node_modules/{name}/package.json": json.dumps({"name": name, "version": version})
                for name, version in {
                    "one": "1.2.3",
                    "@scope/two": "2.0.1",
                    "left-out": "1",
                }.items()
            },
            "node_modules/one/index.js": "export const one = 1;",
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_send_the_same_writes(name: str, tmp_path: Path):
    case = CASES[name]
    # One file a bucket: in which order files lie in buckets says nothing of either runner.
    options = {"subdomain": "acme", "bucket_files": 1}

    with RecordingEmulator(**options) as ours, RecordingEmulator(**options) as theirs:
        for turn in ("first", "second"):
            for folder in ("ours", "theirs"):
                write(tmp_path / folder, case, changed=turn == "second")
            wrangler = install_wrangler(theirs, tmp_path)
            wrangler.run(tmp_path / "theirs" / case.folder, "deploy", *case.wrangler)
            run = run_entrypoint(
                tmp_path / "ours" / case.folder,
                "deploy",
                *case.ours,
                env={
                    "PATH": os.pathsep.join((*ESBUILD, os.defpath)),
                    "CLOUDFLARE_API_TOKEN": ours.token,
                    "CLOUDFLARE_ACCOUNT_ID": ours.account_id,
                    "CLOUDFLARE_API_BASE_URL": ours.url,
                    **case.env,
                },
            )
            assert run.code == 0, run.log

            found = unexpected(differences(ours.take(), theirs.take()))
            assert not found, f"{turn} deploy:\n" + "\n".join(map(str, found))


def write(folder: Path, case: Case, *, changed: bool) -> None:
    for path, content in case.files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    if changed:
        comment = "# changed\n" if case.changes.endswith(".py") else "// changed\n"
        (folder / case.changes).write_text(str(case.files[case.changes]) + comment)
