"""What a deploy looks at after its last write, and what it asks."""

from typing import Any

from fakes.builders import (
    LIVE_ID,
    OTHER_ID,
    deployment,
    live_of,
    manifest,
    missing,
    module,
    note_of,
    project,
    secret,
    variable,
)
from workers_deploy.core.live import LiveState, TrafficShare
from workers_deploy.core.plan import make_plan
from workers_deploy.core.plan_only import make_narrow_plan
from workers_deploy.core.project import ProbeTarget, Project, ScriptSettings, Triggers
from workers_deploy.core.steps import (
    Action,
    Change,
    CheckLive,
    CreateDeployment,
    Plan,
    Probe,
    Scope,
    UploadVersion,
)

CRONS = Triggers(crons=("0 * * * *",))
LOGPUSH = ScriptSettings(logpush=True)


def changed(**changes: Any) -> Project:
    return project(modules=(module(content="two"),), **changes)


def plan_of(desired: Project, live: LiveState) -> Plan:
    return make_plan(desired, live, note_of(desired))


def check_of(plan: Plan) -> CheckLive:
    (check,) = (step for step in plan.steps if isinstance(step, CheckLive))
    return check


def test_an_upload_is_checked_for_its_note_its_bindings_and_its_secrets():
    was = project(secrets=(secret("KEPT"),))
    desired = changed(bindings=(variable(),), secrets=(secret("NEW"),))

    plan = plan_of(desired, live_of(was))

    (upload,) = (step.upload for step in plan.steps if isinstance(step, UploadVersion))
    assert upload.message == f"Fix the cart {note_of(desired)}"
    assert check_of(plan) == CheckLive(
        action=Action.UPDATE,
        title="Check",
        project=desired,
        secret_names=("KEPT", "NEW"),
        binding_names=("GREETING", "KEPT"),
        note=str(note_of(desired)),
    )


def test_where_nothing_is_uploaded_the_check_expects_what_is_live():
    """Secrets that only a deploy of them sets are not waited for."""
    live = live_of(project(secrets=(secret("LIVE"),)))
    desired = project(secrets=(secret("NEW"),), script_settings=LOGPUSH)

    plan = make_narrow_plan(desired, live, note_of(desired), [Scope.SETTINGS])

    check = check_of(plan)
    assert (check.secret_names, check.binding_names, check.note) == (("LIVE",), (), "")


def test_secrets_that_are_set_alone_are_waited_for_and_pruned_ones_must_go():
    live = live_of(project(secrets=(secret("OLD"), secret("STRIPE_KEY"))))
    desired = project(secrets=(secret("STRIPE_KEY"), secret("NEW")), prune_secrets=True)

    check = check_of(make_narrow_plan(desired, live, note_of(desired), [Scope.SECRETS]))

    assert (check.secret_names, check.gone_secrets) == (("NEW", "STRIPE_KEY"), ("OLD",))


def test_assets_alone_are_checked_for_no_secrets():
    live = live_of(project(secrets=(secret(),)))
    desired = project(main_module=None, modules=(), assets=manifest())

    assert check_of(plan_of(desired, live)).secret_names == ()


def test_triggers_are_read_back_only_where_some_were_set():
    live = live_of(project(), triggers=CRONS)

    assert not check_of(plan_of(changed(triggers=CRONS), live)).reads_triggers
    assert check_of(plan_of(changed(triggers=Triggers(crons=())), live)).reads_triggers
    assert not check_of(plan_of(changed(), live)).reads_triggers


def test_the_probe_comes_last_and_asks_what_the_project_says():
    target = ProbeTarget(targets=("https://a.example/",), statuses=(range(200, 400),), timeout=60)

    plan = plan_of(changed(probe=target), live_of(project()))

    assert plan.steps[-1] == Probe(action=Action.UPDATE, title="Probe", target=target)


def test_a_rollout_of_what_the_project_says_already_is_ended():
    desired = project()
    rollout = deployment(LIVE_ID, OTHER_ID)

    plan = plan_of(desired, live_of(desired, deployment=rollout))

    traffic = Change(
        action=Action.UPDATE,
        kind="traffic",
        before="11111111 50 %, 22222222 50 %",
        after="11111111 100 %",
    )
    assert [step for step in plan.steps if isinstance(step, CreateDeployment)] == [
        CreateDeployment(
            action=Action.UPDATE,
            title="Deployment",
            changes=(traffic,),
            message=f"Fix the cart {note_of(desired)}",
            former=rollout,
            shares=(TrafficShare(version_id=LIVE_ID, percentage=100),),
            may_force=True,
        )
    ]


def test_a_rollout_of_something_else_gives_way_to_the_new_version():
    live = live_of(project(), deployment=deployment(LIVE_ID, OTHER_ID))

    (step,) = (s for s in plan_of(changed(), live).steps if isinstance(s, CreateDeployment))

    assert step.shares == ()


def test_a_plan_names_its_script_and_tells_whether_it_writes():
    desired = project(script_name="cart")

    same, first = plan_of(desired, live_of(desired)), plan_of(desired, missing(desired))

    assert (same.script_name, same.writes, same.changes) == ("cart", False, ())
    assert first.writes
    assert first.changes[0] == Change(action=Action.CREATE, kind="code", detail="new script")
