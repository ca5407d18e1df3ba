import json

import pytest

from fakes.loads import HEAD, project_of, write_config
from workers_deploy.project.config.binding_kinds import KINDS

SENT = [
    (
        {"kv_namespaces": [{"binding": "A", "id": "k", "preview_id": "p", "raw": True}]},
        {"type": "kv_namespace", "namespace_id": "k", "raw": True},
    ),
    (
        {"d1_databases": [{"binding": "A", "database_id": "d", "database_internal_env": "e"}]},
        {"type": "d1", "id": "d", "internalEnv": "e"},
    ),
    (
        {"send_email": [{"name": "A", "destination_address": "a@example.com"}]},
        {"type": "send_email", "destination_address": "a@example.com"},
    ),
    (
        {"durable_objects": {"bindings": [{"name": "A", "class_name": "C", "script_name": ""}]}},
        {"type": "durable_object_namespace", "class_name": "C"},
    ),
    (
        {"workflows": [{"binding": "A", "name": "w", "class_name": "C", "limits": {}}]},
        {"type": "workflow", "workflow_name": "w", "class_name": "C"},
    ),
    (
        {"queues": {"producers": [{"binding": "A", "queue": "q", "delivery_delay": 0}]}},
        {"type": "queue", "queue_name": "q", "delivery_delay": 0},
    ),
    (
        {
            "dispatch_namespaces": [
                {
                    "binding": "A",
                    "namespace": "n",
                    "outbound": {"service": "s", "environment": "e", "parameters": ["p"]},
                }
            ]
        },
        {
            "type": "dispatch_namespace",
            "namespace": "n",
            "outbound": {
                "worker": {"service": "s", "environment": "e"},
                "params": [{"name": "p"}],
            },
        },
    ),
    (
        {"pipelines": [{"binding": "A", "stream": "s", "pipeline": "p"}]},
        {"type": "pipelines", "stream": "s"},
    ),
    (
        {"services": [{"binding": "A", "service": "s", "props": {}, "entrypoint": ""}]},
        {"type": "service", "service": "s", "props": {}},
    ),
    ({"ai": {"binding": "A", "staging": True}}, {"type": "ai", "staging": True}),
    ({"version_metadata": {"binding": "A"}}, {"type": "version_metadata"}),
    ({"analytics_engine_datasets": [{"binding": "A"}]}, {"type": "analytics_engine"}),
]


@pytest.mark.parametrize(("config", "sent"), SENT)
def test_a_binding_is_written_in_cloudflares_words(tmp_path, config, sent):
    write_config(tmp_path, "{" + HEAD + ", " + json.dumps(config)[1:])

    (binding,) = project_of(tmp_path).bindings

    assert binding.as_json() == {"name": "A", **sent}


def test_every_kind_stands_in_the_table_once():
    keys = [kind.key for kind in KINDS]

    assert len(set(keys)) == len(keys)
    assert len({kind.type for kind in KINDS}) == len(KINDS)
