from dataclasses import replace

import pytest

from fakes.builders import (
    OTHER_ID,
    kinds,
    live_of,
    manifest,
    module,
    note_of,
    project,
    secret,
    variable,
    version_of,
)
from workers_deploy.core.plan_only import make_narrow_plan
from workers_deploy.core.project import Binding, ScriptSettings, SubdomainState
from workers_deploy.core.steps import Action, PatchSettings, PutSecrets, Scope, SetSubdomain
from workers_deploy.errors import GuardError, ProblemsError

FULL = {
    "bindings": (variable(),),
    "secrets": (secret(), secret("MAIL_KEY", "mail-value")),
    "assets": manifest(),
}


def plan_of(desired, live, *scopes):
    return make_narrow_plan(desired, live, note_of(desired), scopes)


def only_step(plan, kind):
    (step,) = [step for step in plan.steps if isinstance(step, kind)]
    return step


@pytest.mark.parametrize(
    ("scope", "steps"),
    [
        (Scope.SECRETS, ["PutSecrets"]),
        (Scope.CODE, ["PutContent"]),
        (Scope.SETTINGS, ["PatchSettings"]),
        (Scope.SUBDOMAIN, ["SetSubdomain"]),
        (Scope.TRIGGERS, []),
    ],
)
def test_what_is_live_already_has_a_step_that_does_not_write(scope, steps):
    desired = project(**FULL)

    plan = plan_of(desired, live_of(desired), scope)

    assert kinds(plan.steps) == steps
    assert not plan.writes
    assert plan.notes == ()


def test_each_change_belongs_to_one_part():
    former = project(**FULL)
    desired = replace(
        former,
        modules=(module(content="export default { fetch() {} }"),),
        secrets=(secret(value="another"),),
        bindings=(variable(text="servus"),),
        script_settings=ScriptSettings(logpush=True),
        subdomain=SubdomainState(enabled=True, previews_enabled=False),
    )
    live = live_of(former)

    writing = {
        scope: kinds(s for s in plan_of(desired, live, scope).steps if s.action is Action.UPDATE)
        for scope in Scope
    }

    assert writing == {
        Scope.CODE: ["PutContent", "CheckLive"],
        Scope.SECRETS: ["PutSecrets", "CheckLive"],
        Scope.SETTINGS: ["PatchScriptSettings", "PatchSettings", "CheckLive"],
        Scope.SUBDOMAIN: ["SetSubdomain", "CheckLive"],
        Scope.TRIGGERS: [],
    }


def test_bindings_that_do_not_change_are_inherited_and_the_note_is_sent_again():
    former = project(
        bindings=(variable(), Binding(name="KV", type="kv_namespace", fields={"namespace_id": "a"}))
    )
    desired = replace(former, bindings=(variable(text="servus"), former.bindings[1]), message="New")
    live = live_of(former, version=version_of(former, tag="v1"))

    settings = only_step(plan_of(desired, live, Scope.SETTINGS), PatchSettings).settings

    assert settings["bindings"] == [
        {"name": "GREETING", "type": "plain_text", "text": "servus"},
        {"name": "KV", "type": "inherit"},
    ]
    assert settings["annotations"] == {
        "workers/message": f"New {note_of(former)}",
        "workers/tag": "v1",
    }


def test_a_version_of_someone_else_gets_no_note_of_ours():
    former = project()
    desired = replace(former, compatibility_flags=("nodejs_compat",))
    theirs = version_of(former, triggered_by="secret", tag="v1")

    step = only_step(
        plan_of(desired, live_of(former, version=theirs), Scope.SETTINGS), PatchSettings
    )

    assert step.settings["annotations"] == {"workers/message": "Fix the cart"}


def test_without_message_and_note_there_are_no_annotations():
    desired = project(message="", compatibility_flags=("nodejs_compat",))
    bare = version_of(project(), message=None)

    step = only_step(
        plan_of(desired, live_of(desired, version=bare), Scope.SETTINGS), PatchSettings
    )

    assert "annotations" not in step.settings


def test_secrets_that_only_go_are_not_sent_with_the_others():
    desired = project(secrets=(secret(),), prune_secrets=True)
    version = version_of(desired)
    more = replace(
        version, bindings=(*version.bindings, Binding(name="THEIRS", type="secret_text"))
    )

    step = only_step(plan_of(desired, live_of(desired, version=more), Scope.SECRETS), PutSecrets)

    assert (step.secrets, step.gone) == ((), ("THEIRS",))


@pytest.mark.parametrize(("enabled", "by_delete"), [(False, True), (True, False)])
def test_both_addresses_off_is_a_delete(enabled, by_delete):
    desired = project(subdomain=SubdomainState(enabled=enabled, previews_enabled=False))

    step = only_step(plan_of(desired, live_of(desired), Scope.SUBDOMAIN), SetSubdomain)

    assert step.by_delete is by_delete


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (Scope.SECRETS, "refuses to edit secrets"),
        (Scope.SETTINGS, "refuses to edit secrets"),
        (Scope.CODE, "would bring its bindings"),
    ],
)
def test_a_latest_version_that_is_not_live_stops_what_would_be_made_of_it(scope, told):
    former = project(**FULL)
    desired = replace(
        former,
        modules=(module(content="two"),),
        secrets=(secret(value="another"),),
        compatibility_flags=("nodejs_compat",),
    )

    with pytest.raises(GuardError) as caught:
        plan_of(desired, live_of(former, latest_version_id=OTHER_ID), scope)

    assert told in caught.value.message
    assert caught.value.word is None
    assert "without `only`" in (caught.value.hint or "")


@pytest.mark.parametrize("scope", [Scope.SUBDOMAIN, Scope.SECRETS])
def test_a_latest_version_that_is_not_live_stops_nothing_else(scope):
    former = project(**FULL)
    desired = replace(former, subdomain=SubdomainState(enabled=False))

    plan = plan_of(desired, live_of(former, latest_version_id=OTHER_ID), scope)

    assert plan.writes is (scope is Scope.SUBDOMAIN)


@pytest.mark.parametrize(
    ("changes", "live_changes", "scopes", "told"),
    [
        ({"dispatch_namespace": "ns"}, {}, [Scope.TRIGGERS, Scope.SETTINGS], "dispatch namespace"),
        ({"main_module": None, "modules": ()}, {}, [Scope.CODE], "only assets"),
        ({}, {}, [Scope.SECRETS], "none is named"),
        ({}, {"versions": (), "deployment": None}, [Scope.CODE], "no version of the script serves"),
    ],
)
def test_a_part_that_there_is_nothing_of_is_a_wrong_input(changes, live_changes, scopes, told):
    desired = project(**changes)

    with pytest.raises(ProblemsError, match=told) as caught:
        plan_of(desired, live_of(desired, **live_changes), *scopes)

    assert caught.value.exit_code == 2
    assert len(caught.value.problems) == (2 if len(scopes) == 2 else 1)


def test_what_makes_a_version_is_said_before_it_is_made():
    former = project(**FULL)
    desired = replace(
        former,
        modules=(module(content="two"),),
        secrets=(secret(value="another"),),
        compatibility_flags=("nodejs_compat",),
    )

    plan = plan_of(
        desired, live_of(former, unread=("the URL",)), Scope.CODE, Scope.SECRETS, Scope.SETTINGS
    )

    first, *others = plan.notes
    assert first == "not read: the URL"
    assert [note.partition(":")[0] for note in others] == ["settings", "secrets", "code"]
    assert all("makes a new version and deploys it at once" in note for note in others)
