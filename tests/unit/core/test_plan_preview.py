"""A version without traffic: what is uploaded, why it may have no URL, and where there is none."""

from typing import Any

import pytest

from fakes.builders import live_of, manifest, missing, note_of, project, version_of
from workers_deploy.core.live import LiveState
from workers_deploy.core.plan_commands import NO_TRAFFIC, is_alias, make_preview_plan
from workers_deploy.core.project import (
    Binding,
    Origin,
    Project,
    ScriptFormat,
    SubdomainState,
)
from workers_deploy.core.steps import Action, Plan, UploadAssets, UploadVersion
from workers_deploy.errors import Problem, ProblemKind, ProblemsError

SHARED = (
    "this version runs with the bindings and secrets of the live script; give pull requests an "
    "`environment` of their own to keep them apart"
)
URLS_ARE_OFF = (
    "preview URLs are off for this script, so the version has none; `deploy` with preview-urls: "
    "true turns them on"
)
OBJECTS = (Binding(name="ROOM", type="durable_object_namespace"),)


def preview(desired: Project, live: LiveState | None = None, alias: str | None = None) -> Plan:
    return make_preview_plan(desired, live or live_of(project()), note_of(desired), alias)


def refused(desired: Project, live: LiveState, alias: str | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ProblemsError) as caught:
        preview(desired, live, alias)
    return caught.value.problems


def test_a_preview_is_uploaded_although_live_is_the_same():
    desired = project(assets=manifest())

    plan = preview(desired, live_of(desired), "pr-7")

    assets, version = plan.steps
    assert isinstance(assets, UploadAssets)
    assert isinstance(version, UploadVersion)
    assert {assets.action, version.action} == {Action.UPDATE}
    assert [(c.kind, c.detail) for step in plan.steps for c in step.changes] == [
        ("assets", "1 file"),
        ("code", "as version 11111111"),
    ]
    assert version.upload.alias == "pr-7"
    assert version.upload.message == f"Fix the cart wd1:preview {note_of(desired)}"
    assert version.upload.note == str(note_of(desired))
    assert (plan.script_name, plan.notes) == ("shop", (NO_TRAFFIC,))


def test_a_preview_is_compared_with_what_is_live():
    other = project(message="Other", limits={"cpu_ms": 5})
    live = live_of(other, version=version_of(other, message=None, limits={"cpu_ms": 10}))

    (version,) = preview(other, live).steps

    assert [change.name for change in version.changes] == ["", "limits"]


@pytest.mark.parametrize(
    ("changes", "previews", "notes"),
    [
        ({"origin": Origin(pull_request="7")}, True, (SHARED,)),
        ({"origin": Origin(pull_request="7"), "environment": "preview"}, True, ()),
        ({"origin": Origin(repository_url="https://git.example/shop")}, True, ()),
        ({"bindings": OBJECTS}, False, ("a script with Durable Objects has no preview URLs",)),
        ({}, False, (URLS_ARE_OFF,)),
        ({}, None, ()),  # not read
        ({"origin": Origin(pull_request="7")}, False, (SHARED, URLS_ARE_OFF)),
    ],
)
def test_what_a_preview_shares_and_lacks_is_told(
    changes: dict[str, Any], previews: bool | None, notes: tuple[str, ...]
):
    live = live_of(project(), subdomain=SubdomainState(enabled=True, previews_enabled=previews))

    assert preview(project(**changes), live).notes == (NO_TRAFFIC, *notes)


NEEDS_PUT = (
    "a version without traffic is not possible for service workers, dispatch namespaces, pending "
    "migrations, exports and containers"
)


@pytest.mark.parametrize(
    ("changes", "live", "message", "hint"),
    [
        (
            {},
            missing(project()),
            "the script does not exist yet",
            "deploy it once; then previews work",
        ),
        (
            {"format": ScriptFormat.SERVICE_WORKER},
            live_of(project()),
            NEEDS_PUT,
            "deploy it, or leave the migration out of the preview",
        ),
    ],
)
def test_where_no_version_can_wait_for_traffic_there_is_no_preview(changes, live, message, hint):
    assert refused(project(**changes), live) == (
        Problem(kind=ProblemKind.PROJECT, subject="shop", message=message, hint=hint),
    )


def test_an_alias_that_is_no_host_name_is_refused_with_the_room_there_is():
    for name, alias, longest in (("shop", "-", 58), ("a-long-name", "a" * 52, 51)):
        desired = project(script_name=name)
        hint = f"lower-case letters, digits and hyphens, beginning with a letter; {longest} at most"
        assert refused(desired, live_of(desired), alias) == (
            Problem(
                kind=ProblemKind.INPUT,
                subject="preview-alias",
                message="no alias of a preview URL",
                hint=hint,
            ),
        )


@pytest.mark.parametrize(
    ("alias", "is_one"),
    [
        ("pr-17", True),
        ("a", True),
        ("a" * 58, True),
        ("a" * 59, False),
        ("1a", False),
        ("a-", False),
        ("a_b", False),
        ("A", False),
        ("ä", False),
        ("a\n", False),
    ],
)
def test_alias_and_script_name_make_one_label_of_63_characters(alias, is_one):
    assert is_alias(alias, "shop") is is_one
