"""Failures that pass: how long is waited, who is told of it, and where it ends."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fakes.chaos import change_everything
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed, and everything changed since."""
    assert full_runner.fast("deploy").exit_code == 0
    change_everything(full_runner)
    cloudflare.forget_requests()
    return full_runner


def test_waits_are_told_line_by_line_and_stand_in_summary_and_report(
    live: Runner, cloudflare: Cloudflare
):
    cloudflare.faults(
        {"route": "POST versions", "kind": "html", "status": 502, "count": 2},
        {"route": "POST subdomain", "kind": "reset"},
    )

    run = live.fast("deploy")

    told = [line for line in run.stdout.splitlines() if "waiting" in line]
    assert len(told) == 3
    assert "POST versions: 502 from Cloudflare" in told[0]
    assert "(try 2 of 5)" in told[0]
    assert "(try 3 of 5)" in told[1]
    version = next(step for step in run.report["steps"] if step["title"] == "Version")
    assert version["attempts"] == 3
    assert [one["waited"] > 0 for one in version["tries"]] == [True, True]
    assert "502" in run.summary


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(live: Runner, cloudflare: Cloudflare, form: str):
    later = datetime.now(UTC) + timedelta(seconds=90)
    value = "90" if form == "seconds" else format_datetime(later, usegmt=True)
    cloudflare.fail("POST versions", "status", status=429, headers={"Retry-After": value})

    run = live.fast("deploy")

    assert run.exit_code == 0, run.log
    assert 80 <= max(live.time.slept) <= 92


@pytest.mark.parametrize("value", ["nan", "inf", "1e400", "Tue, 24 Nov 99999999999 10:00:00 GMT"])
def test_a_retry_after_that_is_no_time_says_nothing(
    live: Runner, cloudflare: Cloudflare, value: str
):
    live.checkout.module("export default { fetch() {} };\n")
    cloudflare.fail("POST versions", "status", status=429, headers={"Retry-After": value})

    run = live.fast("deploy")

    assert run.exit_code == 0, run.log
    assert 1 <= max(live.time.slept) <= 61


def test_a_wait_past_the_deadline_is_not_begun(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    cloudflare.fail(
        "POST versions", "status", status=429, headers={"Retry-After": "300"}, count=None
    )

    run = live.fast("deploy", deadline=100)

    assert run.exit_code == 5, run.log
    assert sum(live.time.slept) < 100
    assert cloudflare.served() == former


def test_a_blocked_token_is_waited_for(live: Runner, cloudflare: Cloudflare):
    """A token that asked too often is blocked for the next five minutes."""
    blocked = {"kind": "status", "status": 429, "code": 971, "headers": {"Retry-After": "300"}}
    cloudflare.faults({"route": "POST versions", **blocked})

    run = live.fast("deploy")

    assert run.exit_code == 0, run.log
    assert 299 <= max(live.time.slept) <= 302


@pytest.mark.parametrize("route", ["POST versions", "POST deployments", "GET deployments"])
def test_a_request_that_hangs_is_given_up_and_tried_again(
    live: Runner, cloudflare: Cloudflare, route: str
):
    cloudflare.fail(route, "hang")

    run = live.fast("deploy", request_timeout=1, max_attempts=20)

    assert run.exit_code == 0, run.log
    assert "no answer in 1 s" in run.stdout
    assert len(cloudflare.versions()) == 2


def test_a_real_wait_is_really_waited(live: Runner, cloudflare: Cloudflare):
    cloudflare.fail("POST versions", "status", status=503)

    run = live.process("deploy", max_attempts=2)

    assert run.exit_code == 0, run.log
    assert "waiting 1." in run.stdout
    assert "2 tries" in run.stdout


def test_a_deadline_that_ends_the_tries_is_named(runner: Runner, cloudflare: Cloudflare):
    cloudflare.fail("PUT workers/scripts/*", "status", status=503, count=None)
    runner.time.stands_still = True

    run = runner.fast("deploy", deadline=6)

    assert run.exit_code == 5, run.log
    assert "the deadline left no time for try" in run.log
    assert "Raise `deadline`" in run.log
