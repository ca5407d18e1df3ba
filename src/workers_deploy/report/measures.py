"""How times, numbers and ids are written, the same in log, summary and comment."""

from datetime import UTC, datetime
from typing import Final

SHORT_ID: Final = 8


def render_seconds(seconds: float) -> str:
    """Write how long something took.

    >>> [render_seconds(s) for s in (0.004, 0.84, 12, 61.2, 3725)]
    ['0.0 s', '0.8 s', '12.0 s', '61.2 s', '62 min 5 s']
    """
    if seconds < 600:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def render_duration(seconds: float) -> str:
    """Write a span roughly: time left, ages.

    >>> [render_duration(s) for s in (0.2, 59.9, 150, 11_000, 400_000)]
    ['0 s', '59 s', '2 min', '3 h', '4 d']
    """
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def render_age(moment: str | None, now: datetime) -> str:
    """Write how long ago an RFC 3339 time was; empty where it can't be read.

    >>> render_age("2026-01-01T00:00:00.123456Z", datetime(2026, 1, 1, 3, 10, tzinfo=UTC))
    '3 h ago'
    >>> render_age("yesterday", datetime(2026, 1, 1, tzinfo=UTC))
    ''
    """
    if not moment:
        return ""
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    seconds = (now - then).total_seconds()
    return f"{render_duration(seconds)} ago" if seconds >= 1 else "just now"


def short_id(identifier: str | None) -> str:
    """Shorten a version's id as Cloudflare's dashboard and preview URLs do.

    >>> short_id("7c1f2b9a-93cd-4e5f-8d67-1f5e3d1c0a4b"), short_id("abc"), short_id(None)
    ('7c1f2b9a', 'abc', '?')
    """
    return identifier[:SHORT_ID] if identifier else "?"


def short_account(account_id: str) -> str:
    """Shorten an account id: enough to tell two apart, not enough to use.

    >>> short_account("0123456789abcdef0123456789abcdef")
    '0123…cdef'
    """
    return account_id if len(account_id) <= 9 else f"{account_id[:4]}…{account_id[-4:]}"


def count_of(number: int, noun: str) -> str:
    """Write a number of things.

    >>> count_of(1, "asset"), count_of(20_412, "asset"), count_of(2, "retry")
    ('1 asset', '20,412 assets', '2 retries')
    """
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") else f"{number:,} {noun}s"
