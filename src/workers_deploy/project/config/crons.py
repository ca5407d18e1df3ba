"""Cron expressions as Cloudflare takes them.

Five fields in the manner of Quartz. Source: "Supported cron expressions" of the documentation,
and saffron, the parser that Cloudflare published for its Cron Triggers: whatever it takes is
taken here. Seen of real accounts: `0 3 * * 0` is refused with "invalid cron string" (10100), 7 and
SUN are not. Python's cron libraries read other dialects: Sunday is 0 there, and `W`, `LW` or
`L-3` mean nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field

from workers_deploy.core.trigger_forms import MONTHS, WEEKDAYS
from workers_deploy.dataclass import dataclass

_ITEM = re.compile(r"(?:\*|(?P<start>\w+))(?:-(?P<end>\w+))?(?:/(?P<step>\d+))?", re.ASCII)
_STAR_ALONE = re.compile(r"\*(?!/)")
_DOCUMENTATION = (
    "https://developers.cloudflare.com/workers/configuration/cron-triggers/"
    "#supported-cron-expressions"
)
_BLANK = re.compile(r"[ \t]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: Sequence[str] = ()
    special: Mapping[str, int] = field(default_factory=dict)  # pattern → most of its last number
    hint: str = ""


_FIELDS = (
    _Field(name="minute", low=0, high=59),
    _Field(name="hour", low=0, high=23),
    _Field(
        name="day of the month",
        low=1,
        high=31,
        special={r"LW?": 0, r"L-(\d+)W?": 30, r"(\d+)W": 31},
    ),
    _Field(name="month", low=1, high=12, names=MONTHS),
    _Field(
        name="weekday",
        low=1,
        high=7,
        names=WEEKDAYS,
        special={r"L": 0, r"(?:[1-7]|{names})L": 0, r"(?:[1-7]|{names})#(\d+)": 5},
        hint="1 is Sunday and 7 is Saturday; names such as SUN or MON-FRI are clearer",
    ),
)


@dataclass(frozen=True, slots=True)
class CronFlaw:
    """What is wrong with an expression, and what to do about it."""

    reason: str
    hint: str


def find_cron_flaw(cron: str) -> CronFlaw | None:
    """Return why Cloudflare would refuse an expression, None where it takes it.

    >>> find_cron_flaw("59 23 LW * *"), find_cron_flaw("0 18 * * friL")
    (None, None)
    >>> find_cron_flaw("0 0 * * 0").reason
    'the weekday 0 is not between 1 and 7'
    """
    texts = _BLANK.split(cron.strip())
    if len(texts) != len(_FIELDS) or not texts[0]:
        count = len(texts) if texts[0] else 0
        return CronFlaw(
            f"it has {count} field{'' if count == 1 else 's'} instead of 5",
            "write minute, hour, day of the month, month and weekday: 0 3 * * * is every day at "
            "3:00 UTC",
        )
    for part, text in zip(_FIELDS, texts, strict=True):
        if (reason := _flaw_of(part, text)) is not None:
            return CronFlaw(reason, part.hint or f"see {_DOCUMENTATION}")
    return None


def _flaw_of(part: _Field, text: str) -> str | None:
    if text == "*":
        return None
    if (special := _find_special(part, text)) is not None:
        return _flaw_of_special(part, special)
    if _STAR_ALONE.match(text):  # only later in a list it is one of several
        return f'the {part.name} "{text[:40]}" is not understood'
    flaws = (_flaw_of_item(part, item) for item in text.split(","))
    return next((flaw for flaw in flaws if flaw), None)


def _find_special(part: _Field, text: str) -> tuple[re.Match[str], int] | None:
    """Return an extension of Quartz, which stands alone in its field, and its largest number."""
    for pattern, most in part.special.items():
        filled = pattern.replace("{names}", "|".join(part.names))
        if found := re.fullmatch(filled, text, re.IGNORECASE):
            return found, most
    return None


def _flaw_of_special(part: _Field, special: tuple[re.Match[str], int]) -> str | None:
    found, most = special
    wrong = next((one for one in found.groups() if not 1 <= _number(one) <= most), None)
    if wrong is None:
        return None
    return f'the {wrong[:40]} in the {part.name} "{found[0][:40]}" is not between 1 and {most}'


def _flaw_of_item(part: _Field, item: str) -> str | None:
    found = _ITEM.fullmatch(item)
    if found is None:
        return f'the {part.name} "{item[:40]}" is not understood'
    for value in (found["start"], found["end"]):
        if value is not None and (flaw := _flaw_of_value(part, value)):
            return flaw
    most = part.high - part.low
    if found["step"] is not None and not 1 <= _number(found["step"]) <= most:
        return f"the step {found['step'][:40]} of the {part.name} is not between 1 and {most}"
    return None


def _flaw_of_value(part: _Field, value: str) -> str | None:
    if value.isdigit():
        if part.low <= _number(value) <= part.high:
            return None
        return f"the {part.name} {value[:40]} is not between {part.low} and {part.high}"
    if value.upper() in part.names:
        return None
    return f'the {part.name} "{value[:40]}" is not understood'


def _number(digits: str) -> int:
    """Read a number of any length; more than so many digits are too many anyway."""
    return int(digits.lstrip("0")[:9] or "0")
