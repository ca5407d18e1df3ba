"""Someone deletes the script while a deploy goes on: no report says that it still serves."""

import signal

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import FastStop, Run, Runner

WHAT_SERVES = ("live-version-id", "deployment-url", "workers-dev-enabled", "etag")


@pytest.fixture
def changing(live: Runner) -> Runner:
    """A checkout whose deploy changes the code and a setting."""
    live.checkout.module("export default { fetch() {} };\n").config(logpush=False)
    return live


def delete(cloudflare: Cloudflare) -> None:
    cloudflare.ask("DELETE", "/workers/scripts/shop", force="true")


def assert_told(run: Run) -> None:
    assert run.report["live"] == "no script: it was deleted meanwhile", run.log
    assert [name for name in WHAT_SERVES if run.outputs.get(name)] == []
    assert run.outputs.get("urls", "[]") == "[]"
    assert "not put back" not in run.log
    assert "gets no traffic" not in run.log


@pytest.mark.parametrize(
    ("route", "nth", "exit_code"),
    [
        ("POST versions", 1, 4),
        ("GET deployments", 2, 7),  # the guard's, before the settings
        ("PATCH script-settings", 1, 4),
        ("GET deployments", 3, 7),  # the guard's, before traffic moves
        ("POST deployments", 1, 4),
    ],
)
def test_before_traffic_moved_nothing_is_put_back(
    changing: Runner, cloudflare: Cloudflare, route: str, nth: int, exit_code: int
):
    cloudflare.when(route, lambda: delete(cloudflare), nth=nth)

    run = changing.fast("deploy")

    assert (run.exit_code, run.outcome) == (exit_code, "failed"), run.log
    assert_told(run)
    assert cloudflare.writes.count("PATCH script-settings") <= 1


def test_after_traffic_moved_there_is_none_to_return(changing: Runner, cloudflare: Cloudflare):
    cloudflare.when("GET deployments", lambda: delete(cloudflare), nth=4)  # the check's

    run = changing.fast("deploy")

    assert (run.exit_code, run.outcome) == (6, "partial"), run.log
    assert_told(run)


def test_a_return_that_comes_too_late_tells_it(changing: Runner, cloudflare: Cloudflare):
    cloudflare.when("POST deployments", lambda: delete(cloudflare), nth=2)

    run = changing.fast("deploy", probe="http://127.0.0.1:9/nothing", probe_timeout=2)

    assert (run.exit_code, run.outcome) == (6, "partial"), run.log
    assert_told(run)


def test_a_cancelled_run_tells_it_too(changing: Runner, cloudflare: Cloudflare):
    stop = FastStop(changing.time)

    def delete_and_cancel() -> None:
        delete(cloudflare)
        stop.request(signal.SIGTERM)

    cloudflare.when("PATCH script-settings", delete_and_cancel)

    run = changing.fast("deploy", stop=stop)

    assert (run.exit_code, run.outcome) == (143, "failed"), run.log
    assert_told(run)
