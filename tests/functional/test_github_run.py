"""What GitHub is told of a run: a pull request's comment, a deployment; and what it is asked."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.checkout import HELLO, Checkout
from fakes.cloudflare import Cloudflare
from fakes.github_api import TOKEN, GitHubApi, serving
from fakes.runs import Run, Runner, annotations

PULL = 7
HEAD = "a" * 40
MERGE = "b" * 40
RUN_URL = "https://github.com/acme/shop/actions/runs/17"


class GitHub:
    """A repository, and runs of its workflows."""

    def __init__(self, api: GitHubApi, url: str, runner: Runner, folder: Path) -> None:
        self.api = api
        self._url = url
        self._runner = runner
        self._event = folder / "event.json"

    def run(
        self,
        command: str = "deploy",
        *argv: str,
        pull: bool = True,
        token: str | None = TOKEN,
        process: bool = False,
        action: str = "synchronize",
        **inputs: str | bool | int,
    ) -> Run:
        pulled = {"action": action, "pull_request": {"number": PULL, "head": {"sha": HEAD}}}
        event = pulled if pull else {}
        self._event.write_text(json.dumps(event), encoding="utf-8")
        env = {
            "GITHUB_API_URL": self._url,
            "GITHUB_EVENT_NAME": "pull_request" if pull else "push",
            "GITHUB_EVENT_PATH": str(self._event),
            "GITHUB_SHA": MERGE,
            "GITHUB_RUN_ATTEMPT": "2",
        }
        given = {"github_token": token, **inputs} if token else inputs
        start = self._runner.process if process else self._runner.fast
        run = start(command, *argv, ci="github", env=env, **given)
        self._runner.assert_nothing_leaked(run, {TOKEN})
        return run

    @property
    def comments(self) -> list[str]:
        return [comment["body"] for comment in self.api.comments.get(PULL, [])]

    @property
    def states(self) -> list[str]:
        return [status["state"] for status in self.api.statuses]


@pytest.fixture
def github(runner: Runner, tmp_path: Path) -> Iterator[GitHub]:
    api = GitHubApi()
    with serving(api) as url:
        yield GitHub(api, url, runner, tmp_path)


def test_a_pull_request_gets_one_comment_that_is_edited(github: GitHub, checkout: Checkout):
    first = github.run(process=True)
    checkout.module(HELLO.replace("hello", "hello again"))
    second = github.run()

    assert (first.exit_code, second.exit_code) == (0, 0), first.log + second.log
    (comment,) = github.comments
    assert comment.startswith("<!-- workers-deploy script=shop environment= -->")
    assert second.outputs["deployment-url"] in comment
    assert RUN_URL in comment
    assert github.api.authorizations == {f"Bearer {TOKEN}"}


def test_each_environment_has_a_comment_of_its_own(github: GitHub, checkout: Checkout):
    checkout.config(env={"staging": {}})

    github.run()
    github.run(environment="staging")
    github.run(environment="staging")

    assert len(github.comments) == 2
    assert "environment=staging" in github.comments[1]


def test_a_plan_is_shown_to_the_pull_request(github: GitHub):
    run = github.run("plan")

    assert run.exit_code == 0, run.log
    (comment,) = github.comments
    assert "Would change" in comment


def test_a_failed_run_is_told_too(github: GitHub, cloudflare: Cloudflare):
    cloudflare.fail("PUT scripts/shop", "status", status=400, code=10021, message="Uncaught Error")

    run = github.run()

    assert run.exit_code == 4
    (comment,) = github.comments
    assert "Uncaught Error" in comment


@pytest.mark.parametrize(
    "options", [{"pull": False}, {"comment": False}, {"token": None}, {"command": "list"}]
)
def test_no_comment_where_none_is_due(github: GitHub, options: dict[str, Any]):
    run = github.run(**options)

    assert run.exit_code == 0, run.log
    assert github.api.requests == []
    assert annotations(run, "warning") == []


@pytest.mark.parametrize(("comment", "level"), [("auto", "notice"), ("true", "warning")])
def test_a_token_that_may_not_comment_fails_no_deploy(github: GitHub, comment: str, level: str):
    github.api.fail("GET .*/comments", 403)

    run = github.run(comment=comment)

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    told = [text for text in annotations(run, level) if "pull-requests: write" in text]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"pull": False}, "belongs to no pull request"),
        ({"token": None}, "github-token is not given"),
    ],
)
def test_a_comment_that_was_asked_for_and_cannot_be_is_a_warning(
    github: GitHub, options: dict[str, Any], words: str
):
    run = github.run(comment="true", **options)

    assert run.exit_code == 0, run.log
    assert any(words in text for text in annotations(run, "warning"))


def test_outside_of_github_a_comment_that_was_asked_for_is_a_warning(runner: Runner):
    run = runner.fast("deploy", ci="gitlab", comment="true", github_deployment=True)

    assert run.exit_code == 0, run.log
    assert run.log.count("only GitHub, Forgejo and Gitea have it") == 2


def test_a_github_that_is_down_delays_a_deploy_a_little_and_fails_none(github: GitHub):
    github.api.fail(".*", *[503] * 99)

    run = github.run(github_deployment=True)

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert any("github-deployment: " in text for text in annotations(run, "warning"))


def test_a_green_comment_does_not_outlive_a_run_that_failed_early(
    github: GitHub, checkout: Checkout
):
    github.run()
    name = checkout.config(name=None, main="index.js")
    failed = github.run(workers_dev="perhaps")
    (red,) = github.comments
    name.config(name="shop")
    github.run()

    assert failed.exit_code == 2, failed.log
    assert "Not started" in red
    assert "workers-dev" in red
    (green,) = github.comments
    assert "Not started" not in green


def test_a_run_that_knows_no_script_has_a_comment_that_the_next_one_edits(
    github: GitHub, checkout: Checkout
):
    checkout.config(name=None)
    github.run(workers_dev="perhaps")
    (red,) = github.comments
    checkout.config(name="shop")
    github.run()

    assert "script=" not in red
    (green,) = github.comments
    assert green.startswith("<!-- workers-deploy script=shop environment= -->")


def test_a_deployment_is_in_progress_before_the_first_write_and_succeeds(
    github: GitHub, cloudflare: Cloudflare
):
    seen: list[str] = []
    cloudflare.when("PUT scripts/shop", lambda: seen.extend(github.states))

    run = github.run(pull=False, github_deployment=True, process=True)

    assert run.exit_code == 0, run.log
    (deployment,) = github.api.deployments
    assert (deployment["ref"], deployment["environment"]) == (MERGE, "production")
    assert deployment["transient_environment"] is False
    assert deployment["payload"]["workers_deploy_run"] == "17.2"
    assert seen == ["in_progress"]
    assert github.states == ["in_progress", "success"]
    assert github.api.statuses[-1] == {
        "deployment": deployment["id"],
        "state": "success",
        "description": "deployed",
        "auto_inactive": True,
        "environment_url": run.outputs["deployment-url"],
        "log_url": RUN_URL,
    }


def test_a_deployment_of_a_pull_request_is_its_heads_and_goes_away(
    github: GitHub, checkout: Checkout
):
    checkout.config(env={"staging": {}})

    github.run(github_deployment=True, environment="staging")

    (deployment,) = github.api.deployments
    assert (deployment["ref"], deployment["environment"]) == (HEAD, "staging")
    assert deployment["transient_environment"] is True


def test_a_preview_has_an_environment_of_its_own(github: GitHub):
    github.run(comment="false")

    run = github.run("preview", github_deployment=True, comment="false")

    assert run.exit_code == 0, run.log
    assert [one["environment"] for one in github.api.deployments] == ["preview/pr-7"]
    assert github.api.statuses[-1].get("environment_url") == run.outputs.get("preview-url")


def test_the_deployments_of_a_preview_end_with_the_pull_request(
    github: GitHub, cloudflare: Cloudflare
):
    github.run(comment="false")
    github.run("preview", github_deployment=True, comment="false")
    cloudflare.forget_requests()

    run = github.run("preview", github_deployment=True, action="closed")

    assert (run.exit_code, run.outcome) == (0, "skipped"), run.log
    assert github.states == ["in_progress", "success", "inactive"]
    assert "the pull request is closed" in run.step_summary
    assert cloudflare.requests == []


def test_a_failed_deploy_is_a_failed_deployment(github: GitHub, cloudflare: Cloudflare):
    cloudflare.fail("PUT scripts/shop", "status", status=400, code=10021, message="Uncaught Error")

    run = github.run(github_deployment=True)

    assert run.exit_code == 4
    assert github.states == ["in_progress", "failure"]
    assert "Uncaught Error" in github.api.statuses[-1]["description"]


def test_nothing_to_write_is_no_deployment(github: GitHub):
    github.run(comment="false")

    github.run(github_deployment=True, comment="false")
    github.run("plan", github_deployment=True, comment="false")

    assert github.api.requests == []


def test_a_deployment_that_is_refused_fails_no_deploy(github: GitHub):
    github.api.fail("POST /deployments", 403)

    run = github.run(github_deployment=True)

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert github.states == []
    assert any("deployments: write" in text for text in annotations(run, "warning"))


@pytest.mark.parametrize(
    ("status", "exit_code"), [("behind", 0), ("ahead", 7), (None, 0), ("diverged", 0)]
)
def test_a_history_that_is_too_short_is_asked_of_the_compare_api(
    github: GitHub, checkout: Checkout, status: str | None, exit_code: int
):
    live = checkout.commit("live")
    github.run(pull=False)
    github.api.requests.clear()
    shutil.rmtree(checkout.root / ".git")
    mine = checkout.module(HELLO.replace("hello", "older")).commit("another clone")
    if status:
        github.api.compared[f"{mine}...{live[:12]}"] = status

    run = github.run(pull=False)

    assert run.exit_code == exit_code, run.log
    assert github.api.requests == [f"GET /compare/{mine}...{live[:12]}"]
    assert ("was not checked" in run.log) is (status is None)


def test_plan_and_preview_are_sections_of_one_comment(github: GitHub, checkout: Checkout):
    assert github.run().exit_code == 0
    checkout.module(HELLO.replace("hello", "hello again"))
    plan, preview = github.run("plan"), github.run("preview")
    checkout.module(HELLO.replace("hello", "and again"))
    again = github.run("preview")

    (comment,) = github.comments
    headings = [line for line in comment.splitlines() if line.startswith("### ")]
    assert [heading.split(" <code>")[0] for heading in headings] == [
        "### ✅ Deployed",
        "### 🔎 Preview ready",
        "### 📋 Would change",
    ]
    assert (plan.exit_code, preview.exit_code) == (0, 0)
    assert again.outputs["preview-url"] in comment
    assert preview.outputs["preview-url"] not in comment


def test_a_run_that_failed_early_replaces_its_own_section_alone(github: GitHub, checkout: Checkout):
    assert github.run().exit_code == 0
    assert github.run("plan").exit_code == 0

    checkout.config(compatibility_date="soon")
    failed = github.run("plan", workers_dev="perhaps")

    assert failed.exit_code == 2
    (comment,) = github.comments
    assert comment.startswith("<!-- workers-deploy script=shop environment= -->")
    assert "### ✅ Deployed" in comment
    assert "### ❌ Not started" in comment
    assert "Nothing would change" not in comment
