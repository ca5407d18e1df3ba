"""The answer of a run: a few words with a sign of their own, the same in summary and comment."""

from typing import Final

from workers_deploy.core.outcome import Outcome, Result, Status
from workers_deploy.core.steps import Action, Trigger
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import (
    BugError,
    CancelledError,
    DeployError,
    FoundError,
    GuardError,
    ProblemsError,
)
from workers_deploy.report.measures import count_of
from workers_deploy.report.text import count_problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """How a run ended. `sign` is an emoji, `words` stand before the script's name."""

    sign: str
    words: str
    detail: str = ""  # behind the name


_GOOD: Final = {
    Result.DEPLOYED: Answer(sign="✅", words="Deployed"),
    Result.UNCHANGED: Answer(sign="🟰", words="Unchanged"),
    Result.PREVIEWED: Answer(sign="🔎", words="Preview ready"),
    Result.ROLLED_BACK: Answer(sign="⏪", words="Rolled back"),
    Result.DELETED: Answer(sign="🗑️", words="Deleted"),
    Result.DONE: Answer(sign="📄", words="Read"),
    Result.SKIPPED: Answer(sign="⏭️", words="Skipped"),
}

_BAD: Final = (
    (GuardError, Answer(sign="🛑", words="Stopped by a check")),
    (FoundError, Answer(sign="❗", words="Found what fail-on looks for")),
    (CancelledError, Answer(sign="⏹️", words="Cancelled")),
    (BugError, Answer(sign="💥", words="Failed", detail="a bug in workers-deploy")),
)


def answer_of(outcome: Outcome) -> Answer:
    """Return how a run ended, as people say it."""
    if outcome.error is not None:
        return _failure(outcome, outcome.error)
    if outcome.result is Result.PLANNED:
        return _planned(outcome)
    if "scripts" in outcome.details:
        count = count_of(len(outcome.details["scripts"]), "script")
        return Answer(sign="📄", words="Found", detail=count)
    return _GOOD.get(outcome.result, Answer(sign="✅", words=outcome.result.value.capitalize()))


def _planned(outcome: Outcome) -> Answer:
    if outcome.plan is None or not outcome.plan.writes:
        return Answer(sign="🟰", words="Nothing would change")
    return Answer(sign="📋", words="Would change", detail=_count_changes(outcome))


def _count_changes(outcome: Outcome) -> str:
    """Write how much a plan changes; what stays as it is does not count."""
    changes = outcome.plan.changes if outcome.plan else ()
    removals = sum(change.action is Action.DELETE for change in changes)
    count = count_of(len(changes), "change")
    return f"{count}, {count_of(removals, 'removal')}" if removals else count


def _failure(outcome: Outcome, error: DeployError) -> Answer:
    if outcome.result is Result.PARTIAL:
        return Answer(sign="⚠️", words="Live", detail=_what_is_not_set(outcome))
    if outcome.result is Result.REVERTED:
        return Answer(sign="↩️", words="Reverted", detail=_stage(outcome))
    if isinstance(error, ProblemsError):
        return Answer(sign="❌", words="Not started", detail=count_problems(error))
    named = next((answer for kind, answer in _BAD if isinstance(error, kind)), None)
    return named or Answer(sign="❌", words="Failed", detail=_stage(outcome))


def _stage(outcome: Outcome) -> str:
    return f"failed at: {outcome.stage}" if outcome.stage else ""


def _what_is_not_set(outcome: Outcome) -> str:
    """Name the triggers that a deploy has not set; of anything else, where it failed."""
    missing = [
        result.step.title
        for result in outcome.results
        if isinstance(result.step, Trigger) and result.status in (Status.FAILED, Status.NOT_RUN)
    ]
    if not missing:
        return f"but not as planned: {outcome.stage or 'failed'}"
    return f"but not set: {', '.join(dict.fromkeys(missing))}"
