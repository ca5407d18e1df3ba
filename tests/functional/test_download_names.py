"""`download`: the modules byte for byte, wherever a hostile name points to."""

from pathlib import Path
from typing import Any

import pytest

from fakes.checkout import HELLO, Checkout, worker
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def download(runner: Runner, into: str = "out", **inputs: Any) -> tuple[Run, dict[str, bytes]]:
    run = runner.fast("download", "--output-dir", into, **inputs)
    return run, files_in(runner.checkout.root / into)


@pytest.mark.parametrize("status", [404, 405])
def test_where_content_v2_is_not_routed_the_older_endpoint_is_asked(
    runner: Runner, cloudflare: Cloudflare, status: int
):
    runner.fast("deploy")
    cloudflare.forget_requests()
    cloudflare.fail("GET content/v2", "status", status=status, code=7003, count=None)

    run, files = download(runner, max_attempts=1)

    assert run.exit_code == 0, run.log
    assert files == {"index.js": HELLO.encode()}
    assert "GET /workers/scripts/shop" in cloudflare.requests


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "empty", "status": 200},
        {"kind": "html", "status": 200},
        {"kind": "html", "status": 502},
        {"kind": "reset"},
    ],
)
def test_what_is_no_script_is_asked_for_again(
    runner: Runner, cloudflare: Cloudflare, fault: dict[str, Any]
):
    runner.fast("deploy")
    cloudflare.faults({"route": "GET content/v2", **fault})

    run, files = download(runner)

    assert run.exit_code == 0, run.log
    assert files == {"index.js": HELLO.encode()}


def test_a_form_that_is_cut_off_is_no_script(runner: Runner, cloudflare: Cloudflare):
    runner.fast("deploy")
    cloudflare.fail("GET content/v2", "malformed", count=None)

    run, files = download(runner, max_attempts=1)

    assert run.exit_code == 5, run.log
    assert files == {}
    assert run.outcome == "failed"


def test_a_script_that_does_not_exist_is_told(runner: Runner):
    run, files = download(runner)

    assert run.exit_code == 2
    assert "the script shop does not exist" in run.log
    assert files == {}


def test_the_folder_must_be_named(runner: Runner, cloudflare: Cloudflare):
    run = runner.fast("download")

    assert run.exit_code == 2
    assert "output-dir" in run.log
    assert cloudflare.requests == []


def test_a_folder_that_cannot_be_written_is_told(runner: Runner):
    runner.fast("deploy")
    runner.checkout.write("out", "a file")

    run = runner.fast("download", output_dir="out")

    assert run.exit_code == 2
    assert "output-dir" in run.log


def test_a_dry_run_writes_no_file(runner: Runner):
    runner.fast("deploy")

    run, files = download(runner, dry_run=True)

    assert run.exit_code == 0, run.log
    assert files == {}
    assert "index.js" in run.stdout


def test_a_checkout_without_a_config_will_do(
    runner: Runner, cloudflare: Cloudflare, tmp_path: Path
):
    runner.fast("deploy")
    bare = Runner(Checkout(tmp_path / "bare"), cloudflare, tmp_path / "files-2")

    run, files = download(bare, script_name="shop")

    assert run.exit_code == 0, run.log
    assert files == {"index.js": HELLO.encode()}


def test_that_the_code_is_that_of_the_latest_version_is_told(
    runner: Runner, cloudflare: Cloudflare
):
    runner.fast("deploy")
    runner.checkout.module("export default { fetch() {} };\n")
    assert runner.fast("preview").exit_code == 0

    run, _ = download(runner)

    assert "the code of the latest version" in run.log


def test_a_script_in_a_dispatch_namespace_is_downloaded(
    checkout: Checkout, cloudflare: Cloudflare, tmp_path: Path
):
    cloudflare.ask("POST", "/workers/dispatch/namespaces", {"name": "tenants"})
    runner = Runner(checkout, cloudflare, tmp_path / "files-2")
    assert runner.fast("deploy", dispatch_namespace="tenants").exit_code == 0

    run, files = download(runner, dispatch_namespace="tenants")

    assert run.exit_code == 0, run.log
    assert files == {"index.js": HELLO.encode()}


def test_downloads_of_two_scripts_do_not_mix(
    runner: Runner, cloudflare: Cloudflare, tmp_path: Path
):
    runner.fast("deploy")
    other = worker(tmp_path / "other").module("export default { fetch() { return 2 } };\n")
    other.config(name="other")
    assert Runner(other, cloudflare, tmp_path / "files-2").fast("deploy").exit_code == 0

    _, shop = download(runner)
    _, theirs = download(runner, "out-2", script_name="other")

    assert shop != theirs
