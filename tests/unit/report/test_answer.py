"""The first line of a run, one for each way to end."""

import pytest

from fakes.outcomes import change, failed, outcome, plan, refusal, result, settings_step
from workers_deploy.core.outcome import Result, Status
from workers_deploy.core.steps import Action, PutSchedules
from workers_deploy.errors import (
    BugError,
    CancelledError,
    FoundError,
    GuardError,
    Problem,
    ProblemKind,
    ProblemsError,
)
from workers_deploy.report.sections import render_answer

NAME = "<code>shop-staging</code> (staging)"
CRONS = PutSchedules(action=Action.UPDATE, title="Schedules", crons=("* * * * *",))
WRONG = ProblemsError(
    [
        Problem(kind=ProblemKind.INPUT, subject="a", message="b"),
        Problem(kind=ProblemKind.PROJECT, subject="c", message="d"),
    ]
)
CHANGES = plan(
    settings_step(
        change(),
        change("binding", "OLD", "kv", None, action=Action.DELETE),
        change("code", "", None, None, action=Action.UNCHANGED),
    )
)
NOT_SET = (result(CRONS, status=Status.FAILED),)


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (outcome(), f"✅ Deployed {NAME}"),
        (outcome(result=Result.UNCHANGED), f"🟰 Unchanged {NAME}"),
        (outcome(result=Result.PREVIEWED), f"🔎 Preview ready {NAME}"),
        (outcome(result=Result.ROLLED_BACK), f"⏪ Rolled back {NAME}"),
        (outcome(result=Result.DELETED), f"🗑️ Deleted {NAME}"),
        (outcome(result=Result.DONE), f"📄 Read {NAME}"),
        (outcome(result=Result.SKIPPED), f"⏭️ Skipped {NAME}"),
        (
            outcome(result=Result.PLANNED, plan=CHANGES),
            f"📋 Would change {NAME}: 2 changes, 1 removal",
        ),
        (outcome(result=Result.PLANNED, plan=plan()), f"🟰 Nothing would change {NAME}"),
        (failed(), f"❌ Failed {NAME}: failed at: Script"),
        (failed(result=Result.REVERTED, stage="Probe"), f"↩️ Reverted {NAME}: failed at: Probe"),
        (
            failed(result=Result.PARTIAL, results=NOT_SET),
            f"⚠️ Live {NAME}: but not set: Schedules",
        ),
        (
            failed(result=Result.PARTIAL, results=(), stage="Check"),
            f"⚠️ Live {NAME}: but not as planned: Check",
        ),
        (failed(error=GuardError("newer", word="older-commit")), f"🛑 Stopped by a check {NAME}"),
        (failed(error=FoundError("x")), f"❗ Found what fail-on looks for {NAME}"),
        (failed(error=CancelledError(15)), f"⏹️ Cancelled {NAME}"),
        (failed(error=BugError(ValueError())), f"💥 Failed {NAME}: a bug in workers-deploy"),
        (
            failed(error=WRONG),
            f"❌ Not started {NAME}: 1 input is wrong and 1 thing in the project",
        ),
        (failed(error=refusal(), stage=None), f"❌ Failed {NAME}"),
    ],
)
def test_the_first_line_is_the_answer(made, line):
    assert render_answer(made).startswith(f"### {line} · ")
