"""The job summary and the pull-request comment, in Markdown.

Order: on failure the failure first of all; then one line, the plan, the run, the assets, the ids.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from workers_deploy.core.outcome import AssetCounts, Outcome, Result, Status, StepResult
from workers_deploy.core.steps import Change, Plan
from workers_deploy.errors import ApiError, DeployError, GuardError, ProblemsError
from workers_deploy.report.changes import SIGNS, render_values
from workers_deploy.report.context import RunContext
from workers_deploy.report.escape import cell, code, folded, link, paragraphs, table
from workers_deploy.report.measures import count_of, render_bytes, render_seconds, short_id
from workers_deploy.report.text import render_tries

MAX_ROWS: Final = 200  # of a table; the rest is counted, and whole in report.json
MAX_MESSAGE: Final = 2_000  # characters of an error's text
MAX_COMMENT: Final = 65_536  # characters, GitHub's bound for a comment

_WORDS: Final = {
    Result.DEPLOYED: "deployed in {}",
    Result.UNCHANGED: "unchanged, checked in {}",
    Result.PLANNED: "planned in {}",
    Result.PREVIEWED: "previewed in {}",
    Result.ROLLED_BACK: "rolled back in {}",
    Result.DELETED: "deleted in {}",
    Result.DONE: "done in {}",
    Result.SKIPPED: "skipped after {}",
    Result.FAILED: "failed after {}, nothing live was changed",
    Result.REVERTED: "failed after {}, live is as before again",
    Result.PARTIAL: "failed after {}, live is changed and not as planned",
}


def render_summary(outcome: Outcome, context: RunContext) -> str:
    """Return the job summary."""
    return paragraphs(
        (
            _render_failure(outcome),
            _render_headline(outcome),
            f"Skipped: {cell(outcome.reason)}." if outcome.reason else "",
            _render_warnings(outcome),
            _render_plan(outcome.plan),
            _render_run(outcome),
            _render_assets(outcome.facts.assets),
            _render_ids(outcome),
            _render_foot(outcome, context),
        )
    )


def comment_marker(script_name: str, environment: str | None) -> str:
    """Return the hidden line by which a comment is found again: one per script and environment.

    >>> comment_marker("shop", "staging")
    '<!-- workers-deploy script=shop environment=staging -->'
    """
    words = (f"script={script_name}", f"environment={environment or ''}")
    # A comment must not be ended by a name.
    safe = " ".join(words).replace("<", "").replace(">", "").replace("--", "-\u200b-")
    return f"<!-- workers-deploy {safe} -->"


def render_comment(outcome: Outcome, context: RunContext) -> str:
    """Return the pull-request comment, its marker first."""
    marker = comment_marker(outcome.facts.script_name or "", outcome.header.get("environment"))
    previews = (outcome.facts.preview_alias_url, outcome.facts.preview_url)
    preview = " · ".join(link(url) for url in previews if url)
    run = link(context.run_url, "log of this run") if context.run_url else ""
    parts = (
        marker,
        _render_headline(outcome),
        f"Preview: {preview}" if preview else "",
        _render_error_line(outcome.error),
    )
    body = paragraphs((*parts, _render_plan(outcome.plan), run))
    return body if len(body) <= MAX_COMMENT else paragraphs((*parts, run))


def _render_headline(outcome: Outcome) -> str:
    facts = outcome.facts
    name = f" {code(facts.script_name)}" if facts.script_name else ""
    environment = outcome.header.get("environment")
    where = f" (environment {cell(environment)})" if environment else ""
    mark = "❌" if outcome.error else "✅"
    ended = _WORDS[outcome.result].format(render_seconds(outcome.seconds))
    words = f"{mark} **{outcome.command}**{name}{where}: {ended}"
    url = facts.preview_url if outcome.result is Result.PREVIEWED else facts.deployment_url
    return f"{words} · {link(url)}" if url else words


def _render_failure(outcome: Outcome) -> str:
    error = outcome.error
    if error is None:
        return ""
    head = f"### ❌ {cell(outcome.stage or 'Failed')}"
    if isinstance(error, ProblemsError):
        nothing = f"Nothing was sent. Exit code {outcome.exit_code}."
        return paragraphs((head, _render_problems(error), nothing)).rstrip()
    rows = [*_failure_rows(error), *_live_rows(outcome)]
    return paragraphs((head, table(("", ""), rows))).rstrip()


def _failure_rows(error: DeployError) -> Iterator[tuple[str, str]]:
    yield "What", cell(error.message, limit=MAX_MESSAGE)
    if error.place:
        yield "Where", code(str(error.place))
    if isinstance(error, ApiError):
        yield "Request", code(error.request)
        if error.code is not None:
            yield "Cloudflare's code", str(error.code)
        if error.status is not None:
            yield "HTTP status", str(error.status)
        if error.ray_id:
            yield "Ray ID", code(error.ray_id)
    if isinstance(error, GuardError) and error.word:
        yield "To let it pass", code(f"allow: {error.word}")
    if error.hint:
        yield "What to do", cell(error.hint, limit=MAX_MESSAGE)


def _live_rows(outcome: Outcome) -> Iterator[tuple[str, str]]:
    if outcome.facts.live_note:
        yield "Live now", cell(outcome.facts.live_note, limit=MAX_MESSAGE)
    yield "Exit code", str(outcome.exit_code)


def _render_error_line(error: DeployError | None) -> str:
    return cell(error.message, limit=MAX_MESSAGE) if error else ""


def _render_problems(error: ProblemsError) -> str:
    rows = [
        (
            code(str(problem.place or problem.subject)),
            cell(problem.message, limit=MAX_MESSAGE),
            cell(problem.hint or "", limit=MAX_MESSAGE),
        )
        for problem in error.problems
    ]
    return _bounded_table(("where", "what is wrong", "what to do"), rows)


def _render_warnings(outcome: Outcome) -> str:
    shown = [f"- ⚠️ {cell(text, limit=MAX_MESSAGE)}" for text in outcome.all_warnings[:MAX_ROWS]]
    return "\n".join(shown)


def _render_plan(plan: Plan | None) -> str:
    if plan is None:
        return ""
    rows = [_change_row(change) for step in plan.steps for change in step.changes]
    notes = "\n".join(f"- {cell(note, limit=MAX_MESSAGE)}" for note in plan.notes[:MAX_ROWS])
    shown = _bounded_table(("", "kind", "name", "change"), rows)
    return paragraphs(("### Plan", shown or "Nothing to change.", notes)).rstrip()


def _change_row(change: Change) -> tuple[str, str, str, str]:
    values = [cell(value) for value in (render_values(change), change.detail) if value]
    return (
        f"`{SIGNS[change.action]}`",
        cell(change.kind),
        code(change.name) if change.name else "",
        "<br>".join(values),
    )


def _render_run(outcome: Outcome) -> str:
    rows = [_result_row(result) for result in outcome.results]
    if not rows:
        return ""
    head = ("step", "status", "seconds", "tries and waits", "")
    return paragraphs(("### Run", _bounded_table(head, rows))).rstrip()


def _result_row(result: StepResult) -> tuple[str, str, str, str, str]:
    seconds = "" if result.status is Status.NOT_RUN else f"{result.seconds:.1f}"
    return (
        cell(result.step.title),
        result.status.value,
        seconds,
        cell(render_tries(result), limit=MAX_MESSAGE),
        cell(result.detail),
    )


def _render_assets(assets: AssetCounts | None) -> str:
    if assets is None or not assets.total:
        return ""
    numbers = (
        f"{count_of(assets.total, 'asset')}: {assets.uploaded} uploaded"
        f" ({render_bytes(assets.bytes)}), {assets.total - assets.uploaded} were stored already"
    )
    rows = [(code(path), render_bytes(size)) for path, size in assets.largest_new]
    largest = table(("file", "size"), rows)
    return paragraphs(
        ("### Assets", numbers, folded("The largest new files", largest) if largest else "")
    ).rstrip()


def _render_ids(outcome: Outcome) -> str:
    facts = outcome.facts
    named = (
        ("New version", facts.version_id),
        ("Live version", facts.live_version_id),
        ("Previous version", facts.previous_version_id),
    )
    rows = [(name, code(identifier)) for name, identifier in named if identifier]
    if facts.startup_time_ms is not None:
        rows.append(("Starts in", f"{facts.startup_time_ms} ms"))
    return paragraphs((table(("", ""), rows), _render_way_back(outcome))).strip()


def _render_way_back(outcome: Outcome) -> str:
    facts = outcome.facts
    if outcome.result not in (Result.DEPLOYED, Result.ROLLED_BACK, Result.PARTIAL):
        return ""
    if not facts.previous_version_id or not facts.script_name:
        return ""
    command = (
        f"workers-deploy rollback --script-name {facts.script_name}"
        f" --version-id {facts.previous_version_id}"
    )
    return f"Back to {short_id(facts.previous_version_id)}: {code(command)}"


def _render_foot(outcome: Outcome, context: RunContext) -> str:
    config = outcome.header.get("config")
    parts = (
        f"workers-deploy {context.version}",
        f"{context.finished_at:%Y-%m-%d %H:%M:%S %Z}".strip(),
        code(config) if config else "",
    )
    return f"<sub>{' · '.join(part for part in parts if part)}</sub>"


def _bounded_table(head: tuple[str, ...], rows: Sequence[Sequence[str]]) -> str:
    left_out = len(rows) - MAX_ROWS
    more = f"\n\n… and {left_out} more, in report.json" if left_out > 0 else ""
    return table(head, rows[:MAX_ROWS]) + more
