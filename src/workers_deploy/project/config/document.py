"""A configuration file as values, with the place of each of them.

`wrangler.json` and `wrangler.jsonc` are JSON with comments and trailing commas, and no more: the
json5 package would also take single quotes and bare keys, which wrangler refuses, and needs 35 ms
to be imported and 10 ms per kilobyte. So comments and trailing commas are blanked, which keeps
every position, and `json` reads the rest.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any

from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.config.positions import (
    FieldPath,
    Positions,
    read_json_positions,
    read_toml_positions,
)
from workers_deploy.project.config.toml import TomlFlawError, read_toml
from workers_deploy.project.findings import Findings
from workers_deploy.project.regular_files import MIB, read_regular

# Ours, not wrangler's. The largest that people write have some 100 KB; every check takes time.
MAX_CONFIG_BYTES = MIB
_LONGEST_INTEGER = 400  # digits; with more of them it is infinite in JavaScript

# A comment that nothing ends takes the rest, or each `/*` in it would be looked at anew.
_STRING_OR_COMMENT = re.compile(
    r'"(?:\\.|[^"\\\n])*"|//[^\r\n]*|/\*(?:.*?\*/|(?P<endless>.*))', re.DOTALL
)
_STRING_OR_COMMA = re.compile(r'"(?:\\.|[^"\\\n])*"|,(?=\s*[}\]])')
_NOT_A_LINE_BREAK = re.compile(r"[^\r\n]")


@dataclass(frozen=True, kw_only=True)
class Document:
    """One configuration file: `shown` is how people read its path, `values` what it says."""

    file: Path
    shown: str
    text: str = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)

    @cached_property
    def _positions(self) -> Positions:
        if self.file.suffix == ".toml":
            return read_toml_positions(self.text)
        return read_json_positions(blank_comments(self.text))

    def place(self, path: FieldPath, *, key: bool = False) -> Place:
        """Return where a value stands, or its key; without a path, the file."""
        found = self._positions.of_key(path) if key else self._positions.of_value(path)
        if found is None:
            return Place(file=self.shown, line=1 if path else None)
        return Place(file=self.shown, line=found.line, column=found.column)


def read_document(file: Path, shown: str, findings: Findings) -> Document | None:
    """Read a configuration file; what can't be read is a problem, with line and column."""
    try:
        text = read_regular(file, MAX_CONFIG_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        findings.problem(shown, f"{shown} is not UTF-8 text", place=Place(file=shown, line=line))
        return None
    except OSError as error:
        findings.problem(shown, f"{shown} can't be read: {error.strerror}", place=Place(file=shown))
        return None
    values = _parse(text, file.suffix == ".toml", shown, findings)
    if values is None:
        return None
    return Document(file=file, shown=shown, text=text, values=values)


def blank_comments(text: str) -> str:
    """Write spaces over comments and trailing commas; every other character keeps its place.

    >>> blank_comments('{"a": "//", /* x */}')
    '{"a": "//"         }'
    """

    def blank(found: re.Match[str]) -> str:
        token = found.group()
        is_kept = token.startswith('"') or found.group("endless") is not None
        return token if is_kept else _NOT_A_LINE_BREAK.sub(" ", token)

    def blank_comma(found: re.Match[str]) -> str:
        return " " if found.group() == "," and _follows_value(found) else found.group()

    return _STRING_OR_COMMA.sub(blank_comma, _STRING_OR_COMMENT.sub(blank, text))


def _follows_value(comma: re.Match[str]) -> bool:
    """Tell whether a comma before a closing bracket has a value before it: `[,]` is no array."""
    before = comma.start()
    while before and comma.string[before - 1].isspace():
        before -= 1
    return comma.string[before - 1 : before] not in ("", "[", "{", ",", ":")


def _parse(text: str, is_toml: bool, shown: str, findings: Findings) -> dict[str, Any] | None:
    try:
        values = _parse_toml(text) if is_toml else _parse_json(text)
    except _SyntaxFlawError as problem:
        place = Place(file=shown, line=problem.line, column=problem.column)
        findings.problem(shown, f"{shown} can't be parsed: {problem.reason}", place=place)
        return None
    except RecursionError:
        findings.problem(shown, f"{shown} is nested too deeply", place=Place(file=shown))
        return None
    if not isinstance(values, dict):
        findings.problem(
            shown, f"{shown} has to hold an object", place=Place(file=shown, line=1, column=1)
        )
        return None
    return values


class _SyntaxFlawError(Exception):
    def __init__(self, reason: str, line: int, column: int) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column


def _parse_json(text: str) -> Any:
    try:
        read = json.loads(
            blank_comments(text), parse_constant=_refuse_constant, parse_int=_parse_integer
        )
        return _as_javascript(read)
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        raise _SyntaxFlawError(reason, error.lineno, error.colno) from error
    except _ConstantError as error:
        position = re.search(rf"(?<![\w\"-]){re.escape(str(error))}(?![\w\"])", text)
        before = text[: position.start()] if position else ""
        column = len(before) - (before.rfind("\n") + 1) + 1
        raise _SyntaxFlawError(f"{error} is no JSON", before.count("\n") + 1, column) from error


class _ConstantError(ValueError):
    pass


def _refuse_constant(name: str) -> Any:
    raise _ConstantError(name)


def _parse_integer(digits: str) -> int | float:
    """Read an integer; Python refuses 4,300 digits, which are a number like any other in JSON."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


def _parse_toml(text: str) -> Any:
    try:
        return _as_javascript(read_toml(text))
    except TomlFlawError as error:
        raise _SyntaxFlawError(error.reason, error.line, error.column) from error


def _as_javascript(value: Any) -> Any:
    """Make numbers what they are in JavaScript, whose JSON writes 1.0 as 1 and NaN as null."""
    match value:
        case dict():
            return {key: _as_javascript(inner) for key, inner in value.items()}
        case list():
            return [_as_javascript(inner) for inner in value]
        case float() if not math.isfinite(value):
            return None
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case _:
            return value
