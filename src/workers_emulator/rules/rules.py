"""What the emulator refuses and how it behaves, each with how that is known.

Cloudflare's service is closed: some of its rules are written down, some were seen in official
clients, some can only be inferred. A rule that nobody wrote down must not look like one that
somebody did, so every refusal names its rule here and `GET /__emulator__/assumptions` tells all
that are assumed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Known(StrEnum):
    """How a rule is known: an answer of the live API was seen, or the page, or the client."""

    SEEN = "seen"
    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One thing that the emulator refuses or does; `code` and `status` only where it refuses."""

    id: str
    says: str
    known: Known
    source: str
    code: int | None = None
    status: int = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One entry of an envelope's `errors`."""

    rule: Rule
    message: str


class Refusal(Exception):  # noqa: N818 -- it is Cloudflare's answer, not a fault of the program
    """Cloudflare would refuse this request: one or more problems, the first decides the status."""

    def __init__(self, rule: Rule, message: str | None = None, *more: Problem) -> None:
        self.problems = (Problem(rule=rule, message=message or rule.says), *more)
        super().__init__(self.problems[0].message)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "Refusal":
        """Return the refusal that tells all of these problems at once."""
        first, *rest = problems
        return cls(first.rule, first.message, *rest)

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return self.problems[0].rule.status
