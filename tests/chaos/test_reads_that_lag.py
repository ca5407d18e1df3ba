"""Reads that lag while answers are lost: the worst that honesty meets."""

from collections.abc import Callable

import pytest

from fakes.chaos import (
    PASSING,
    assert_converges,
    assert_honest,
    change_everything,
    go_back,
    wanted_of,
)
from fakes.runs import Runner

Start = Callable[[], Runner]
WRITES = ("POST versions", "PATCH script-settings", "POST subdomain", "POST deployments")
LAG = 8  # seconds
LOSSES = ("lost", "500 after", "cut")


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("route", WRITES)
def test_an_update_whose_answers_are_lost_while_reads_lag_is_told_as_it_is(
    start: Start,
    route: str,
    loss: str,
):
    runner = start()
    wanted_of(runner)
    change_everything(runner)
    wanted = wanted_of(runner)
    for count, tries in ((1, 2), (None, 3)):
        go_back(runner)
        former = runner.cloudflare.served()
        change_everything(runner)
        runner.cloudflare.advance(60)
        runner.cloudflare.faults(
            {"route": route, **PASSING[loss], "count": count},
            {"route": "GET **", "kind": "stale", "seconds": LAG, "count": None},
        )

        run = runner.fast("deploy", max_attempts=tries)

        assert_honest(
            runner, run, former=former, wanted=wanted, note=f"{count}, {tries}: {run.log}"
        )
        assert_converges(runner, wanted)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_first_deploy_whose_answers_are_lost_while_reads_lag_is_told_as_it_is(
    start: Start,
    loss: str,
):
    runner = start()
    wanted = wanted_of(runner)
    for count, tries in ((1, 2), (None, 3)):
        runner.cloudflare.reset()
        runner.cloudflare.faults(
            {"route": "PUT workers/scripts/*", **PASSING[loss], "count": count},
            {"route": "GET **", "kind": "stale", "seconds": LAG, "count": None},
        )

        run = runner.fast("deploy", max_attempts=tries)

        note = f"{count}, {tries}: {run.log}"
        assert_honest(runner, run, former=None, wanted=wanted, note=note)
        assert_converges(runner, wanted)


@pytest.mark.parametrize("seconds", [1, 5, 20])
def test_a_deploy_without_failures_waits_for_reads_that_lag(start: Start, seconds: int):
    runner = start()
    for number in range(2):
        runner.cloudflare.faults(
            {"route": "GET **", "kind": "stale", "seconds": seconds, "count": None}
        )

        run = runner.fast("deploy")

        assert run.exit_code == 0, f"{number}: {run.log}"
        change_everything(runner)
        runner.cloudflare.advance(60)
