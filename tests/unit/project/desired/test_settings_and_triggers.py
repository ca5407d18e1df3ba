import json

import pytest

from fakes.loads import load, project_of, warned, write_config

BASE = {"name": "shop", "main": "index.js", "compatibility_date": "2026-01-01"}


def read(tmp_path, environment=None, **keys):
    write_config(tmp_path, json.dumps({**BASE, **keys}))
    return project_of(tmp_path, environment=environment, refuses_unsupported=False)


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ({"mode": "off"}, None),
        ({"mode": "smart"}, {"mode": "smart"}),
        ({"mode": "smart", "hint": "wnam"}, {"mode": "smart", "hint": "wnam"}),
        ({"mode": "smart", "hint": ""}, {"mode": "smart", "hint": ""}),
        ({"region": "aws:a"}, {"mode": "targeted", "region": "aws:a"}),
        ({"mode": "targeted", "host": "a:1"}, {"mode": "targeted", "host": "a:1"}),
        ({"hostname": "a"}, {"mode": "targeted", "hostname": "a"}),
    ],
)
def test_placement_is_written_as_wrangler_writes_it(tmp_path, said, sent):
    assert read(tmp_path, placement=said).placement == sent


def test_settings_of_the_script_are_taken_over(tmp_path):
    settings = read(
        tmp_path,
        logpush=False,
        observability={"enabled": True},
        tail_consumers=[{"service": "a"}],
        streaming_tail_consumers=[{"service": "b"}],
    ).script_settings

    assert settings.logpush is False
    assert settings.observability == {"enabled": True}
    assert settings.tail_consumers == ({"service": "a"},)
    assert settings.streaming_tail_consumers == ({"service": "b"},)
    assert settings.tags is None


def test_containers_without_a_name_are_called_after_script_and_class(tmp_path):
    container = {"class_name": "My Box", "image": "docker.io/a:1"}
    named = {"name": "n", "class_name": "C", "image": "docker.io/a:1"}

    top = read(tmp_path, containers=[container, named])
    inside = read(tmp_path, environment="e", env={"e": {"containers": [container]}})
    own = read(tmp_path, environment="e", env={"e": {"name": "o", "containers": [container]}})

    assert top.containers == (
        {"name": "shop-my-box", "class_name": "My Box"},
        {"name": "n", "class_name": "C"},
    )
    assert inside.containers[0]["name"] == "shop-my-box-e"
    assert own.containers[0]["name"] == "o-my-box-e"


def test_routes_and_custom_domains_are_told_apart(tmp_path):
    triggers = read(
        tmp_path,
        routes=[
            "example.com/a/*",
            {"pattern": "example.com/b/*", "zone_name": "example.com"},
            {
                "pattern": "shop.example.com",
                "custom_domain": True,
                "zone_id": "z",
                "enabled": False,
            },
            {"pattern": "example.com/c", "custom_domain": False, "zone_id": "z"},
        ],
    ).triggers

    assert triggers.routes == (
        {"pattern": "example.com/a/*"},
        {"pattern": "example.com/b/*", "zone_name": "example.com"},
        {"pattern": "example.com/c", "zone_id": "z"},
    )
    assert triggers.domains == ({"hostname": "shop.example.com", "zone_id": "z", "enabled": False},)


def test_one_route_is_as_a_list_of_one(tmp_path):
    assert read(tmp_path, route="example.com/*").triggers.routes == ({"pattern": "example.com/*"},)


def test_what_is_empty_says_nothing_but_crons(tmp_path):
    triggers = read(
        tmp_path, routes=[], triggers={"crons": []}, queues={"consumers": []}, workflows=[]
    ).triggers

    assert triggers.crons == ()
    assert (triggers.routes, triggers.domains) == (None, None)
    assert (triggers.queue_consumers, triggers.workflows) == (None, None)


def test_queue_consumers_are_written_in_cloudflares_words(tmp_path):
    triggers = read(
        tmp_path,
        queues={
            "consumers": [
                {"queue": "a"},
                {
                    "queue": "b",
                    "max_batch_size": 10,
                    "max_batch_timeout": 5,
                    "max_retries": 3,
                    "max_concurrency": None,
                    "retry_delay": 7,
                    "dead_letter_queue": "dlq",
                },
            ]
        },
    ).triggers

    assert triggers.queue_consumers == (
        {"queue": "a", "settings": {}},
        {
            "queue": "b",
            "dead_letter_queue": "dlq",
            "settings": {
                "batch_size": 10,
                "max_wait_time_ms": 5000,
                "max_retries": 3,
                "max_concurrency": None,
                "retry_delay": 7,
            },
        },
    )


def test_workflows_of_this_script_are_triggers_once(tmp_path):
    flow = {"name": "w", "class_name": "W"}
    triggers = read(
        tmp_path,
        workflows=[
            {"binding": "A", **flow, "limits": {"steps": 5}},
            {"binding": "B", "name": "x", "class_name": "X", "script_name": "other"},
            {"binding": "C", "name": "y", "class_name": "Y", "script_name": "shop"},
        ],
    ).triggers

    assert triggers.workflows == (
        {"name": "w", "class_name": "W", "script_name": "shop", "limits": {"steps": 5}},
        {"name": "y", "class_name": "Y", "script_name": "shop"},
    )


def test_a_workflow_that_exports_declare_is_a_trigger_with_what_the_export_says(tmp_path):
    triggers = read(
        tmp_path,
        workflows=[{"binding": "A", "name": "w", "class_name": "W"}],
        exports={
            "W": {"type": "workflow", "name": "w", "schedules": "0 * * * *"},
            "V": {"type": "workflow", "name": "v", "limits": {"steps": 3}},
            "D": {"type": "durable-object", "storage": "sqlite"},
        },
    ).triggers

    own = {"script_name": "shop"}
    assert triggers.workflows == (
        {"name": "w", "class_name": "W", **own, "schedules": [{"cron": "0 * * * *"}]},
        {"name": "v", "class_name": "V", **own, "limits": {"steps": 3}},
    )


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (None, None),
        ({"mode": "immediate"}, {"mode": "immediate"}),
        ({"mode": "deferred"}, {"mode": "deferred", "max_delay": 300}),
        ({"mode": "deferred", "max_delay": 60}, {"mode": "deferred", "max_delay": 60}),
    ],
)
def test_how_durable_objects_move_to_new_code_is_taken_over(tmp_path, said, taken):
    objects = {"bindings": [], **({"code_update_strategy": said} if said else {})}

    assert read(tmp_path, durable_objects=objects).code_update_strategy == taken


def test_exports_are_ordered_as_wrangler_orders_them(tmp_path):
    exports = {
        "W": {"type": "workflow", "name": "w"},
        "D": {"type": "durable-object", "storage": "sqlite"},
        "default": {"type": "worker"},
    }

    assert list(read(tmp_path, exports=exports).exports) == ["default", "D", "W"]


def test_metadata_that_is_unsafe_is_passed_on(tmp_path):
    project = read(
        tmp_path,
        unsafe={
            "bindings": [{"name": "U", "type": "odd", "a": {"b": 1}}],
            "metadata": {"c": 1},
        },
    )

    assert project.bindings[-1].as_json() == {"name": "U", "type": "odd", "a": {"b": 1}}
    assert project.unsafe_metadata == {"c": 1}
    assert project.capnp_schema is None


def test_nothing_is_warned_of_in_a_configuration_without_oddities(tmp_path):
    write_config(tmp_path, json.dumps({"$schema": "x", **BASE, "dev": {"port": 1}}))

    assert warned(load(tmp_path)) == []
