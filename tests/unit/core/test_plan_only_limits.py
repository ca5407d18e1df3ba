"""What stops `only` before it writes, and how it goes on from an edit that was taken back."""

from dataclasses import replace

import pytest

from fakes.builders import (
    OTHER_ID,
    deployment,
    kinds,
    live_of,
    manifest,
    missing,
    module,
    note_of,
    project,
    secret,
    version_of,
)
from workers_deploy.core.digest import REVERTED
from workers_deploy.core.live import LiveState
from workers_deploy.core.plan_only import make_narrow_plan
from workers_deploy.core.project import Project, SubdomainState
from workers_deploy.core.steps import Action, Plan, Scope
from workers_deploy.core.taken_back import deploy_again
from workers_deploy.errors import GuardError, Problem, ProblemKind, ProblemsError

NEW_CODE = (module(content="two"),)
NEW_VALUE = (secret(value="another"),)
WITH_SECRET = project(secrets=(secret(),))
LOSES = (
    "makes a new version and deploys it at once; no note of ours stays on it, so the next deploy "
    "sends code, assets and secrets again"
)


def plan_of(desired: Project, live: LiveState, *scopes: Scope) -> Plan:
    return make_narrow_plan(desired, live, note_of(desired), scopes)


def wrong(subject: str, message: str, hint: str | None = None) -> Problem:
    return Problem(kind=ProblemKind.INPUT, subject=subject, message=message, hint=hint)


NOTHING_SERVES = wrong(
    "only", "no version of the script serves yet", "deploy it without `only` first"
)


@pytest.mark.parametrize(
    ("desired", "scopes", "problems"),
    [
        (
            project(dispatch_namespace="tenants"),
            (Scope.TRIGGERS, Scope.SETTINGS, Scope.CODE),
            (
                wrong("only", "settings: a script in a dispatch namespace has none"),
                wrong("only", "triggers: a script in a dispatch namespace has none"),
            ),
        ),
        (
            project(main_module=None, modules=(), assets=manifest()),
            (Scope.CODE, Scope.SECRETS),
            (
                wrong(
                    "only",
                    "code: the project has no script, only assets",
                    "deploy it without `only`: assets travel with a version",
                ),
                wrong(
                    "secrets",
                    "none is named, and `only` asks for them",
                    "name them in secrets, one per line",
                ),
                NOTHING_SERVES,
            ),
        ),
        (project(), (Scope.SETTINGS,), (NOTHING_SERVES,)),
        (WITH_SECRET, (Scope.SECRETS,), (NOTHING_SERVES,)),
    ],
)
def test_parts_that_there_are_none_of_are_all_told_at_once(desired, scopes, problems):
    with pytest.raises(ProblemsError) as caught:
        plan_of(desired, missing(desired), *scopes)

    assert caught.value.problems == problems


def test_what_is_not_versioned_is_set_although_no_version_serves():
    desired = project(subdomain=SubdomainState(enabled=False))
    live = live_of(project(), versions=(), deployment=None)

    assert kinds(plan_of(desired, live, Scope.SUBDOMAIN).steps) == ["SetSubdomain", "CheckLive"]


BEFORE = "the latest version 22222222 is not the live one, so"


@pytest.mark.parametrize(
    ("scopes", "message"),
    [
        (
            (Scope.SECRETS, Scope.CODE),
            f"{BEFORE} Cloudflare refuses to edit secrets and settings (10214, 10215)",
        ),
        (
            (Scope.SETTINGS,),
            f"{BEFORE} Cloudflare refuses to edit secrets and settings (10214, 10215)",
        ),
        ((Scope.CODE,), f"{BEFORE} the code alone would bring its bindings and secrets live"),
    ],
)
def test_a_latest_version_that_is_not_live_is_named_with_the_way_out(scopes, message):
    desired = project(modules=NEW_CODE, secrets=NEW_VALUE, limits={"cpu_ms": 50})

    with pytest.raises(GuardError) as caught:
        plan_of(desired, live_of(WITH_SECRET, latest_version_id=OTHER_ID), *scopes)

    assert (caught.value.message, caught.value.word, caught.value.hint) == (
        message,
        None,
        "run deploy without `only`: what it changes goes live as the latest version",
    )


EDIT = version_of(WITH_SECRET, id_=OTHER_ID, triggered_by="secret")
TAKEN_BACK = live_of(
    WITH_SECRET,
    deployment=deployment(
        message=f"Reverted: the check or the probe (only: secrets, settings) failed {REVERTED}"
    ),
    former_deployments=(deployment(OTHER_ID),),
    latest_version_id=OTHER_ID,
)


def on_top(desired: Project, *scopes: Scope) -> Plan:
    return make_narrow_plan(desired, TAKEN_BACK, note_of(desired), scopes, edit=EDIT)


def test_an_edit_that_was_taken_back_serves_right_before_it_is_edited_again():
    desired = replace(WITH_SECRET, secrets=NEW_VALUE, subdomain=SubdomainState(enabled=False))

    plan = on_top(desired, Scope.SUBDOMAIN, Scope.SECRETS)

    assert kinds(plan.steps) == ["SetSubdomain", "CreateDeployment", "PutSecrets", "CheckLive"]
    assert plan.steps[1] == deploy_again(TAKEN_BACK, EDIT)
    assert plan.notes == (
        (
            "version 22222222, an edit that was taken back, serves for the moment that it takes to "
            "edit it again (10214, 10215)"
        ),
        f"secrets: setting them alone {LOSES}",
    )


def test_an_edit_that_was_taken_back_and_is_what_is_wanted_serves_again():
    """Over live the limits would be written; on the edit nothing is left to write."""
    desired = replace(WITH_SECRET, limits={"cpu_ms": 50}, subdomain=SubdomainState(enabled=False))
    edit = replace(EDIT, limits={"cpu_ms": 50}, triggered_by="settings")

    plan = make_narrow_plan(
        desired, TAKEN_BACK, note_of(desired), [Scope.SUBDOMAIN, Scope.SETTINGS], edit=edit
    )

    assert [(type(step).__name__, step.action) for step in plan.steps] == [
        ("SetSubdomain", Action.UPDATE),
        ("PatchSettings", Action.UNCHANGED),
        ("CreateDeployment", Action.UPDATE),
        ("CheckLive", Action.UPDATE),
    ]


def test_code_alone_is_taken_without_its_edit_serving_before():
    plan = on_top(replace(WITH_SECRET, modules=NEW_CODE), Scope.CODE)

    assert kinds(plan.steps) == ["PutContent", "CheckLive"]


def test_an_edit_that_was_taken_back_stays_so_where_nothing_of_a_version_is_written():
    plan = on_top(replace(WITH_SECRET, subdomain=SubdomainState(enabled=False)), Scope.SUBDOMAIN)

    assert kinds(plan.steps) == ["SetSubdomain", "CheckLive"]


def test_code_that_the_edit_has_serves_again_and_is_not_sent_twice():
    desired = replace(WITH_SECRET, modules=NEW_CODE)

    plan = make_narrow_plan(
        desired,
        TAKEN_BACK,
        note_of(desired),
        [Scope.CODE],
        edit=version_of(desired, id_=OTHER_ID),
    )

    assert [(type(step).__name__, step.action) for step in plan.steps] == [
        ("PutContent", Action.UNCHANGED),
        ("CreateDeployment", Action.UPDATE),
        ("CheckLive", Action.UPDATE),
    ]
