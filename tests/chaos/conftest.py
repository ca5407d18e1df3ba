"""Whole runs in this process; each test makes accounts of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fakes.checkout import full
from fakes.cloudflare import Cloudflare
from fakes.races import KINDS, Race
from fakes.runs import Runner

Start = Callable[[], Runner]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Make a full checkout and an empty account, as often as asked."""
    with ExitStack() as servers:
        made: list[Runner] = []

        def begin() -> Runner:
            folder = tmp_path / str(len(made))
            cloudflare = servers.enter_context(Cloudflare(bucket_files=2))
            runner = Runner(full(folder / "checkout"), cloudflare, folder / "files")
            runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret", MAIL_KEY="mail-0b5e-value")
            made.append(runner)
            return runner

        yield begin


@pytest.fixture
def race(tmp_path: Path) -> Iterator[Callable[[str], Race]]:
    """Make an account and five checkouts for a kind of race."""
    with Cloudflare() as cloudflare:
        yield lambda kind: Race(cloudflare, tmp_path, KINDS[kind])
