from dataclasses import replace

import pytest

from fakes.builders import LIVE_ID, OTHER_ID, deployment, live_of, missing, project, version_of
from workers_deploy.core.guards import (
    check_guards,
    check_hosts,
    describe_rollback,
    live_commit,
    rolled_back_commit,
)
from workers_deploy.core.project import Triggers
from workers_deploy.errors import GuardError

OURS = "Fix wd1:a1b2c3d4e5f6:cccccccc:aaaaaaaa:ssssssss"
AUTHOR = "by ci@example.com, 2026-11-24T00:00:00Z"
BACK = f"version 11111111 ({AUTHOR})"
HALVES = "11111111 50 %, 22222222 50 %"
THIRD_ID = "33333333-0000-4000-8000-000000000003"


def word_of(live, **options) -> str | None:
    with pytest.raises(GuardError) as caught:
        check_guards(live, **({"is_older": False, "allow": ()} | options))
    return caught.value.word


def rolled_back(**changes):
    """The state after someone took a deploy of ours back."""
    return live_of(
        project(),
        deployment=replace(deployment(LIVE_ID, message="Rollback"), **changes),
        former_deployments=(deployment(OTHER_ID, message=OURS), deployment(LIVE_ID, message=OURS)),
    )


def test_a_gradual_rollout_is_not_ended_unasked():
    live = live_of(project(), deployment=deployment(LIVE_ID, OTHER_ID))

    assert word_of(live) == "end-rollout"
    check_guards(live, is_older=False, allow={"end-rollout"})


def test_an_older_commit_is_not_deployed_over_a_newer_one():
    live = live_of(project())

    assert word_of(live, is_older=True) == "older-commit"
    check_guards(live, is_older=True, allow={"older-commit"})
    check_guards(live, is_older=None, allow=())


def test_a_rollback_of_our_last_deploy_stands():
    live = rolled_back()

    assert word_of(live) == "after-rollback"
    check_guards(live, is_older=False, allow={"after-rollback"})


@pytest.mark.parametrize(
    ("live", "message", "hint"),
    [
        (
            live_of(project(), deployment=deployment(LIVE_ID, OTHER_ID)),
            f"a gradual rollout is under way ({HALVES}; {AUTHOR}); a deploy would end it",
            "finish the rollout first",
        ),
        (
            live_of(project()),
            "an older commit: live is commit a1b2c3d4e5f6, which comes after this one",
            "run the newest commit's deploy instead; `rollback` brings an older version back",
        ),
        (
            rolled_back(),
            f"the last deploy of commit a1b2c3d4e5f6 was rolled back to {BACK}",
            "deploy a commit that comes after it, or check that the cause of the rollback is fixed",
        ),
        (
            live_of(
                project(),
                deployment=deployment(LIVE_ID),
                former_deployments=(
                    deployment(OTHER_ID, message="wd1:reverted"),
                    deployment(LIVE_ID, message=OURS),
                ),
            ),
            f"the last deploy was rolled back to {BACK}",
            "deploy a commit that comes after it, or check that the cause of the rollback is fixed",
        ),
    ],
    ids=["rollout", "older", "rollback", "rollback without a commit"],
)
def test_a_guard_says_what_it_found_whose_it_is_and_what_to_do(live, message, hint):
    with pytest.raises(GuardError) as caught:
        check_guards(live, is_older=True, allow=())

    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({}, AUTHOR),
        ({"created_on": None}, "by ci@example.com"),
        ({"author": None}, "by someone, 2026-11-24T00:00:00Z"),
        ({"author": None, "created_on": None}, "by someone"),
    ],
)
def test_a_deploy_over_a_rollback_says_who_took_back_what(changes, who):
    assert describe_rollback(rolled_back(**changes)) == (
        f"commit a1b2c3d4e5f6 was rolled back ({who}); "
        "this commit comes after it, so it is deployed"
    )


def test_every_hostname_that_belongs_to_something_else_is_named_with_its_owner():
    domains, routes = ({"hostname": "a.example.com"},), ({"pattern": "b.example.com/*"},)
    desired = project(triggers=Triggers(domains=domains, routes=routes))
    theirs = Triggers(
        domains=({**domains[0], "service": "blog"},), routes=({**routes[0], "script": "docs"},)
    )

    with pytest.raises(GuardError) as caught:
        check_hosts(desired, live_of(desired, triggers=theirs), allow=())

    assert caught.value.message == (
        "a.example.com belongs to the script blog; b.example.com/* belongs to the script docs"
    )
    assert caught.value.hint == (
        "remove it there first, or name another hostname in the configuration"
    )


def test_a_newer_commit_goes_over_a_rollback_and_the_newest_one_taken_back_counts():
    other = OURS.replace("a1b2c3d4e5f6", "b2c3d4e5f6a1")
    live = live_of(
        project(),
        deployment=deployment(LIVE_ID, message="Rollback"),
        former_deployments=(
            deployment(THIRD_ID, message=other),
            deployment(OTHER_ID, message=OURS),
            deployment(LIVE_ID, message=OURS),
        ),
    )

    assert rolled_back_commit(live) == "b2c3d4e5f6a1"
    check_guards(live, is_older=False, allow=(), is_newer=True)


@pytest.mark.parametrize("message", ["wd1:reverted", OURS.replace("a1b2c3d4e5f6", "0" * 12)])
def test_what_has_no_commit_is_taken_back_without_one(message):
    live = live_of(
        project(),
        deployment=deployment(LIVE_ID, message="Rollback"),
        former_deployments=(
            deployment(OTHER_ID, message=message),
            deployment(LIVE_ID, message=OURS),
        ),
    )

    assert rolled_back_commit(live) is None
    assert word_of(live) == "after-rollback"


def back_and_forth(*ids: str, message: str | None = "Rollback"):
    """The state after two deploys of ours and deployments of these versions, oldest first."""
    later = [deployment(one, message=message) for one in ids]
    ours = [deployment(OTHER_ID, message=OURS), deployment(LIVE_ID, message=OURS)]
    return live_of(project(), deployment=later[-1], former_deployments=(*later[-2::-1], *ours))


@pytest.mark.parametrize(
    "ids",
    [
        (LIVE_ID, OTHER_ID, LIVE_ID),
        (LIVE_ID, OTHER_ID, LIVE_ID, OTHER_ID, LIVE_ID),
        (LIVE_ID, LIVE_ID),
        (THIRD_ID, LIVE_ID),
    ],
)
def test_a_rollback_holds_however_often_it_went_back_and_forth(ids):
    live = back_and_forth(*ids)

    assert word_of(live) == "after-rollback"
    assert rolled_back_commit(live) == "a1b2c3d4e5f6"


@pytest.mark.parametrize(
    "ids",
    [(LIVE_ID, OTHER_ID), (OTHER_ID,), (THIRD_ID,), (THIRD_ID, LIVE_ID, THIRD_ID)],
)
def test_what_ends_at_our_last_deploy_or_at_a_later_version_took_nothing_back(ids):
    check_guards(back_and_forth(*ids), is_older=False, allow=())


def test_our_own_return_of_traffic_is_no_rollback_by_someone():
    live = live_of(
        project(),
        deployment=deployment(LIVE_ID, message="Reverted wd1:reverted"),
        former_deployments=(deployment(OTHER_ID, message=OURS), deployment(LIVE_ID, message=OURS)),
    )

    check_guards(live, is_older=False, allow=())


@pytest.mark.parametrize(
    "former",
    [
        (deployment(OTHER_ID, message=OURS),),
        (deployment(OTHER_ID, message="dashboard"), deployment(LIVE_ID, message=OURS)),
        (deployment(LIVE_ID, message=OURS), deployment(OTHER_ID, message=OURS)),
    ],
)
def test_a_deployment_that_took_nothing_of_ours_back_is_no_rollback(former):
    live = live_of(project(), deployment=deployment(LIVE_ID), former_deployments=former)

    check_guards(live, is_older=False, allow=())


def test_a_script_that_does_not_exist_has_nothing_to_guard():
    check_guards(missing(project()), is_older=True, allow=())


def test_the_live_commit_is_known_from_a_note_of_an_upload_only():
    desired = project()
    by_secret = version_of(desired, triggered_by="secret")
    without = version_of(replace(desired, commit=None))

    assert live_commit(live_of(desired)) == "a1b2c3d4e5f6"
    assert live_commit(live_of(desired, version=by_secret)) is None
    assert live_commit(live_of(desired, version=without)) is None
