"""The `metadata` part of an upload: what Cloudflare is told of a version besides its modules."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.builders import COMMIT, manifest, module, project, secret, variable
from workers_deploy.core.metadata import (
    build_metadata,
    code_of,
    content_metadata,
    describe_code,
)
from workers_deploy.core.project import (
    Binding,
    ModuleType,
    Origin,
    Project,
    ScriptFormat,
    ScriptSettings,
)
from workers_deploy.core.steps import ScriptUpload

KV = Binding(name="STORE", type="kv_namespace", fields={"namespace_id": "a"})
KEPT = Binding(name="OLD_KEY", type="inherit", fields={"version_id": "v1"})
PULL_REQUEST = "https://git.example/shop/pull/7"
REPOSITORY = "https://git.example/shop"
ORIGIN = Origin(
    repository_url=REPOSITORY,
    pull_request="7",
    pull_request_title="Fix the cart",
    pull_request_url=PULL_REQUEST,
)
ORIGIN_ANNOTATIONS = {
    "workers/commit_sha": COMMIT,
    "workers/pull_request_number": "7",
    "workers/pull_request_title": "Fix the cart",
    "workers/repository_url": REPOSITORY,
    "workers/pull_request_url": PULL_REQUEST,
}

FULL = project(
    bindings=(variable(), KV),
    secrets=(secret("API_KEY", "s3cret"),),
    compatibility_flags=("nodejs_compat",),
    containers=({"class_name": "Room"},),
    exports={"default": {"type": "worker"}},
    capnp_schema="schema.capnp",
    placement={"mode": "smart"},
    limits={"cpu_ms": 50},
    cache_options={"enabled": True},
    package_dependencies=({"name": "hono", "version": "4.0.0"},),
    script_settings=ScriptSettings(
        logpush=False,
        observability={"enabled": True},
        tags=("team",),
        tail_consumers=({"service": "logs"},),
        streaming_tail_consumers=({"service": "stream"},),
    ),
    assets=manifest(config={"html_handling": "none"}),
    code_update_strategy={"mode": "gradual"},
    tag="v1",
    unsafe_metadata={"extra": 1},
)


def upload(desired: Project | None = None, **changes: Any) -> ScriptUpload:
    defaults: dict[str, Any] = {
        "project": desired or bare(),
        "inherited": (),
        "keep_bindings": (),
    }
    return ScriptUpload(**(defaults | changes))


def bare(**changes: Any) -> Project:
    """A project of which nothing is said but its main module."""
    return project(**({"compatibility_date": None, "commit": None} | changes))


def sent(desired: Project | None = None, *, serves: bool = True, **changes: Any) -> dict[str, Any]:
    return build_metadata(upload(desired, **changes), completion_token="jwt", serves=serves)


def test_a_bare_module_is_sent_with_nothing_that_nobody_said():
    assert sent() == {
        "main_module": "index.js",
        "bindings": [],
        "compatibility_flags": [],
        "keep_bindings": [],
    }


def test_everything_of_a_module_worker_is_sent_in_wranglers_order():
    metadata = sent(
        FULL,
        inherited=(KEPT,),
        keep_bindings=("secret_text",),
        pending_migrations=({"tag": "v2", "new_classes": ["A"]}, {"tag": "v3"}),
        migration_tag="v1",
        message="Fix the cart",
    )

    assert list(metadata.items()) == [
        ("main_module", "index.js"),
        (
            "bindings",
            [
                {"name": "GREETING", "type": "plain_text", "text": "hello"},
                {"name": "API_KEY", "type": "secret_text", "text": "s3cret"},
                {"name": "STORE", "type": "kv_namespace", "namespace_id": "a"},
                {"name": "OLD_KEY", "type": "inherit", "version_id": "v1"},
            ],
        ),
        ("compatibility_date", "2026-11-01"),
        ("compatibility_flags", ["nodejs_compat"]),
        ("containers", [{"class_name": "Room"}]),
        ("exports", {"default": {"type": "worker"}}),
        ("capnp_schema", "schema.capnp"),
        ("placement", {"mode": "smart"}),
        ("limits", {"cpu_ms": 50}),
        ("cache_options", {"enabled": True}),
        ("package_dependencies", [{"name": "hono", "version": "4.0.0"}]),
        ("keep_bindings", ["secret_text"]),
        (
            "migrations",
            {"old_tag": "v1", "new_tag": "v3", "steps": [{"new_classes": ["A"]}, {}]},
        ),
        ("logpush", False),
        ("observability", {"enabled": True}),
        ("tail_consumers", [{"service": "logs"}]),
        ("streaming_tail_consumers", [{"service": "stream"}]),
        ("annotations", {"workers/message": "Fix the cart", "workers/tag": "v1"}),
        ("code_update_strategy", {"mode": "gradual"}),
        ("assets", {"jwt": "jwt", "config": {"html_handling": "none"}}),
        ("extra", 1),
    ]


def test_migrations_of_a_script_that_has_none_have_no_old_tag():
    metadata = sent(pending_migrations=({"tag": "v1", "new_classes": ["A"]},))

    assert metadata["migrations"] == {"new_tag": "v1", "steps": [{"new_classes": ["A"]}]}


def test_what_is_unsafe_goes_over_everything_else():
    desired = bare(unsafe_metadata={"keep_bindings": ["json"], "bindings": []})

    assert sent(desired, keep_bindings=("secret_text",))["keep_bindings"] == ["json"]
    assert describe_code(bare(bindings=(KV,), unsafe_metadata={"bindings": []}))["bindings"] == []


@pytest.mark.parametrize(
    ("bindings", "order"),
    [
        ((), ["API_KEY"]),
        ((KV,), ["API_KEY", "STORE"]),
        ((variable("A"), variable("B"), KV), ["A", "B", "API_KEY", "STORE"]),
        ((Binding(name="J", type="json", fields={"json": {}}), KV), ["J", "API_KEY", "STORE"]),
    ],
)
def test_secrets_stand_after_the_variables(bindings, order):
    metadata = sent(bare(bindings=bindings, secrets=(secret("API_KEY"),)))

    assert [binding["name"] for binding in metadata["bindings"]] == order


def test_how_durable_objects_move_is_said_only_where_traffic_moves():
    desired = bare(code_update_strategy={"mode": "gradual"})

    assert sent(desired)["code_update_strategy"] == {"mode": "gradual"}
    assert "code_update_strategy" not in sent(desired, serves=False)
    assert "code_update_strategy" not in build_metadata(upload(desired), completion_token=None)


def test_only_a_version_that_waits_for_traffic_says_where_it_comes_from():
    desired = project(origin=ORIGIN)

    waiting = sent(desired, serves=False, message="Fix", alias="pr-7")

    assert waiting["annotations"] == {
        "workers/message": "Fix",
        "workers/alias": "pr-7",
        **ORIGIN_ANNOTATIONS,
    }
    assert sent(desired, message="Fix")["annotations"] == {"workers/message": "Fix"}


def test_a_commit_with_changes_on_top_is_not_where_a_version_comes_from():
    assert "annotations" not in sent(project(uncommitted="index.js"), serves=False)


@pytest.mark.parametrize(
    ("title", "annotated"),
    [
        ("a" * 512, "a" * 512),
        ("a" * 513, "a" * 512),
        ("a" * 511 + "é", "a" * 511),  # no half a character
        ("cut \udcff off", "cut ? off"),
    ],
)
def test_a_long_title_is_cut(title, annotated):
    desired = bare(origin=Origin(pull_request_title=title))

    assert sent(desired, serves=False)["annotations"] == {"workers/pull_request_title": annotated}


@pytest.mark.parametrize("name", ["repository_url", "pull_request_url"])
def test_a_url_is_sent_whole_or_not_at_all(name):
    def annotations(url: str) -> Any:
        return sent(bare(origin=Origin(**{name: url})), serves=False).get("annotations")

    fits = "https://git.example/".ljust(512, "a")
    assert annotations(fits) == {f"workers/{name}": fits}
    assert annotations(f"{fits}a") is None
    # What Cloudflare counts is bytes.
    assert annotations(f"{fits[:-1]}é") is None
    assert annotations("https://git.example/\udcff") is not None


def test_assets_alone_are_sent_without_bindings():
    desired = project(main_module=None, modules=(), assets=manifest(), origin=ORIGIN)

    metadata = sent(desired, message="Fix", keep_bindings=("secret_text",))

    assert list(metadata.items()) == [
        ("assets", {"jwt": "jwt", "config": {}}),
        ("annotations", {"workers/message": "Fix"}),
        ("compatibility_date", "2026-11-01"),
        ("compatibility_flags", []),
    ]
    assert sent(desired, serves=False)["annotations"] == ORIGIN_ANNOTATIONS


def test_the_note_covers_what_is_versioned_in_whatever_order_bindings_stand():
    desired = project(
        bindings=(KV, variable(), replace(KV, type="inherit")),
        secrets=(secret(),),
        script_settings=ScriptSettings(logpush=True),
        unsafe_metadata={"extra": 1},
    )

    assert describe_code(desired) == {
        "main_module": "index.js",
        "bindings": [
            {"name": "GREETING", "type": "plain_text", "text": "hello"},
            {"name": "STORE", "type": "inherit", "namespace_id": "a"},
            {"name": "STORE", "type": "kv_namespace", "namespace_id": "a"},
        ],
        "compatibility_date": "2026-11-01",
        "compatibility_flags": [],
        "extra": 1,
    }


@pytest.mark.parametrize(
    ("format_", "key"),
    [(ScriptFormat.MODULES, "main_module"), (ScriptFormat.SERVICE_WORKER, "body_part")],
)
def test_the_main_part_is_named_by_the_scripts_format(format_, key):
    desired = bare(format=format_)

    assert content_metadata(desired) == {key: "index.js"}
    assert sent(desired)[key] == "index.js"


def test_code_alone_goes_without_the_schema_that_the_metadata_refers_to():
    schema = module("schema.capnp", "", ModuleType.DATA)
    desired = bare(modules=(module(), schema), capnp_schema="schema.capnp")

    assert code_of(desired) == (module(),)
