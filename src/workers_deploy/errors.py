"""Every way a run can end badly, one exit code each (the table is in README, "Exit codes").

DeployError
├── BugError          1      a bug of ours, carried to where it is told
├── ProblemsError     2, 3   inputs or project are wrong; nothing was sent
├── ChangedError      3      an asset changed while it was being uploaded
├── RefusedError      4      Cloudflare refused
├── UnansweredError   5      no answer after all tries
├── MismatchError     6      live does not match, or the probe failed
├── GuardError        7      a guard stopped it; nothing was written
├── FoundError        8      `fail-on` found what it looks for
└── CancelledError    128+n  a signal ended the run
"""

from collections.abc import Iterable
from enum import StrEnum

from workers_deploy.dataclass import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where in the checkout a fact stands; line and column count from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Write it as editors and CI systems understand it.

        >>> str(Place(file="wrangler.jsonc", line=14, column=22))
        'wrangler.jsonc:14:22'
        """
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


class ProblemKind(StrEnum):
    """Who has to mend a problem: the step's inputs or the project."""

    INPUT = "input"
    PROJECT = "project"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong before anything is sent.

    `subject` is an input's name (`workers-dev`) or a path; never a value.
    """

    kind: ProblemKind
    subject: str
    message: str
    hint: str | None = None
    block: str | None = None  # lines to paste, behind the hint
    place: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """What to do about a problem: a sentence, and lines to paste where there are some."""

    text: str
    block: str | None = None


class DeployError(Exception):
    """A failure that the reader can act upon; its text never holds a secret."""

    exit_code = 1

    def __init__(
        self, message: str, *, hint: str | None = None, place: Place | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place


class BugError(DeployError):
    """An exception that nobody expected; its own text may hold a value and is never shown."""

    def __init__(self, bug: Exception) -> None:
        super().__init__(f"a bug in workers-deploy: {type(bug).__name__}")
        self.__cause__ = bug


class ProblemsError(DeployError):
    """Inputs or project are wrong: all problems of the run at once; nothing was sent."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.subject}: {p.message}" for p in self.problems))

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """Return 2 where an input is wrong, else 3."""
        return 2 if any(p.kind is ProblemKind.INPUT for p in self.problems) else 3


class ChangedError(DeployError):
    """A file of the project changed after its hash was taken; something may have been sent."""

    exit_code = 3


class ApiError(DeployError):
    """A request that failed for good; knows the request, Cloudflare's code and the Ray ID."""

    def __init__(
        self,
        message: str,
        *,
        request: str,
        status: int | None = None,
        code: int | None = None,
        ray_id: str | None = None,
        hint: str | None = None,
        place: Place | None = None,
    ) -> None:
        super().__init__(message, hint=hint, place=place)
        self.request = request
        self.status = status
        self.code = code
        self.ray_id = ray_id
        self.live_version_id: str | None = None  # what serves, where that was read before


class RefusedError(ApiError):
    """Cloudflare answered no: trying again would not help."""

    exit_code = 4


class UnansweredError(ApiError):
    """Cloudflare or the network did not answer, after all tries."""

    exit_code = 5


class MismatchError(DeployError):
    """Live is not as planned after the reads that wait for it, or the probe failed."""

    exit_code = 6


class GuardError(DeployError):
    """A guard stopped the run before its first write; `word` opens it through `allow`."""

    exit_code = 7

    def __init__(self, message: str, *, word: str | None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.word = word


class FoundError(DeployError):
    """`fail-on` found changes or drift."""

    exit_code = 8


class CancelledError(DeployError):
    """A signal ended the run; the exit code is 128 plus the signal's number."""

    def __init__(self, signal_number: int) -> None:
        super().__init__("cancelled")
        self.exit_code = 128 + signal_number
