import io

import pytest

from workers_deploy.ci.detect import detect_ci
from workers_deploy.ci.plain import OneStreamReporter, PlainReporter
from workers_deploy.ci.systems.azure import AzureReporter
from workers_deploy.ci.systems.buildkite import BuildkiteReporter
from workers_deploy.ci.systems.github import GitHubReporter
from workers_deploy.ci.systems.gitlab import GitLabReporter
from workers_deploy.ci.systems.teamcity import TeamCityReporter
from workers_deploy.ci.systems.variables_file import VariablesFileReporter


class Terminal(io.StringIO):
    def isatty(self):
        return True


def detect(env, stderr=None, **more):
    return detect_ci(
        env, io.StringIO(), stderr or io.StringIO(), clock=lambda: 0.0, now=lambda: 0.0, **more
    )


@pytest.mark.parametrize(
    ("env", "kind"),
    [
        ({}, PlainReporter),
        ({"CI": "true"}, OneStreamReporter),
        ({"GITHUB_ACTIONS": "true"}, GitHubReporter),
        ({"GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true"}, GitHubReporter),
        ({"GITHUB_ACTIONS": "true", "FORGEJO_ACTIONS": "true"}, GitHubReporter),
        ({"GITHUB_ACTIONS": "false"}, PlainReporter),
        ({"GITLAB_CI": "true"}, GitLabReporter),
        ({"CI": "woodpecker"}, OneStreamReporter),
        ({"JENKINS_URL": "https://ci.example.com/"}, OneStreamReporter),
        ({"TF_BUILD": "True"}, AzureReporter),
        ({"BUILDKITE": "true"}, BuildkiteReporter),
        ({"TEAMCITY_VERSION": "2026.1"}, TeamCityReporter),
        ({"CIRCLECI": "true"}, VariablesFileReporter),
        ({"BITBUCKET_BUILD_NUMBER": "7"}, VariablesFileReporter),
        ({"DRONE": "true"}, VariablesFileReporter),
    ],
)
def test_each_ci_system_gets_its_own_reporter(env, kind):
    assert type(detect(env)) is kind


@pytest.mark.parametrize(
    ("env", "stderr", "has_bar"),
    [
        ({}, Terminal(), True),
        ({"TERM": "xterm"}, Terminal(), True),
        ({"TERM": "dumb"}, Terminal(), False),
        ({"CI": "true"}, Terminal(), False),
        ({}, io.StringIO(), False),
    ],
)
def test_only_a_real_terminal_gets_a_bar(env, stderr, has_bar):
    with detect(env, stderr).progress("Assets", 1, 1):
        pass

    assert ("Assets" in stderr.getvalue()) is has_bar


def test_debug_lines_go_to_stderr_on_a_terminal_and_into_the_log_of_a_ci():
    terminal, log = io.StringIO(), io.StringIO()

    detect({}, terminal, debug=True).debug("GET settings")
    detect_ci(
        {"GITLAB_CI": "true"}, log, terminal, clock=lambda: 0.0, now=lambda: 0.0, debug=True
    ).debug("GET script")

    assert terminal.getvalue() == "debug: GET settings\n"
    assert log.getvalue() == "debug: GET script\n"
