from dataclasses import replace

import pytest

from fakes.builders import LIVE_ID, OTHER_ID, deployment, live_of, project
from workers_deploy.core.digest import REVERTED
from workers_deploy.core.live import TrafficShare
from workers_deploy.core.plan_commands import find_target
from workers_deploy.core.steps import (
    Action,
    Change,
    PatchSettings,
    PutContent,
    PutSchedules,
    PutSecrets,
    Scope,
    Step,
)
from workers_deploy.core.taken_back import (
    deploy_again,
    edit_taken_back,
    scopes_taken_back,
    undo_message,
)

EDITS: dict[str, Step] = {
    "code": PutContent(action=Action.UPDATE, title="Content", project=project(), former=None),
    "secrets": PutSecrets(action=Action.UPDATE, title="Secrets", secrets=(), gone=(), former=None),
    "settings": PatchSettings(action=Action.UPDATE, title="Settings", settings={}, former=None),
    "triggers": PutSchedules(action=Action.UPDATE, title="Schedules", crons=()),
}


def after(message: str, *, latest: str = OTHER_ID, before: str = OTHER_ID):
    """Live as it is once traffic was returned with this message."""
    return live_of(
        project(),
        deployment=deployment(LIVE_ID, message=message),
        former_deployments=(deployment(before), deployment(LIVE_ID)),
        latest_version_id=latest,
    )


@pytest.mark.parametrize(
    ("done", "scopes"),
    [
        ((), set()),
        (("triggers",), set()),
        (("secrets",), {Scope.SECRETS}),
        (("settings", "secrets", "code", "triggers"), {Scope.CODE, Scope.SECRETS, Scope.SETTINGS}),
    ],
)
def test_a_message_names_the_edits_that_were_taken_back(done: tuple[str, ...], scopes: set[Scope]):
    message = undo_message(EDITS[one] for one in done)

    assert message.endswith(REVERTED)
    assert scopes_taken_back(deployment(LIVE_ID, message=message)) == scopes


def test_a_message_that_takes_no_edit_back_names_none():
    assert undo_message([EDITS["triggers"]]) == (
        f"Reverted: the check or the probe after the deploy failed {REVERTED}"
    )


@pytest.mark.parametrize("message", [None, "", "(only: secrets) failed", f"Mine {REVERTED}"])
def test_other_messages_name_none(message: str | None):
    assert scopes_taken_back(deployment(LIVE_ID, message=message)) == set()
    assert scopes_taken_back(None) == set()


@pytest.mark.parametrize(
    ("done", "asked", "found"),
    [
        (("secrets",), {Scope.SECRETS}, OTHER_ID),
        (("secrets",), {Scope.SECRETS, Scope.TRIGGERS}, OTHER_ID),
        (("secrets", "code"), {Scope.SECRETS}, None),
        (("secrets",), set(), None),
        ((), {Scope.SECRETS}, None),
    ],
)
def test_an_edit_of_the_same_parts_is_found(
    done: tuple[str, ...], asked: set[Scope], found: str | None
):
    assert edit_taken_back(after(undo_message(EDITS[one] for one in done)), asked) == found


def test_only_the_latest_version_is_such_an_edit():
    message = undo_message([EDITS["secrets"]])

    assert edit_taken_back(after(message, latest="newer"), {Scope.SECRETS}) is None
    assert edit_taken_back(after(message, before="another"), {Scope.SECRETS}) is None
    assert edit_taken_back(after(message, latest=LIVE_ID), {Scope.SECRETS}) is None
    alone = replace(after(message), former_deployments=())
    assert edit_taken_back(alone, {Scope.SECRETS}) is None


def test_an_edit_that_was_made_to_serve_is_still_one_when_it_is_taken_back_again():
    live = after(undo_message([EDITS["secrets"], EDITS["code"]]))
    assert live.live is not None

    step = deploy_again(live, replace(live.live, id=OTHER_ID))

    assert undo_message([step]) == undo_message([EDITS["code"], EDITS["secrets"]])
    assert [share.version_id for share in step.shares] == [OTHER_ID]


def test_an_edit_is_made_to_serve_by_a_step_that_says_why():
    live = after(undo_message([EDITS["secrets"]]))
    assert live.live is not None

    step = deploy_again(live, replace(live.live, id=OTHER_ID))

    assert step.title == "Deployment"
    assert step.may_force
    assert step.shares == (TrafficShare(version_id=OTHER_ID, percentage=100),)
    assert step.changes == (
        Change(
            action=Action.UPDATE,
            kind="traffic",
            before="11111111 100 %",
            after="22222222 100 %",
            detail="an edit that was taken back, to be edited again",
        ),
    )


def test_a_rollback_does_not_go_to_an_edit_that_was_taken_back():
    older = "33333333-0000-4000-8000-000000000003"
    live = after(undo_message([EDITS["secrets"]]))
    live = replace(live, former_deployments=(*live.former_deployments, deployment(older)))
    assert live.live is not None
    versions = [replace(live.live, id=one) for one in (LIVE_ID, OTHER_ID, older)]

    assert [share.version_id for share in find_target(live, versions, None)] == [older]
