"""A token with few requests left: the run slows down instead of running into the block."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.checkout import full
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

WINDOW = 60  # seconds of the emulator's clock, which passes as the runner waits


@pytest.fixture
def scarce() -> Iterator[Cloudflare]:
    """An account whose token may ask ten times a minute, and is blocked for a minute beyond."""
    with Cloudflare(rate_limit=10, rate_seconds=WINDOW, bucket_files=1) as server:
        yield server


@pytest.fixture
def runner(scarce: Cloudflare, tmp_path: Path) -> Runner:
    made = Runner(full(tmp_path / "checkout"), scarce, tmp_path / "files")
    made.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    return made


def statuses(cloudflare: Cloudflare) -> list[int]:
    return [entry.status for entry in cloudflare.app.ledger.entries]


def test_a_deploy_slows_down_instead_of_being_blocked(runner: Runner, scarce: Cloudflare):
    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert len(scarce.requests) > 10
    assert 429 not in statuses(scarce)
    told = [line for line in run.stdout.splitlines() if "few requests are left" in line]
    assert told
    assert all("waiting" in line and " s" in line for line in told)
    assert sum(runner.time.slept) < 2 * WINDOW


def test_an_update_slows_down_as_well(runner: Runner, scarce: Cloudflare):
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module("export default { fetch() {} };\n").assets(index_html="<h1>two</h1>")
    scarce.app.limits.clear()  # a run knows nothing of what was asked before it
    scarce.forget_requests()

    run = runner.fast("deploy", deadline=900)

    assert run.exit_code == 0, run.log
    assert 429 not in statuses(scarce)


def test_plenty_of_requests_are_no_reason_to_wait(tmp_path: Path):
    with Cloudflare(rate_limit=1200, rate_seconds=300) as plenty:
        runner = Runner(full(tmp_path / "checkout"), plenty, tmp_path / "files")

        run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert "few requests are left" not in run.log
    assert runner.time.slept == []


def test_a_run_without_time_to_wait_goes_ahead(runner: Runner, scarce: Cloudflare):
    run = runner.fast("deploy", deadline=5, max_attempts=1)

    assert run.exit_code in (0, 5), run.log
    assert sum(runner.time.slept) <= 65, "what was left is the undoing's"
