"""Our `@dataclass(frozen=True, …)` against the standard library's: what it makes is the same."""

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field, fields
from typing import Any

import pytest

from workers_deploy.dataclass import dataclass


def value_class(decorate: Any) -> Any:
    @decorate
    class Value:
        """A value."""

        name: str
        size: int = 1
        words: list[str] = field(default_factory=list)
        hidden: str = field(default="", repr=False, compare=False)
        made: int = field(default=7, init=False)

    return Value


def both(**how: Any) -> list[Any]:
    """Return the same class made by either decorator."""
    return [value_class(dataclass(**how)), value_class(dataclasses.dataclass(**how))]


KINDS = pytest.mark.parametrize(
    "how",
    [
        {"frozen": True, "kw_only": True, "slots": True},
        {"frozen": True, "kw_only": True},
        {"frozen": True, "slots": True},
        {"kw_only": True, "slots": True},
    ],
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """What can be pickled, since a module has it."""

    name: str
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A value that looks at itself."""

    size: int

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("negative")

    def __str__(self) -> str:
        return f"{self.size} B"


@KINDS
def test_fields_defaults_and_text_are_those_of_the_standard_library(how):
    ours, theirs = (made(name="a", size=3) for made in both(**how))

    assert repr(ours) == repr(theirs)
    assert [f.name for f in fields(ours)] == [f.name for f in fields(theirs)]
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert hasattr(ours, "__dict__") is hasattr(theirs, "__dict__")


@KINDS
def test_equality_goes_by_the_compared_fields_and_the_class(how):
    ours, theirs = both(**how)

    assert ours(name="a", hidden="x") == ours(name="a", hidden="y")
    assert ours(name="a") != ours(name="b")
    assert ours(name="a") != theirs(name="a")


@KINDS
def test_a_copy_with_changes_keeps_the_rest(how):
    made, _ = both(**how)

    changed = dataclasses.replace(made(name="a", size=3), name="b")

    assert (changed.name, changed.size, changed.made) == ("b", 3, 7)


def test_each_value_gets_a_default_of_its_own():
    made, _ = both(frozen=True, kw_only=True)

    made(name="a").words.append("x")

    assert made(name="a").words == []


def test_a_frozen_value_can_be_a_key_and_not_be_changed():
    value = Named(name="a", sizes=(1,))

    assert {value: 1}[Named(name="a", sizes=(1,))] == 1
    with pytest.raises(FrozenInstanceError):
        value.name = "b"
    with pytest.raises(FrozenInstanceError):
        del value.name


def test_values_can_be_copied_and_pickled():
    value = Named(name="a", sizes=(1, 2))

    assert copy.copy(value) == copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)) == value


def test_what_a_class_says_itself_stays():
    assert str(Checked(3)) == "3 B"
    with pytest.raises(ValueError, match="negative"):
        Checked(-1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (Named, "misses the argument 'name'"),
        (lambda: Named(name="a", other=1), "has no argument 'other'"),
        (lambda: Named("a"), "takes 0 values, not 1"),
        (lambda: Checked(1, 2), "takes 1 values, not 2"),
        (lambda: Checked(1, size=2), "got twice: size"),
        (lambda: both(frozen=True)[0](name="a", made=1), "has no argument 'made'"),
    ],
)
def test_wrong_arguments_are_told(call, words):
    with pytest.raises(TypeError, match=words):
        call()


def test_values_are_matched_by_position_only_where_they_are_made_so():
    match Checked(3):
        case Checked(size):
            found = size

    assert found == 3
    assert Named.__match_args__ == ()
