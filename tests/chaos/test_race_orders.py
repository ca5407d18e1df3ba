"""Deploys of one script at once, whose requests reach Cloudflare in every order that matters.

Of two runs each is held once, at any of its requests, while the other goes on; five runs change
places at random, by seed. The sentence is that of `test_races.py`.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fakes.chaos_size import share_of
from fakes.cloudflare import Cloudflare
from fakes.races import KINDS, Race
from fakes.turns import Choice

WITH_TWO = ("updates", "first deploys", "updates by upload", "with previews")
# What an upload that serves at once takes along, and what a first deploy sets before it looks: one
# that is on its way while another run ends leaves that behind, as docs/reliability.md says.
LEFT = {"updates by upload": ("Settings",), "first deploys": ("Settings", "Subdomain")}
MOST = 24  # requests after which a run of two is held
SEEDS = {"sample": (1,), "full": range(40)}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", SEEDS[metafunc.config.getoption("--chaos")])
    if "first" in metafunc.fixturenames:
        is_full = metafunc.config.getoption("--chaos") == "full"
        metafunc.parametrize("first", range(1, MOST, 1 if is_full else 3))


@pytest.fixture(scope="module")
def race(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, int], Race]]:
    """Return each kind's race of so many runs; one is made once."""
    with ExitStack() as servers:
        made: dict[tuple[str, int], Race] = {}

        def of(kind: str, runs: int) -> Race:
            if (kind, runs) not in made:
                folder: Path = tmp_path_factory.mktemp("race")
                tokens = tuple(f"token-of-run-{number}" for number in range(runs))
                cloudflare = servers.enter_context(Cloudflare(tokens=tokens))
                made[kind, runs] = Race(cloudflare, folder, KINDS[kind], runs)
            return made[kind, runs]

        yield of


def held_once(at: tuple[int, int]) -> Choice:
    """Hold each run at its request of that number."""

    def choose(run: int, asked: int, others: tuple[int, ...]) -> int:
        return others[0] if others and asked == at[run] else run

    return choose


def at_random(rng: random.Random) -> Choice:
    def choose(run: int, asked: int, others: tuple[int, ...]) -> int:
        return rng.choice(others) if others and rng.random() < 0.3 else run

    return choose


@pytest.mark.parametrize("kind", WITH_TWO)
def test_of_two_runs_one_wins_in_any_order(
    race: Callable[[str, int], Race],
    full_chaos: bool,
    record_property: Callable[[str, object], None],
    kind: str,
    first: int,
):
    begun = race(kind, 2)
    turn = first + WITH_TWO.index(kind)
    seconds = share_of(range(1, MOST), turn=turn, of=MOST - 1, full=full_chaos)
    for second in seconds:
        runs = begun.go_in_turns(held_once((first, second)))

        begun.assert_one_won(runs, but_for=LEFT.get(kind, ()))
    record_property("cells", len(seconds))


@pytest.mark.parametrize("kind", WITH_TWO)
def test_of_five_runs_one_wins_in_any_order(race: Callable[[str, int], Race], kind: str, seed: int):
    begun = race(kind, 5)

    runs = begun.go_in_turns(at_random(random.Random(f"{kind} {seed}")))

    begun.assert_one_won(runs, but_for=LEFT.get(kind, ()))
