from dataclasses import replace

import pytest

from fakes.builders import (
    COMMIT,
    LIVE_ID,
    OTHER_ID,
    deployment,
    kinds,
    live_of,
    manifest,
    missing,
    note_of,
    project,
    secret,
    version_of,
)
from workers_deploy.core.digest import REVERTED
from workers_deploy.core.live import TrafficShare
from workers_deploy.core.plan_commands import (
    MAYBE_OTHER_SECRETS,
    OTHER_SECRETS,
    find_target,
    make_delete_plan,
    make_preview_plan,
    make_rollback_plan,
)
from workers_deploy.core.project import Binding, SubdomainState
from workers_deploy.errors import ProblemsError

THIRD_ID = "33333333-0000-4000-8000-000000000003"
ALL = tuple(version_of(project(), id_=id_) for id_ in (LIVE_ID, OTHER_ID, THIRD_ID))


def served(*former, **changes):
    """A live state in which LIVE_ID serves and these served before, newest first."""
    return live_of(project(), former_deployments=former, **changes)


def whole(version_id):
    return (TrafficShare(version_id=version_id, percentage=100),)


def test_the_newest_earlier_deployment_that_differs_is_gone_back_to():
    live = served(deployment(LIVE_ID), deployment(OTHER_ID), deployment(THIRD_ID))

    assert find_target(live, ALL, None) == whole(OTHER_ID)


def test_a_deployment_whose_version_cannot_be_deployed_any_more_is_passed_over():
    live = served(deployment(OTHER_ID), deployment(THIRD_ID))

    assert find_target(live, (ALL[0], ALL[2]), None) == whole(THIRD_ID)


def test_a_deployment_that_was_taken_back_is_passed_over():
    taken_back = f"Reverted: the check or the probe after the deploy failed {REVERTED}"
    live = served(
        deployment(OTHER_ID),
        deployment(THIRD_ID),
        deployment=deployment(LIVE_ID, message=taken_back),
    )

    assert find_target(live, ALL, None) == whole(THIRD_ID)


def test_a_rollout_of_the_same_shares_in_another_order_does_not_differ():
    one, two = deployment(LIVE_ID, OTHER_ID), deployment(OTHER_ID, LIVE_ID)

    assert find_target(served(two, deployment(THIRD_ID), deployment=one), ALL, None) == whole(
        THIRD_ID
    )


def test_where_nothing_differs_there_is_nothing_to_go_back_to():
    with pytest.raises(ProblemsError, match="no earlier deployment differs"):
        find_target(served(deployment(LIVE_ID)), ALL, None)


@pytest.mark.parametrize("wanted", [OTHER_ID, OTHER_ID[:8]])
def test_a_version_is_found_by_its_id_or_the_beginning_of_it(wanted):
    assert find_target(served(), ALL, wanted) == whole(OTHER_ID)


def test_a_version_of_a_commit_that_served_goes_before_a_newer_one_that_did_not():
    live = served(deployment(THIRD_ID))

    assert find_target(live, ALL[1:], COMMIT) == whole(THIRD_ID)
    assert find_target(served(), ALL[1:], COMMIT[:7].upper()) == whole(OTHER_ID)


@pytest.mark.parametrize("wanted", ["0" * 12, COMMIT[:6], OTHER_ID[:7], "deadbeef"])
def test_what_names_no_version_is_a_wrong_input(wanted):
    without_commit = replace(ALL[1], message=f"x {replace(note_of(project()), commit='0' * 12)}")

    with pytest.raises(ProblemsError, match="not among the versions"):
        find_target(served(), (without_commit, ALL[2]), wanted)


def test_a_rollback_moves_traffic_and_checks_nothing_but_that():
    plan = make_rollback_plan(served(), project(secrets=(secret(),)), whole(OTHER_ID), [ALL[1]])

    assert kinds(plan.steps) == ["CreateDeployment", "CheckLive"]
    assert plan.steps[0].changes[0].detail == "Fix the cart"
    assert plan.steps[1].secret_names == ()


@pytest.mark.parametrize(
    ("former", "is_told"),
    [
        ((OTHER_ID,), False),
        ((OTHER_ID, LIVE_ID), True),
        ((OTHER_ID, THIRD_ID, LIVE_ID), True),
        ((THIRD_ID, LIVE_ID, OTHER_ID), False),  # older than what live went back to
        ((LIVE_ID, OTHER_ID), False),
        ((THIRD_ID, LIVE_ID), False),  # the target never served
    ],
)
def test_a_rollback_to_what_live_was_rolled_back_from_is_told(former, is_told):
    live = served(*map(deployment, former))

    plan = make_rollback_plan(live, project(), whole(OTHER_ID), [ALL[1]])

    assert any("rolled back from" in note for note in plan.notes) is is_told


def test_what_is_live_already_is_not_rolled_back_to():
    plan = make_rollback_plan(served(), project(), whole(LIVE_ID), [ALL[0]])

    assert kinds(plan.steps) == ["CreateDeployment"]
    assert not plan.writes
    assert plan.notes == ()


@pytest.mark.parametrize(
    ("target", "note"),
    [
        (version_of(project(secrets=(secret(),)), id_=OTHER_ID), MAYBE_OTHER_SECRETS),
        (version_of(project(secrets=(secret(value="x"),)), id_=OTHER_ID), OTHER_SECRETS),
        (version_of(project(), id_=OTHER_ID), OTHER_SECRETS),
        (version_of(project(secrets=(secret(),)), id_=OTHER_ID, message=None), MAYBE_OTHER_SECRETS),
    ],
)
def test_secrets_that_a_rollback_brings_back_are_said(target, note):
    live = live_of(project(secrets=(secret(),)))

    plan = make_rollback_plan(live, project(), whole(OTHER_ID), [target])

    assert note in plan.notes


def test_without_secrets_nothing_is_said_of_them():
    live, target = live_of(project()), version_of(project(), id_=OTHER_ID)

    plan = make_rollback_plan(live, project(), whole(OTHER_ID), [target])
    unknown = make_rollback_plan(replace(live, versions=()), project(), whole(OTHER_ID), [target])

    assert len(plan.notes) == len(unknown.notes) == 1


def test_a_preview_uploads_assets_and_a_version_and_moves_nothing():
    desired = project(assets=manifest())

    plan = make_preview_plan(desired, live_of(project()), note_of(desired), "pr-17")

    assert kinds(plan.steps) == ["UploadAssets", "UploadVersion"]
    assert plan.steps[1].upload.alias == "pr-17"


@pytest.mark.parametrize(
    ("live", "changes", "told"),
    [
        (missing(project()), {}, "does not exist yet"),
        (live_of(project()), {"dispatch_namespace": "ns"}, "without traffic is not possible"),
    ],
)
def test_a_script_that_can_have_no_version_without_traffic_has_no_preview(live, changes, told):
    desired = project(**changes)

    with pytest.raises(ProblemsError, match=told) as caught:
        make_preview_plan(desired, live, note_of(desired), None)

    assert caught.value.exit_code == 3


def test_an_alias_that_can_be_none_is_a_wrong_input():
    desired = project()

    with pytest.raises(ProblemsError) as caught:
        make_preview_plan(desired, live_of(desired), note_of(desired), "Not One")

    assert caught.value.exit_code == 2
    assert "58 at most" in (caught.value.problems[0].hint or "")


@pytest.mark.parametrize(
    ("bindings", "previews", "told"),
    [
        ((Binding(name="ROOM", type="durable_object_namespace"),), True, "Durable Objects"),
        ((), False, "preview URLs are off"),
    ],
)
def test_why_a_preview_has_no_url_is_said(bindings, previews, told):
    desired = project(bindings=bindings)
    live = live_of(desired, subdomain=SubdomainState(enabled=True, previews_enabled=previews))

    plan = make_preview_plan(desired, live, note_of(desired), None)

    assert told in plan.notes[1]


def test_a_preview_with_a_url_has_no_excuse():
    desired = project()

    assert len(make_preview_plan(desired, live_of(desired), note_of(desired), None).notes) == 1


def test_a_delete_says_what_goes_and_what_breaks():
    plan = make_delete_plan(live_of(project()), ("a Pages function",), force=True)
    gone = make_delete_plan(missing(project()), (), force=False)

    assert plan.writes
    assert "a Pages function" in plan.notes[1]
    assert not gone.writes
    assert gone.notes == ("there is no such script: nothing to delete",)
