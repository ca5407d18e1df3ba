"""Small checks of configuration values, put together into the tables of `keys` and `bindings`.

The rules and the wording are those of wrangler 4.164.0's validation (workers-utils
`config/validation.ts`), in the same names of fields; values are never quoted, unless they come
from a closed set or are a script's name or a date, since a configuration may hold what is not
meant for a log.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from types import NoneType, UnionType
from typing import Any, TypeAlias

from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ProblemKind
from workers_deploy.project.config.document import Document
from workers_deploy.project.config.positions import FieldPath
from workers_deploy.project.findings import Findings


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A field of a configuration file: where it stands and what it is called in messages."""

    document: Document
    findings: Findings
    path: FieldPath
    label: str

    def at(self, key: str | int) -> "Spot":
        """Return the spot of something inside this one."""
        step = f"[{key}]" if isinstance(key, int) else f".{key}" if self.label else str(key)
        return Spot(
            document=self.document,
            findings=self.findings,
            path=(*self.path, key),
            label=self.label + step,
        )

    def error(self, message: str, *, hint: str | None = None, key: bool = False) -> None:
        """Report a problem here."""
        place = self.document.place(self.path, key=key)
        self.findings.problem(self.label, message, hint=hint, place=place)

    def warn(self, message: str, *, key: bool = True) -> None:
        """Report an oddity here."""
        self.findings.notice(message, self.document.place(self.path, key=key))


def report_of(
    spot: Spot | None, findings: Findings, subject: str, message: str, *, hint: str | None = None
) -> None:
    """Report a problem of what the configuration names at `spot`; without one an input names it."""
    place = spot.document.place(spot.path) if spot else None
    kind = ProblemKind.PROJECT if spot else ProblemKind.INPUT
    findings.problem(subject, message, hint=hint, place=place, kind=kind)


Check: TypeAlias = Callable[[Spot, Any], None]


_KINDS: tuple[tuple[type | UnionType, str], ...] = (
    (NoneType, "null"),
    (bool, "a boolean"),
    (int | float, "a number"),
    (str, "a string"),
    (list, "an array"),
    (date | datetime | time, "a TOML date"),
    (object, "an object"),
)


def kind_of(value: object) -> str:
    """Name a value's JSON type.

    >>> kind_of(True), kind_of([1]), kind_of(None)
    ('a boolean', 'an array', 'null')
    """
    return next(name for kind, name in _KINDS if isinstance(value, kind))


def anything(_spot: Spot, _value: object) -> None:
    """Take every value."""


def _typed(name: str, accepts: Callable[[object], bool]) -> Check:
    def check(spot: Spot, value: object) -> None:
        if not accepts(value):
            spot.error(f'Expected "{spot.label}" to be of type {name} but got {kind_of(value)}.')

    return check


def is_number(value: object) -> bool:
    """Tell whether a value is a number, which booleans are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


text = _typed("string", lambda value: isinstance(value, str))
boolean = _typed("boolean", lambda value: isinstance(value, bool))
number = _typed("number", is_number)


def filled(spot: Spot, value: object) -> None:
    """Take a string that is not empty."""
    text(spot, value)
    if value == "":
        spot.error(f'"{spot.label}" must be a non-empty string.')


def mapping(spot: Spot, value: object) -> None:
    """Take an object, whatever is in it."""
    if not isinstance(value, dict):
        spot.error(f'The field "{spot.label}" should be an object but got {kind_of(value)}.')


def between(low: float, high: float, *, whole: bool = False) -> Check:
    """Take a number in a range, both ends included."""

    def check(spot: Spot, value: object) -> None:
        kind = "an integer" if whole else "a number"
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not low <= value <= high
            or (whole and not isinstance(value, int))
        ):
            spot.error(f'Expected "{spot.label}" to be {kind} between {low:g} and {high:g}.')

    return check


def one_of(*choices: object) -> Check:
    """Take one of a closed set of values."""

    def check(spot: Spot, value: object) -> None:
        if not any(value is choice or value == choice for choice in choices) or (
            isinstance(value, bool) and value not in [c for c in choices if isinstance(c, bool)]
        ):
            listed = ", ".join(f'"{choice}"' for choice in choices)
            got = f'"{value}"' if isinstance(value, str) and len(value) < 80 else kind_of(value)
            spot.error(f'Expected "{spot.label}" field to be one of {listed} but got {got}.')

    return check


def unless_null(check: Check) -> Check:
    """Take null as "not said"."""
    return lambda spot, value: None if value is None else check(spot, value)


def both(*checks: Check) -> Check:
    """Apply several checks."""

    def check(spot: Spot, value: object) -> None:
        for one in checks:
            one(spot, value)

    return check


def list_of(item: Check) -> Check:
    """Take an array whose items pass a check."""

    def check(spot: Spot, value: object) -> None:
        if not isinstance(value, list):
            spot.error(f'The field "{spot.label}" should be an array but got {kind_of(value)}.')
            return
        for index, inner in enumerate(value):
            item(spot.at(index), inner)

    return check


def dict_of(item: Check) -> Check:
    """Take an object whose values pass a check."""

    def check(spot: Spot, value: object) -> None:
        mapping(spot, value)
        if isinstance(value, dict):
            for key, inner in value.items():
                item(spot.at(key), inner)

    return check


def record(
    fields: Mapping[str, Check],
    *,
    required: Collection[str] = (),
    closed: bool = True,
) -> Check:
    """Take an object with these fields; in a closed one any other is warned of."""

    def check(spot: Spot, value: object) -> None:
        if not isinstance(value, dict):
            spot.error(f'"{spot.label}" should be an object but got {kind_of(value)}.')
            return
        for name in fields:
            if name in value:
                fields[name](spot.at(name), value[name])
            elif name in required:
                spot.error(f'"{spot.label}.{name}" is a required field.')
        if closed:
            warn_of_unknown(spot, value, fields)

    return check


def warn_of_unknown(spot: Spot, value: Mapping[str, Any], known: Collection[str]) -> None:
    """Warn of each key that wrangler does not know, at its line."""
    where = spot.label or "top-level"
    for name in value:
        if name not in known:
            spot.at(name).warn(f'Unexpected fields found in {where} field: "{name}"')
