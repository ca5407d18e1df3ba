"""A TOML text as wrangler's parser (smol-toml 1.9.0) reads it.

`tomli` reads TOML 1.1 as that parser does, `tomllib` only 1.0. Two things it does otherwise: it
drops the carriage returns of strings over several lines, and it takes integers that JavaScript
can't hold.

The tree-sitter grammar, which tells positions, knows 1.0 alone: it gets the text with spaces and
plain strings over what 1.1 added, byte for byte in the same place.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from workers_deploy.project.config.positions import FieldPath, read_toml_positions

MAX_SAFE_INTEGER = 2**53 - 1  # JavaScript's
_FIRST_PRIVATE, _LAST_PRIVATE = 0xE000, 0xF8FF  # characters that mean nothing by themselves
_STRING_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
# Groups: a backslash that ends a line takes all that is blank after it, so no break is left there.
_ESCAPE_OR_BREAK = re.compile(r"(\\(?:[ \t]*\r?\n\s*|.))|\r\n", re.DOTALL)
_LOSSY = "integer value cannot be represented losslessly"
_TOO_LONG = re.compile(r"(?<![\w.])[+-]?\d(?:_?\d){4000,}")  # Python reads 4,300 digits
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlFlawError(Exception):
    """A text that is no TOML, or none that wrangler takes; both numbers count from 1."""

    def __init__(self, reason: str, line: int, column: int) -> None:
        """Keep why, and where."""
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column


def read_toml(text: str) -> dict[str, Any]:
    """Return the values of a TOML text.

    Raises:
        TomlFlawError: it can't be read.

    """
    import tomli  # noqa: PLC0415 - most configurations are JSON

    mark = _unused_character(text)
    try:
        values = tomli.loads(_mark_returns(text, mark))
    except tomli.TOMLDecodeError as error:
        raise _flaw(str(error), text) from error
    except ValueError as error:
        raise _too_long_integer(text) from error
    for path, number in _integers((), values):
        if abs(number) > MAX_SAFE_INTEGER:
            found = read_toml_positions(text).of_value(path)
            line, column = (found.line, found.column) if found else (1, 1)
            raise TomlFlawError(_LOSSY, line, column)
    restored = _restore_returns(values, mark) if "\r" in text else values
    assert isinstance(restored, dict)
    return restored


def without_dates(value: Any) -> Any:
    """Write TOML's dates and times as JSON does in JavaScript: as text, to the millisecond.

    >>> without_dates([date(2026, 1, 31), time(10, 30, 0, 123456)])
    ['2026-01-31', '10:30:00.123']
    """
    match value:
        case dict():
            return {key: without_dates(inner) for key, inner in value.items()}
        case list():
            return [without_dates(inner) for inner in value]
        case datetime() | time():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            return value


def _flaw(message: str, text: str) -> TomlFlawError:
    found = _PLACE.search(message)
    reason = message[: found.start()] if found else message
    lines = text.split("\n")
    line, column = len(lines), len(lines[-1]) + 1
    if found and found.group(1):
        line, column = int(found.group(1)), int(found.group(2))
    return TomlFlawError(reason[:1].lower() + reason[1:], line, column)


def _too_long_integer(text: str) -> TomlFlawError:
    """Return the flaw of an integer that has more digits than Python reads."""
    found = _TOO_LONG.search(text)
    before = text[: found.start()] if found else ""
    return TomlFlawError(_LOSSY, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _integers(path: FieldPath, value: Any) -> Iterator[tuple[FieldPath, int]]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from _integers((*path, key), inner)
        case list():
            for number, inner in enumerate(value):
                yield from _integers((*path, number), inner)
        case int() if not isinstance(value, bool):
            yield path, value
        case _:
            pass


def _unused_character(text: str) -> str:
    """Return a character that the text does not have, to stand for a carriage return."""
    numbers = range(_FIRST_PRIVATE, _LAST_PRIVATE)
    return next((chr(one) for one in numbers if chr(one) not in text), "\n")


def _mark_returns(text: str, mark: str) -> str:
    """Write a mark for each carriage return that belongs to a string, which `tomli` would drop."""

    def inside(found: re.Match[str]) -> str:
        return found.group(1) or f"{mark}\n"

    def mark_string(found: re.Match[str]) -> str:
        token = found.group()
        if not token.startswith(('"""', "'''")):
            return token
        # A line break right after the opening quotes is not part of the string.
        start = 5 if token[3:5] == "\r\n" else 3
        body = token[start:]
        is_basic = token.startswith('"')
        marked = _ESCAPE_OR_BREAK.sub(inside, body) if is_basic else body.replace("\r", mark)
        return token[:start] + marked

    return _STRING_OR_COMMENT.sub(mark_string, text) if "\r" in text else text


def _restore_returns(value: Any, mark: str) -> Any:
    match value:
        case dict():
            return {key: _restore_returns(inner, mark) for key, inner in value.items()}
        case list():
            return [_restore_returns(inner, mark) for inner in value]
        case str():
            return value.replace(mark, "\r")
        case _:
            return value
