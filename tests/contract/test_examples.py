"""What people copy from examples/ parses, is linted, and names only what exists."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from workers_deploy.inputs import names_of
from workers_deploy.inputs.choices import Command
from workers_deploy.inputs.model import Inputs
from workers_deploy.report.encode import variable_of

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
WORKFLOWS = sorted((EXAMPLES / "github").glob("*.yml"))
GITLAB = EXAMPLES / "gitlab" / ".gitlab-ci.yml"
SCRIPTS = [EXAMPLES / "shell" / "deploy.sh", EXAMPLES / "teamcity" / "deploy.sh"]
# Azure's schema has patterns that only older regular expressions allow, and takes texts alone.
AZURE = ("--regex-variant", "nonunicode", "--data-transform", "azure-pipelines")
OTHERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "azure-pipelines": ("azure/azure-pipelines.yml", AZURE),
    "bitbucket-pipelines": ("bitbucket/bitbucket-pipelines.yml", ()),
    "buildkite": ("buildkite/pipeline.yml", ()),
    "circle-ci": ("circleci/config.yml", ()),
    "drone-ci": ("drone/.drone.yml", ()),
    "gitlab-ci": ("gitlab/.gitlab-ci.yml", ()),
    "woodpecker-ci": ("woodpecker/.woodpecker.yml", ()),
}
INPUT_NAMES = {name for field in Inputs.model_fields for name in names_of(field)}
BIN = Path(sys.executable).parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def read_yaml(path: Path) -> dict[Any, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps_with_our_action(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    return [step for step in steps if step.get("uses", "").startswith("OWNER/workers-deploy@")]


def complaints_of(*command: Path | str) -> str:
    """Run a linter; what it says is empty when it is content."""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_one_that_github_takes(path: Path):
    schema = complaints_of(
        BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", path
    )
    actionlint = complaints_of(
        BIN / "actionlint", "-shellcheck", BIN / "shellcheck", "-pyflakes=", path
    )

    assert (schema, actionlint) == ("", "")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_gives_only_inputs_and_reads_only_outputs_that_exist(path: Path):
    steps = steps_with_our_action(read_yaml(path))

    read = [
        part.split("}}")[0].strip()
        for part in path.read_text(encoding="utf-8").split("steps.deploy.outputs.")[1:]
    ]

    assert steps
    assert {name for step in steps for name in step["with"]} <= set(ACTION["inputs"])
    assert set(read) <= set(ACTION["outputs"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_secret_that_a_workflow_names_is_in_the_steps_environment(path: Path):
    steps = steps_with_our_action(read_yaml(path))

    missing = [
        name
        for step in steps
        for name in step["with"].get("secrets", "").split()
        if name not in step.get("env", {})
    ]

    assert missing == []


def test_a_push_and_a_manual_run_never_write_at_the_same_time():
    push = read_yaml(EXAMPLES / "github" / "deploy.yml")["jobs"]["deploy"]["concurrency"]
    manual = read_yaml(EXAMPLES / "github" / "manual.yml")["concurrency"]

    group, _, alone = manual["group"].partition("}}${{")
    (writing,) = re.findall(r"fromJSON\('(.*?)'\)", alone)

    assert push == {"group": "workers-production", "cancel-in-progress": False}
    assert group.strip() == "workers-${{ inputs.environment || 'production'"
    assert manual["cancel-in-progress"] is False
    assert set(json.loads(writing)) == {"deploy", "rollback", "delete"}
    assert "format('-{0}', github.run_id)" in alone, "a read must not replace a waiting deploy"


def test_the_choices_of_the_manual_workflow_are_the_commands():
    manual = read_yaml(EXAMPLES / "github" / "manual.yml")

    # YAML 1.1 reads the key `on` as true.
    choices = manual[True]["workflow_dispatch"]["inputs"]["command"]["options"]

    assert set(choices) == {command.value for command in Command}


@pytest.mark.parametrize("system", OTHERS)
def test_a_pipeline_is_one_that_its_system_takes(system: str):
    file, options = OTHERS[system]

    assert not complaints_of(
        BIN / "check-jsonschema",
        *options,
        "--builtin-schema",
        f"vendor.{system}",
        EXAMPLES / file,
    )


@pytest.mark.parametrize(
    "file", [*(file for file, _ in OTHERS.values()), "jenkins/Jenkinsfile", "teamcity/deploy.sh"]
)
def test_a_pipeline_names_only_inputs_commands_and_outputs_that_exist(file: str):
    text = (EXAMPLES / file).read_text(encoding="utf-8")
    outputs = {variable_of(name) for name in ACTION["outputs"]}

    assert set(re.findall(r"\bINPUT_\w+", text)) <= INPUT_NAMES
    assert set(re.findall(r"\bWORKERS_DEPLOY_(?!IMAGE)\w+", text)) <= outputs
    for command in re.findall(r"(?:workers-deploy|WORKERS_DEPLOY_IMAGE\"|IMAGE\") (\w+) --", text):
        assert command in {one.value for one in Command}


@pytest.mark.parametrize("file", ["woodpecker/.woodpecker.yml", "drone/.drone.yml"])
def test_a_plugin_s_settings_are_inputs(file: str):
    (step,) = read_yaml(EXAMPLES / file)["steps"]

    assert set(step["settings"]) <= set(Inputs.model_fields)


def test_the_gitlab_job_runs_the_command_of_the_image_with_inputs_that_exist():
    job = read_yaml(GITLAB)["deploy"]

    given = {name for name in job["variables"] if name.startswith("INPUT_")}

    assert job["image"]["entrypoint"] == [""]
    assert all(line.startswith("workers-deploy ") for line in job["script"])
    assert given <= {name for field in Inputs.model_fields for name in names_of(field)}
    assert job["environment"]["url"] == f"${variable_of('deployment-url')}"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.parent.name)
def test_a_shell_script_is_clean_and_can_be_run(script: Path):
    assert not complaints_of(BIN / "shellcheck", script)
    assert script.stat().st_mode & 0o111


def test_the_pipe_s_metadata_names_what_bitbucket_shows():
    pipe = read_yaml(ROOT / "pipe.yml")

    assert set(pipe) == {"name", "image", "description", "repository", "maintainer", "tags"}
