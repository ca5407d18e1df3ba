import pytest

from workers_deploy.project.javascript import read_script


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
