"""Each CI system's own way to hand a secret to a step."""

import json
from pathlib import Path

import pytest
import yaml

from workers_deploy.ci.secret_advice import (
    advise_on_empty,
    advise_on_token,
    advise_on_unset,
    why_withheld,
)

GITHUB = {"GITHUB_ACTIONS": "true"}
DEPENDABOT = {**GITHUB, "GITHUB_ACTOR": "dependabot[bot]"}
OTHERS = [
    {"TF_BUILD": "True"},
    {"BUILDKITE": "true"},
    {"BITBUCKET_BUILD_NUMBER": "3"},
    {"CI": "woodpecker"},
    {"DRONE": "true"},
    {"JENKINS_URL": "https://ci.example.com"},
    {"GITLAB_CI": "true"},
    {"CIRCLECI": "true"},
    {"TEAMCITY_VERSION": "2026.1"},
    {"CI": "true"},
    {},
]


@pytest.mark.parametrize(
    ("env", "pasted"),
    [
        (GITHUB, {"env": {"A": "${{ secrets.A }}", "B": "${{ secrets.B }}"}}),
        ({"TF_BUILD": "True"}, {"env": {"A": "$(A)", "B": "$(B)"}}),
        ({"BUILDKITE": "true"}, {"secrets": ["A", "B"]}),
        ({"BITBUCKET_BUILD_NUMBER": "3"}, {"variables": {"A": "$A", "B": "$B"}}),
        (
            {"DRONE": "true"},
            {"environment": {"A": {"from_secret": "A"}, "B": {"from_secret": "B"}}},
        ),
    ],
)
def test_what_is_to_be_pasted_is_yaml_that_the_system_reads(env, pasted):
    advice = advise_on_unset(env, ["A", "B"])

    assert yaml.safe_load(advice.block or "") == pasted


def test_jenkins_and_a_shell_get_their_own_lines():
    assert advise_on_unset({"JENKINS_URL": "x"}, ["A"]).block == (
        "environment {\n  A = credentials('A')\n}"
    )
    assert advise_on_unset({}, ["A", "B"]).block == "export A='…'\nexport B='…'"


@pytest.mark.parametrize("env", OTHERS)
def test_only_github_is_told_of_github(env):
    told = (advise_on_unset(env, ["A"]), advise_on_empty(env), advise_on_token(env))

    assert "{{" not in repr(told)
    assert "GitHub" not in repr(told)
    assert "Actions" not in repr(told)


def test_the_token_is_an_input_in_github_and_a_variable_elsewhere():
    assert "api-token: ${{ secrets.CLOUDFLARE_API_TOKEN }}" in (advise_on_token(GITHUB).block or "")
    assert "CLOUDFLARE_API_TOKEN" in (advise_on_token({}).block or "")


def test_a_fork_is_named_as_one_and_dependabot_as_itself(tmp_path: Path):
    event = tmp_path / "event.json"
    event.write_text(
        json.dumps({"pull_request": {"head": {"repo": {"full_name": "eve/shop"}}}}), "utf-8"
    )
    pull = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event)}
    fork = {**GITHUB, **pull, "GITHUB_REPOSITORY": "acme/shop"}

    assert "fork" in (why_withheld(fork) or "")
    assert "fork" not in (why_withheld(DEPENDABOT) or "")
    assert "Dependabot" in advise_on_empty(DEPENDABOT).text
    assert "Dependabot" in advise_on_token(DEPENDABOT).text
    assert why_withheld(GITHUB) is None
