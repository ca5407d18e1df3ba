"""The examples of the design, letter by letter where the design is more than taste."""

import pytest

from fakes.outcomes import (
    URL,
    facts,
    failed,
    outcome,
    refusal,
    result,
)
from workers_deploy.ci.row_layout import format_row
from workers_deploy.core.outcome import Result, Status
from workers_deploy.errors import (
    GuardError,
    MismatchError,
    Place,
    Problem,
    ProblemKind,
    ProblemsError,
    UnansweredError,
)
from workers_deploy.report.text import (
    render_failure,
    render_last_line,
    render_problems,
    render_step_row,
)


def shown(row):
    return format_row(row.mark, row.title, row.lines)


def test_a_step_without_a_word_is_done():
    assert render_step_row(result()).lines == ("done",)


def test_a_step_that_was_undone_is_marked():
    row = render_step_row(result(status=Status.UNDONE, detail="logpush false again"))

    assert shown(row) == "↺ Settings     logpush false again"


@pytest.mark.parametrize("status", [Status.NOT_RUN, Status.FAILED])
def test_a_step_that_did_not_happen_has_no_row_of_its_own(status):
    assert render_step_row(result(status=status)) is None


def test_a_refusal_says_what_where_what_to_do_and_what_is_live():
    error = refusal(
        place=Place(file="src/cart.ts", line=41, column=7),
        hint="The code threw while it was started, before any request. Fix it.",
    )

    row = render_failure(failed(error=error))

    assert shown(row) == (
        "✗ Script       Cloudflare refused the script: Uncaught ReferenceError: kv is not defined"
        "  [10021, Ray 8f3a5d2b1c0e9f7a-FRA]\n"
        "               at src/cart.ts:41:7\n"
        "               The code threw while it was started, before any request. Fix it.\n"
        "               live: version 7c1f… (as before) · exit 4"
    )


def test_what_is_live_may_need_more_than_a_line():
    error = UnansweredError(
        "PATCH script-settings: no answer after 5 tries in 61 s (503 5 times)",
        request="PATCH script-settings",
        ray_id="8f3b",
    )
    note = "version 7c1f…, nothing changed\nThe next deploy mends that."

    row = render_failure(failed(error=error, stage="Settings", facts=facts(live_note=note)))

    assert shown(row) == (
        "✗ Settings     PATCH script-settings: no answer after 5 tries in 61 s (503 5 times)"
        "  [Ray 8f3b]\n"
        "               live: version 7c1f…, nothing changed · exit 5\n"
        "               The next deploy mends that."
    )


def test_a_failure_without_a_stage_or_a_live_version_still_tells_its_exit_code():
    row = render_failure(
        failed(error=MismatchError("500, 500, 500 … for 60 s"), stage=None, facts=facts())
    )

    assert shown(row) == "✗ Failed       500, 500, 500 … for 60 s\n               exit 6"


def test_an_api_error_without_code_and_ray_has_no_brackets():
    row = render_failure(failed(error=refusal(code=None, ray_id=None, message="no")))

    assert row.lines[0] == "no"


def test_a_guard_names_the_word_that_opens_it():
    error = GuardError("the live commit is newer", word="older-commit")

    row = render_failure(failed(error=error, stage="Guard"))

    assert row.lines[1] == "allow: older-commit  lets it pass"


def test_a_guard_that_nothing_opens_names_no_word():
    error = GuardError("live moved meanwhile", word=None, hint="Run again.")

    row = render_failure(failed(error=error, stage="Guard"))

    assert row.lines[:2] == ("live moved meanwhile", "Run again.")
    assert len(row.lines) == 3


def test_an_outcome_without_an_error_has_no_failure():
    with pytest.raises(ValueError, match="no failure"):
        render_failure(outcome())


def problem(kind=ProblemKind.INPUT, **changes):
    given = {"subject": "workers-dev", "message": "neither true nor false"}
    return Problem(kind=kind, **(given | changes))


def test_all_that_is_wrong_is_told_at_once():
    error = ProblemsError(
        [
            problem(
                subject="secrets",
                message="STRIPE_KEY: no environment variable of that name in this step",
                hint="add it under env:, as  STRIPE_KEY: ${{ secrets.STRIPE_KEY }}",
            ),
            problem(),
            problem(
                ProblemKind.PROJECT,
                subject="wrangler.jsonc",
                message="kv_namespaces[1].id is missing; create one and write its id here",
                place=Place(file="wrangler.jsonc", line=14, column=22),
            ),
        ]
    )

    assert render_problems(error) == (
        "✗ 2 inputs are wrong and 1 thing in the project; nothing was sent\n"
        "  secrets        STRIPE_KEY: no environment variable of that name in this step\n"
        "                 add it under env:, as  STRIPE_KEY: ${{ secrets.STRIPE_KEY }}\n"
        "  workers-dev    neither true nor false\n"
        "  wrangler.jsonc:14:22  kv_namespaces[1].id is missing; create one and write its id here"
    )


@pytest.mark.parametrize(
    ("inputs", "things", "line"),
    [
        (1, 0, "✗ 1 input is wrong; nothing was sent"),
        (2, 0, "✗ 2 inputs are wrong; nothing was sent"),
        (0, 1, "✗ 1 thing in the project is wrong; nothing was sent"),
        (0, 2, "✗ 2 things in the project are wrong; nothing was sent"),
        (1, 2, "✗ 1 input is wrong and 2 things in the project; nothing was sent"),
    ],
)
def test_problems_are_counted(inputs, things, line):
    error = ProblemsError([problem()] * inputs + [problem(ProblemKind.PROJECT)] * things)

    assert render_problems(error).splitlines()[0] == line


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, f"deployed in 3.4 s   {URL}"),
        ({"result": Result.ROLLED_BACK}, f"rolled back in 3.4 s   {URL}"),
        (
            {"result": Result.PREVIEWED, "facts": facts(preview_url="https://p.dev")},
            "previewed in 3.4 s   https://p.dev",
        ),
        ({"facts": facts(deployment_url=None)}, "deployed in 3.4 s"),
        ({"result": Result.FAILED, "error": refusal()}, "failed in 3.4 s"),
    ],
)
def test_the_last_line_says_how_it_ended_and_where_the_script_answers(changes, line):
    assert render_last_line(outcome(**changes)) == line
