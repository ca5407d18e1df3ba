"""The lines of `_redirects` that no redirect becomes of.

Limits and verdicts are those of wrangler 4.164.0 (workers-shared `parseRedirects.ts`). wrangler
only warns of them, and only in `wrangler dev`; Cloudflare refuses the upload (100324) for most. A
kind that a real account was seen to refuse is a problem here, any other a warning.
"""

import re
from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum

from workers_deploy.dataclass import dataclass
from workers_deploy.project.assets.rule_lines import MAX_LINE_LENGTH, BadLine, Flaw
from workers_deploy.project.assets.rule_urls import SPACES, host_of, length_of, path_of

MAX_STATIC = 2000
MAX_DYNAMIC = 100
STATUSES = (200, 301, 302, 303, 307, 308)
_COMMENT = re.compile(rf"[{SPACES}]+#[^\n\r\u2028\u2029]*\Z")
_DYNAMIC = re.compile(r"\*|:[A-Za-z]")
_TO_INDEX = re.compile(r"/index(\.html)?\Z")


class Kind(StrEnum):
    """What can be wrong with a line."""

    TOKENS = "tokens"
    SOURCE = "source"
    TARGET = "target"
    STATUS = "status"
    LOOP = "loop"
    DUPLICATE = "duplicate"
    PROXY = "proxy"
    TOO_LONG = "too long"
    TOO_MANY_STATIC = "too many static"
    TOO_MANY_DYNAMIC = "too many dynamic"


# Seen with "Invalid _redirects configuration: Line …" (workers-sdk #15624 and public deploy logs).
REFUSED = frozenset(
    {
        *(Kind.TOKENS, Kind.SOURCE, Kind.STATUS, Kind.LOOP, Kind.DUPLICATE),
        Kind.TOO_MANY_DYNAMIC,
    }
)


@dataclass(slots=True)
class RedirectReader:
    """Reads the lines one by one; some flaws depend on those before."""

    html_handling: str | None = None
    _seen: set[str] = field(default_factory=set)
    _static: int = 0
    _dynamic: int = 0

    def read(self, text: str) -> Iterator[BadLine]:
        """Yield the bad lines; after the last possible dynamic rule there is no other."""
        for number, line in enumerate(text.split("\n"), start=1):
            stripped = line.strip(SPACES)
            if not stripped or stripped.startswith("#"):
                continue
            if flaw := self._read_line(stripped):
                yield BadLine(number, flaw)
                if flaw.kind is Kind.TOO_MANY_DYNAMIC:
                    return

    def _read_line(self, line: str) -> Flaw | None:
        if length_of(line) > MAX_LINE_LENGTH:
            message = f"it is longer than {MAX_LINE_LENGTH:,} characters"
            return Flaw(Kind.TOO_LONG, message, "shorten its source or its destination")
        tokens = re.split(f"[{SPACES}]+", _COMMENT.sub("", line))
        if not 2 <= len(tokens) <= 3:
            count = len(tokens)
            message = f"it has {count} word{'' if count == 1 else 's'} instead of 2 or 3"
            return Flaw(Kind.TOKENS, message, "write a source, a destination and a status")
        source, target, *status = tokens
        if host_of(source) is not None:
            hint = "redirect other hosts by a rule of the zone"
            return Flaw(Kind.SOURCE, "its source is a URL instead of a path", hint)
        path = path_of(source)
        return (
            self._count(path)
            or self._check_target(path, target, status[0] if status else "302")
            or self._check_once(path)
            or _check_proxy(target, status[0] if status else "302")
        )

    def _count(self, path: str) -> Flaw | None:
        if not self._dynamic and not _DYNAMIC.search(path):
            self._static += 1
            if self._static > MAX_STATIC:
                message = f"it is more than the {MAX_STATIC:,} static rules that are possible"
                return Flaw(Kind.TOO_MANY_STATIC, message)
            return None
        self._dynamic += 1
        if self._dynamic > MAX_DYNAMIC:
            return Flaw(
                Kind.TOO_MANY_DYNAMIC,
                f"it is more than the {MAX_DYNAMIC} dynamic rules that are possible",
                "every rule after the first with a * or a :placeholder counts as dynamic: write "
                "the others before it",
            )
        return None

    def _check_target(self, path: str, target: str, status: str) -> Flaw | None:
        if host_of(target) is None and not target.startswith("/"):
            message = "its destination is neither a path nor an https URL"
            hint = "begin it with / or https://"
            return Flaw(Kind.TARGET, message, hint)
        if _number(status) not in STATUSES:
            listed = ", ".join(map(str, STATUSES))
            return Flaw(Kind.STATUS, f"its status is none of {listed}")
        if host_of(target) is None and self._loops(path, target):
            return Flaw(
                Kind.LOOP,
                "it would redirect to itself for ever, since /index.html is served as /",
                'for a single-page app set assets.not_found_handling to "single-page-application"',
            )
        return None

    def _loops(self, path: str, target: str) -> bool:
        if not _TO_INDEX.search(_with_rest(target)):
            return False
        return path.endswith("/*") or (path.endswith("/") and self.html_handling != "none")

    def _check_once(self, path: str) -> Flaw | None:
        if path in self._seen:
            message = "there is a rule for the same path before it"
            return Flaw(Kind.DUPLICATE, message)
        self._seen.add(path)
        return None


def _check_proxy(target: str, status: str) -> Flaw | None:
    if _number(status) == 200 and host_of(target) is not None:
        message = "with status 200 its destination has to be a path"
        hint = "write a path, or a status that redirects such as 302"
        return Flaw(Kind.PROXY, message, hint)
    return None


def _with_rest(target: str) -> str:
    """Return a path with its query and fragment."""
    rest = re.search("[?#]", target)
    return path_of(target) + (target[rest.start() :] if rest else "")


def _number(text: str) -> float | None:
    """Read a number as JavaScript does, in which 301.0 and 0x12d are 301."""
    if found := re.fullmatch(r"0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)", text):
        return int(found[0], 0)
    is_decimal = re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text)
    return float(text) if is_decimal else None
