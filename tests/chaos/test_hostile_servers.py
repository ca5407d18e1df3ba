"""Servers that break HTTP, JSON or their word at one request of a deploy.

Each run ends before its deadline, blames nobody else, takes little memory, shows no secret, leaves
the old or the new state, and says which. The next run makes everything good. To add one, write a
row: `fakes/hostile_answers.py` has those that break HTTP, `fakes/hostile_bodies.py` the others.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from fakes import hostile_answers, hostile_bodies
from fakes.chaos_size import OPTION, share_of
from fakes.hostile_deploys import SPOTS, Arena, Encounter, arena
from fakes.hostile_front import Play

KINDS: Mapping[str, Mapping[str, Play]] = {
    "slow": hostile_answers.SLOW,
    "heads": hostile_answers.HEADS,
    "lengths": hostile_answers.LENGTHS,
    "packed": hostile_answers.PACKED,
    "ends": hostile_answers.ENDS,
    "redirects": hostile_answers.REDIRECTS,
    "retry": hostile_answers.RETRY,
    "garbage": hostile_bodies.GARBAGE,
    "refusals": hostile_bodies.REFUSALS,
    "complaints": hostile_bodies.COMPLAINTS,
    "odd": hostile_bodies.ODD,
    "lies": {
        **hostile_bodies.LIES,
        **{f"mutation {seed}": hostile_bodies.mutated(seed) for seed in range(30)},
        "an answer too many": hostile_answers.twice,
    },
}
REFUSALS = ("redirects", "retry", "complaints", "refusals")
SAMPLE = 2  # encounters of each kind
EVERY = 6  # a behavior meets every sixth spot, another one than its neighbors do


def encounters_of(kind: str, spot_name: str) -> list[Encounter]:
    """Return the encounters of a kind at a spot: for good, and every third also once.

    Every other write is carried out before its answer is spoiled.
    """
    spot, at = SPOTS[spot_name], [*SPOTS].index(spot_name)
    found = []
    for number, (name, play) in enumerate(KINDS[kind].items()):
        turn, is_left_out = divmod(number + at, EVERY)
        if is_left_out:
            continue
        is_write = not spot.route.startswith("GET")
        is_carried_out = kind == "lies" or (turn % 2 == 0 and is_write)
        encounter = Encounter(
            name=f"{name} at {spot_name}",
            spot=spot,
            play=play,
            is_carried_out=is_carried_out,
            # Who refuses what was carried out lies.
            lies=kind == "lies" or (is_carried_out and is_write and kind in REFUSALS),
            waits=name.startswith("slow"),
        )
        found += [encounter, replace(encounter, is_once=True)] if turn % 3 == 0 else [encounter]
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test one kind at one spot, or a few encounters of one kind."""
    if "encounters" not in metafunc.fixturenames:
        return
    if metafunc.config.getoption(OPTION) == "full":
        cells = {f"{kind}, {spot}": encounters_of(kind, spot) for kind in KINDS for spot in SPOTS}
    else:
        cells = {kind: _some_of(kind, number) for number, kind in enumerate(KINDS)}
    metafunc.parametrize("encounters", cells.values(), ids=cells)


def _some_of(kind: str, number: int) -> list[Encounter]:
    every = [one for spot in SPOTS for one in encounters_of(kind, spot)]
    return share_of(every, turn=7 * number + 3, of=len(every) // SAMPLE, full=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(tmp_path_factory.mktemp("arena")) as made:
        yield made


def test_a_run_keeps_its_promises_whatever_a_server_does(
    place: Arena, encounters: list[Encounter], record_property: Callable[[str, object], None]
):
    place.met = 0
    problems = []
    for encounter in encounters:
        try:
            place.meet(encounter)
        except AssertionError as error:
            problems.append(str(error))

    assert not problems, "\n\n".join(problems)
    assert place.met == len(encounters), "an encounter did not come about"
    record_property("cells", len(encounters))
