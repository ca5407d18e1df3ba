"""What workerd lacks of Node at a date: refused where the bundle would not load, else told."""

import json
from pathlib import Path

import pytest

from fakes.loads import load, project_of, told, warned, write_config
from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.project.esbuild.program import find_esbuild
from workers_deploy.project.request import Loaded

OLD = "2025-01-01"
AT_DATE = f"compatibility date {OLD}"


@pytest.fixture
def esbuild() -> Path:
    found = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    assert found is not None
    return found


def write(root: Path, source: str, *, date: str = OLD, flags: tuple[str, ...] = (), **more) -> None:
    config = {"name": "shop", "main": "src/index.ts", "compatibility_date": date}
    config["compatibility_flags"] = ["nodejs_compat", *flags]
    write_config(root, json.dumps({**config, **more}))
    (root / "src").mkdir(exist_ok=True)
    (root / "src" / "index.ts").write_text(f"{source}\nexport default {{}};\n")


def install(root: Path, source: str) -> None:
    package = root / "node_modules" / "old"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "old"}')
    (package / "index.js").write_text(source)


def outcome(root: Path, esbuild: Path) -> Loaded:
    return load(root, esbuild=esbuild)


@pytest.mark.parametrize("name", ["process", "node:process"])
def test_named_imports_that_would_not_link_are_refused_by_file_and_line(tmp_path, esbuild, name):
    write(tmp_path, f'import {{ env,\n stdout }} from "{name}"; console.log(env, stdout);')

    loaded = outcome(tmp_path, esbuild)

    (problem,) = loaded.problems
    lacking = f"it imports stdout of node:process, which Workers do not have at {AT_DATE}"
    assert told(loaded) == [f"src/index.ts:2:2: {lacking}"]
    ways = "2025-09-15 or later, add the compatibility flag enable_nodejs_process_v2, or bundle it"
    assert ways in str(problem.hint)
    assert "wrangler deploy --dry-run --outdir dist" in str(problem.hint)


@pytest.mark.parametrize(
    ("date", "flags"), [("2025-09-15", ()), (OLD, ("enable_nodejs_process_v2",))]
)
def test_what_is_whole_is_not_looked_at(tmp_path, esbuild, date, flags):
    source = 'import { stdout } from "node:process"; console.log(stdout, process.cwd());'
    write(tmp_path, source, date=date, flags=flags)

    loaded = outcome(tmp_path, esbuild)

    assert (told(loaded), warned(loaded)) == ([], [])


def test_named_imports_need_the_same_before_bare_names_do(tmp_path, esbuild):
    write(tmp_path, 'import { pid } from "node:process"; console.log(pid);', date="2024-01-01")

    (problem,) = outcome(tmp_path, esbuild).problems

    assert "it imports pid of node:process" in problem.message


def test_an_alias_of_the_project_stands_for_itself(tmp_path, esbuild):
    write(
        tmp_path,
        'import { cwd } from "process"; import { pid } from "node:process"; cwd(pid);',
        alias={"process": "./src/mine.ts", "node:process": "./src/mine.ts"},
    )
    (tmp_path / "src" / "mine.ts").write_text(
        "export const cwd = () => 1, pid = () => process.pid;"
    )

    loaded = outcome(tmp_path, esbuild)

    assert told(loaded) == []


def test_members_that_own_code_goes_on_with_are_told_once_for_each_global(tmp_path, esbuild):
    write(
        tmp_path,
        'import p from "node:process";\n'
        "export const f = () => [process.cwd(), p.argv.length, process.cwd()];\n"
        'export const g = () => performance.mark("a");',
        minify=True,
    )

    first, second = warned(outcome(tmp_path, esbuild))

    assert first.startswith(
        "src/index.ts:2:25: it uses process.cwd, process.argv, which Workers do not have at "
        f"{AT_DATE}: set compatibility_date to 2025-09-15"
    )
    assert second.startswith("src/index.ts:3:24: it uses performance.mark")


def test_members_of_a_namespace_are_told_too(tmp_path, esbuild):
    write(tmp_path, 'import * as p from "process";\nexport const f = () => [p.stdout, p.cwd()];')

    (text,) = warned(outcome(tmp_path, esbuild))

    assert text.startswith("src/index.ts:2:37: it uses process.cwd, which")


@pytest.mark.parametrize(
    "source",
    [
        "export const a = process.env.A, b = process.platform;",
        'export const a = typeof process !== "undefined" ? process.env : {};',
        "export const a = process.stdout?.isTTY;",
        "export const a = process.versions && process.versions.node;",
        "export const f = () => (process.version ? process.cwd() : '/');",
        "export const f = () => { try { return process.cwd(); } catch { return '/'; } };",
        "export const f = (process: any) => process.cwd();",
        "export const f = () => performance.now() - performance.timeOrigin;",
        'import { env, nextTick } from "process"; nextTick(() => env);',
        "export const a = process.hrtime, b = () => a === undefined;",
        "const { env, cwd = () => '/' } = process; export { env, cwd };",
        "process.cwd ??= () => '/'; export const f = () => process.cwd();",
        "export const f = () => { if (process.cwd) return process.cwd(); };",
    ],
)
def test_what_is_there_or_asked_for_is_not_told(tmp_path, esbuild, source):
    write(tmp_path, source)

    loaded = outcome(tmp_path, esbuild)

    assert (told(loaded), warned(loaded)) == ([], [])


@pytest.mark.parametrize(
    "source",
    [
        "export const a = process.hrtime?.(), f = () => process.cwd();",
        "console.log(process.version); export const f = () => process.cwd();",
        "export const f = () => { const { env, cwd: here } = process; return [env, here()]; };",
    ],
)
def test_asking_for_one_member_says_nothing_of_others(tmp_path, esbuild, source):
    write(tmp_path, source)

    (text,) = warned(outcome(tmp_path, esbuild))

    assert "it uses process.cwd, which" in text


def test_what_packages_use_is_told_after_what_the_project_uses(tmp_path, esbuild):
    used = ("argv", "cwd", "kill", "pid", "title", "uptime")
    install(tmp_path, "".join(f"exports.{name} = () => process.{name}();\n" for name in used))
    write(tmp_path, 'import "old"; export const f = () => process.umask();')

    (text,) = warned(outcome(tmp_path, esbuild))

    assert text.startswith("src/index.ts:1:38: it uses process.umask, process.argv, process.cwd, ")
    assert "process.kill, process.pid and 2 more, which Workers do not have" in text


def test_members_that_are_sure_to_be_needed_at_load_are_refused(tmp_path, esbuild):
    install(tmp_path, "const a = 1;\nmodule.exports = process.version.slice(a);")
    write(tmp_path, 'import a from "old"; export { a };')

    lacking = f"it uses process.version as it starts, which Workers do not have at {AT_DATE}"
    assert told(outcome(tmp_path, esbuild)) == [f"node_modules/old/index.js:2:18: {lacking}"]


@pytest.mark.parametrize(
    "source",
    [
        "process.version = 'v20';",
        "globalThis.process = { version: 'v20' };",
        "Object.assign(process, { version: 'v20' });",
    ],
)
def test_members_that_a_bundle_brings_are_not_refused(tmp_path, esbuild, source):
    install(tmp_path, f"{source}\nexports.a = 1;")
    write(tmp_path, 'import "old"; export const a = process.version.slice(1);')

    assert told(outcome(tmp_path, esbuild)) == []


def test_what_is_lacking_and_needed_late_is_told_where_it_is(tmp_path, esbuild):
    install(tmp_path, 'exports.f = () => require("fs");\nexports.g = () => require("fs");')
    write(
        tmp_path,
        'import "old";\nexport const os = () => import("node:os");\n'
        'export const tty = () => { try { return require("tty"); } catch {} };',
    )

    loaded = outcome(tmp_path, esbuild)

    assert told(loaded) == []
    assert [text.partition(", which")[0] for text in warned(loaded)] == [
        "node_modules/old/index.js:1:19: it fails where it comes to node:fs",
        "src/index.ts:2:25: it fails where it comes to node:os",
    ]
    assert "import " not in project_of(tmp_path, esbuild=esbuild).modules[0].content.decode()[:7]


def test_what_is_lacking_and_required_at_load_is_refused_where_it_is(tmp_path, esbuild):
    install(tmp_path, 'const path = require("path");\nconst fs = require("fs");\nexports.f = fs;')
    write(tmp_path, 'import "old"; export const os = () => require("os");', minify=True)

    loaded = outcome(tmp_path, esbuild)

    lacking = f"it imports node:fs, which Workers do not have at {AT_DATE}"
    assert told(loaded) == [f"node_modules/old/index.js:2:12: {lacking}"]
    assert len(warned(loaded)) == 1


def test_a_package_that_is_itself_required_late_is_no_obstacle(tmp_path, esbuild):
    install(tmp_path, 'const fs = require("fs");\nexports.f = fs;')
    write(tmp_path, 'export const f = () => require("old");')

    loaded = outcome(tmp_path, esbuild)

    assert told(loaded) == []
    assert "node:fs" in warned(loaded)[0]


def test_without_the_flag_for_node_it_is_the_flag_that_is_told(tmp_path, esbuild):
    write(
        tmp_path,
        'export const a = await import("node:fs"), b = process.cwd();',
        compatibility_flags=[],
    )

    loaded = outcome(tmp_path, esbuild)

    assert told(loaded) == []
    (text,) = warned(loaded)
    assert "needs the compatibility flag nodejs_compat" in text


def test_what_is_awaited_at_load_is_refused(tmp_path, esbuild):
    write(tmp_path, 'export const a = await import("node:fs");')

    assert [text.partition(", which")[0] for text in told(outcome(tmp_path, esbuild))] == [
        "src/index.ts:1:24: it imports node:fs"
    ]


@pytest.mark.parametrize(
    "source",
    [
        'export const a = import("node:fs").catch(() => null);',
        'export const a = await import("node:fs").catch(() => null);',
        'export const a = globalThis.b ? await import("node:fs") : null;',
        'let a; if (globalThis.b) a = await import("node:fs"); export { a };',
        'export class A { fs = require("fs"); }',
        'export const f = (fs = require("fs")) => fs;',
    ],
)
def test_what_may_never_be_reached_or_is_taken_is_only_warned_of(tmp_path, esbuild, source):
    write(tmp_path, source)

    loaded = outcome(tmp_path, esbuild)

    assert told(loaded) == []
    assert "it fails where it comes to node:fs" in warned(loaded)[0]


def test_what_is_imported_at_the_start_is_refused_where_it_stands(tmp_path, esbuild):
    install(tmp_path, 'import os from "os";\nimport * as fs from "node:fs";\nexport { fs, os };')
    write(tmp_path, 'import * as a from "old";\nimport os from "os";\nexport const b = [a, os];')

    assert [text.partition(", which")[0] for text in told(outcome(tmp_path, esbuild))] == [
        "node_modules/old/index.js:2:21: it imports node:fs",
        "src/index.ts:2:16: it imports node:os",
    ]


def test_of_what_workers_never_have_there_is_no_way_out(tmp_path, esbuild):
    write(tmp_path, 'import a from "node:sea"; export const b = () => [a, import("node:sea")];')

    (problem,) = outcome(tmp_path, esbuild).problems

    assert problem.hint == "take it out, wrangler does not bundle it either"
