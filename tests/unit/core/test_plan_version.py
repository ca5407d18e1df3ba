"""A new version: what a plan says of it, what it takes over from live, and how traffic moves."""

from typing import Any

import pytest

from fakes.builders import (
    LIVE_ID,
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
from workers_deploy.core.compare import compare_note
from workers_deploy.core.live import LiveState
from workers_deploy.core.manifest import AssetManifest
from workers_deploy.core.plan import make_plan
from workers_deploy.core.plan_version import (
    action_of,
    asset_steps,
    prune_steps,
    script_upload,
    upload_steps,
    version_changes,
)
from workers_deploy.core.project import Binding, Project, ScriptSettings
from workers_deploy.core.steps import (
    Action,
    Change,
    CreateDeployment,
    DeleteSecret,
    UploadAssets,
    UploadScript,
    UploadVersion,
)

NEW_CODE = (module(content="two"),)
NO_TRAFFIC = {"versions": (), "deployment": None}


def changes(desired: Project, live: LiveState, kind: str) -> list[Change]:
    found = version_changes(desired, live, compare_note(note_of(desired), live.live))
    return [change for change in found if change.kind == kind]


def change(action: Action, kind: str, name: str = "", **more: Any) -> Change:
    return Change(action=action, kind=kind, name=name, **more)


@pytest.mark.parametrize(
    ("desired", "live", "action", "detail"),
    [
        (project(), live_of(project()), Action.UNCHANGED, "as version 11111111"),
        (
            project(modules=NEW_CODE, secrets=(secret(),)),
            live_of(project(secrets=(secret(),))),
            Action.UPDATE,
            "code or configuration changed since version 11111111",
        ),
        (project(), missing(project()), Action.CREATE, "new script"),
        (
            project(),
            live_of(project(), **NO_TRAFFIC),
            Action.UPDATE,
            "nothing to compare with: no version serves",
        ),
        (
            project(dispatch_namespace="tenants"),
            live_of(project(), **NO_TRAFFIC),
            Action.UPDATE,
            "nothing to compare with: a dispatch namespace has no versions",
        ),
        (
            project(main_module=None, modules=(), assets=manifest()),
            live_of(project(main_module=None, modules=(), assets=manifest())),
            Action.UNCHANGED,
            "as version 11111111",
        ),
    ],
)
def test_what_happens_to_the_code_is_said(desired, live, action, detail):
    assert changes(desired, live, "code") == [change(action, "code", detail=detail)]


def test_assets_alone_have_no_code_to_speak_of_before_something_serves():
    desired = project(main_module=None, modules=(), assets=manifest())

    assert changes(desired, missing(desired), "code") == []


def test_pending_migrations_and_the_bindings_of_a_new_script_are_said_by_name():
    steps = ({"tag": "v1", "new_classes": ["A"]}, {"tag": "v2", "new_classes": ["B"]})
    desired = project(migrations=steps, bindings=(variable(),))

    live = live_of(project(), migration_tag="v1")

    assert changes(desired, live, "migration") == [change(Action.CREATE, "migration", "v2")]
    assert changes(desired, missing(desired), "binding") == [
        change(Action.CREATE, "binding", "GREETING", after="plain_text")
    ]


ONE, THOUSAND = manifest(), manifest(*(f"/{number}.html" for number in range(1000)))
WITH_ASSETS = version_of(project(assets=ONE))


@pytest.mark.parametrize(
    ("assets", "version", "found"),
    [
        (None, version_of(project()), None),
        (ONE, WITH_ASSETS, (Action.UNCHANGED, "1 file")),
        (
            THOUSAND,
            WITH_ASSETS,
            (
                Action.UPDATE,
                (
                    "1,000 files, changed since version 11111111; largest: /999.html 1009 B, "
                    "/998.html 1008 B, /997.html 1007 B"
                ),
            ),
        ),
        (
            ONE,
            version_of(project(assets=ONE), message=None),
            (
                Action.UPDATE,
                (
                    "1 file, compared by hash, not by note: version 11111111; largest: "
                    "/index.html 10 B"
                ),
            ),
        ),
        (None, WITH_ASSETS, (Action.DELETE, "the project has none")),
        # Either sign that the version has assets is enough.
        (
            None,
            version_of(project(assets=ONE), message=None),
            (Action.DELETE, "the project has none"),
        ),
        (
            None,
            version_of(project(assets=ONE), has_assets=False),
            (Action.DELETE, "the project has none"),
        ),
    ],
)
def test_what_happens_to_the_assets_is_said(assets, version, found):
    desired = project(assets=assets)

    said = changes(desired, live_of(desired, version=version), "assets")

    assert [(change.action, change.detail) for change in said] == ([found] if found else [])


@pytest.mark.parametrize(
    ("live", "writes", "action", "change_"),
    [
        (
            missing(project()),
            True,
            Action.CREATE,
            change(Action.CREATE, "assets", detail="1 file; largest: /index.html 10 B"),
        ),
        (
            live_of(project(assets=ONE)),
            True,
            Action.UPDATE,
            change(Action.UNCHANGED, "assets", detail="1 file"),
        ),
        (
            live_of(project(assets=ONE)),
            False,
            Action.UNCHANGED,
            change(Action.UNCHANGED, "assets", detail="1 file"),
        ),
    ],
)
def test_assets_have_a_step_that_writes_whenever_a_version_is_made(live, writes, action, change_):
    """Unchanged ones too: each version takes a completion token."""
    desired = project(assets=ONE)

    steps = asset_steps(desired, live, compare_note(note_of(desired), live.live), writes=writes)

    assert steps == [UploadAssets(action=action, title="Assets", changes=(change_,), manifest=ONE)]


def test_what_a_binding_takes_from_live_is_taken_from_the_version_that_serves():
    kept = Binding(name="STORE", type="inherit", fields={"old_name": "KV"})
    desired = project(bindings=(kept, variable()))

    upload = script_upload(desired, live_of(project()), note_of(desired))
    first = script_upload(desired, missing(desired), note_of(desired))

    assert upload.project.bindings == (
        Binding(name="STORE", type="inherit", fields={"old_name": "KV", "version_id": LIVE_ID}),
        variable(),
    )
    assert first.project.bindings == desired.bindings


CODE = change(Action.UPDATE, "code")
ASSETS = change(Action.UPDATE, "assets")


def test_a_version_is_uploaded_first_and_traffic_moves_to_it_afterwards():
    desired = project(assets=ONE, code_update_strategy={"mode": "gradual"})
    live = live_of(project())
    upload = script_upload(desired, live, note_of(desired))

    assert upload_steps(upload, live, (CODE, ASSETS), action=Action.UPDATE) == (
        [UploadVersion(action=Action.UPDATE, title="Version", changes=(CODE,), upload=upload)],
        [
            CreateDeployment(
                action=Action.UPDATE,
                title="Deployment",
                message=f"Fix the cart {note_of(desired)}",
                former=deployment(),
                code_update_strategy={"mode": "gradual"},
            )
        ],
    )


def test_what_cannot_wait_for_traffic_is_one_step_with_what_served_before():
    live = live_of(project(), uses_modules=False)
    upload = script_upload(project(), live, note_of(project()))

    before, moving = upload_steps(upload, live, (CODE, ASSETS), action=Action.UPDATE)

    assert before == []
    (script,) = moving
    assert isinstance(script, UploadScript)
    # Assets that the project has no more have no step of their own to be said in.
    assert (script.action, script.title, script.changes, script.former) == (
        Action.UPDATE,
        "Script",
        (CODE, ASSETS),
        deployment(),
    )


def test_a_put_lays_observability_over_lives_as_a_patch_does():
    actual = {"enabled": True, "logs": {"enabled": True, "destinations": None}}
    live = live_of(
        project(), uses_modules=False, script_settings=ScriptSettings(observability=actual)
    )

    def put(said: dict[str, Any] | None) -> Any:
        desired = project(script_settings=ScriptSettings(observability=said))
        upload = script_upload(desired, live, note_of(desired))
        (step,) = upload_steps(upload, live, (), action=Action.UPDATE)[1]
        assert isinstance(step, UploadScript)
        return step.upload.project.script_settings.observability

    assert put(None) == {"enabled": True, "logs": {"enabled": True}}
    assert put({"logs": {"enabled": False}}) == {"enabled": True, "logs": {"enabled": False}}


def test_each_secret_that_must_go_has_a_step():
    found = prune_steps(
        (
            change(Action.DELETE, "secret", "OLD_KEY"),
            change(Action.CREATE, "secret", "NEW_KEY"),
            change(Action.DELETE, "binding", "STORE"),
        )
    )

    assert found == [DeleteSecret(action=Action.DELETE, title="Secret", name="OLD_KEY")]


@pytest.mark.parametrize(
    ("live", "writes", "action"),
    [
        (missing(project()), True, Action.CREATE),
        (live_of(project()), True, Action.UPDATE),
        (live_of(project()), False, Action.UNCHANGED),
    ],
)
def test_an_upload_creates_a_script_or_updates_it(live, writes, action):
    assert action_of(live, writes=writes) is action


def test_files_are_told_apart_from_those_of_the_live_version_where_they_are_known():
    was, now = manifest("/old.html", "/same.html"), manifest("/new.html", "/same.html")
    live = live_of(project(assets=was))

    def said(assets: AssetManifest, former: AssetManifest | None) -> list[tuple[str, str]]:
        desired = project(assets=assets)
        (step, *_) = make_plan(desired, live, note_of(desired), former).steps
        return [(change.name, change.action.value) for change in step.changes]

    assert said(now, was) == [
        ("", "update"),
        ("/new.html", "create"),
        ("/old.html", "delete"),
        ("", "unchanged"),
    ]
    assert said(now, None) == [("", "update")]
    # What the note says to be the same needs no list.
    assert said(was, was) == [("", "unchanged")]


def test_the_whole_says_how_many_files_are_new_and_gone():
    was, now = manifest("/old.html", "/same.html"), manifest("/new.html", "/same.html")
    desired = project(assets=now)

    (step, *_) = make_plan(desired, live_of(project(assets=was)), note_of(desired), was).steps

    assert step.changes[0].detail == "2 files, 1 new, 1 removed since version 11111111"
