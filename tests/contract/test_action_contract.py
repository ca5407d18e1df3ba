"""action.yml, `Inputs`, README and the outputs that a run writes say the same."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import yaml

from workers_deploy import __version__
from workers_deploy.core.outcome import AssetCounts, Facts, Outcome, Result
from workers_deploy.core.steps import Plan, Scope
from workers_deploy.errors import RefusedError
from workers_deploy.inputs import Inputs
from workers_deploy.inputs.choices import (
    Allow,
    Bundle,
    Command,
    Comment,
    EmptySecrets,
    FailOn,
    IfMissing,
    LogLevel,
    OnFailure,
    WithoutCredentials,
)
from workers_deploy.inputs.model import WRANGLER_ACTION_NAMES
from workers_deploy.report.record import outputs_of

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEPRECATED = {name for name, said in ACTION["inputs"].items() if "deprecationMessage" in said}


def section(title: str) -> str:
    """Return the README's text below a heading, up to the next of its level."""
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"README has no section {title!r}"
    return found[1]


def names_in_first_column(table: str) -> set[str]:
    rows = re.findall(r"^\| *(`[^|]*?) *\|", table, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def words(description: str) -> set[str]:
    return set(re.findall(r"[a-z][a-z-]*", description))


def test_every_declared_input_is_read_and_no_other():
    declared = set(ACTION["inputs"]) - DEPRECATED

    assert declared == {name.replace("_", "-") for name in Inputs.model_fields}


def test_the_deprecated_inputs_are_wrangler_actions_and_name_ours():
    said = {name: ACTION["inputs"][name]["deprecationMessage"] for name in DEPRECATED}

    assert {f"INPUT_{name.upper()}": message for name, message in said.items()} == {
        variable: f"Use {field.replace('_', '-')}"
        for field, variable in WRANGLER_ACTION_NAMES.items()
    }


def test_only_the_github_token_has_a_default_that_hides_what_is_looked_at_next():
    defaults = {
        name: said["default"] for name, said in ACTION["inputs"].items() if "default" in said
    }

    assert defaults == {"github-token": "${{ github.token }}"}


def test_no_input_is_required_since_each_can_come_from_elsewhere():
    assert [name for name, said in ACTION["inputs"].items() if said.get("required")] == []


def test_the_readme_has_a_row_for_every_input():
    assert names_in_first_column(section("Inputs")) == set(ACTION["inputs"]) - DEPRECATED


def test_the_readme_names_every_output():
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", section("Outputs"))) >= set(ACTION["outputs"])


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("command", Command),
        ("only", Scope),
        ("if-missing", IfMissing),
        ("bundle", Bundle),
        ("empty-secrets", EmptySecrets),
        ("fail-on", FailOn),
        ("on-failure", OnFailure),
        ("allow", Allow),
        ("without-credentials", WithoutCredentials),
        ("comment", Comment),
        ("log-level", LogLevel),
    ],
)
def test_an_inputs_description_names_every_word_that_it_takes(name: str, choices: type[StrEnum]):
    assert {choice.value for choice in choices} <= words(ACTION["inputs"][name]["description"])


def test_the_outcomes_description_names_every_result():
    assert {result.value for result in Result} <= words(ACTION["outputs"]["outcome"]["description"])


def test_the_defaults_that_descriptions_tell_are_those_of_the_inputs():
    told = {
        name: found[1]
        for name, said in ACTION["inputs"].items()
        if (found := re.search(r"Default: ([a-z0-9.:/-]+)$", said["description"]))
    }

    actual = {name: Inputs.model_fields[name.replace("-", "_")].default for name in told}
    assert told == {
        name: str(default).lower() if isinstance(default, bool) else told_of(default)
        for name, default in actual.items()
    }


def told_of(default: object) -> str:
    """Write a default as the descriptions do; status ranges are written with their last status."""
    match default:
        case (range() as statuses,):
            return f"{statuses.start}-{statuses.stop - 1}"
        case _:
            return str(default)


def test_a_run_that_knows_everything_writes_every_declared_output_and_no_other():
    outcome = Outcome(
        command="deploy",
        result=Result.PARTIAL,
        plan=Plan(script_name="hello", steps=()),
        facts=Facts(
            script_name="hello",
            deployment_url="https://hello.example.workers.dev",
            urls=("https://hello.example.workers.dev",),
            preview_url="https://1-hello.example.workers.dev",
            preview_alias_url="https://pr-1-hello.example.workers.dev",
            version_id="2",
            live_version_id="2",
            previous_version_id="1",
            etag="e",
            startup_time_ms=1,
            assets=AssetCounts(total=1, uploaded=1, bytes=1),
            secrets_synced=("KEY",),
            secrets_pruned=("OLD",),
            workers_dev_enabled=True,
            preview_urls_enabled=False,
        ),
        error=RefusedError("no", request="PUT x", status=400, code=10021, ray_id="8f3a"),
        stage="Script",
    )

    written = outputs_of(outcome, report_path="workers-deploy-report/report.json")

    assert set(written) == set(ACTION["outputs"])


def test_the_changelog_and_the_image_name_the_packages_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert f"## [{__version__}]" in changelog
    assert f'org.opencontainers.image.version="{__version__}"' in dockerfile
