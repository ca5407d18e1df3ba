import pytest

from fakes.builders import (
    LIVE_ID,
    OTHER_ID,
    deployment,
    kinds,
    live_of,
    manifest,
    missing,
    module,
    note_of,
    project,
    variable,
    version_of,
)
from workers_deploy.core.live import LiveState
from workers_deploy.core.plan import make_plan
from workers_deploy.core.project import (
    Binding,
    Project,
    ScriptSettings,
    SubdomainState,
    Triggers,
)
from workers_deploy.core.steps import (
    Action,
    PatchScriptSettings,
    Plan,
    SetSubdomain,
    UploadScript,
    UploadVersion,
)


def plan_of(desired: Project, live: LiveState) -> Plan:
    return make_plan(desired, live, note_of(desired))


def executed(plan: Plan) -> list[str]:
    return kinds(step for step in plan.steps if step.action is not Action.UNCHANGED)


def upload_of(plan: Plan) -> UploadVersion | UploadScript:
    return next(s for s in plan.steps if isinstance(s, UploadVersion | UploadScript))


def test_a_note_of_another_key_is_never_unchanged():
    desired = project()
    foreign = version_of(desired, message="Fix wd1:" + ":".join(["0" * 12, *["0" * 8] * 3]))

    plan = plan_of(desired, live_of(desired, version=foreign))

    assert plan.writes


def test_changed_script_settings_alone_make_no_version():
    desired = project(script_settings=ScriptSettings(logpush=True, observability={"enabled": True}))

    plan = plan_of(desired, live_of(desired))

    assert executed(plan) == ["PatchScriptSettings", "CheckLive"]
    assert [(c.name, c.before, c.after) for c in plan.changes] == [
        ("logpush", "false", "true"),
        ("observability", "enabled: false", "enabled: true"),
    ]


def test_observability_is_laid_over_lives_since_a_patch_replaces_it():
    live = live_of(
        project(),
        script_settings=ScriptSettings(
            observability={"enabled": True, "logs": {"enabled": True, "invocation_logs": True}}
        ),
    )
    desired = project(script_settings=ScriptSettings(observability={"head_sampling_rate": 0.5}))

    step = next(s for s in plan_of(desired, live).steps if isinstance(s, PatchScriptSettings))

    assert step.settings.observability == {
        "enabled": True,
        "logs": {"enabled": True, "invocation_logs": True},
        "head_sampling_rate": 0.5,
    }


def test_tags_of_others_stay_when_the_services_tags_are_set():
    live = live_of(project(), script_settings=ScriptSettings(tags=("team-a", "cf:environment=old")))
    desired = project(service_tags=("cf:service=shop", "cf:environment=staging"))

    step = next(s for s in plan_of(desired, live).steps if isinstance(s, PatchScriptSettings))

    assert step.settings.tags == ("team-a", "cf:service=shop", "cf:environment=staging")


def test_tags_in_another_order_are_no_change():
    live = live_of(project(), script_settings=ScriptSettings(tags=("b", "a")))
    desired = project(script_settings=ScriptSettings(tags=("a", "b")))

    assert not plan_of(desired, live).writes


@pytest.mark.parametrize(
    ("said", "routes", "wanted"),
    [
        (SubdomainState(), None, SubdomainState(enabled=True, previews_enabled=True)),
        (
            SubdomainState(),
            ({"pattern": "example.com/*"},),
            SubdomainState(enabled=False, previews_enabled=False),
        ),
        (
            SubdomainState(enabled=False, previews_enabled=True),
            None,
            SubdomainState(enabled=False, previews_enabled=True),
        ),
    ],
)
def test_workers_dev_of_a_first_deploy(said, routes, wanted):
    desired = project(subdomain=said, triggers=Triggers(routes=routes))

    plan = plan_of(desired, missing(desired))

    assert next(s for s in plan.steps if isinstance(s, SetSubdomain)).state == wanted


def test_workers_dev_that_nobody_said_is_left_as_it_is():
    desired = project(subdomain=SubdomainState())
    off = SubdomainState(enabled=False, previews_enabled=True)

    plan = plan_of(desired, live_of(desired, subdomain=off))

    assert not plan.writes
    assert next(s for s in plan.steps if isinstance(s, SetSubdomain)).state == off


def test_assets_that_are_gone_from_the_project_are_told():
    was = project(assets=manifest())

    plan = plan_of(project(), live_of(was))

    assert ("assets", Action.DELETE) in [(c.kind, c.action) for c in plan.changes]
    assert "UploadAssets" not in executed(plan)


def test_a_put_sends_lives_script_settings_again_where_nobody_said_any():
    live = live_of(
        project(), uses_modules=False, script_settings=ScriptSettings(logpush=True, tags=("x",))
    )

    upload = upload_of(plan_of(project(modules=(module(content="2"),)), live)).upload

    assert upload.project.script_settings.logpush is True
    assert upload.project.script_settings.tags is None


def test_no_change_holds_the_value_of_a_variable():
    was = project(bindings=(variable("TOKEN_URL", "https://old.example/hidden"),))
    desired = project(bindings=(variable("TOKEN_URL", "https://new.example/hidden"),))

    plan = plan_of(desired, live_of(was))

    assert "hidden" not in repr(plan.changes)
    assert any(c.name == "TOKEN_URL" and c.detail == "text changed" for c in plan.changes)


def test_a_d1_id_under_its_other_name_is_no_change():
    desired = project(bindings=(Binding(name="DB", type="d1", fields={"id": "abc"}),))
    reported = version_of(
        desired, bindings=(Binding(name="DB", type="d1", fields={"database_id": "abc"}),)
    )

    assert not plan_of(desired, live_of(desired, version=reported)).writes


def test_an_edit_of_the_compatibility_date_is_shown_with_both_values():
    desired = project()
    edited = version_of(desired, compatibility_date="2026-01-01", triggered_by="settings")

    changes = plan_of(desired, live_of(desired, version=edited)).changes

    assert [(c.name, c.before, c.after) for c in changes if c.kind == "setting"] == [
        ("compatibility_date", "2026-01-01", "2026-11-01")
    ]


def test_values_of_a_version_whose_note_says_the_same_are_not_compared():
    """A version never changes: what is answered in another form is no difference."""
    desired = project(bindings=(variable(),), placement={"mode": "smart"}, limits={"cpu_ms": 5})
    answered = version_of(
        desired,
        bindings=(variable(text="in another form"),),
        compatibility_date=None,
        placement=None,
        limits=None,
    )

    assert not plan_of(desired, live_of(desired, version=answered)).writes


def test_a_gradual_rollout_compares_with_the_version_that_serves_most():
    desired = project()
    live = live_of(desired, deployment=deployment(LIVE_ID, OTHER_ID))

    assert live.live is not None
    assert live.live.id == LIVE_ID
