"""Whose upload goes on, and how long the others wait: pure, of the versions that are listed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fakes.builders import LIVE_ID, deployment, live_of, note_of, project
from workers_deploy.core.attribution.claims import (
    CLAIM_SECONDS,
    earlier_claims,
    may_have_rivals,
    seconds_to_wait,
)
from workers_deploy.core.digest import write_message
from workers_deploy.core.live import LiveState, LiveVersion

NOTED = write_message("Go", note_of(project()))
PREVIEW = write_message("Go", note_of(project()), is_preview=True)
START = datetime(2026, 11, 25, tzinfo=UTC)


def at(second: float) -> str:
    return (START + timedelta(seconds=second)).isoformat()


def uploaded(id_: str, number: int | None, second: float = 0, **changes: Any) -> LiveVersion:
    bare = LiveVersion(id=id_, number=number, message=NOTED, created_on=at(second))
    return replace(bare, **changes)


def before(latest: LiveVersion | None, *, deployed_at: float | None = -60) -> LiveState:
    created = None if deployed_at is None else at(deployed_at)
    return live_of(
        project(),
        deployment=replace(deployment(LIVE_ID), created_on=created),
        latest=latest,
        latest_version_id=latest and latest.id,
    )


LIVE = uploaded(LIVE_ID, 7, -60)
MINE = uploaded("mine", 9, 2)


@pytest.mark.parametrize(
    ("latest", "number", "may_have"),
    [
        (LIVE, 8, False),
        (LIVE, 9, True),  # someone uploaded since the plan
        (LIVE, None, True),
        (None, 8, True),
        (replace(LIVE, number=None), 8, True),
        (uploaded("theirs", 7), 8, True),  # uploaded right before the plan was made
        (uploaded("theirs", 7, -61), 8, False),  # its run saw that another one deployed
        (uploaded("theirs", 7, message=PREVIEW), 8, False),
        (uploaded("theirs", 7, message="by hand"), 8, False),
        (uploaded("theirs", 7, triggered_by="secret"), 8, False),
    ],
)
def test_rivals_are_suspected_by_what_the_run_knows_anyway(
    latest: LiveVersion | None, number: int | None, may_have: bool
):
    assert may_have_rivals(before(latest), number) is may_have


@pytest.mark.parametrize(
    ("others", "claims"),
    [
        ((), []),
        ((uploaded("a", 8, 1),), ["a"]),
        ((uploaded("b", 8, 1), uploaded("a", 8, 0)), ["b", "a"]),
        ((uploaded("a", 8, 1, message=PREVIEW),), []),
        ((uploaded("a", 8, 1, message="by hand"),), []),
        ((uploaded("a", 8, 1, message=None),), []),
        ((uploaded("a", 8, 2 - CLAIM_SECONDS),), []),  # expired
        ((uploaded("a", 8, 2.1 - CLAIM_SECONDS),), ["a"]),
        ((uploaded("a", 8, -61),), []),  # from before the live deployment
        ((uploaded("a", 8, created_on=None),), ["a"]),
        ((uploaded("a", 8, created_on="yesterday"),), ["a"]),
        ((uploaded(LIVE_ID, 8, 1),), []),  # it serves
    ],
)
def test_claims_are_what_other_runs_uploaded_shortly_before(
    others: tuple[LiveVersion, ...], claims: list[str]
):
    newer = uploaded("newer", 10, 3)

    found = earlier_claims(before(LIVE), (newer, MINE, *others, LIVE), "mine")

    assert [one.id for one in found] == claims


def test_nothing_is_claimed_where_the_own_version_is_not_listed_yet():
    assert earlier_claims(before(LIVE), (uploaded("a", 8, 1), LIVE), "mine") == ()


def test_without_a_live_deployment_every_upload_may_be_a_claim():
    nothing = replace(before(LIVE), deployment=None, former_deployments=())

    found = earlier_claims(nothing, (MINE, uploaded("a", 8, 1)), "mine")

    assert [one.id for one in found] == ["a"]


def test_who_is_behind_several_waits_for_each_of_them():
    first, second = uploaded("a", 7, 0), uploaded("b", 8, 1)

    assert seconds_to_wait((first,), MINE) == CLAIM_SECONDS - 2
    assert seconds_to_wait((second, first), MINE) == 2 * CLAIM_SECONDS - 2
