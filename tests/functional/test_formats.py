"""Whole runs of everything that is no plain ES module: how its parts go up."""

import json
from pathlib import Path

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

LISTENER = 'addEventListener("fetch", (event) => event.respondWith(new Response(WORDS)));\n'
ENTRY = "from workers import WorkerEntrypoint\n\n\nclass Default(WorkerEntrypoint):\n    pass\n"


def test_a_service_worker_has_its_files_as_bindings(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.module(LISTENER).write("lib/words.md", "words").write("lib/add.wasm", b"\0asm\1\0\0\0")
    checkout.config(text_blobs={"WORDS": "lib/words.md"}, wasm_modules={"ADD": "lib/add.wasm"})

    run = runner.process("deploy")

    assert run.exit_code == 0, run.log
    put = cloudflare.one_sent("PUT", "/workers/scripts/shop")
    assert put.metadata["body_part"] == "index.js"
    assert put.metadata["bindings"] == [
        {"name": "ADD", "type": "wasm_module", "part": "ADD"},
        {"name": "WORDS", "type": "text_blob", "part": "WORDS"},
    ]
    assert put.parts["WORDS"] == ("lib/words.md", "text/plain", b"words")
    assert put.parts["ADD"] == ("lib/add.wasm", "application/wasm", b"\0asm\1\0\0\0")
    assert put.parts["index.js"][1] == "application/javascript"


def test_a_python_worker_takes_its_vendored_packages_along(tmp_path: Path, cloudflare: Cloudflare):
    project = Checkout(tmp_path / "p")
    project.write("src/entry.py", ENTRY).write("src/cart.py", "SIZE = 1\n")
    project.write("python_modules/lib/__init__.py", "").write("python_modules/lib/x.so", b"\2")
    project.write("python_modules/lib/x.pyc", b"\3").write("python_modules/workers/sdk.mjs", "//")
    project.write("cf-requirements.txt", "lib\n")
    project.config(
        name="shop",
        main="src/entry.py",
        compatibility_date="2026-11-01",
        compatibility_flags=["python_workers"],
    )

    run = Runner(project, cloudflare, tmp_path / "files").fast("deploy")

    assert run.exit_code == 0, run.log
    put = cloudflare.one_sent("PUT", "/workers/scripts/shop")
    assert {name: type_ for name, (_, type_, _) in put.parts.items() if type_} == {
        "entry.py": "text/x-python",
        "cart.py": "text/x-python",
        "python_modules/lib/__init__.py": "application/octet-stream",
        "python_modules/lib/x.so": "application/octet-stream",
        "python_modules/workers/sdk.mjs": "application/javascript+module",
    }
    assert "cf-requirements.txt is not used" in run.log


def test_packages_in_the_module_root_are_refused(tmp_path: Path, cloudflare: Cloudflare):
    project = Checkout(tmp_path / "p")
    project.write("src/entry.py", ENTRY).write("src/python_modules/lib/__init__.py", "")
    project.config(
        name="shop",
        main="src/entry.py",
        compatibility_date="2026-11-01",
        compatibility_flags=["python_workers"],
    )

    run = Runner(project, cloudflare, tmp_path / "files").fast("deploy")

    assert run.exit_code == 3
    assert "'python_modules' directory cannot exist in your module root" in run.log
    assert cloudflare.requests == []


def test_a_compiled_schema_goes_with_the_configuration_and_not_with_code_alone(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.write("schema.bin", b"\0\1").config(
        unsafe={"capnp": {"compiled_schema": "schema.bin"}, "metadata": {"odd": {"a": 1}}}
    )
    assert runner.fast("deploy").exit_code == 0
    put = cloudflare.one_sent("PUT", "/workers/scripts/shop")
    cloudflare.forget_requests()
    checkout.module("export default { fetch: () => new Response('other') };\n")

    run = runner.fast("deploy", only="code")

    assert run.exit_code == 0, run.log
    schema = put.metadata["capnp_schema"]
    assert put.metadata["odd"] == {"a": 1}
    assert put.parts[schema] == (schema, "application/octet-stream", b"\0\1")
    assert list(put.parts) == [schema, "metadata", "index.js"]
    assert list(cloudflare.one_sent("PUT", "/content").parts) == ["metadata", "index.js"]


def test_packages_are_told_to_cloudflare_only_on_request(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.write("package.json", '{"dependencies": {"hono": "^4"}}')
    package = {"name": "hono", "version": "4.9.1"}
    checkout.write("node_modules/hono/package.json", json.dumps(package))
    assert runner.fast("deploy").exit_code == 0
    unasked = cloudflare.one_sent("PUT", "/workers/scripts/shop").metadata
    checkout.config(dependencies_instrumentation={"enabled": True})

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert "package_dependencies" not in unasked
    assert cloudflare.one_sent("POST", "/versions").metadata["package_dependencies"] == [
        {"name": "hono", "packageJsonVersion": "^4", "installedVersion": "4.9.1"}
    ]
