"""The steps of `only`, whole: what is sent, what people read, and what was there before."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.builders import (
    deployment,
    kinds,
    live_of,
    missing,
    module,
    note_of,
    project,
    secret,
    variable,
    version_of,
)
from workers_deploy.core.live import LiveState
from workers_deploy.core.plan_only import make_narrow_plan
from workers_deploy.core.project import (
    Binding,
    ProbeTarget,
    Project,
    ScriptSettings,
    SubdomainState,
    Triggers,
    UsageModel,
)
from workers_deploy.core.steps import (
    Action,
    Change,
    PatchSettings,
    Plan,
    PutContent,
    PutSecrets,
    Scope,
    SetSubdomain,
    Step,
)

NEW_CODE = (module(content="two"),)
NEW_VALUE = (secret(value="another"),)
KV = Binding(name="STORE", type="kv_namespace", fields={"namespace_id": "a"})
ASKED = ProbeTarget(targets=("https://a.example/",), statuses=(range(200, 400),), timeout=60)


def plan_of(desired: Project, live: LiveState, *scopes: Scope) -> Plan:
    return make_narrow_plan(desired, live, note_of(desired), scopes)


def first(desired: Project, live: LiveState, *scopes: Scope) -> Step:
    return plan_of(desired, live, *scopes).steps[0]


def change(action: Action, kind: str, name: str = "", **more: Any) -> Change:
    return Change(action=action, kind=kind, name=name, **more)


def test_secrets_are_set_and_deleted_in_one_step():
    old, gone = secret("STRIPE_KEY"), secret("GONE")
    desired = project(secrets=(old, secret("NEW")), prune_secrets=True)

    step = first(desired, live_of(project(secrets=(gone, old))), Scope.SECRETS)

    again = (
        "a value changed, or the last deploy named others too (which one can't be told: values "
        "are never read back)"
    )
    assert step == PutSecrets(
        action=Action.UPDATE,
        title="Secrets",
        changes=(
            change(Action.CREATE, "secret", "NEW"),
            change(Action.UPDATE, "secrets", "STRIPE_KEY", detail=again),
            change(Action.DELETE, "secret", "GONE"),
        ),
        secrets=desired.secrets,
        gone=("GONE",),
        former=deployment(),
    )


def test_secrets_that_are_live_are_named_and_not_sent():
    desired = project(secrets=(secret(), secret("MAIL_KEY")))

    assert first(desired, live_of(desired), Scope.SECRETS) == PutSecrets(
        action=Action.UNCHANGED,
        title="Secrets",
        changes=(change(Action.UNCHANGED, "secrets", "STRIPE_KEY, MAIL_KEY"),),
        secrets=(),
        gone=(),
        former=deployment(),
    )


WITH_SECRET = project(secrets=(secret(),))


@pytest.mark.parametrize(
    ("desired", "live", "action", "detail"),
    [
        (project(), live_of(project()), Action.UNCHANGED, "as live"),
        (
            replace(WITH_SECRET, modules=NEW_CODE),
            live_of(WITH_SECRET),
            Action.UPDATE,
            "code or configuration changed; the code alone is sent",
        ),
        (
            project(),
            live_of(project(), version=version_of(project(), message=None)),
            Action.UPDATE,
            "the live version has no note of ours to compare with",
        ),
        (
            project(),
            live_of(project(), version=version_of(project(), triggered_by="secret")),
            Action.UPDATE,
            "the live version was edited after the upload, so its note may not match what it holds",
        ),
    ],
)
def test_code_is_sent_where_the_note_does_not_say_that_it_is_live(desired, live, action, detail):
    assert first(desired, live, Scope.CODE) == PutContent(
        action=action,
        title="Content",
        changes=(change(action, "code", detail=detail),),
        project=desired,
        former=deployment(),
    )


def test_versioned_settings_are_sent_as_a_whole():
    former = project(bindings=(variable(), KV, variable("GONE")), secrets=(secret(),))
    desired = replace(
        former,
        bindings=(variable(text="servus"), KV, variable("NEW")),
        compatibility_flags=("nodejs_compat",),
        placement={"mode": "smart"},
        limits={"cpu_ms": 50},
        cache_options={"enabled": True},
    )
    live = live_of(former, version=version_of(former, limits={"cpu_ms": 10}))

    step = first(desired, live, Scope.SETTINGS)

    def setting(name: str, before: str, after: str) -> Change:
        return change(Action.UPDATE, "setting", name, before=before, after=after)

    def bound(action: Action, name: str, detail: str = "") -> Change:
        return change(action, "binding", name, after="plain_text", detail=detail)

    assert isinstance(step, PatchSettings)
    assert step == PatchSettings(
        action=Action.UPDATE,
        title="Versioned settings",
        changes=(
            setting("compatibility_flags", "none", "nodejs_compat"),
            setting("placement", "not set", "mode: smart"),
            setting("limits", "cpu_ms: 10", "cpu_ms: 50"),
            setting("cache_options", "not set", "enabled: true"),
            bound(Action.UPDATE, "GREETING", "text changed"),
            bound(Action.CREATE, "NEW"),
            bound(Action.DELETE, "GONE"),
        ),
        settings=step.settings,
        former=deployment(),
    )
    assert step.settings == {
        "bindings": [
            {"name": "GREETING", "type": "plain_text", "text": "servus"},
            {"name": "NEW", "type": "plain_text", "text": "hello"},
            {"type": "inherit", "name": "STORE"},
            {"type": "inherit", "name": "STRIPE_KEY"},
        ],
        "compatibility_flags": ["nodejs_compat"],
        "compatibility_date": "2026-11-01",
        "placement": {"mode": "smart"},
        "limits": {"cpu_ms": 50},
        "cache_options": {"enabled": True},
        "annotations": {"workers/message": f"Fix the cart {note_of(former)}"},
    }


def test_of_a_version_with_the_projects_note_only_kept_variables_are_looked_at():
    desired = project(bindings=(variable(),))
    live = version_of(desired, bindings=(variable(text="other"), variable("LEFT")), limits={"a": 1})

    step = first(desired, live_of(desired, version=live), Scope.SETTINGS)

    assert step.changes == (change(Action.DELETE, "binding", "LEFT", after="plain_text"),)


def test_settings_are_those_of_the_script_of_its_usage_and_of_its_versions():
    desired = project(
        script_settings=ScriptSettings(logpush=True),
        usage_model=UsageModel(cpu_ms=50),
        limits={"cpu_ms": 50},
        subdomain=SubdomainState(enabled=False),
    )

    assert kinds(plan_of(desired, live_of(project()), Scope.SETTINGS).steps) == [
        "PatchScriptSettings",
        "PutUsageModel",
        "PatchSettings",
        "CheckLive",
    ]


@pytest.mark.parametrize(
    ("enabled", "previews", "by_delete"),
    [(False, False, True), (True, False, False), (False, True, False), (True, True, False)],
)
def test_workers_dev_is_deleted_only_with_the_preview_urls(enabled, previews, by_delete):
    desired = project(subdomain=SubdomainState(enabled=enabled, previews_enabled=previews))

    step = first(desired, live_of(project()), Scope.SUBDOMAIN)

    assert isinstance(step, SetSubdomain)
    assert step.by_delete is by_delete


def test_triggers_are_set_after_the_code_and_only_where_they_are_asked_for():
    desired = project(modules=NEW_CODE, triggers=Triggers(crons=("0 * * * *",)))
    live = live_of(project(), triggers=Triggers(crons=()))

    assert kinds(plan_of(desired, live, Scope.CODE, Scope.TRIGGERS).steps) == [
        "PutContent",
        "PutSchedules",
        "CheckLive",
    ]
    assert kinds(plan_of(desired, live, Scope.CODE).steps) == ["PutContent", "CheckLive"]


def test_only_what_makes_a_version_is_probed():
    desired = project(probe=ASKED, modules=NEW_CODE, subdomain=SubdomainState(enabled=False))
    live = live_of(project())

    assert kinds(plan_of(desired, live, Scope.CODE).steps)[1:] == ["CheckLive", "Probe"]
    assert kinds(plan_of(desired, live, Scope.SUBDOMAIN).steps)[1:] == ["CheckLive"]


LOSES = (
    "makes a new version and deploys it at once; no note of ours stays on it, so the next deploy "
    "sends code, assets and secrets again"
)


def test_each_new_version_is_told_with_what_it_costs():
    desired = project(modules=NEW_CODE, secrets=NEW_VALUE, limits={"cpu_ms": 50})
    live = live_of(WITH_SECRET, unread=("the zone",))

    plan = plan_of(desired, live, Scope.CODE, Scope.SECRETS, Scope.SETTINGS)

    assert (plan.script_name, plan.notes) == (
        "shop",
        (
            "not read: the zone",
            "settings: changing versioned settings makes a new version and deploys it at once",
            f"secrets: setting them alone {LOSES}",
            f"code: sending it alone {LOSES}",
        ),
    )


def test_a_dispatch_namespace_has_no_versions_and_so_no_note_on_one():
    desired = project(dispatch_namespace="tenants", secrets=(secret(),))
    live = replace(missing(desired), exists=True)

    plan = plan_of(desired, live, Scope.CODE, Scope.SECRETS)

    assert kinds(plan.steps) == ["PutSecrets", "PutContent", "CheckLive"]
    assert plan.notes == ()
