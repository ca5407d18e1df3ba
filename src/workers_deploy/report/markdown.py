"""The job summary, in Markdown: the answer first."""

from workers_deploy.core.outcome import Outcome
from workers_deploy.report.context import RunContext
from workers_deploy.report.escape import code, paragraphs
from workers_deploy.report.findings import render_findings
from workers_deploy.report.sections import (
    render_answer,
    render_details,
    render_lines,
    render_plan,
    render_problems,
    render_warnings,
)


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


def _render_foot(outcome: Outcome, context: RunContext) -> str:
    config = outcome.header.get("config")
    parts = (
        f"workers-deploy {context.version}",
        f"{context.finished_at:%Y-%m-%d %H:%M:%S %Z}".strip(),
        code(config) if config else "",
    )
    return f"<sub>{' · '.join(part for part in parts if part)}</sub>"
