import pytest

from fakes.cloudflare_client import ES_MODULE, SERVICE_WORKER, code, module
from workers_emulator.model import Module
from workers_emulator.syntax import NodeCompiler


@pytest.fixture
def account(account_with):
    return account_with(check_syntax=True)


def test_a_syntax_error_is_told_with_module_line_and_column(account):
    broken = b'import "./lib.js";\nexport default { fetch() { return 1 + } }'

    answer = account.upload(modules=[module(content=broken), module("lib.js", b"export {}")])

    assert code(answer) == (400, 10021)
    assert answer.json()["errors"][0]["message"] == (
        "Uncaught SyntaxError: Unexpected token '}'\n  at index.js:2:39\n"
    )


def test_code_that_compiles_is_taken_and_not_compiled_twice(account, monkeypatch):
    compiled = []
    real = NodeCompiler._compile
    monkeypatch.setattr(
        NodeCompiler,
        "_compile",
        lambda self, item, suffix: compiled.append(item.name) or real(self, item, suffix),
    )
    worker = module("w.js", SERVICE_WORKER, "application/javascript")
    text = module("a.txt", b"not ( code", "text/plain")

    first = account.upload(modules=[module(), text])
    second = account.upload(modules=[module(), text])
    service = account.upload("sw", {"main_module": None, "body_part": "w.js"}, [worker])

    assert (first.status_code, second.status_code, service.status_code) == (200, 200, 200)
    assert compiled == ["index.js", "w.js"]


def test_an_error_without_a_place_is_told_all_the_same(tmp_path):
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\nexit 1\n")
    node.chmod(0o755)
    wrong = Module(name="index.js", content_type=ES_MODULE, content=b"")

    assert NodeCompiler(node)(wrong) == "Uncaught SyntaxError\n  at index.js\n"
