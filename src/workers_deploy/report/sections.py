"""The parts that summary and comment share: answer, three lines, plan, details.

Nothing is wider than a phone: there are no tables, and lines of the plan wrap.
"""

from collections.abc import Iterator
from typing import Final

from workers_deploy.core.outcome import AssetCounts, Outcome, Result, Status, StepResult
from workers_deploy.core.sizes import render_bytes
from workers_deploy.core.steps import Action, Change, Plan
from workers_deploy.errors import ApiError, DeployError, GuardError, ProblemsError
from workers_deploy.report.answer import answer_of
from workers_deploy.report.changes import render_values
from workers_deploy.report.context import RunContext
from workers_deploy.report.escape import cell, code, code_block, folded, link, paragraphs
from workers_deploy.report.measures import count_of, render_seconds, short_id
from workers_deploy.report.text import render_tries

MAX_ROWS: Final = 200  # of a list; the rest is counted, and whole in report.json
MAX_MESSAGE: Final = 2_000  # characters of an error's text
# Removals first: they are what can't be had back. GitHub colours `!` as it does `-` and `+`.
_SIGNS: Final = {Action.DELETE: "-", Action.UPDATE: "!", Action.CREATE: "+"}


def render_answer(outcome: Outcome) -> str:
    """Write the first line: sign, answer, script, environment, time."""
    answer, facts = answer_of(outcome), outcome.facts
    name = f" {code(facts.script_name)}" if facts.script_name else ""
    environment = outcome.header.get("environment")
    where = f" ({cell(environment)})" if environment else ""
    detail = f": {cell(answer.detail)}" if answer.detail else ""
    seconds = render_seconds(outcome.seconds)
    return f"### {answer.sign} {answer.words}{name}{where}{detail} · {seconds}"


def render_lines(outcome: Outcome, context: RunContext) -> str:
    """Write what is live, why it ended so, and what to do next; a line each, as far as known."""
    known = (
        ("Preview", _previews(outcome)),
        ("Live", _live(outcome)),
        ("Why", _why(outcome, context)),
        ("Next", _next(outcome)),
    )
    return "  \n".join(f"**{name}** {text}" for name, text in known if text)


def _previews(outcome: Outcome) -> str:
    urls = (outcome.facts.preview_alias_url, outcome.facts.preview_url)
    return " · ".join(link(url) for url in urls if url)


def _live(outcome: Outcome) -> str:
    facts = outcome.facts
    if outcome.error is not None:
        return cell(facts.live_note, limit=MAX_MESSAGE)
    if outcome.result is Result.PREVIEWED:
        return ""
    # Custom domains come first: they are what people know a script by.
    own = {url for url in facts.urls if ".workers.dev" in url}
    urls = sorted(facts.urls, key=lambda url: url in own)
    links = [link(url) for url in urls]
    version = f"version {code(short_id(facts.live_version_id))}" if facts.live_version_id else ""
    return " · ".join(part for part in (*links, version) if part)


def _why(outcome: Outcome, context: RunContext) -> str:
    error = outcome.error
    if isinstance(error, ProblemsError):
        return ""
    if error is not None:
        place = f" at {code(str(error.place))}" if error.place else ""
        return f"{cell(error.message, limit=MAX_MESSAGE)}{place}"
    if outcome.reason:
        return cell(outcome.reason)
    return _commit(outcome, context)


def _commit(outcome: Outcome, context: RunContext) -> str:
    commit, subject = outcome.header.get("commit"), outcome.header.get("subject")
    if not commit:
        return ""
    shown = code(commit[:12])
    linked = f"commit {link(context.commit_url, commit[:12])}" if context.commit_url else ""
    named = linked or f"commit {shown}"
    if outcome.header.get("uncommitted"):
        named += " with uncommitted changes"
    return " · ".join(part for part in (named, cell(subject or "")) if part)


def _next(outcome: Outcome) -> str:
    error = outcome.error
    if isinstance(error, ProblemsError):
        return "fix what is listed below; nothing was sent"
    if error is not None:
        word = error.word if isinstance(error, GuardError) else None
        allow = f"to go ahead all the same, set {code(f'allow: {word}')}" if word else ""
        hint = cell(error.hint, limit=MAX_MESSAGE) if error.hint else ""
        return "<br>".join(part for part in (hint, allow) if part)
    return _way_back(outcome)


def _way_back(outcome: Outcome) -> str:
    facts = outcome.facts
    if outcome.result not in (Result.DEPLOYED, Result.ROLLED_BACK):
        return ""
    if not facts.previous_version_id or not facts.script_name:
        return ""
    command = (
        f"workers-deploy rollback --script-name {facts.script_name}"
        f" --version-id {facts.previous_version_id}"
    )
    return f"to go back: {code(command)}"


def render_problems(error: DeployError | None) -> str:
    """List everything that is wrong before anything is sent."""
    if not isinstance(error, ProblemsError):
        return ""
    lines = []
    for problem in error.problems[:MAX_ROWS]:
        hint = f"<br>{cell(problem.hint, limit=MAX_MESSAGE)}" if problem.hint else ""
        where = code(str(problem.place or problem.subject))
        lines.append(f"- {where} {cell(problem.message, limit=MAX_MESSAGE)}{hint}")
        if problem.block:
            pasted = code_block(problem.block, "yaml")
            lines.append("\n" + "\n".join(f"  {line}" for line in pasted.splitlines()) + "\n")
    return "\n".join((*lines, *_left_out(len(error.problems))))


def render_warnings(outcome: Outcome) -> str:
    """List what people should know though it stopped nothing."""
    shown = outcome.all_warnings[:MAX_ROWS]
    lines = [f"- ⚠️ {cell(text, limit=MAX_MESSAGE)}" for text in shown]
    return "\n".join((*lines, *_left_out(len(outcome.all_warnings))))


def render_plan(plan: Plan | None) -> str:
    """Write the plan as a diff, removals first, what stays folded, and its notes."""
    if plan is None:
        return ""
    order = list(_SIGNS)
    changes = sorted(plan.changes, key=lambda change: order.index(change.action))
    lines = [_diff_line(change) for change in changes[:MAX_ROWS]]
    block = code_block("\n".join((*lines, *_left_out(len(changes)))), "diff") if lines else ""
    notes = "\n".join(f"- {cell(note, limit=MAX_MESSAGE)}" for note in plan.notes[:MAX_ROWS])
    return paragraphs(("#### Plan", block or "Nothing to change.", notes, _same(plan))).rstrip()


def _diff_line(change: Change) -> str:
    values = render_values(change)
    detail = f"({change.detail})" if change.detail and values else change.detail
    words = (_SIGNS[change.action], change.kind, change.name, values, detail)
    return " ".join(" ".join(words).split())  # a line break in a value must not begin a line


def _same(plan: Plan) -> str:
    same = [c for step in plan.steps for c in step.changes if c.action is Action.UNCHANGED]
    if not same:
        return ""
    lines = [" ".join(word for word in (c.kind, c.name, c.detail) if word) for c in same[:MAX_ROWS]]
    return folded(f"{len(same)} unchanged", "\n".join(f"- {cell(line)}" for line in lines))


def _left_out(count: int) -> tuple[str, ...]:
    more = count - MAX_ROWS
    return (f"… and {more} more, in report.json",) if more > 0 else ()


def render_details(outcome: Outcome) -> str:
    """Write what only those need who look closer: steps, ids, requests, assets; folded."""
    lines = [
        *_error_facts(outcome),
        *(_result_line(result) for result in outcome.results[:MAX_ROWS]),
        *_ids(outcome),
        *_assets(outcome.facts.assets),
    ]
    listed = "\n".join(f"- {line}" for line in lines)
    return folded("Steps, ids and requests", listed) if lines else ""


def _error_facts(outcome: Outcome) -> Iterator[str]:
    error = outcome.error
    if error is None:
        return
    if isinstance(error, ApiError):
        yield f"Request {code(error.request)}"
        if error.code is not None:
            yield f"Cloudflare's code {error.code}"
        if error.status is not None:
            yield f"HTTP status {error.status}"
        if error.ray_id:
            yield f"Ray ID {code(error.ray_id)}"
    yield f"Exit code {outcome.exit_code}"


def _result_line(result: StepResult) -> str:
    status = "not run" if result.status is Status.NOT_RUN else result.status.value
    seconds = "" if result.status is Status.NOT_RUN else f" in {result.seconds:.1f} s"
    tries = cell(render_tries(result), limit=MAX_MESSAGE)
    parts = (f"{cell(result.step.title)}: {status}{seconds}", tries, cell(result.detail))
    return " · ".join(part for part in parts if part)


def _ids(outcome: Outcome) -> Iterator[str]:
    facts = outcome.facts
    named = (
        ("New version", facts.version_id),
        ("Live version", facts.live_version_id),
        ("Previous version", facts.previous_version_id),
    )
    for name, identifier in named:
        if identifier:
            yield f"{name} {code(identifier)}"
    if facts.startup_time_ms is not None:
        yield f"Starts in {facts.startup_time_ms} ms"


def _assets(assets: AssetCounts | None) -> Iterator[str]:
    if assets is None or not assets.total:
        return
    yield (
        f"{count_of(assets.total, 'asset')}: {assets.uploaded:,} uploaded"
        f" ({render_bytes(assets.bytes)}), {assets.total - assets.uploaded:,} were stored already"
    )
    for path, size in assets.largest_new:
        yield f"{code(path)} {render_bytes(size)}"
