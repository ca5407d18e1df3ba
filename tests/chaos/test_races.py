"""Five deploys of one script at once, as processes of their own.

At the end all of one run's state is live, and that run ended with 0; the others ended with 7, or
found nothing to change, and left nothing of theirs. It is printed which run won.
"""

import random
from collections.abc import Callable

import pytest

from fakes.races import KINDS, Race

Start = Callable[[str], Race]
RUNS = 5
ROUNDS = {"sample": 1, "full": 12}
SAMPLE = ("updates", "first deploys", "with secrets")
LATEST = (0.0, 0.3, 1.0)  # seconds after which the last run of a round starts


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "rounds" in metafunc.fixturenames:
        size = metafunc.config.getoption("--chaos")
        metafunc.parametrize("rounds", [ROUNDS[size]])
        metafunc.parametrize("kind", KINDS if size == "full" else SAMPLE)


def test_of_five_runs_at_once_one_wins(
    race: Start, record_property: Callable[[str, object], None], kind: str, rounds: int
):
    rng = random.Random(kind)
    begun = race(kind)
    for number in range(rounds):
        latest = LATEST[number % len(LATEST)]

        runs = begun.go([rng.uniform(0, latest) for _ in range(RUNS)])

        begun.assert_one_won(runs)
    record_property("cells", rounds)
