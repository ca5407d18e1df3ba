"""A run that is killed while it uploads assets: the next one sends only what is missing."""

import random
import signal
import threading
from pathlib import Path

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.patience import PATIENCE
from fakes.runs import Runner

FILES = 40
BUCKETS = 20
SIZES = (0, 1, 40_000)  # bytes; the last is more than one write
SEEDS = range(6)


@pytest.fixture
def cloudflare():
    with Cloudflare(bucket_files=2) as server:
        yield server


@pytest.fixture
def runner(tmp_path: Path, cloudflare: Cloudflare) -> Runner:
    checkout = Checkout(tmp_path / "checkout").module()
    checkout.config(
        name="shop",
        main="index.js",
        compatibility_date="2026-01-01",
        assets={"directory": "public"},
    )
    for number in range(FILES):
        content = random.Random(number).randbytes(SIZES[number % 3] + number)
        checkout.write(f"public/{number}.bin", content)
    return Runner(checkout, cloudflare, tmp_path / "files")


def stored_by_session(cloudflare: Cloudflare) -> list[list[str]]:
    """Return for each upload session the hashes of the files that it stored, in their order."""
    sessions: list[list[str]] = []
    for sent in cloudflare.sent:
        if sent.path.endswith("/assets-upload-session"):
            sessions.append([])
        elif sent.path.endswith("/assets/upload") and sent.status < 300:
            sessions[-1] += sent.parts
    return sessions


def kill_during(runner: Runner, bucket: int) -> None:
    """Start a deploy, and kill it as a bucket's last byte arrives."""
    arrived = threading.Event()
    runner.cloudflare.when("POST assets/upload", arrived.set, nth=bucket)
    running = runner.start("deploy")
    assert arrived.wait(PATIENCE)
    running.signal(signal.SIGKILL)
    assert running.end().exit_code == -signal.SIGKILL


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_kill_at_any_moment_only_what_is_missing_is_sent(runner, cloudflare, seed):
    kill_during(runner, random.Random(seed).randint(2, BUCKETS))

    second = runner.fast("deploy")

    before, after = stored_by_session(cloudflare)
    assert second.outcome == "deployed", second.log
    assert before
    assert len(before + after) == len({*before, *after}) == FILES
    assert second.report["assets"]["uploaded"] == len(after)
    assert len(cloudflare.live()["assets"]["manifest"]) == FILES
