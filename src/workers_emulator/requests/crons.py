"""The grammar of cron expressions, by the table of "Supported cron expressions".

Every field is one regular expression: its numbers and names, the signs `* , - /` that all have,
and `L`, `W` and `#` where the table has them.
"""

import re

_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT"
_MONTH_DAY = "0*(?:[1-9]|[12][0-9]|3[01])"
_WEEKDAY = f"(?:0*[1-7]|{_DAYS})"  # a 0 was seen to be refused
_STEP = "0*[1-9][0-9]?"


def _field(value: str, *more: str) -> str:
    """Return the expression of a field: a list of values, ranges and steps, or one of `more`."""
    item = rf"(?:\*|{value}(?:-{value})?)(?:/{_STEP})?"
    return f"(?:{'|'.join((f'{item}(?:,{item})*', *more))})"


_CRON = re.compile(
    r"\s*"
    + r"\s+".join(
        (
            _field("0*(?:[0-5]?[0-9])"),
            _field("0*(?:1?[0-9]|2[0-3])"),
            _field(_MONTH_DAY, "LW?", "L-0*(?:[1-9]|[12][0-9]|30)W?", f"{_MONTH_DAY}W"),
            _field(f"(?:0*(?:[1-9]|1[0-2])|{_MONTHS})"),
            _field(_WEEKDAY, "L", f"{_WEEKDAY}L", f"{_WEEKDAY}#0*[1-5]"),
        )
    )
    + r"\s*",
    re.ASCII | re.IGNORECASE,
)


def is_cron(text: str) -> bool:
    """Tell whether it is an expression that is supported.

    >>> is_cron("*/5 0-23 LW jan-mar,DEC fri#5"), is_cron("60 * * * *"), is_cron("* * * * 0")
    (True, False, False)
    """
    return _CRON.fullmatch(text) is not None
