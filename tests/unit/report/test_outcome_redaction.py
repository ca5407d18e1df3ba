import json

import pytest

from fakes.outcomes import (
    CONTEXT,
    change,
    facts,
    failed,
    outcome,
    plan,
    refusal,
    result,
    settings_step,
)
from workers_deploy.core.outcome import AssetCounts, Try
from workers_deploy.errors import GuardError, Place, Problem, ProblemKind, ProblemsError
from workers_deploy.report.comment import render_comment
from workers_deploy.report.markdown import render_summary
from workers_deploy.report.record import outputs_of, report_record
from workers_deploy.report.redaction import redact_outcome, redact_strings

SECRET = "hun|ter<22>"


def hide(text):
    return text.replace(SECRET, "***")


def test_a_secret_is_hidden_wherever_it_got_to():
    step = settings_step(change(name=SECRET, before=SECRET, after=f"{SECRET}!", detail=SECRET))
    made = failed(
        error=refusal(message=f"bad {SECRET}", hint=SECRET, place=Place(file=SECRET)),
        warnings=(SECRET,),
        project_warnings=(SECRET,),
        plan=plan(step, notes=(SECRET,)),
        results=(
            result(step, detail=SECRET, tries=(Try(request=SECRET, problem=SECRET, waited=1),)),
        ),
        facts=facts(
            etag=SECRET,
            urls=(SECRET,),
            live_note=SECRET,
            assets=AssetCounts(total=1, uploaded=1, largest_new=((SECRET, 1),)),
        ),
        header={"environment": SECRET, "config": SECRET},
    )

    clean = redact_outcome(made, hide)

    told = (
        render_summary(clean, CONTEXT),
        render_comment(clean, CONTEXT),
        str(report_record(clean, CONTEXT)),
        str(outputs_of(clean)),
        str(clean.error),
        repr(clean.error.args),
    )
    for text in told:
        assert "hun" not in text
        assert "ter" not in text.replace("filter", "").replace("after", "") or "***" in text


WORDS = (
    *("true", "null", "deployed", "failed", "update", "create", "setting", "Settings", "Script"),
    *("message", "status", "code", "hint", "place", "environment", "config", "older-commit"),
)


@pytest.mark.parametrize("word", WORDS)
def test_a_secret_that_is_an_ordinary_word_changes_none_of_our_own_words(word):
    step = settings_step(change(kind="setting", before="one", after="two"))
    made = failed(
        error=GuardError("newer", word="older-commit", hint=word),
        plan=plan(step),
        results=(result(step),),
        header={"environment": "staging", "config": "wrangler.toml"},
    )

    clean = redact_outcome(made, lambda text: text.replace(word, "***"))

    record, expected = report_record(clean, CONTEXT), report_record(made, CONTEXT)
    assert record.pop("error") == expected.pop("error") | {"hint": "***"}
    assert record == expected
    assert {**outputs_of(clean), "plan": ""} == {**outputs_of(made), "plan": ""}
    assert json.loads(outputs_of(clean)["plan"]) == json.loads(outputs_of(made)["plan"])


def test_a_secret_that_is_cut_in_two_leaves_no_half():
    made = failed(error=refusal(message="x" * 1995 + "hunter22" * 2))

    clean = redact_outcome(made, lambda text: text.replace("hunter22", "***"))

    assert "hunt" not in render_summary(clean, CONTEXT)


def test_an_error_keeps_its_kind_and_facts():
    guard = failed(error=GuardError("newer", word="older-commit"))
    problems = failed(
        error=ProblemsError([Problem(kind=ProblemKind.INPUT, subject="x", message=SECRET)])
    )

    assert redact_outcome(guard, hide).error.word == "older-commit"
    assert redact_outcome(problems, hide).error.problems[0].message == "***"
    assert redact_outcome(problems, hide).exit_code == 2
    assert redact_outcome(failed(), hide).error.code == 10021


def test_the_original_is_left_as_it_is():
    made = failed(error=refusal(message=SECRET))

    redact_outcome(made, hide)

    assert made.error.message == SECRET
    assert str(made.error) == SECRET


def test_an_outcome_without_secrets_stays_equal():
    assert redact_outcome(outcome(), hide) == outcome()
    assert redact_outcome(outcome(plan=None), hide).plan is None


def test_plain_data_is_walked_through():
    assert redact_strings({"a": [SECRET, 1, (SECRET,), None]}, hide) == {
        "a": ["***", 1, ("***",), None]
    }


def test_the_subject_of_a_commit_is_read_by_people_and_hidden_as_such():
    header = {"subject": "Use hunter22", "environment": "hunter22"}

    safe = redact_outcome(
        outcome(header=header), lambda text: text.replace("hunter22", "***"), lambda text: text
    )

    assert safe.header == {"subject": "Use ***", "environment": "hunter22"}
