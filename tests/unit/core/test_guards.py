from dataclasses import replace

import pytest

from fakes.builders import LIVE_ID, OTHER_ID, deployment, live_of, missing, project, version_of
from workers_deploy.core.guards import check_guards, live_commit, rolled_back_commit
from workers_deploy.errors import GuardError

OURS = "Fix wd1:a1b2c3d4e5f6:cccccccc:aaaaaaaa:ssssssss"
THIRD_ID = "33333333-0000-4000-8000-000000000003"


def word_of(live, **options) -> str | None:
    with pytest.raises(GuardError) as caught:
        check_guards(live, **({"is_older": False, "allow": ()} | options))
    return caught.value.word


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
    live = live_of(
        project(),
        deployment=deployment(LIVE_ID, message="Rollback"),
        former_deployments=(deployment(OTHER_ID, message=OURS), deployment(LIVE_ID, message=OURS)),
    )

    assert word_of(live) == "after-rollback"
    check_guards(live, is_older=False, allow={"after-rollback"})


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
