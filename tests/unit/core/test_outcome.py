"""What came of a run, in one number and in one list of warnings."""

import pytest

from fakes.outcomes import outcome, refusal
from workers_deploy.core.outcome import Try
from workers_deploy.errors import GuardError


@pytest.mark.parametrize(
    ("error", "code"), [(None, 0), (refusal(), 4), (GuardError("no", word="x"), 7)]
)
def test_a_run_ends_with_the_code_of_its_error(error, code):
    assert outcome(error=error).exit_code == code


def test_warnings_of_the_project_come_before_those_of_the_run():
    assert outcome(warnings=("late",), project_warnings=("early",)).all_warnings == (
        "early",
        "late",
    )


@pytest.mark.parametrize(
    ("request_", "is_read"), [("GET versions", True), ("POST GET ", False), ("GETAWAY x", False)]
)
def test_looks_are_no_tries_of_a_step(request_, is_read):
    assert Try(request=request_, problem="502", waited=1.0).is_read is is_read
