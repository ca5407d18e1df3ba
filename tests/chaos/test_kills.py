"""Real processes that are killed at any request: what serves is whole, and the next run ends it."""

import random
import signal
import threading
from collections.abc import Callable

import pytest

from fakes.chaos import assert_converges, change_everything, go_back, wanted_of
from fakes.runs import Runner

Start = Callable[[], Runner]
MOMENTS = {"sample": (3, 9, 12, 15), "full": range(1, 35)}
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "moment" in metafunc.fixturenames:
        metafunc.parametrize("moment", MOMENTS[metafunc.config.getoption("--chaos")])


def kill_at(runner: Runner, moment: int, number: int) -> None:
    """Start a deploy, and end it as its request of that number arrives."""
    arrived = threading.Event()
    runner.cloudflare.when("* **", arrived.set, nth=moment)
    running = runner.start("deploy")
    while running.process.poll() is None and not arrived.wait(0.05):
        pass
    if running.process.poll() is None:
        running.signal(number)
    running.end()
    runner.cloudflare.forget_requests()


@pytest.mark.parametrize("is_first", [True, False], ids=["first", "update"])
def test_whenever_a_run_is_killed_the_next_one_ends_its_work(
    start: Start,
    full_chaos: bool,
    record_property: Callable[[str, object], None],
    is_first: bool,
    moment: int,
):
    signals = SIGNALS if full_chaos else random.Random(moment).sample(SIGNALS, 1)
    runner = start()
    if not is_first:
        wanted_of(runner)
        change_everything(runner)
    wanted = wanted_of(runner)
    for number in signals:
        former = None
        if is_first:
            runner.cloudflare.reset()
        else:
            go_back(runner)
            former = runner.cloudflare.served()
            change_everything(runner)
        runner.cloudflare.forget_requests()

        kill_at(runner, moment, number)

        served = runner.cloudflare.served()
        shares = [one and one["shares"] for one in (former, wanted, served)]
        assert served is None or shares[2] in shares[:2], f"{number.name} at {moment}: half of each"
        assert_converges(runner, wanted)
    record_property("cells", len(signals))
