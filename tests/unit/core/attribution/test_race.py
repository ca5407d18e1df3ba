"""Which of several runs stays: each line is what was deployed since the plan, oldest first."""

from dataclasses import replace

import pytest

from fakes.builders import LIVE_ID, deployment
from workers_deploy.core.attribution.judge import Before
from workers_deploy.core.attribution.race import (
    FRESH_SECONDS,
    Standing,
    is_of_a_run,
    is_right_after,
    standing,
)
from workers_deploy.core.digest import REVERTED, YIELDED
from workers_deploy.core.live import LiveDeployment, TrafficShare

FORMER = replace(deployment(LIVE_ID), id="d-former")
BEFORE = Before(
    known_ids=frozenset({"d-former"}),
    former=(FORMER,),
    version=None,
    shares=(TrafficShare(version_id="mine", percentage=100),),
    made=frozenset({"d-mine"}),
)
DEPLOYED: dict[str, LiveDeployment] = {
    "mine": replace(deployment("mine", message="Go wd1:x"), id="d-mine"),
    "run": replace(deployment("run", message="Go wd1:y"), id="d-run"),
    "run2": replace(deployment("run2", message="Go wd1:z"), id="d-run2"),
    "upload": replace(deployment("upload", message=None), id="d-upload"),
    "person": replace(deployment("person", message="by hand"), id="d-person"),
    "run failed": replace(deployment(LIVE_ID, message=f"Back {REVERTED}"), id="d-reverted"),
    "mine again": replace(deployment("mine", message=f"Gave way {YIELDED}"), id="d-again"),
    "run again": replace(deployment("run", message=f"Gave way {YIELDED}"), id="d-run-again"),
}
NOTED = frozenset({"upload"})


@pytest.mark.parametrize(
    ("story", "first", "serves", "is_contested"),
    [
        ("mine", None, None, False),
        ("run mine", "run", None, True),
        ("upload mine", "upload", None, True),
        ("run run2 mine", "run", None, True),
        ("mine run", None, "run", True),
        ("mine upload", None, "upload", True),
        ("mine run mine_again", None, None, True),
        ("mine run run2 mine_again", None, None, True),
        ("run mine run_again", "run", "run", True),
        ("run run_failed mine", None, None, True),
        ("run run_failed run2 mine", "run2", None, True),
        ("mine run run_failed", None, LIVE_ID, True),
        ("person mine", None, None, False),
        ("mine person", None, "person", False),
        ("person run mine", "run", None, True),
    ],
)
def test_the_first_run_since_the_plan_stays(
    story: str, first: str | None, serves: str | None, is_contested: bool
):
    newer = [DEPLOYED[word.replace("_", " ")] for word in story.split()]

    found = standing(BEFORE, (*newer[::-1], FORMER), NOTED)

    assert found is not None
    assert [version_of(found.first), version_of(found.serves)] == [first, serves]
    assert found.is_contested is is_contested


def version_of(one: LiveDeployment | None) -> str | None:
    return None if one is None else one.shares[0].version_id


def test_nothing_is_known_while_reads_do_not_show_this_run():
    assert standing(BEFORE, (FORMER,)) is None
    assert standing(BEFORE, (DEPLOYED["run"], FORMER)) is None


def test_an_upload_whose_deployment_is_not_known_is_told_by_what_it_serves():
    upload = replace(BEFORE, made=frozenset())

    assert standing(upload, (DEPLOYED["mine"], FORMER)) == Standing()
    assert standing(upload, (DEPLOYED["run"], FORMER)) is None


def test_a_message_tells_who_deployed_before_the_version_does():
    assert is_of_a_run(DEPLOYED["run"])
    assert not is_of_a_run(DEPLOYED["upload"])
    assert is_of_a_run(DEPLOYED["upload"], NOTED)
    assert not is_of_a_run(DEPLOYED["person"], {"person"})


@pytest.mark.parametrize(
    ("message", "before", "now", "is_fresh"),
    [
        ("wd1:x", "2026-11-25T01:00:00Z", "2026-11-25T01:00:59Z", True),
        ("wd1:x", "2026-11-25T01:00:00Z", "2026-11-25T01:01:00Z", False),
        ("wd1:x", None, "2026-11-25T01:00:00Z", False),
        ("wd1:x", "2026-11-25T01:00:00", "2026-11-25T01:00:00Z", False),  # of no zone
        ("by hand", "2026-11-25T01:00:00Z", "2026-11-25T01:00:01Z", False),
    ],
)
def test_a_run_that_may_not_have_ended_is_known_by_its_time(
    message: str, before: str | None, now: str, is_fresh: bool
):
    assert FRESH_SECONDS == 60
    former = replace(deployment("a", message=message), created_on=before)
    made = replace(deployment("b"), created_on=now)

    assert is_right_after(former, made) is is_fresh
    assert not is_right_after(None, made)
    assert not is_right_after(former, None)
