import pytest

from fakes.builders import (
    LIVE_ID,
    OTHER_ID,
    kinds,
    live_of,
    manifest,
    missing,
    module,
    note_of,
    project,
    secret,
    variable,
    version_of,
)
from workers_deploy.core.live import LiveState
from workers_deploy.core.plan import make_plan
from workers_deploy.core.project import (
    Binding,
    ProbeTarget,
    Project,
    ScriptFormat,
    ScriptSettings,
    SubdomainState,
    UsageModel,
)
from workers_deploy.core.steps import (
    Action,
    CheckLive,
    Plan,
    UploadScript,
    UploadVersion,
)


def plan_of(desired: Project, live: LiveState) -> Plan:
    return make_plan(desired, live, note_of(desired))


def executed(plan: Plan) -> list[str]:
    return kinds(step for step in plan.steps if step.action is not Action.UNCHANGED)


def upload_of(plan: Plan) -> UploadVersion | UploadScript:
    return next(s for s in plan.steps if isinstance(s, UploadVersion | UploadScript))


def test_a_script_that_is_live_as_planned_gets_no_step_that_writes():
    desired = project(
        bindings=(variable(),), secrets=(secret(),), assets=manifest("/a.html", "/b.html")
    )

    plan = plan_of(desired, live_of(desired))

    assert plan.changes == ()
    assert executed(plan) == []


def test_a_first_deploy_makes_the_script_before_its_settings_and_its_subdomain():
    desired = project(
        assets=manifest(), script_settings=ScriptSettings(logpush=True), subdomain=SubdomainState()
    )

    plan = plan_of(desired, missing(desired))

    assert executed(plan) == [
        "UploadAssets",
        "UploadScript",
        "PatchScriptSettings",
        "SetSubdomain",
        "CheckLive",
    ]
    assert "a first deploy can't be undone" in plan.notes[0]


def test_traffic_moves_after_everything_that_cloudflare_can_refuse():
    desired = project(
        modules=(module(content="two"),),
        assets=manifest(),
        script_settings=ScriptSettings(logpush=True),
        usage_model=UsageModel(usage_model="standard"),
        subdomain=SubdomainState(enabled=False),
        probe=ProbeTarget(targets=("https://a.example/",), statuses=(range(200, 400),), timeout=60),
    )

    plan = plan_of(desired, live_of(project()))

    assert executed(plan) == [
        "UploadAssets",
        "UploadVersion",
        "PatchScriptSettings",
        "PutUsageModel",
        "SetSubdomain",
        "CreateDeployment",
        "CheckLive",
        "Probe",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"format": ScriptFormat.SERVICE_WORKER},
        {"migrations": ({"tag": "v1", "new_sqlite_classes": ["Room"]},)},
        {"exports": {"Room": {"type": "durable-object"}, "default": {"type": "worker"}}},
        {"containers": ({"class_name": "Room"},)},
    ],
)
def test_what_the_versions_api_refuses_is_put_and_settings_follow(changes):
    desired = project(script_settings=ScriptSettings(logpush=True), **changes)

    plan = plan_of(desired, live_of(project()))

    assert executed(plan) == ["UploadScript", "PatchScriptSettings", "CheckLive"]


def test_entry_points_and_workflows_that_exports_declare_can_wait_for_traffic():
    exports = {"default": {"type": "worker"}, "Flow": {"type": "workflow", "name": "flow"}}

    plan = plan_of(project(exports=exports), live_of(project()))

    assert executed(plan)[:2] == ["UploadVersion", "CreateDeployment"]


def test_only_the_migrations_after_lives_tag_are_pending():
    steps = ({"tag": "v1", "new_classes": ["A"]}, {"tag": "v2", "new_classes": ["B"]})
    desired = project(migrations=steps)

    plan = plan_of(desired, live_of(project(), migration_tag="v1"))

    upload = upload_of(plan).upload
    assert [step["tag"] for step in upload.pending_migrations] == ["v2"]
    assert upload.migration_tag == "v1"
    assert "Durable Object migrations can't be undone" in plan.notes


def test_migrations_that_are_all_live_leave_the_versions_api_open():
    desired = project(
        modules=(module(content="two"),), migrations=({"tag": "v1", "new_classes": ["A"]},)
    )

    plan = plan_of(desired, live_of(project(), migration_tag="v1"))

    assert "UploadVersion" in executed(plan)


def test_kept_secrets_are_inherited_from_the_live_version_by_its_id():
    was = project(secrets=(secret("OLD"), secret("STRIPE_KEY")))
    desired = project(secrets=(secret("STRIPE_KEY", "new"),))

    upload = upload_of(plan_of(desired, live_of(was))).upload

    assert upload.inherited == (
        Binding(name="OLD", type="inherit", fields={"version_id": LIVE_ID}),
    )
    assert upload.keep_bindings == ("secret_text", "secret_key")


def test_nothing_is_kept_from_a_latest_version_that_is_not_live():
    was = project(secrets=(secret("OLD"),))
    desired = project(modules=(module(content="two"),))

    plan = plan_of(desired, live_of(was, latest_version_id=OTHER_ID))

    assert upload_of(plan).upload.keep_bindings == ()
    assert [b.name for b in upload_of(plan).upload.inherited] == ["OLD"]
    assert any(OTHER_ID[:8] in note and "10215" in note for note in plan.notes)


def test_variables_of_the_dashboard_are_kept_only_with_keep_vars():
    was = project(bindings=(variable("DASHBOARD"),))

    dropped = plan_of(project(), live_of(was))
    kept = plan_of(project(keep_vars=True, modules=(module(content="2"),)), live_of(was))

    assert [(c.action, c.name) for c in dropped.changes] == [
        (Action.UPDATE, ""),
        (Action.DELETE, "DASHBOARD"),
    ]
    assert [b.name for b in upload_of(kept).upload.inherited] == ["DASHBOARD"]
    assert upload_of(kept).upload.keep_bindings[:2] == ("plain_text", "json")
    assert all(change.action is not Action.DELETE for change in kept.changes)


def test_pruning_leaves_secrets_out_of_the_upload_and_deletes_what_stays_live():
    was = project(secrets=(secret("OLD"), secret("STRIPE_KEY")))
    desired = project(secrets=(secret("STRIPE_KEY"),), prune_secrets=True)

    plan = plan_of(desired, live_of(was))

    upload = upload_of(plan).upload
    assert upload.inherited == ()
    assert upload.keep_bindings == ()
    assert executed(plan)[-2:] == ["DeleteSecret", "CheckLive"]
    check = plan.steps[-1]
    assert isinstance(check, CheckLive)
    assert check.secret_names == ("STRIPE_KEY",)
    assert check.gone_secrets == ("OLD",)


def test_a_changed_secret_value_is_seen_by_the_note_alone():
    was = project(secrets=(secret(value="one"),))
    desired = project(secrets=(secret(value="two"),))

    (change,) = plan_of(desired, live_of(was)).changes

    assert (change.kind, change.name) == ("secrets", "STRIPE_KEY")
    assert "which one can't be told" in change.detail


def test_a_version_that_no_upload_made_is_not_comparable():
    desired = project(secrets=(secret(),))
    edited = version_of(desired, triggered_by="secret")

    plan = plan_of(desired, live_of(desired, version=edited))

    assert "was edited after the upload" in plan.changes[0].detail
    assert "UploadVersion" in executed(plan)
