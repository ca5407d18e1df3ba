"""The log of a run, row by row (design: what people see). Values of variables never get here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from workers_deploy.core.live import LiveState
from workers_deploy.core.outcome import Outcome, Result, Status, StepResult, Try
from workers_deploy.core.project import Project
from workers_deploy.core.sizes import render_bytes
from workers_deploy.core.steps import Plan
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import (
    ApiError,
    DeployError,
    GuardError,
    Problem,
    ProblemKind,
    ProblemsError,
)
from workers_deploy.report.changes import render_change
from workers_deploy.report.measures import (
    count_of,
    render_age,
    render_seconds,
    short_account,
    short_id,
)

SUBJECT_WIDTH: Final = 15
SHOWN_UNFOLDED: Final = 12  # changes; a longer plan folds where the CI system can fold
WORTH_TELLING: Final = 0.5  # seconds; quicker steps need no time beside them


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A titled row of the log; further lines stand under the first."""

    title: str
    lines: tuple[str, ...]
    mark: str = "▸"
    folded: str = ""  # what stands for the lines where they fold; empty: they never fold


def render_header(
    *,
    version: str,
    command: str,
    script_name: str | None = None,
    account_id: str | None = None,
    config_file: str | None = None,
    environment: str | None = None,
) -> str:
    """Write the run's first line.

    >>> render_header(version="1.0.0", command="deploy", script_name="shop-staging",
    ...               account_id="0123456789abcdef0123456789abcdef",
    ...               config_file="wrangler.jsonc", environment="staging")
    'workers-deploy 1.0.0 · deploy shop-staging · account 0123…cdef · wrangler.jsonc [env staging]'
    """
    source = " ".join(
        part for part in (config_file, f"[env {environment}]" if environment else "") if part
    )
    parts = (
        f"workers-deploy {version}",
        f"{command} {script_name or ''}".rstrip(),
        f"account {short_account(account_id)}" if account_id else "",
        source,
    )
    return " · ".join(part for part in parts if part)


def render_project_row(project: Project) -> Row:
    """Tell what the checkout holds, in numbers."""
    parts = [
        _modules_of(project),
        f"{count_of(len(project.assets.entries), 'asset')}"
        f" ({render_bytes(project.assets.total_bytes)})"
        if project.assets
        else "",
        count_of(len(project.bindings), "binding") if project.bindings else "",
        count_of(len(project.secrets), "secret") if project.secrets else "",
        f"{project.uncommitted} is not as in commit {(project.commit or '')[:12]}"
        if project.uncommitted
        else "",
    ]
    known = " · ".join(part for part in parts if part)
    return Row(title="Project", lines=(known or "neither code nor assets are read",))


def _modules_of(project: Project) -> str:
    if not project.modules:
        return "assets only" if project.assets else ""
    size = render_bytes(sum(len(module.content) for module in project.modules))
    others = len(project.modules) - 1
    more = f" + {count_of(others, 'module')}" if others else ""
    return f"{project.main_module or project.modules[0].name}{more} ({size})"


def render_live_row(
    live: LiveState, *, now: datetime, commit: str | None = None, namespace: str | None = None
) -> Row:
    """Tell what serves now; `commit` is the one of the live version's note, where it has one.

    A script of a dispatch `namespace` serves without versions.
    """
    if not live.exists:
        return Row(title="Live", lines=(f"no script {live.script_name} yet",))
    if namespace is not None:
        return Row(title="Live", lines=(f"the script serves in dispatch namespace {namespace}",))
    lines = [" · ".join(part for part in (_serving(live, now, commit), _subdomain(live)) if part)]
    if not live.latest_is_live:
        lines.append(f"the latest version {short_id(live.latest_version_id)} is not the live one")
    return Row(title="Live", lines=tuple(lines))


def _serving(live: LiveState, now: datetime, commit: str | None) -> str:
    deployment = live.deployment
    if deployment is None or not deployment.shares:
        return "the script exists, and no version serves"
    if len(deployment.shares) > 1:
        shares = (f"{short_id(s.version_id)} {s.percentage:g} %" for s in deployment.shares)
        versions = f"versions {', '.join(shares)}"
    else:
        versions = f"version {short_id(deployment.shares[0].version_id)}"
    age = render_age(deployment.created_on, now)
    deployed = f" deployed {age}" if age else ""
    return f"{versions}{deployed}" + (f" (commit {commit})" if commit else "")


def _subdomain(live: LiveState) -> str:
    if live.subdomain.enabled is None:
        return ""
    return f"workers.dev {'on' if live.subdomain.enabled else 'off'}"


def render_plan_rows(plan: Plan) -> tuple[Row, ...]:
    """Show every difference with its sign, and what must be known before the first write."""
    lines = [render_change(change) for step in plan.steps for change in step.changes]
    folded = _count_changes(plan, len(lines)) if len(lines) > SHOWN_UNFOLDED else ""
    rows = [Row(title="Plan", lines=tuple(lines) or ("nothing to change",), folded=folded)]
    if plan.notes:
        rows.append(Row(title="Note", lines=plan.notes, mark="!"))
    return tuple(rows)


def _count_changes(plan: Plan, lines: int) -> str:
    """Write how much of a plan changes, and how much is only shown."""
    changes = len(plan.changes)
    same = lines - changes
    return count_of(changes, "change") + (f", {same} unchanged" if same else "")


def render_step_row(result: StepResult) -> Row | None:
    """Tell how a step went.

    Nothing for a step that was not carried out, nor for one that failed: `render_failure` tells
    that one, once, with everything that belongs to it.
    """
    if result.status in (Status.NOT_RUN, Status.FAILED):
        return None
    seconds = render_seconds(result.seconds) if result.seconds >= WORTH_TELLING else ""
    parts = (result.detail, seconds, render_tries(result))
    line = " · ".join(part for part in parts if part) or "done"
    return Row(
        title=result.step.title,
        lines=tuple(line.splitlines()),
        mark="↺" if result.status is Status.UNDONE else "▸",
    )


def render_tries(result: StepResult) -> str:
    """Tell the tries of a step, if it took more than one, and those of its reads.

    Tries that met the same problem are counted, their waits added.
    """
    own = [one for one in result.tries if not one.is_read]
    reads = [one for one in result.tries if one.is_read]
    parts = []
    if own:
        parts.append(f"{max(result.attempts, len(own))} tries ({_render_problems(own)})")
    if reads:
        parts.append(f"reads tried again ({_render_problems(reads)})")
    return " · ".join(parts)


def _render_problems(tries: Sequence[Try]) -> str:
    problems: dict[str, list[float]] = {}
    for one in tries:
        problems.setdefault(one.problem, []).append(one.waited)
    return ", ".join(_render_problem(problem, waits) for problem, waits in problems.items())


def _render_problem(problem: str, waits: list[float]) -> str:
    times = f" \N{MULTIPLICATION SIGN}{len(waits)}" if len(waits) > 1 else ""
    waited = f", waited {render_seconds(sum(waits))}" if sum(waits) else ""
    return f"{problem}{times}{waited}"


def render_failure(outcome: Outcome, *, annotated: bool = False) -> Row:
    """Say what failed, where, what to do, and what is live now.

    `annotated`: an annotation that the log shows as well tells all but what is live.
    """
    error = outcome.error
    if error is None:
        raise ValueError("an outcome without an error has no failure to tell")
    lines = [] if annotated else [failure_message(error)]
    if error.place and not annotated:
        lines.append(f"at {error.place}")
    if error.hint and not annotated:
        lines.append(error.hint)
    if isinstance(error, GuardError) and error.word:
        lines.append(f"allow: {error.word}  lets it pass")
    live, *more = outcome.facts.live_note.splitlines() or [""]
    lines.append((f"live: {live} · " if live else "") + f"exit {outcome.exit_code}")
    lines += more
    return Row(title=outcome.stage or "Failed", lines=tuple(lines), mark="✗")


def failure_message(error: DeployError) -> str:
    """Write what failed, with Cloudflare's code and the Ray ID."""
    return error.message + _marks_of(error)


def _marks_of(error: Exception) -> str:
    if not isinstance(error, ApiError):
        return ""
    code = "" if error.code is None else str(error.code)
    ray = f"Ray {error.ray_id}" if error.ray_id else ""
    marks = ", ".join(part for part in (code, ray) if part)
    return f"  [{marks}]" if marks else ""


def render_problems(error: ProblemsError, *, annotated: bool = False) -> str:
    """List everything that is wrong before anything is sent.

    `annotated`: each problem is told by an annotation that the log shows as well.
    """
    lines = [f"✗ {count_problems(error)}; nothing was sent"]
    for problem in () if annotated else error.problems:
        first, *rest = [*problem.message.splitlines(), *_ways(problem)]
        subject = str(problem.place or problem.subject) + "  "
        lines.append(f"  {subject:<{SUBJECT_WIDTH}}{first}")
        lines += (f"  {'':<{SUBJECT_WIDTH}}{text}" for text in rest)
    return "\n".join(lines)


def _ways(problem: Problem) -> list[str]:
    block = [f"  {line}" for line in (problem.block or "").splitlines()]
    return [*(problem.hint or "").splitlines(), *block]


def with_way_out(message: str, hint: str | None, block: str | None = None) -> str:
    """Write what is wrong and what to do about it, as annotations show it."""
    return "\n".join(part for part in (message, hint, block) if part)


def count_problems(error: ProblemsError) -> str:
    """Write how much is wrong, and with what."""
    inputs = sum(problem.kind is ProblemKind.INPUT for problem in error.problems)
    project = len(error.problems) - inputs
    wrong = f"{count_of(inputs, 'input')} {'is' if inputs == 1 else 'are'} wrong"
    things = f"{count_of(project, 'thing')} in the project"
    if not project:
        return wrong
    if not inputs:
        return f"{things} {'is' if project == 1 else 'are'} wrong"
    return f"{wrong} and {things}"


def render_last_line(outcome: Outcome) -> str:
    """Write the run's last line: how it ended, how long it took, where the script answers."""
    name = "rolled back" if outcome.result is Result.ROLLED_BACK else outcome.result.value
    ended = f"{name} in {render_seconds(outcome.seconds)}"
    facts = outcome.facts
    url = facts.preview_url if outcome.result is Result.PREVIEWED else facts.deployment_url
    return f"{ended}   {url}" if url and outcome.error is None else ended
