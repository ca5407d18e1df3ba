"""What a rollback goes back to, what it sends, and what people are told before."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.builders import (
    COMMIT,
    LIVE_ID,
    OTHER_ID,
    deployment,
    live_of,
    missing,
    note_of,
    project,
    secret,
    version_of,
)
from workers_deploy.core.live import LiveDeployment, LiveState, LiveVersion, TrafficShare
from workers_deploy.core.plan_commands import (
    MAYBE_OTHER_SECRETS,
    NOT_ROLLED_BACK,
    OTHER_SECRETS,
    find_target,
    make_delete_plan,
    make_rollback_plan,
)
from workers_deploy.core.project import ProbeTarget, Project
from workers_deploy.core.steps import (
    Action,
    Change,
    CheckLive,
    CreateDeployment,
    DeleteScript,
    Probe,
)
from workers_deploy.errors import Problem, ProblemKind, ProblemsError

THIRD_ID = "33333333-0000-4000-8000-000000000003"
ALL = tuple(version_of(project(), id_=id_) for id_ in (LIVE_ID, OTHER_ID, THIRD_ID))


def share(version_id: str, percentage: float = 100) -> TrafficShare:
    return TrafficShare(version_id=version_id, percentage=percentage)


def of_shares(*shares: TrafficShare) -> LiveDeployment:
    return replace(deployment(), shares=shares)


def served(*former: LiveDeployment, **changes: Any) -> LiveState:
    return live_of(project(), former_deployments=former, **changes)


def of(commit: str, id_: str = OTHER_ID) -> LiveVersion:
    note = replace(note_of(project()), commit=commit)
    return version_of(project(), id_=id_, message=f"Fix {note}")


@pytest.mark.parametrize(
    ("wanted", "versions"),
    [
        (None, ALL),  # and no earlier deployment that could be it
        ("", ALL),
        (OTHER_ID[:7], ALL),
        ("deadbeef", ALL),
        (COMMIT[:6], ALL),
        # A commit with changes on top is not the commit, and the other way round.
        (COMMIT, (of(f"{COMMIT[:12]}-dirty"),)),
        (f"{COMMIT}-dirty", (of(COMMIT[:12]),)),
        (f"{COMMIT[:6]}-dirty", (of(f"{COMMIT[:12]}-dirty"),)),
        ("a-dirty", (of(f"{COMMIT[:12]}-dirty"),)),
        ("0" * 40, (of("0" * 12),)),
    ],
)
def test_what_names_nothing_to_go_back_to_is_a_problem_with_the_way_out(wanted, versions):
    with pytest.raises(ProblemsError) as caught:
        find_target(served(), versions, wanted)

    assert caught.value.problems == (
        Problem(
            kind=ProblemKind.INPUT,
            subject="version-id",
            message=(
                "no earlier deployment differs from the live one"
                if wanted is None
                else "not among the versions that can be deployed, nor a commit of one"
            ),
            hint="`show` lists the deployments; Cloudflare keeps the last 100 versions deployable",
        ),
    )


@pytest.mark.parametrize(
    ("wanted", "commit"),
    [
        (COMMIT, COMMIT[:12]),
        (COMMIT[:7], COMMIT[:12]),
        (COMMIT[:12].upper(), COMMIT[:12]),
        (f"{COMMIT}-dirty", f"{COMMIT[:12]}-dirty"),
        (f"{COMMIT[:7]}-dirty", f"{COMMIT[:12]}-dirty"),
    ],
)
def test_a_commit_names_its_version_however_much_of_it_is_written(wanted, commit):
    assert find_target(served(), (of(commit),), wanted) == (share(OTHER_ID),)


def test_a_version_of_eight_digits_is_the_first_that_begins_so():
    assert find_target(served(), ALL, THIRD_ID[:8]) == (share(THIRD_ID),)


def test_a_version_that_gets_no_traffic_makes_no_difference():
    now = of_shares(share(LIVE_ID), share(OTHER_ID, 0))
    live = served(deployment(LIVE_ID), deployment(THIRD_ID), deployment=now)

    assert find_target(live, ALL, None) == (share(THIRD_ID),)


def test_one_percent_makes_a_difference():
    now = of_shares(share(LIVE_ID, 99), share(OTHER_ID, 1))
    before = of_shares(share(LIVE_ID, 99), share(THIRD_ID, 1))

    assert find_target(served(before, deployment=now), ALL, None) == before.shares


def test_a_deployment_of_no_version_is_passed_over():
    live = served(of_shares(), deployment(OTHER_ID))

    assert find_target(live, ALL, None) == (share(OTHER_ID),)


def test_a_rollback_moves_traffic_and_checks_that_it_moved():
    target = version_of(project(message=" Old cart "), id_=OTHER_ID)
    asked = ProbeTarget(targets=("https://a.example/",), statuses=(range(200, 400),), timeout=60)
    desired = project(secrets=(secret(),), probe=asked)
    live = live_of(desired)

    plan = make_rollback_plan(live, desired, (share(OTHER_ID),), [target])

    bare = Project(script_name="shop", probe=asked)
    traffic = Change(
        action=Action.UPDATE,
        kind="traffic",
        before="11111111 100 %",
        after="22222222 100 %",
        detail="Old cart",
    )
    assert plan.steps == (
        CreateDeployment(
            action=Action.UPDATE,
            title="Deployment",
            changes=(traffic,),
            message="Rollback to 22222222",
            former=deployment(),
            shares=(share(OTHER_ID),),
            may_force=True,
        ),
        CheckLive(action=Action.UPDATE, title="Check", project=bare, secret_names=()),
        Probe(action=Action.UPDATE, title="Probe", target=asked),
    )
    assert (plan.script_name, plan.notes) == ("shop", (NOT_ROLLED_BACK, OTHER_SECRETS))


def test_a_rollback_to_a_rollout_names_all_its_versions():
    shares = (share(OTHER_ID, 90), share(THIRD_ID, 10))

    step, _ = make_rollback_plan(served(), project(), shares, []).steps

    assert isinstance(step, CreateDeployment)
    assert step.message == "Rollback to 22222222 and 33333333"
    assert (step.changes[0].after, step.changes[0].detail) == ("22222222 90 %, 33333333 10 %", "")


def test_what_serves_already_is_said_and_not_written():
    shares = (share(LIVE_ID), share(OTHER_ID, 0))

    (step,) = make_rollback_plan(served(), project(), shares, []).steps

    assert step.action is Action.UNCHANGED
    assert step.changes[0].action is Action.UNCHANGED


def test_a_rollback_that_is_run_once_more_is_told_that_it_goes_forth_again():
    live = served(deployment(OTHER_ID), deployment(LIVE_ID))

    assert make_rollback_plan(live, project(), (share(OTHER_ID),), []).notes[1] == (
        "live was rolled back itself: this brings 22222222 100 % again, which it was rolled back "
        "from; version-id names what is older"
    )


def with_secret(value: str, id_: str, **changes: Any) -> LiveVersion:
    return version_of(project(secrets=(secret(value=value),)), id_=id_, **changes)


SAME_NOTE, OTHER_NOTE = with_secret("a", OTHER_ID), with_secret("b", OTHER_ID)
NO_NOTE = with_secret("a", OTHER_ID, message=None)


@pytest.mark.parametrize(
    ("live", "targets", "note"),
    [
        (with_secret("a", LIVE_ID), [SAME_NOTE], MAYBE_OTHER_SECRETS),
        (with_secret("a", LIVE_ID), [OTHER_NOTE], OTHER_SECRETS),
        (with_secret("a", LIVE_ID), [SAME_NOTE, OTHER_NOTE], OTHER_SECRETS),
        (with_secret("a", LIVE_ID), [with_secret("a", LIVE_ID), NO_NOTE], MAYBE_OTHER_SECRETS),
        (with_secret("a", LIVE_ID), [with_secret("a", LIVE_ID)], None),
        (with_secret("a", LIVE_ID, message=None), [OTHER_NOTE], MAYBE_OTHER_SECRETS),
        (with_secret("a", LIVE_ID), [version_of(project(), id_=OTHER_ID)], OTHER_SECRETS),
        (version_of(project()), [version_of(project(), id_=OTHER_ID)], None),
    ],
)
def test_other_secrets_are_told_as_far_as_names_and_notes_tell_them(live, targets, note):
    state = live_of(project(), version=live)

    plan = make_rollback_plan(state, project(), (share(OTHER_ID),), targets)

    assert plan.notes == (NOT_ROLLED_BACK, *([note] if note else []))


GOES = "deleting can't be undone: versions, secrets and Durable Object data go with it"


@pytest.mark.parametrize(
    ("live", "referring", "force", "action", "detail", "notes"),
    [
        (live_of(project()), (), False, Action.DELETE, "", (GOES,)),
        (live_of(project()), ("a", "b"), False, Action.DELETE, "referred to by a, b", (GOES,)),
        (
            live_of(project()),
            ("a", "b"),
            True,
            Action.DELETE,
            "referred to by a, b",
            (GOES, "by force: what refers to it breaks (a, b)"),
        ),
        (live_of(project()), (), True, Action.DELETE, "", (GOES,)),
        (
            missing(project()),
            (),
            False,
            Action.UNCHANGED,
            "",
            ("there is no such script: nothing to delete",),
        ),
    ],
)
def test_a_delete_says_what_it_takes_along(live, referring, force, action, detail, notes):
    plan = make_delete_plan(live, referring, force=force)

    change = Change(action=action, kind="script", name="shop", detail=detail)
    assert plan.steps == (
        DeleteScript(action=action, title="Script", changes=(change,), force=force),
    )
    assert (plan.script_name, plan.notes) == ("shop", notes)
