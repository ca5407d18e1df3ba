import pytest

from workers_deploy.project.code.entry_syntax import Script
from workers_deploy.project.code.entry_syntax import read_script as read_bytes


def read_script(source: str) -> Script:
    return read_bytes(source.encode())


@pytest.mark.parametrize(
    "source",
    [
        'import a from "b"',
        'import "b"',
        'export { a } from "b"',
        "export * from 'b'",
        'const a = require("b")',
        'const a = await import("b")',
        'const pattern = /"/; import a from "b"',
        """const f = (s) => { return /'/.test(s) }; import a from "./a.js"; const z = '1'""",
        "const text = `${(await import('./a.js')).a}`",
        "const text = `a${{ b: `${require('c')}` }}`",
    ],
)
def test_a_source_that_imports_is_seen(source):
    assert read_script(source).imports


@pytest.mark.parametrize(
    "source",
    [
        "// import a from 'b'\nexport default {}",
        "/* require('b') */ export default {}",
        'const text = "import a from b"; export default {}',
        "const text = `require(1) ${a}`; export default {}",
        "const url = import.meta.url; export default {}",
        "a.import(1); b.require(2); export default {}",
        "const from = 1; export default { from }",
        "const pattern = /import x/; export default {}",
    ],
)
def test_words_that_import_nothing_are_no_imports(source):
    assert not read_script(source).imports


@pytest.mark.parametrize(
    ("source", "is_module"),
    [
        ("export default {}", True),
        ("const a = {}; export { a as default }", True),
        ("export const a = 1", True),
        ("export const a = 1; addEventListener('fetch', f)", False),
        ("addEventListener('fetch', f)", False),
        ("self.addEventListener('fetch', f)", False),
        ("a.addEventListener('x', f); export const b = 1", True),
        ("const a = { export: 1 }", False),
        ("// export default", False),
    ],
)
def test_a_module_is_told_from_a_service_worker(source, is_module):
    assert read_script(source).is_module is is_module


@pytest.mark.parametrize(
    "source",
    [
        "function f(s) { return /`/.test(s) }",
        "const f = (s) => /`/.test(s)",
        "if (s) /[/`]/.test(s)",
        "const n = a / b; const m = f(a) / 2 / c[0] / 1; const t = typeof /`/",
        "switch (s) { case /`/: break }",
        "const t = `${f({ a: `'` })} it's`",
        "#!/usr/bin/env node it's `",
        "a /* ` */ / b // `",
        "n++ / 2; const s = 'x' / 1",
    ],
)
def test_what_only_looks_like_an_opening_hides_nothing(source):
    script = read_script(f"{source};\nexport default {{}}; const text = `export const a`;")

    assert script.exports == {"default"}
    assert not script.imports
    assert script.is_plain


@pytest.mark.parametrize(
    "source",
    [
        "const page = <b/>",
        "f(<>x</>)",
        "const f = () => <div>it's</div>",
        "class A { @d m() {} }",
    ],
)
def test_what_no_runtime_reads_is_seen(source):
    assert not read_script(source).is_plain


@pytest.mark.parametrize(
    "source",
    ["f(", "}", "`a", "`${", "const = 1", "import source a from './a.wasm'", "const a: number = 1"],
)
def test_what_the_grammar_does_not_know_is_not_clear(source):
    assert not read_script(source).is_clear


@pytest.mark.parametrize(
    "source",
    [
        "export default { a: `${1}` }; // /",
        "const a = {} /`/`;\nexport default { a };//`",
        "// a\u2028export default 1;",
        "using a = b; await using c = d;",
        "#!/bin/node\nexport default class { #a = 1; static {} }",
    ],
)
def test_what_the_grammar_knows_is_clear(source):
    assert read_script(source).is_clear


@pytest.mark.parametrize(
    ("source", "is_commonjs"),
    [
        ("module.exports = {}", True),
        ("exports.a = 1", True),
        ("a.exports.module = { exports: 1 }", False),
        ("module.exports = {}; export default 1", False),
    ],
)
def test_what_may_be_commonjs_is_seen(source, is_commonjs):
    assert read_script(source).is_commonjs is is_commonjs


def test_a_comparison_is_no_element():
    assert read_script("for (let i = 0; i <length; i++) if (a <b || f(c) <d) g[0] <e").is_plain


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("export class A {}; export async function b() {}", {"A", "b"}),
        ("export function* a() {}", {"a"}),
        ("class A {}; const d = 1; export { A, d as default, d as 'e' }", {"A", "default", "e"}),
        ("export const { A, b: B, c: [C, ...D], E = e, ...F } = f", {*"ABCDEF"}),
        ("export let a = 1, b; export var c, [d = 1] = e", {*"abcd"}),
        ("export default class A {}", {"default"}),
        ("export {}", set()),
        ("export * as a from './a'", {"a"}),
        ("export * from './a'", set()),
    ],
)
def test_names_of_exports(source, names):
    assert read_script(source).exports == names


def test_a_service_worker_that_exports_is_another_one_in_a_bundle():
    assert read_script("export const a = 1; addEventListener('fetch', f)").changes_format
    assert not read_script("export default {}; addEventListener('fetch', f)").changes_format
    assert not read_script("addEventListener('fetch', f)").changes_format
