from pathlib import Path

import pytest

from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.project.code.entry_by_esbuild import ask_esbuild
from workers_deploy.project.code.entry_syntax import Script
from workers_deploy.project.esbuild.program import find_esbuild


@pytest.fixture
def ask(tmp_path: Path):
    program = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    assert program is not None

    def asked(source: str) -> Script | None:
        file = tmp_path / "index.js"
        file.write_text(source)
        return ask_esbuild(program, tmp_path, file, lambda: None)

    return asked


def test_exports_listeners_and_imports_are_told(ask):
    source = "export const { A } = b; self.addEventListener('fetch', f); `${await import('./a')}`"

    assert ask(source) == Script(imports=True, exports=frozenset("A"), listens=True)
    assert ask("export { a as default } from 'b'").is_module
    assert ask("require('a')").imports
    assert ask("export default (name) => import(`./${name}.js`)").imports
    assert not ask("export default { a: import.meta, b: a.import(1) }").imports
    assert not ask("const text = 'require(1)'; export default {}").imports
    assert not ask("a.addEventListener('x', f)").listens


def test_what_no_runtime_reads_is_told(ask):
    assert ask("export default 'a@b'").is_plain
    assert not ask("export default <b/>").is_plain
    assert not ask("class A { @d m() {} }").is_plain


def test_what_can_not_be_parsed_says_nothing(ask):
    assert ask("const = 1") is None
