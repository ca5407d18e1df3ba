"""Triggers in one form, whichever way they are written: what is answered may be another one.

How Cloudflare writes a cron or a route that it was sent is not documented. Two texts of one form
mean the same, so a trigger that is answered in another way of writing is not set again.
"""

import re
from collections.abc import Sequence

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
# The names of each field's numbers, and its largest number.
_FIELDS: tuple[tuple[Sequence[str], int], ...] = (
    ((), 59),
    ((), 23),
    ((), 31),
    (MONTHS, 12),
    (WEEKDAYS, 7),
)
_ITEM = re.compile(r"(?P<start>\d{1,2})(?:-(?P<end>\d{1,2}))?(?:/(?P<step>\d{1,2}))?", re.ASCII)
_NAME = re.compile(r"[A-Z]{3}(?=L?(?![A-Z]))")
_SCHEME = re.compile(r"[a-z]+://", re.IGNORECASE)


def cron_form(cron: str) -> str:
    """Return a cron with numbers for names, and lists for ranges and steps.

    `*` stays: beside a weekday it says something else than all days of the month.

    >>> cron_form("0,30 3-5 * * mon"), cron_form("*/30 3-5  * JAN 2")
    ('0,30 3,4,5 * * 2', '*/30 3,4,5 * 1 2')
    >>> cron_form("0 18 * * friL"), cron_form("what else")
    ('0 18 * * 6L', 'WHAT ELSE')
    """
    texts = cron.upper().split()
    if len(texts) != len(_FIELDS):
        return " ".join(texts)
    return " ".join(
        _field_form(text, names, high) for text, (names, high) in zip(texts, _FIELDS, strict=True)
    )


def _field_form(text: str, names: Sequence[str], high: int) -> str:
    numbered = _NAME.sub(
        lambda found: str(names.index(found[0]) + 1) if found[0] in names else found[0], text
    )
    values: set[int] = set()
    for item in numbered.split(","):
        found = _ITEM.fullmatch(item)
        if found is None:
            return numbered
        start = int(found["start"])
        last = high if found["step"] else start
        end = int(found["end"]) if found["end"] else last
        values.update(range(start, end + 1, int(found["step"] or 1) or high))
    return ",".join(map(str, sorted(values))) or numbered


def pattern_form(pattern: str) -> str:
    """Return a route's pattern with its scheme and host in lower case; a path has its case.

    >>> pattern_form("Shop.Example.com/Cart/*"), pattern_form("HTTPS://*.example.com")
    ('shop.example.com/Cart/*', 'https://*.example.com')
    """
    scheme = (_SCHEME.match(pattern) or [""])[0]
    host, slash, path = pattern[len(scheme) :].partition("/")
    return f"{scheme}{host}".lower() + slash + path
