"""The run as test cases, for CI systems that show nothing else (CircleCI, Jenkins)."""

from workers_deploy.core.outcome import Outcome, Status
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ProblemsError


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A test case; `failure` is its message, `skipped` says that it was not run."""

    name: str
    seconds: float = 0.0
    failure: str | None = None
    skipped: bool = False


def junit_cases(outcome: Outcome) -> tuple[Case, ...]:
    """Return one case per step, per problem of inputs and project, or one for the whole run."""
    if isinstance(outcome.error, ProblemsError):
        return tuple(
            Case(name=str(problem.place or problem.subject), failure=problem.message)
            for problem in outcome.error.problems
        )
    message = outcome.error.message if outcome.error else ""
    cases = tuple(
        Case(
            name=result.step.title,
            seconds=result.seconds,
            failure=(message or result.detail) if result.status is Status.FAILED else None,
            skipped=result.status is Status.NOT_RUN,
        )
        for result in outcome.results
    )
    if outcome.error and not any(case.failure is not None for case in cases):
        cases += (Case(name=outcome.stage or outcome.command, failure=message),)
    return cases or (Case(name=outcome.command, seconds=outcome.seconds),)
