import pytest

from fakes.cloudflare_client import ES_MODULE, SERVICE_WORKER, code, module
from workers_emulator.state.model import Module
from workers_emulator.state.syntax import NodeCompiler

MISSING = 'Uncaught Error: No such module "{}".\n  imported from "{}"\n'


@pytest.fixture
def account(account_with):
    return account_with(check_syntax=True)


def importing(specifier: str) -> bytes:
    return f'import {{ a }} from "{specifier}";\nexport default {{ fetch() {{ a() }} }}'.encode()


def told(answer) -> str:
    assert code(answer) == (400, 10021)
    return answer.json()["errors"][0]["message"]


def test_a_syntax_error_is_told_with_module_line_and_column(account):
    broken = b'import "./lib.js";\nexport default { fetch() { return 1 + } }'

    answer = account.upload(modules=[module(content=broken), module("lib.js", b"export {}")])

    assert told(answer) == "Uncaught SyntaxError: Unexpected token '}'\n  at index.js:2:39\n"


def test_modules_that_nothing_imports_must_compile_as_well(account):
    answer = account.upload(modules=[module(), module("lib.js", b"let = 1;")])

    assert told(answer).endswith("\n  at lib.js:1:1\n")


def test_code_that_compiles_is_taken_and_not_compiled_twice(account, monkeypatch):
    compiled = []
    real = NodeCompiler._compile
    monkeypatch.setattr(
        NodeCompiler,
        "_compile",
        lambda self, new: compiled.append([item.name for item in new]) or real(self, new),
    )
    worker = module("w.js", SERVICE_WORKER, "application/javascript")
    text = module("a.txt", b"not ( code", "text/plain")
    lib = module("lib.js", b"export const a = 1;")

    first = account.upload(modules=[module(), text, lib])
    second = account.upload(modules=[module(), text, lib])
    service = account.upload("sw", {"main_module": None, "body_part": "w.js"}, [worker])

    assert (first.status_code, second.status_code, service.status_code) == (200, 200, 200)
    assert compiled == [["index.js", "lib.js"], ["w.js"]]


@pytest.mark.parametrize(
    ("main", "specifier", "missing"),
    [
        ("index.js", "./lib.js", "lib.js"),
        ("src/index.js", "../lib/a.js", "lib/a.js"),
        ("index.js", "./lib", "lib"),
    ],
)
def test_an_import_of_a_module_that_was_not_sent_is_refused(account, main, specifier, missing):
    sent = [module(main, importing(specifier)), module("lib/b.js", b"export {}")]

    answer = account.upload(metadata={"main_module": main}, modules=sent)

    assert told(answer) == MISSING.format(missing, main)
    assert "hello" not in account.server.state()["scripts"]


def test_an_import_is_looked_up_in_every_module_that_the_main_one_reaches(account):
    main = module(content=importing("./lib/a.js"))
    lib = module("lib/a.js", b'export * from "../index.js";\nexport { b as a } from "./b.js";')

    answer = account.upload(modules=[main, lib])

    assert told(answer) == MISSING.format("lib/b.js", "lib/a.js")


def test_an_import_that_leaves_the_upload_is_refused(account):
    answer = account.upload(modules=[module(content=importing("../lib.js"))])

    assert told(answer) == (
        'Uncaught TypeError: Invalid module specifier "../lib.js".\n  imported from "index.js".\n'
    )


@pytest.mark.parametrize(
    "content",
    [
        importing("./lib.js"),
        importing("node:fs"),
        importing("a-package"),
        b'export default { async fetch() { await import("./missing.js") } }',
        b'// import "./missing.js"\nexport default { fetch() { return `import "./missing.js"` } }',
    ],
)
def test_other_imports_are_taken(account, content):
    lib = module("./lib.js", b"export const a = 1;")
    unreached = module("other.js", b'import "./missing.js";')

    assert account.upload(modules=[module(content=content), lib, unreached]).is_success


def test_without_the_check_what_is_imported_shows_when_the_script_runs(account_with):
    assert account_with().upload(modules=[module(content=importing("./lib.js"))]).is_success


def fake_node(folder, does: str) -> NodeCompiler:
    node = folder / "node"
    node.write_text(f"#!/bin/sh\n{does}\n")
    node.chmod(0o755)
    return NodeCompiler(node)


def test_an_error_without_a_place_is_told_all_the_same(tmp_path):
    wrong = Module(name="index.js", content_type=ES_MODULE, content=b"")

    (found,) = fake_node(tmp_path, "cat >/dev/null; echo '[]'; exit 1")([wrong])

    assert (found.error, found.place) == ("SyntaxError", "")


def test_a_node_that_fails_is_no_error_of_the_code(tmp_path):
    module_ = Module(name="index.js", content_type=ES_MODULE, content=b"")

    with pytest.raises(RuntimeError, match="what it says"):
        fake_node(tmp_path, "cat >/dev/null; echo what it says >&2; exit 1")([module_])
