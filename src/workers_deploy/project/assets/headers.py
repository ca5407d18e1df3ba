"""The lines of `_headers` that no header becomes of.

As for `_redirects`, limits and verdicts are those of wrangler 4.164.0 (workers-shared
`parseHeaders.ts`), and a kind that a real account was seen to refuse (100324) is a problem.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from workers_deploy.dataclass import dataclass
from workers_deploy.project.assets.rule_lines import MAX_LINE_LENGTH, BadLine, Flaw
from workers_deploy.project.assets.rule_urls import SPACES, has_port, host_of, length_of, path_of

MAX_RULES = 100
_UNSET = "! "
_PATH = re.compile(f"[^{SPACES}]+://|/")
_SPLAT = re.compile(r":splat(?![A-Za-z0-9_])")


class Kind(StrEnum):
    """What can be wrong with a line."""

    BEFORE_PATH = "before a path"
    NO_VALUE = "no value"
    NO_NAME = "no name"
    SPACE_IN_NAME = "space in name"
    NO_COLON = "no colon"
    PATH = "path"
    WILDCARDS = "wildcards"
    NO_HEADERS = "no headers"
    TOO_LONG = "too long"
    TOO_MANY = "too many"


# Seen as "Expected a path before headers" (workers-sdk #14547) and "Invalid header format".
REFUSED = frozenset({Kind.BEFORE_PATH, Kind.NO_VALUE})


@dataclass(slots=True)
class HeaderReader:
    """Reads the lines one by one; what a line means depends on those before."""

    _rules: int = 0
    _path_line: int | None = None  # of the rule that is being read
    _has_headers: bool = False
    _skips: bool = False  # after a path that is none, up to the next one

    def read(self, text: str) -> Iterator[BadLine]:
        """Yield the bad lines; after the last possible rule there is no other."""
        for number, line in enumerate(text.split("\n"), start=1):
            stripped = line.strip(SPACES)
            if not stripped or stripped.startswith("#"):
                continue
            if length_of(stripped) > MAX_LINE_LENGTH:
                message = f"it is longer than {MAX_LINE_LENGTH:,} characters"
                yield BadLine(number, Flaw(Kind.TOO_LONG, message, "shorten its value"))
            elif not _PATH.match(stripped):
                if not self._skips and (flaw := self._read_header(stripped)):
                    yield BadLine(number, flaw)
            elif self._rules >= MAX_RULES:
                message = f"it is more than the {MAX_RULES} rules that are possible"
                yield BadLine(number, Flaw(Kind.TOO_MANY, message))
                break
            else:
                yield from self._read_path(number, stripped)
        yield from self._end_rule()

    def _read_path(self, number: int, line: str) -> Iterator[BadLine]:
        yield from self._end_rule()
        flaw = _flaw_of_path(line)
        self._skips = flaw is not None
        self._path_line = None if flaw else number
        if flaw:
            yield BadLine(number, flaw)

    def _end_rule(self) -> Iterator[BadLine]:
        if self._path_line is not None:
            if self._has_headers:
                self._rules += 1
            else:
                message = "no headers follow this path"
                hint = "write its headers below it, or remove the path"
                yield BadLine(self._path_line, Flaw(Kind.NO_HEADERS, message, hint))
        self._path_line, self._has_headers = None, False

    def _read_header(self, line: str) -> Flaw | None:
        name, colon, value = line.partition(":")
        name, value = name.strip(SPACES), value.strip(SPACES)
        flaw = None
        if not colon:
            if self._path_line is not None and line.startswith(_UNSET):
                self._has_headers = True
                return None
            hint = "write  Name: value  below its path"
            flaw = Flaw(Kind.NO_COLON, "a header is a name, a colon and a value", hint)
        elif " " in name:
            flaw = Flaw(Kind.SPACE_IN_NAME, "the name of a header has no spaces")
        elif not name:
            flaw = Flaw(Kind.NO_NAME, "the header has no name")
        elif not value:
            hint = f"write  ! {name}  to take a header away"
            flaw = Flaw(Kind.NO_VALUE, f"the header {name} has no value", hint)
        if self._path_line is None and (flaw is None or flaw.kind is Kind.NO_COLON):
            hint = "write the path that the headers are for in a line of its own before them"
            return Flaw(Kind.BEFORE_PATH, "there is no path before it", hint)
        self._has_headers |= flaw is None
        return flaw


def _flaw_of_path(line: str) -> Flaw | None:
    host = host_of(line)
    if host is not None and has_port(host):
        return Flaw(Kind.PATH, "its URL names a port")
    if host is None and not line.startswith("/"):
        return Flaw(Kind.PATH, "it is neither a path nor an https URL")
    path = path_of(line)
    whole = path if host is None else f"https://{host}{path}"
    stars = whole.count("*")
    if stars > 1:
        hint = "use a named placeholder such as :project for the others"
        return Flaw(Kind.WILDCARDS, "it has more than one *", hint)
    if stars and _SPLAT.search(whole):
        return Flaw(Kind.WILDCARDS, "it has a * as well as :splat, which are the same")
    return None
