"""A run that can't read all of live says what serves, and which signal ended it."""

import signal

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import FastStop, Runner


@pytest.fixture
def deployed(runner: Runner, cloudflare: Cloudflare) -> Runner:
    assert runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    return runner


@pytest.mark.parametrize("route", ["GET versions", "GET versions/*", "GET script-settings"])
@pytest.mark.parametrize(("status", "exit_code"), [(503, 5), (403, 4)])
def test_what_serves_is_given_wherever_deployments_were_answered(
    deployed: Runner, cloudflare: Cloudflare, route: str, status: int, exit_code: int
):
    cloudflare.fail(route, "status", status=status, code=10000, count=None)

    run = deployed.fast("deploy", max_attempts=1)

    assert (run.exit_code, run.outcome) == (exit_code, "failed"), run.log
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("tries", [1, 3])
def test_a_signal_in_the_last_try_of_a_read_is_what_ended_the_run(
    deployed: Runner, cloudflare: Cloudflare, tries: int, number: int, exit_code: int
):
    stop = FastStop(deployed.time)
    cloudflare.when("GET script-settings", lambda: stop.request(number), nth=tries)
    cloudflare.fail("GET script-settings", "reset", count=None)

    run = deployed.fast("deploy", stop=stop, max_attempts=tries)

    assert run.exit_code == exit_code, run.log
    assert cloudflare.writes == []
