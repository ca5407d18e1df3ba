from dataclasses import replace

import pytest

from fakes.builders import (
    COMMIT,
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
    version_of,
)
from workers_deploy.core.drift import drift_of
from workers_deploy.core.plan import make_plan
from workers_deploy.core.project import Binding, ScriptSettings, SubdomainState
from workers_deploy.core.steps import Action, Change, Plan, PutSchedules

OURS = "Fix wd1:a1b2c3d4e5f6:cccccccc:aaaaaaaa:ssssssss"


def drift(desired, live, ours=None, **options):
    note = note_of(desired)
    found = drift_of(live, ours, note, make_plan(desired, live, note), **options)
    return [text.removeprefix("drift: ") for text in found]


def service(**fields):
    return Binding(name="API", type="service", fields=fields)


def edited(former, **changes):
    """The live state after someone made a version of ours another one, and our version."""
    ours = version_of(former, id_=OTHER_ID)
    theirs = replace(ours, id=LIVE_ID, message=None, triggered_by="settings", **changes)
    return live_of(former, version=theirs), ours


def test_what_we_deployed_has_not_drifted():
    desired = project()

    assert drift(desired, live_of(desired)) == []


def test_what_we_never_deployed_cannot_drift():
    desired = project()
    theirs = version_of(desired, message="by hand")

    assert drift(desired, missing(desired)) == []
    assert drift(desired, live_of(desired, version=theirs)) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"bindings": (variable(text="by hand"),)}, "binding GREETING: text changed"),
        ({"bindings": ()}, "binding GREETING: removed"),
        ({"bindings": (variable(), variable("NEW"))}, "binding NEW: added"),
        (
            {"bindings": (Binding(name="GREETING", type="json", fields={"json": 1}),)},
            "binding GREETING: plain_text → json",
        ),
        (
            {"bindings": (variable(), Binding(name="KEY", type="secret_text"))},
            "secret KEY: added",
        ),
        ({"compatibility_date": None}, "setting compatibility_date: 2026-11-01 → not set"),
        (
            {"compatibility_flags": ("nodejs_compat",)},
            "setting compatibility_flags: none → nodejs_compat",
        ),
        ({"limits": {"cpu_ms": 50}}, "setting limits: not set → cpu_ms 50"),
        ({"placement": {"mode": "smart"}}, "setting placement: not set → mode smart"),
        (
            {"limits": {"cpu_ms": 50, "subrequests": 9}},
            "setting limits: not set → cpu_ms 50, subrequests 9",
        ),
        (
            {"compatibility_flags": ("a", "b")},
            "setting compatibility_flags: none → a, b",
        ),
    ],
)
def test_an_edit_is_told_by_field_against_the_version_that_we_made(changes, told):
    former = project(bindings=(variable(),))
    live, ours = edited(former, **changes)

    who, *fields = drift(former, live, ours)

    assert who == f"live version {LIVE_ID[:8]} has no note of a deploy of ours: settings"
    assert fields == [told]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"limits": {"cpu_ms": 50}}, {"limits": {}}, "setting limits: cpu_ms 50 → not set"),
        (
            {"limits": {"cpu_ms": 50}},
            {"limits": {"cpu_ms": 50, "subrequests": 9}},
            "setting limits: cpu_ms 50 → cpu_ms 50, subrequests 9",
        ),
        (
            {"bindings": (service(service="blog"),)},
            {"bindings": (service(service="docs", environment="staging"),)},
            "binding API: environment, service changed",
        ),
        (
            {"bindings": (service(service="blog", environment="staging"),)},
            {"bindings": (service(service="blog"),)},
            "binding API: environment changed",
        ),
    ],
)
def test_what_was_added_and_what_was_taken_away_is_drift_too(before, after, told):
    former = project()
    ours = replace(version_of(former, id_=OTHER_ID), **before)
    theirs = replace(ours, id=LIVE_ID, message=None, triggered_by="settings", **after)

    assert drift(former, live_of(former, version=theirs), ours)[1:] == [told]


def test_who_made_the_version_is_told_as_far_as_it_is_known():
    former = project()
    live, ours = edited(former)
    by_someone = replace(live.versions[0], author="eve@example.com", source="dash")
    unknown = replace(live.versions[0], triggered_by=None)

    told = drift(former, replace(live, versions=(by_someone,)), ours)[0]

    assert told.endswith("settings by eve@example.com (dash)")
    assert drift(former, replace(live, versions=(unknown,)), ours)[0].endswith("an unknown cause")


def test_a_secret_that_got_another_value_is_told_without_it():
    former = project(secrets=(secret(),))
    live, ours = edited(former)
    by_secret = replace(live.versions[0], triggered_by="secret", message=ours.message)

    assert drift(former, replace(live, versions=(by_secret,)), ours)[1:] == [
        "secret: a value was set (which one can't be told: values are never read back)"
    ]


@pytest.mark.parametrize(
    ("commit", "same_config", "is_told"),
    [
        (None, None, True),  # the same code, assets and secrets: the same project
        ("f" * 40, None, False),  # a clone without the commit that we deployed
        ("f" * 40, False, False),
        ("a1b2c3d4e5f6" + "0" * 28, True, True),
        ("a1b2c3d4e5f6" + "0" * 28, None, True),
        ("a1b2c3d4e5f6" + "0" * 28, False, False),  # edited and not committed
    ],
)
def test_what_has_no_version_drifts_where_the_project_is_what_we_deployed(
    commit, same_config, is_told
):
    desired = project(script_settings=ScriptSettings(logpush=True))
    checked_out = replace(desired, commit=commit)

    found = drift(checked_out, live_of(desired), same_config=same_config)

    assert found == (["settings logpush: true → false"] if is_told else [])


def test_a_project_that_changed_since_has_no_such_drift():
    former = project()
    desired = replace(
        former,
        commit="f" * 40,
        bindings=(variable(),),
        script_settings=ScriptSettings(logpush=True),
    )

    assert drift(desired, live_of(former)) == []


@pytest.mark.parametrize("commit", [None, COMMIT])
@pytest.mark.parametrize(
    "changes",
    [
        {"modules": (module(content="another"),)},
        {"assets": manifest("/other.html")},
        {"secrets": (secret(value="another"),)},
    ],
    ids=["code", "assets", "secrets"],
)
def test_without_a_commit_a_project_is_what_we_deployed_where_all_of_it_is(commit, changes):
    former = project(commit=commit, assets=manifest(), secrets=(secret(),))
    settings = ScriptSettings(logpush=True)
    same = replace(former, commit=None, script_settings=settings)

    assert drift(same, live_of(former)) == ["settings logpush: true → false"]
    assert drift(replace(same, **changes), live_of(former)) == []


def test_the_same_commit_is_the_same_project_with_other_secrets_too():
    former = project(secrets=(secret(),))
    desired = replace(
        former, secrets=(secret(value="rotated"),), script_settings=ScriptSettings(logpush=True)
    )

    assert drift(desired, live_of(former)) == ["settings logpush: true → false"]


def test_a_setting_whose_values_nobody_knows_differs():
    desired = project()
    change = Change(action=Action.UPDATE, kind="workflow", name="flow")
    step = PutSchedules(action=Action.UPDATE, title="Step", changes=(change,), crons=())
    plan = Plan(script_name="shop", steps=(step,))

    assert drift_of(live_of(desired), None, note_of(desired), plan) == (
        "drift: workflow flow: differs",
    )


def test_a_switch_is_told_by_its_own_name():
    desired = project(subdomain=SubdomainState(enabled=False, previews_enabled=True))

    assert drift(desired, live_of(desired)) == ["workers.dev off → on"]


def test_triggers_are_told_by_what_is_missing_and_what_is_there():
    desired = project()
    with_crons = replace(desired, triggers=replace(desired.triggers, crons=("0 * * * *",)))
    live = live_of(desired, triggers=replace(desired.triggers, crons=("5 5 * * *",)))

    assert drift(with_crons, live) == [
        "cron 0 * * * *: is missing live",
        "cron 5 5 * * *: is live and not in the project",
    ]


def test_traffic_that_someone_moved_is_told():
    desired = project()
    rolled_back = live_of(
        desired,
        deployment=deployment(LIVE_ID),
        former_deployments=(deployment(OTHER_ID, message=OURS), deployment(LIVE_ID, message=OURS)),
    )
    shared = live_of(desired, deployment=deployment(LIVE_ID, OTHER_ID))
    by_us = live_of(desired, deployment=deployment(LIVE_ID, OTHER_ID, message=OURS))
    by_nobody = live_of(desired, deployment=replace(deployment(LIVE_ID, OTHER_ID), author=None))
    nothing = live_of(desired, deployment=None)

    assert drift(desired, rolled_back) == [
        f"traffic was taken back to version {LIVE_ID[:8]} by ci@example.com"
    ]
    assert drift(desired, shared)[0] == "traffic is shared by 2 versions by ci@example.com"
    assert drift(desired, by_nobody)[0] == "traffic is shared by 2 versions"
    assert drift(desired, by_us) == []
    assert drift(desired, nothing) == []
