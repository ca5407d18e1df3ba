"""A run as GitHub sees it: what is left out, and what may go wrong without harm."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from fakes.api import FakeTime, NoJitter
from fakes.github_api import REPOSITORY, TOKEN, GitHubApi, serving
from fakes.outcomes import facts, outcome
from fakes.patience import FOREVER, PATIENCE
from workers_deploy.api import github
from workers_deploy.ci.plain import PlainReporter
from workers_deploy.ci.pull_request import PullRequest
from workers_deploy.core.outcome import Result
from workers_deploy.errors import CancelledError
from workers_deploy.executor.stop import Stop
from workers_deploy.github_run import GitHubRun, Means, Repository, read_repository
from workers_deploy.inputs import read_inputs
from workers_deploy.report.context import RunContext

CONTEXT = RunContext(version="1.0.0", finished_at=datetime(2026, 11, 24, tzinfo=UTC))


@pytest.fixture
def api() -> GitHubApi:
    return GitHubApi()


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@contextmanager
def run_of(
    api: GitHubApi,
    log: io.StringIO,
    *,
    stop: Stop | None = None,
    clock: Callable[[], float] | None = None,
    **inputs: Any,
) -> Iterator[GitHubRun]:
    """Yield a run of pull request 7 in a repository that answers on loopback."""
    clock = clock or FakeTime().clock
    given = {"github_token": TOKEN, "github_deployment": "true", **inputs}
    env = {f"INPUT_{name.upper()}": value for name, value in given.items() if value}
    with serving(api) as url:
        yield GitHubRun(
            inputs=read_inputs({}, env).inputs,
            repository=Repository(
                api_url=url,
                name=REPOSITORY,
                sha="b" * 40,
                run="17.1",
                run_url=None,
                pull_request=PullRequest(number=7),
            ),
            means=Means(
                reporter=PlainReporter(log, log, clock=clock),
                stop=stop or Stop(),
                clock=clock,
                wall_clock=lambda: 0.0,
                rng=NoJitter(),
            ),
        )


def test_a_pull_request_whose_head_is_not_told_is_deployed_from_its_merge(
    api: GitHubApi, log: io.StringIO
):
    with run_of(api, log) as run:
        run.start()
        warnings = run.finish(outcome(), CONTEXT)

    assert warnings == ()
    assert [one["ref"] for one in api.deployments] == ["b" * 40]
    assert [one["state"] for one in api.statuses] == ["in_progress", "success"]
    assert len(api.comments[7]) == 1


def test_a_cancelled_run_tells_once_and_waits_for_nothing(api: GitHubApi, log: io.StringIO):
    stop = Stop()
    with run_of(api, log, stop=stop) as run:
        run.start()
        stop.request(15)
        api.requests.clear()
        api.fail("POST .*/statuses", 503, 503)
        api.fail("GET .*/comments", 503, 503)

        warnings = run.finish(outcome(error=CancelledError(15), result=Result.FAILED), CONTEXT)

    assert len(api.requests) == 2
    assert len(warnings) == 1
    assert "waiting" not in log.getvalue()


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], object]]:
    """What keeps a request waiting until the test ends; no time-out of its own ends it."""
    monkeypatch.setattr(github, "REQUEST_TIMEOUT", FOREVER)
    released = threading.Event()
    yield lambda: released.wait(2 * PATIENCE)
    released.set()


TELLING = {
    "POST /deployments": lambda run: run.start(),
    "GET /compare/.*": lambda run: run.is_older("aaa", "bbb"),
    "POST .*/statuses": lambda run: run.finish(outcome(), CONTEXT),
    "GET .*/comments": lambda run: run.finish(outcome(), CONTEXT),
}


@pytest.mark.parametrize("route", TELLING)
def test_a_signal_ends_what_is_told_or_asked_at_the_moment(
    api: GitHubApi, log: io.StringIO, hang: Callable[[], object], route: str
):
    stop = Stop()
    api.when(route, lambda: stop.request(15))
    api.when(route, hang)
    with run_of(api, log, stop=stop, clock=time.monotonic) as run:
        run.deployment = 1
        started = time.monotonic()

        TELLING[route](run)

        assert time.monotonic() - started < PATIENCE
    assert "waiting" not in log.getvalue()


def test_after_a_signal_nothing_that_is_told_is_waited_for_long(
    api: GitHubApi, log: io.StringIO, hang: Callable[[], object]
):
    stop = Stop()
    stop.request(15)
    api.when("POST .*/statuses", hang)
    api.when("GET .*/comments", hang)
    with run_of(api, log, stop=stop, clock=time.monotonic) as run:
        run.deployment = 1
        started = time.monotonic()

        run.finish(outcome(error=CancelledError(15), result=Result.FAILED), CONTEXT)

        assert time.monotonic() - started < PATIENCE


def test_after_a_signal_no_deployment_begins(api: GitHubApi, log: io.StringIO):
    stop = Stop()
    stop.request(15)

    with run_of(api, log, stop=stop) as run:
        run.start()

    assert api.requests == []


def test_a_skipped_run_is_no_comment(api: GitHubApi, log: io.StringIO):
    with run_of(api, log) as run:
        run.finish(outcome(result=Result.SKIPPED), CONTEXT)

    assert api.comments == {}


def test_the_script_that_the_inputs_name_is_the_comments(api: GitHubApi, log: io.StringIO):
    with run_of(api, log, script_name="shop") as run:
        run.finish(outcome(facts=facts(script_name=None)), CONTEXT)

    assert api.comments[7][0]["body"].startswith("<!-- workers-deploy script=shop ")


def test_ancestry_needs_a_token(api: GitHubApi, log: io.StringIO):
    api.compared["aaa...bbb"] = "ahead"

    with run_of(api, log) as with_token, run_of(api, log, github_token=None) as without:
        assert with_token.is_older("aaa", "bbb") is True
        assert without.is_older("aaa", "bbb") is None


def test_a_bug_in_what_is_told_besides_is_a_warning(
    api: GitHubApi, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("workers_deploy.github_run.render_comment", lambda *_, **__: 1 / 0)

    with run_of(api, log, github_deployment="") as run:
        warnings = run.finish(outcome(), CONTEXT)

    assert warnings == ()
    assert "comment: a bug in workers-deploy: ZeroDivisionError" in log.getvalue()


@pytest.mark.parametrize(
    "env", [{}, {"GITHUB_ACTIONS": "true"}, {"GITHUB_REPOSITORY": "acme/shop", "CI": "true"}]
)
def test_other_ci_systems_have_no_repository(env: dict[str, str]):
    assert read_repository(env, None) is None


def test_a_repository_is_githubs_where_no_other_api_is_named():
    found = read_repository({"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/shop"}, None)

    assert found is not None
    assert found.api_url == "https://api.github.com"
    assert found.pull_request is None
