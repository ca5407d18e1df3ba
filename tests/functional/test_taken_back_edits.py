"""`only` after a run of ours took such an edit back: the next run makes it, and nobody else's."""

import signal
from collections.abc import Callable

import pytest

from fakes.checkout import worker
from fakes.cloudflare import Cloudflare
from fakes.others import upload_another
from fakes.runs import FastStop, Run, Runner

NO_SITE = "http://127.0.0.1:9/"


@pytest.fixture
def edited(runner: Runner) -> Callable[..., Run]:
    """Return what runs `only: secrets` after one whose probe failed."""
    runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    assert runner.fast("deploy").exit_code == 0
    runner.knows(STRIPE_KEY="sk_live_mistyped")
    failed = runner.fast("deploy", only="secrets", probe=NO_SITE, probe_timeout=2)
    assert (failed.exit_code, failed.outcome) == (6, "reverted"), failed.log
    runner.knows(STRIPE_KEY="sk_live_another")

    def run(only: str = "secrets", **inputs) -> Run:
        return runner.fast("deploy", only=only, **inputs)

    return run


def test_the_next_edit_is_made(edited: Callable[..., Run], cloudflare: Cloudflare):
    run = edited()

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert cloudflare.secrets() == {"STRIPE_KEY": "sk_live_another"}
    assert "an edit that was taken back, serves for the moment" in run.log
    assert "deployed right before this run" not in run.log


def test_an_edit_is_taken_back_as_often_as_it_fails(
    edited: Callable[..., Run], cloudflare: Cloudflare
):
    for _ in range(2):
        run = edited(probe=NO_SITE, probe_timeout=2)

        assert (run.exit_code, run.outcome) == (6, "reverted"), run.log
        assert cloudflare.live()["number"] == 1
    assert edited().exit_code == 0
    assert cloudflare.secrets() == {"STRIPE_KEY": "sk_live_another"}


def test_what_serves_only_to_be_edited_is_taken_back_where_the_edit_is_refused(
    edited: Callable[..., Run], cloudflare: Cloudflare
):
    cloudflare.fail("PUT secrets", "status", status=400, code=10021)

    run = edited(on_failure="keep")

    assert (run.exit_code, run.outcome) == (4, "reverted"), run.log
    assert cloudflare.live()["number"] == 1
    assert edited().exit_code == 0


def test_what_serves_only_to_be_edited_is_taken_back_where_the_run_is_cancelled(
    edited: Callable[..., Run], cloudflare: Cloudflare, runner: Runner
):
    stop = FastStop(runner.time)
    cloudflare.when("POST deployments", lambda: stop.request(signal.SIGTERM))

    run = edited(stop=stop)

    assert run.exit_code == 143, run.log
    assert cloudflare.live()["number"] == 1
    assert edited().exit_code == 0


def test_an_edit_of_something_else_is_not_built_upon(
    edited: Callable[..., Run], cloudflare: Cloudflare, runner: Runner
):
    worker(runner.checkout.root, vars={"GREETING": "hello"})

    run = edited(only="settings")

    assert run.exit_code == 7, run.log
    assert cloudflare.live()["number"] == 1


def test_a_version_that_someone_uploaded_since_is_not_built_upon(
    edited: Callable[..., Run], cloudflare: Cloudflare
):
    upload_another(cloudflare)

    run = edited()

    assert run.exit_code == 7, run.log
    assert cloudflare.live()["number"] == 1


def test_settings_that_were_taken_back_do_not_come_with_other_ones(
    runner: Runner, cloudflare: Cloudflare
):
    runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    assert runner.fast("deploy").exit_code == 0
    checkout = runner.checkout
    checkout.config(vars={"GREETING": "wrong"})
    both = {"only": "settings,secrets"}
    assert runner.fast("deploy", probe=NO_SITE, probe_timeout=2, **both).outcome == "reverted"
    checkout.config(vars=None)

    run = runner.fast("deploy", **both)

    assert run.exit_code == 0, run.log
    assert set(cloudflare.bindings()) == {"STRIPE_KEY"}
