"""Hides masked values in an outcome before it is rendered.

Escaping and cutting a text can take a value apart so that no mask fits any more. So what goes into
summary, comment, outputs and report is clean before it gets there. Outputs and report are not
masked again once they are written: a secret may be an ordinary word (`true`, `deployed`), and its
mask would break what machines read. For the same reason our own words stay: enumerations, field
names, a step's title and a change's kind, the stage; none of them can come from outside.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from workers_deploy.core.outcome import Outcome, StepResult
from workers_deploy.core.steps import Change, Plan, Step
from workers_deploy.errors import DeployError, GuardError

Redact = Callable[[str], str]
Value = TypeVar("Value")


def redact_outcome(
    outcome: Outcome, redact: Redact, redact_output: Redact | None = None
) -> Outcome:
    """Return the outcome with every text that a report shows passed through one of the two.

    `redact_output` is for names, ids and URLs, `redact` for all that people read.
    """
    redact_output = redact_output or redact
    plan = outcome.plan and _redact_plan(outcome.plan, redact)
    return replace(
        outcome,
        plan=plan and replace(plan, script_name=redact_output(plan.script_name)),
        results=tuple(_redact_result(result, redact) for result in outcome.results),
        facts=redact_strings(outcome.facts, redact_output),
        error=outcome.error and _redact_error(outcome.error, redact),
        warnings=redact_strings(outcome.warnings, redact),
        project_warnings=redact_strings(outcome.project_warnings, redact),
        header={
            name: (redact if name == "subject" else redact_output)(text)
            for name, text in outcome.header.items()
        },
        details=redact_strings(dict(outcome.details), redact_output),
    )


def redact_strings(value: Value, redact: Redact) -> Value:
    """Return a value of plain data with every string in it passed through `redact`."""
    return _walk(value, redact)  # type: ignore[no-any-return]


def _walk(value: Any, redact: Redact) -> Any:
    match value:
        case str() if type(value) is str:
            return redact(value)
        case Mapping():
            return {_walk(key, redact): _walk(item, redact) for key, item in value.items()}
        case tuple() | list():
            return type(value)(_walk(item, redact) for item in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            changed = {f.name: _walk(getattr(value, f.name), redact) for f in fields(value)}
            return replace(value, **changed)
        case _:
            return value


def _redact_plan(plan: Plan, redact: Redact) -> Plan:
    return replace(
        plan,
        steps=tuple(_redact_step(step, redact) for step in plan.steps),
        notes=redact_strings(plan.notes, redact),
    )


def _redact_step(step: Step, redact: Redact) -> Step:
    """Clean what is shown of a step; what it sends is neither shown nor touched."""
    return replace(step, changes=tuple(_redact_change(change, redact) for change in step.changes))


def _redact_change(change: Change, redact: Redact) -> Change:
    return replace(redact_strings(change, redact), kind=change.kind)


def _redact_result(result: StepResult, redact: Redact) -> StepResult:
    return replace(
        result,
        step=_redact_step(result.step, redact),
        tries=redact_strings(result.tries, redact),
        detail=redact(result.detail),
    )


def _redact_error(error: DeployError, redact: Redact) -> DeployError:
    # Not copy.copy: it calls the class, and each kind of error wants other arguments.
    clean = type(error).__new__(type(error))
    vars(clean).update({name: _walk(value, redact) for name, value in vars(error).items()})
    if isinstance(error, GuardError) and isinstance(clean, GuardError):
        clean.word = error.word
    clean.args = (clean.message,)
    return clean
