"""A run that ended badly, however it did: the same command once more ends well, and live is right.

The guards are for what a person did. What a run of ours left, also one that put everything back or
that was killed, stops no other.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fakes.chaos_size import share_of
from fakes.cloudflare import Cloudflare
from fakes.next_run import ENDINGS, World, scenarios
from fakes.runs import Run
from fakes.site import Site, serve_site

SCENARIOS = dict(scenarios())
NO_TRAFFIC = ("only subdomain", "only triggers", "preview", "delete")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], World]]:
    """Return each scenario's world; one is made once."""
    with ExitStack() as servers:
        made: dict[str, World] = {}

        def of(name: str) -> World:
            if name not in made:
                folder: Path = tmp_path_factory.mktemp("world")
                cloudflare = servers.enter_context(Cloudflare())
                made[name] = World(SCENARIOS[name], cloudflare, folder)
            return made[name]

        yield of


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve_site() as served:
        yield served


def assert_converges(world: World, ended: Run, note: str) -> None:
    again = world.run_again()

    told = f"{note}: {ended.outcome}, exit {ended.exit_code}\n{ended.log}\n--- again\n{again.log}"
    assert again.exit_code == 0, told
    assert world.seen() == world.wanted, told


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_command_once_more_ends_well(
    world: Callable[[str], World],
    full_chaos: bool,
    record_property: Callable[[str, object], None],
    name: str,
    ending: str,
):
    where = world(name)
    turn = list(SCENARIOS).index(name) + list(ENDINGS).index(ending)
    numbers = share_of(range(1, len(where.requests) + 1), turn=turn, of=32, full=full_chaos)
    for number in numbers:
        ended = where.end_badly(number, ending)
        assert_converges(where, ended, f"{name}, request {number}: {where.requests[number - 1]}")
    record_property("cells", len(numbers))


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in NO_TRAFFIC])
@pytest.mark.parametrize("way", ["probe", "check"])
def test_what_was_taken_back_is_no_obstacle(
    world: Callable[[str], World], site: Site, name: str, way: str
):
    where = world(name)

    ended = where.fail_probe(site) if way == "probe" else where.fail_check()

    assert_converges(where, ended, f"{name}, {way}")
