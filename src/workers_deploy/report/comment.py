"""The pull request's comment: one per script and environment, with a section for each command.

Steps of a workflow write into one comment: a plan and a preview stand under each other, and each
run replaces its own section alone. Hidden lines say what is whose.
"""

import re
from typing import Final

from workers_deploy.core.outcome import Outcome
from workers_deploy.report.context import RunContext
from workers_deploy.report.escape import link, paragraphs
from workers_deploy.report.sections import (
    render_answer,
    render_lines,
    render_plan,
    render_problems,
)

MAX_COMMENT: Final = 65_536  # characters, GitHub's bound for a comment
_ORDER: Final = ("deploy", "rollback", "delete", "preview", "plan")
_OURS: Final = "<!-- workers-deploy "
_END: Final = f"{_OURS}end -->"
_SECTION: Final = re.compile(
    rf"^{_OURS}section=(?P<name>[a-z]+) -->$(?P<text>.*?)^{_END}$", re.DOTALL | re.MULTILINE
)


def comment_marker(script_name: str, environment: str | None) -> str:
    """Return the hidden line by which a comment is found again: one per script and environment.

    >>> comment_marker("shop", "staging")
    '<!-- workers-deploy script=shop environment=staging -->'
    """
    words = (f"script={script_name}", f"environment={environment or ''}")
    # A comment must not be ended by a name.
    safe = " ".join(words).replace("<", "").replace(">", "").replace("--", "-\u200b-")
    return f"{_OURS}{safe} -->"


def step_marker(step: str) -> str:
    """Return the hidden line by which a run that knows no script finds its step's comment.

    `step` is a digest: of what tells a step of a workflow from others.
    """
    return f"{_OURS}step={step} -->"


def render_comment(outcome: Outcome, context: RunContext, *, step: str = "") -> str:
    """Return a comment with this run's section alone, its markers first."""
    run = link(context.run_url, "log of this run") if context.run_url else ""
    parts = (render_answer(outcome), render_lines(outcome, context))
    text = paragraphs((*parts, render_problems(outcome.error), render_plan(outcome.plan), run))
    comment = _put_together(outcome, step, text)
    return (
        comment
        if len(comment) <= MAX_COMMENT
        else _put_together(outcome, step, paragraphs((*parts, run)))
    )


def _put_together(outcome: Outcome, step: str, text: str) -> str:
    name = outcome.facts.script_name
    own = step_marker(step) if step else ""
    head = comment_marker(name, outcome.header.get("environment")) if name else own
    # What a plan quotes must not end the section.
    quoted = text.replace(_OURS, _OURS.replace("<", "<\u200b"))
    begin = f"{_OURS}section={outcome.command} -->"
    return f"{head}\n{begin}\n{own}\n\n{quoted.rstrip()}\n\n{_END}\n"


def merge_comment(former: str, own: str) -> str:
    """Return a comment with the sections of both; the newer one of a command is `own`'s.

    Where all of it is too long, the sections of others give way: they come again.
    """
    former = former.replace("\r\n", "\n")
    head = own.partition("\n")[0]
    former_head = former.lstrip().partition("\n")[0]
    if not head.startswith(f"{_OURS}script=") and former_head.startswith(f"{_OURS}script="):
        head = former_head  # a run that failed early does not know whose comment this is
    sections = {found["name"]: found[0] for found in _SECTION.finditer(former)}
    sections |= {found["name"]: found[0] for found in _SECTION.finditer(own)}
    order = sorted(sections, key=lambda name: _ORDER.index(name) if name in _ORDER else 0)
    merged = "\n\n".join([head, *(sections[name] for name in order)]) + "\n"
    return merged if len(merged) <= MAX_COMMENT else own
