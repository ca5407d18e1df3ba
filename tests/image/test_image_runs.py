"""The image does a whole deploy in every way that CI systems start it."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from fakes.engine import CLIENT, Completed, Engine
from workers_emulator.server.server import EmulatorServer

ROOT = Path(__file__).parents[2]
SECRET = "not-a-secret-at-all"
MOUNTED = ("--workdir", "/workspace")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the example that is anyone's to write to."""
    folder = tmp_path / "checkout"
    shutil.copytree(
        ROOT / "examples" / "hello", folder, ignore=shutil.ignore_patterns("workers-deploy-report")
    )
    folder.chmod(0o777)
    tmp_path.chmod(0o755)
    return folder


@pytest.fixture
def variables(cloudflare: EmulatorServer) -> dict[str, str]:
    """Return what every CI system has to hand over."""
    return {
        "CLOUDFLARE_API_TOKEN": cloudflare.token,
        "CLOUDFLARE_ACCOUNT_ID": cloudflare.account_id,
        "CLOUDFLARE_API_BASE_URL": cloudflare.url,
        "SIGNING_KEY": SECRET,
    }


def mounted(checkout: Path) -> tuple[str | Path, ...]:
    return (f"--volume={checkout}:/workspace", "--workdir=/workspace")


def outputs_of(checkout: Path) -> Mapping[str, str]:
    found = checkout / "workers-deploy-report" / "outputs.json"
    outputs: dict[str, str] = json.loads(found.read_text(encoding="utf-8"))
    return outputs


def assert_deployed(result: Completed, checkout: Path, name: str = "hello") -> None:
    assert result.returncode == 0, result.stdout + result.stderr
    outputs = outputs_of(checkout)
    assert (outputs["outcome"], outputs["script-name"]) == ("deployed", name)
    assert SECRET not in result.stdout + result.stderr


def test_help_needs_nothing(engine: Engine, image: str):
    result = engine.run(image, "--help")

    assert result.returncode == 0, result.stderr
    assert "deploy" in result.stdout


def test_github_passes_inputs_with_hyphens_in_their_names(
    engine: Engine, image: str, checkout: Path, variables: dict[str, str]
):
    inputs = {"INPUT_SCRIPT-NAME": "hyphens", "INPUT_SECRETS": "SIGNING_KEY", "INPUT_COMMAND": ""}

    result = engine.run(image, options=mounted(checkout), env={**variables, **inputs})

    assert_deployed(result, checkout, "hyphens")


def test_github_gets_step_outputs_and_a_summary(
    engine: Engine, image: str, checkout: Path, variables: dict[str, str], tmp_path: Path
):
    files = tmp_path / "runner"
    files.mkdir()
    for name in ("output", "summary"):
        (files / name).touch()
    github = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": "/runner/output",
        "GITHUB_STEP_SUMMARY": "/runner/summary",
        "GITHUB_WORKSPACE": "/workspace",
    }
    options = (*mounted(checkout), f"--volume={files}:/runner")

    result = engine.run(
        image,
        "deploy",
        options=options,
        env={**variables, **github, "INPUT_SECRETS": "SIGNING_KEY"},
    )

    assert_deployed_with_masks(result)
    assert "outcome<<" in (files / "output").read_text(encoding="utf-8")
    assert "hello" in (files / "summary").read_text(encoding="utf-8")


def assert_deployed_with_masks(result: Completed) -> None:
    """Check that the secret stands in its masking command and nowhere after it."""
    assert result.returncode == 0, result.stdout + result.stderr
    masking = [line for line in result.stdout.splitlines() if SECRET in line]
    assert masking == [f"::add-mask::{SECRET}"]


def test_a_job_image_has_a_shell_and_the_command(
    engine: Engine, image: str, checkout: Path, variables: dict[str, str]
):
    result = engine.run(
        image,
        *("sh", "-c", "workers-deploy deploy --secrets SIGNING_KEY"),
        options=(*mounted(checkout), "--entrypoint", ""),
        env=variables,
    )

    assert_deployed(result, checkout)


def test_any_user_can_run_it_without_a_home_on_a_read_only_disk(
    engine: Engine, image: str, checkout: Path, variables: dict[str, str]
):
    locked_up = ("--user=1234:1234", "--read-only", "--cap-drop=ALL", "--memory=256m")

    result = engine.run(image, "deploy", options=(*mounted(checkout), *locked_up), env=variables)

    assert_deployed(result, checkout)
    assert (checkout / "workers-deploy-report").stat().st_uid == 1234


def test_root_leaves_a_report_that_the_workspaces_owner_can_delete(
    engine: Engine, image: str, checkout: Path, variables: dict[str, str]
):
    os.chown(checkout, 1234, 1234)

    result = engine.run(image, "deploy", options=mounted(checkout), env=variables)

    assert_deployed(result, checkout)
    assert (checkout / "workers-deploy-report" / "report.json").stat().st_uid == 1234


def test_what_lies_in_the_workspace_or_in_the_environment_does_not_run(
    engine: Engine, image: str, checkout: Path, variables: dict[str, str]
):
    for name in ("httpx.py", "json.py", "sitecustomize.py", "python3"):
        (checkout / name).write_text("raise SystemExit('taken over')\n", encoding="utf-8")
    hostile = {"PYTHONPATH": "/workspace", "PYTHONSTARTUP": "/workspace/json.py"}

    result = engine.run(
        image,
        *("sh", "-c", "PATH=/workspace:$PATH exec workers-deploy deploy"),
        options=(*mounted(checkout), "--entrypoint", ""),
        env={**variables, **hostile},
    )

    assert_deployed(result, checkout)


def test_a_wrong_input_ends_with_its_exit_code_and_a_report(
    engine: Engine, image: str, checkout: Path, variables: dict[str, str]
):
    result = engine.run(
        image, "deploy", "--secrets", "NOT_SET", options=mounted(checkout), env=variables
    )

    assert result.returncode == 2
    assert "NOT_SET" in result.stdout + result.stderr
    assert outputs_of(checkout)["outcome"] == "failed"


def test_the_shell_example_deploys_with_docker_run(
    engine: Engine, image: str, checkout: Path, variables: dict[str, str], tmp_path: Path
):
    # This engine has no bridge, so that it leaves the host's network alone.
    shim = tmp_path / "bin" / "docker"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nshift\nexec {CLIENT} run --network host "$@"\n', encoding="utf-8")
    shim.chmod(0o755)

    result = engine.script(
        ROOT / "examples" / "shell" / "deploy.sh",
        cwd=checkout,
        env={**variables, "IMAGE": image, "PATH": f"{shim.parent}:{os.environ['PATH']}"},
    )

    assert_deployed(result, checkout)
