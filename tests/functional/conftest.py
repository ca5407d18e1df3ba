"""An emulated account, a checkout and a runner for whole runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.checkout import Checkout, full, worker
from fakes.cloudflare import Cloudflare
from fakes.rollbacks import code
from fakes.runs import Runner
from fakes.triggers import with_triggers


@pytest.fixture
def cloudflare() -> Iterator[Cloudflare]:
    with Cloudflare(bucket_files=2) as server:
        yield server


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A Worker of one module."""
    return worker(tmp_path / "checkout")


@pytest.fixture
def full_checkout(tmp_path: Path) -> Checkout:
    """A Worker with everything that a deploy writes."""
    return full(tmp_path / "checkout")


@pytest.fixture
def runner(checkout: Checkout, cloudflare: Cloudflare, tmp_path: Path) -> Runner:
    return Runner(checkout, cloudflare, tmp_path / "files")


@pytest.fixture
def full_runner(full_checkout: Checkout, cloudflare: Cloudflare, tmp_path: Path) -> Runner:
    """Of the full checkout, with two secrets in the environment."""
    made = Runner(full_checkout, cloudflare, tmp_path / "files")
    made.knows(STRIPE_KEY="sk_live_51Hv0xSecret", MAIL_KEY="mail-0b5e-value")
    return made


@pytest.fixture
def triggered(checkout: Checkout) -> Checkout:
    """A Worker that names a trigger of every kind."""
    return with_triggers(checkout)


@pytest.fixture
def account(cloudflare: Cloudflare) -> Cloudflare:
    """An account that has the queue which that Worker consumes from."""
    cloudflare.ask("POST", "/queues", {"queue_name": "orders"})
    return cloudflare


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed."""
    assert full_runner.fast("deploy", message="Begin").exit_code == 0
    cloudflare.forget_requests()
    return full_runner


@pytest.fixture
def three(full_runner: Runner, cloudflare: Cloudflare) -> list[str]:
    """Three deploys of the full checkout; the ids of their versions, oldest first."""
    for number in (1, 2, 3):
        full_runner.checkout.module(code(number))
        assert full_runner.fast("deploy", message=f"Number {number}").exit_code == 0
    cloudflare.forget_requests()
    return [version["id"] for version in cloudflare.versions()]
