"""The job summary and the pull-request comment, in Markdown: the answer first."""

from typing import Final

from workers_deploy.core.outcome import Outcome
from workers_deploy.report.context import RunContext
from workers_deploy.report.escape import code, link, paragraphs
from workers_deploy.report.findings import render_findings
from workers_deploy.report.sections import (
    render_answer,
    render_details,
    render_lines,
    render_plan,
    render_problems,
    render_warnings,
)

MAX_COMMENT: Final = 65_536  # characters, GitHub's bound for a comment


def render_summary(outcome: Outcome, context: RunContext) -> str:
    """Return the job summary."""
    return paragraphs(
        (
            render_answer(outcome),
            render_lines(outcome, context),
            render_problems(outcome.error),
            render_warnings(outcome),
            render_plan(outcome.plan),
            render_findings(outcome),
            render_details(outcome),
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


def step_marker(step: str) -> str:
    """Return the hidden line by which a run that knows no script finds its step's comment.

    `step` is a digest: of what tells a step of a workflow from others.
    """
    return f"<!-- workers-deploy step={step} -->"


def render_comment(outcome: Outcome, context: RunContext, *, step: str = "") -> str:
    """Return the pull-request comment, its markers first."""
    name = outcome.facts.script_name
    markers = (
        comment_marker(name, outcome.header.get("environment")) if name else "",
        step_marker(step) if step else "",
    )
    head = "\n".join(marker for marker in markers if marker)
    run = link(context.run_url, "log of this run") if context.run_url else ""
    parts = (head, render_answer(outcome), render_lines(outcome, context))
    body = paragraphs((*parts, render_problems(outcome.error), render_plan(outcome.plan), run))
    return body if len(body) <= MAX_COMMENT else paragraphs((*parts, run))


def _render_foot(outcome: Outcome, context: RunContext) -> str:
    config = outcome.header.get("config")
    parts = (
        f"workers-deploy {context.version}",
        f"{context.finished_at:%Y-%m-%d %H:%M:%S %Z}".strip(),
        code(config) if config else "",
    )
    return f"<sub>{' · '.join(part for part in parts if part)}</sub>"
