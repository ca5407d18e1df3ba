"""`download`: the modules byte for byte, wherever a hostile name points to."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from fakes.checkout import HELLO, Checkout
from fakes.cloudflare import Cloudflare
from fakes.patience import PATIENCE
from fakes.runs import Run, Runner

ESM = "application/javascript+module"
# The smallest module that computes: exports add(i32, i32) -> i32.
WASM = bytes.fromhex(
    "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b"
)
ANY_BYTES = bytes(range(256)) + b"\r\n--boundary\r\n--\r\n\r\n"


def upload(cloudflare: Cloudflare, *modules: tuple[str, str, bytes], name: str = "shop") -> None:
    """Leave a script of these modules, as a client that checks no name would."""
    parts = [("metadata", "application/json", _metadata(modules[0][0]))]
    boundary = "b" + hashlib.sha256(repr(modules).encode()).hexdigest()
    body = b""
    for part, kind, content in (*parts, *modules):
        said = f'name="{part}"' + ("" if part == "metadata" else f'; filename="{part}"')
        head = f"--{boundary}\r\nContent-Disposition: form-data; {said}\r\nContent-Type: {kind}"
        body += head.encode() + b"\r\n\r\n" + content + b"\r\n"
    httpx.put(
        f"{cloudflare.url}/accounts/{cloudflare.account_id}/workers/scripts/{name}",
        content=body + f"--{boundary}--\r\n".encode(),
        timeout=PATIENCE,
        headers={
            "Authorization": f"Bearer {cloudflare.token}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        },
    ).raise_for_status()


def _metadata(main: str) -> bytes:
    return json.dumps({"main_module": main, "compatibility_date": "2026-11-01"}).encode()


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def download(runner: Runner, into: str = "out", **inputs: Any) -> tuple[Run, dict[str, bytes]]:
    run = runner.fast("download", "--output-dir", into, **inputs)
    return run, files_in(runner.checkout.root / into)


@pytest.fixture
def modules(checkout: Checkout) -> dict[str, bytes]:
    """A script of modules of every kind, in the checkout."""
    found = {
        "index.js": b'import a from "./add.wasm";\nimport t from "./lib/hi.txt";\n'
        b'import d from "./raw.bin";\nexport default { fetch() { return new Response(t) } };\n',
        "add.wasm": WASM,
        "lib/hi.txt": "Grüß\r\n".encode(),
        "raw.bin": ANY_BYTES,
    }
    for path, content in found.items():
        checkout.write(path, content)
    checkout.config(
        no_bundle=True,
        find_additional_modules=True,
        rules=[{"type": "Data", "globs": ["**/*.bin"]}],
        vars={"GREETING": "hello"},
    )
    return found


def test_modules_of_every_kind_come_back_byte_for_byte(runner: Runner, modules: dict[str, bytes]):
    assert runner.fast("deploy").exit_code == 0

    run = runner.process("download", "--output-dir", "out")

    assert run.exit_code == 0, run.log
    assert run.outcome == "done"
    assert files_in(runner.checkout.root / "out") == modules
    details = run.report["details"]
    assert details["main_module"] == "index.js"
    types = {module["name"]: module["type"] for module in details["modules"]}
    assert types["index.js"] == ESM
    assert types["add.wasm"] == "application/wasm"
    assert {module["file"] for module in details["modules"]} == set(modules)


def test_what_was_downloaded_is_deployed_again_to_an_equal_version(
    runner: Runner, cloudflare: Cloudflare, modules: dict[str, bytes], tmp_path: Path
):
    runner.fast("deploy")
    former = cloudflare.live()
    download(runner, str(tmp_path / "again"))
    again = Checkout(tmp_path / "again").config(
        **json.loads((runner.checkout.root / "wrangler.json").read_text())
    )

    run = Runner(again, cloudflare, tmp_path / "files-2").fast("deploy")

    assert run.outcome == "unchanged", run.log
    assert len(cloudflare.versions()) == 1
    forced = Runner(again, cloudflare, tmp_path / "files-2").fast("deploy", only="code", vars="A=1")
    assert forced.exit_code == 0, forced.log
    assert cloudflare.live()["modules"] == former["modules"]


def test_a_service_worker_is_a_file_named_like_the_script(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    text = 'addEventListener("fetch", (e) => e.respondWith(new Response("sw")));\n'
    checkout.module(text)
    assert runner.fast("deploy").exit_code == 0

    run, files = download(runner)

    assert files == {"shop.js": text.encode()}
    assert run.report["details"]["main_module"] == "shop.js"
    (runner.checkout.root / "index.js").write_bytes(files["shop.js"])
    assert runner.fast("deploy").outcome == "unchanged"


def test_assets_alone_leave_no_file_and_are_told(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    (checkout.root / "index.js").unlink()
    checkout.assets(index_html="<h1>hi</h1>").config(main=None, assets={"directory": "public"})
    assert runner.fast("deploy").exit_code == 0

    run, files = download(runner)

    assert run.exit_code == 0, run.log
    assert files == {}
    assert run.report["details"] == {"main_module": None, "modules": []}
    assert "only serves assets" in run.log


def test_no_name_leads_out_of_the_folder(runner: Runner, cloudflare: Cloudflare, tmp_path: Path):
    names = ("../../escaped.js", "/tmp/absolute.js", "a/../../b.js", "escaped.js", "./escaped.js")
    contents = [f"export default {{ fetch() {{ return {i} }} }}".encode() for i in range(5)]
    upload(
        cloudflare, *((name, ESM, content) for name, content in zip(names, contents, strict=True))
    )
    before = set(tmp_path.rglob("*"))

    run, files = download(runner)

    assert run.exit_code == 0, run.log
    assert sorted(files.values()) == contents
    assert len(files) == len(names)
    outside = {
        path
        for path in set(tmp_path.rglob("*")) - before
        if not path.is_relative_to(runner.checkout.root)
    }
    assert outside == set()
    told = {module["name"]: module["file"] for module in run.report["details"]["modules"]}
    assert told["../../escaped.js"] == "escaped.js"
    assert set(told) == set(names)


def test_a_file_and_a_folder_of_one_name_are_told_apart(runner: Runner, cloudflare: Cloudflare):
    upload(cloudflare, ("lib", ESM, HELLO.encode()), ("lib/a.txt", "text/plain", b"deep"))

    run, files = download(runner)

    assert run.exit_code == 0, run.log
    assert sorted(files.values()) == sorted([HELLO.encode(), b"deep"])


def test_a_symlink_inside_the_folder_is_not_followed(
    runner: Runner, cloudflare: Cloudflare, tmp_path: Path
):
    upload(cloudflare, ("index.js", ESM, HELLO.encode()), ("lib/deep/a.txt", "text/plain", b"x"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    out = runner.checkout.root / "out"
    out.mkdir()
    (out / "lib").symlink_to(elsewhere)

    run = runner.fast("download", output_dir="out")

    assert run.exit_code == 2
    assert "output-dir" in run.log
    assert list(elsewhere.iterdir()) == []


def test_a_file_that_is_a_symlink_is_not_written_through(
    runner: Runner, cloudflare: Cloudflare, tmp_path: Path
):
    upload(cloudflare, ("index.js", ESM, HELLO.encode()))
    victim = tmp_path / "victim"
    victim.write_text("precious")
    out = runner.checkout.root / "out"
    out.mkdir()
    (out / "index.js").symlink_to(victim)

    run = runner.fast("download", output_dir="out")

    assert run.exit_code == 2
    assert victim.read_text() == "precious"


def test_files_that_are_there_are_written_over(runner: Runner, cloudflare: Cloudflare):
    upload(cloudflare, ("index.js", ESM, HELLO.encode()))
    download(runner)
    (runner.checkout.root / "out" / "index.js").write_text("an older download, and longer" * 99)

    _, files = download(runner)

    assert files == {"index.js": HELLO.encode()}
