"""The table of `make mutants` counts honestly and names what no test noticed."""

import doctest
from pathlib import Path

import pytest

from mutation import mutant as mutants
from mutation.mutant import Mutant, end_of
from mutation.table import Reason, complaints, read_reasons, table_lines

SOURCE = Path(__file__).parents[2] / "src/workers_deploy"
LIST = Path(__file__).parents[1] / "mutation/survivors.toml"


def mutant(end="survived", *, file="core/guards.py", function="check", change="a -> b") -> Mutant:
    return Mutant(file=file, function=function, change=change, end=end)


def test_the_examples_hold():
    failures, tried = doctest.testmod(mutants)

    assert (failures, tried) == (0, 3)


@pytest.mark.parametrize(
    ("code", "end"),
    [
        (1, "killed"),
        (36, "killed"),
        (37, "refused"),
        (0, "survived"),
        (33, "unreached"),
        (35, "unreached"),
        (-11, "unreached"),
    ],
)
def test_only_a_failed_test_and_a_time_limit_count_as_killed(code: int, end: str):
    assert end_of(code) == end


def test_what_does_not_type_check_counts_neither_for_nor_against():
    found = [mutant("killed")] * 8 + [mutant("refused")] * 90 + [mutant(), mutant("unreached")]

    head, line, _ = table_lines([*found])

    assert head.split() == ["file", "mutants", "refused", "killed", "survived", "%"]
    assert line.split() == ["core/guards.py", "100", "90", "8", "2", "80.0"]
    assert "80.00 % killed, less than 90 %" in complaints(found, [], whole=False)


def test_a_share_just_below_the_limit_is_not_rounded_up():
    *_, line = table_lines([mutant("killed")] * 8999 + [mutant()] * 1001)

    assert line.split()[-1] == "89.9"


def test_a_survivor_without_a_reason_is_named_and_whether_a_test_gets_there():
    found = [mutant("killed")] * 50 + [mutant(), mutant("unreached", function="other")]

    assert list(complaints(found, [], whole=True)) == [
        "survived: core/guards.py check: a -> b",
        "survived (no test gets there): core/guards.py other: a -> b",
    ]
    assert list(complaints(found, [Reason(file="core/*", why="…")], whole=True)) == []


@pytest.mark.parametrize(
    ("reason", "covers"),
    [
        (Reason(file="core/guards.py", why="…"), True),
        (Reason(file="core/live.py", why="…"), False),
        (Reason(file="core/guards.py", function="other", why="…"), False),
        (Reason(file="core/guards.py", change="x[0] -> *", why="…"), True),
        (Reason(file="core/guards.py", change="x0 -> *", why="…"), False),
    ],
)
def test_in_a_reason_only_the_star_is_special(reason: Reason, covers: bool):
    assert reason.covers(mutant(change="x[0] -> x[1]")) is covers


def test_a_reason_that_covers_nothing_any_more_is_named_after_a_whole_run():
    old = Reason(file="core/guards.py", function="gone", why="…")

    assert list(complaints([mutant("killed")], [old], whole=True)) == [
        "no survivor any more: core/guards.py gone: *"
    ]
    assert list(complaints([mutant("killed")], [old], whole=False)) == []


def test_every_entry_of_the_list_names_a_file_and_says_why():
    for reason in read_reasons(LIST):
        assert list(SOURCE.glob(reason.file)), reason
        assert reason.why.endswith("."), reason
