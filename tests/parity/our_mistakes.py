"""Configurations of our own that wrangler refuses."""

import json

from parity.our_configurations import BASE, OBJECT, jsonc, toml

# What wrangler refuses: ours has to refuse it too, naming the same field.
REFUSED: dict[str, tuple[str, str]] = {
    "name with a capital": jsonc(name="Parity"),
    "name of a number": jsonc(name=5),
    "date that is none": jsonc(compatibility_date="soon"),
    "toml date": (
        "wrangler.toml",
        'name = "p"\nmain = "src/index.js"\ncompatibility_date = 2026-01-01\n',
    ),
    "toml date as a variable": toml("[vars]\nDAY = 2026-01-01\n"),
    "flags of numbers": jsonc(compatibility_flags=[1]),
    "main of a number": jsonc(main=5),
    "variables of a string": jsonc(vars="a"),
    "kv namespaces of an object": jsonc(kv_namespaces={"binding": "KV"}),
    "kv namespace without a binding": jsonc(kv_namespaces=[{"id": "a"}]),
    "kv namespace of a number": jsonc(kv_namespaces=[{"binding": "KV", "id": 5}]),
    "kv namespace of an empty id": jsonc(kv_namespaces=[{"binding": "KV", "id": ""}]),
    "bucket with an invalid name": jsonc(r2_buckets=[{"binding": "B", "bucket_name": "Bad_Name"}]),
    "service without a service": jsonc(services=[{"binding": "S"}]),
    "durable object without a class": jsonc(durable_objects={"bindings": [{"name": "D"}]}),
    "environment of a durable object": jsonc(
        durable_objects={"bindings": [{**OBJECT, "environment": "e"}]}
    ),
    "rate limit of an odd period": jsonc(
        ratelimits=[{"name": "R", "namespace_id": "1", "simple": {"limit": 1, "period": 30}}]
    ),
    "workflow with a bad name": jsonc(
        workflows=[{"binding": "W", "name": "a b", "class_name": "C"}]
    ),
    "queue consumer without a queue": jsonc(queues={"consumers": [{"max_retries": 1}]}),
    "vpc network of both": jsonc(
        vpc_networks=[{"binding": "V", "tunnel_id": "t", "network_id": "n"}]
    ),
    "duplicate names of one kind": jsonc(
        kv_namespaces=[{"binding": "A", "id": "1"}, {"binding": "A", "id": "2"}]
    ),
    "duplicate names of two kinds": jsonc(
        kv_namespaces=[{"binding": "A", "id": "1"}], vars={"A": "b"}
    ),
    "unknown environment": jsonc(env={"a": {}}),
    "legacy_env": jsonc(legacy_env=True),
    "node_compat": jsonc(node_compat=True),
    "assets with an odd option": jsonc(assets={"directory": "public", "html_handling": "odd"}),
    "assets without a directory": jsonc(assets={"binding": "A"}),
    "assets binding without a script": (
        "wrangler.json",
        json.dumps(
            {
                "name": "p",
                "compatibility_date": "2026-01-01",
                "assets": {"directory": "public", "binding": "A"},
            }
        ),
    ),
    "run_worker_first without a script": (
        "wrangler.json",
        json.dumps(
            {
                "name": "p",
                "compatibility_date": "2026-01-01",
                "assets": {"directory": "public", "run_worker_first": True},
            }
        ),
    ),
    "migrations of an object": jsonc(migrations={"tag": "v1"}),
    "migration without a tag": jsonc(migrations=[{"new_classes": ["A"]}]),
    "migrations and exports": jsonc(
        migrations=[{"tag": "v1", "new_classes": ["A"]}],
        exports={"A": {"type": "durable-object", "storage": "sqlite"}},
    ),
    "observability without a switch": jsonc(observability={"head_sampling_rate": 1}),
    "sampling rate above one": jsonc(observability={"enabled": True, "head_sampling_rate": 2}),
    "placement of two targets": jsonc(placement={"region": "a", "host": "b"}),
    "placement of an odd mode": jsonc(placement={"mode": "fast"}),
    "export of an odd type": jsonc(exports={"A": {"type": "odd"}}),
    "limits of a string": jsonc(limits={"cpu_ms": "many"}),
    "route without a zone": jsonc(routes=[{"pattern": "example.com/*"}]),
    "routes of a string": jsonc(routes="example.com/*"),
    "custom domain with a wildcard": jsonc(
        routes=[{"pattern": "*.example.com", "custom_domain": True}]
    ),
    "crons of a string": jsonc(triggers={"crons": "* * * * *"}),
    "secrets of a string": jsonc(secrets={"required": "A"}),
    "workers_dev of a string": jsonc(workers_dev="true"),
    "wasm modules of a module": jsonc(wasm_modules={"A": "a.wasm"}),
    "workflow of another Worker that exports declare": jsonc(
        workflows=[{"binding": "W", "name": "w", "class_name": "F", "script_name": "other"}],
        exports={"F": {"type": "workflow", "name": "w"}},
    ),
    "workflow configured beside its export": jsonc(
        workflows=[{"binding": "W", "name": "w", "class_name": "F", "limits": {"steps": 1}}],
        exports={"F": {"type": "workflow", "name": "w"}},
    ),
    "event of an odd type": jsonc(
        triggers={
            "events": [{"type": "a", "targets": [{"type": "workflow", "workflow_name": "w"}]}]
        }
    ),
    "python without its flag": ("wrangler.json", json.dumps({**BASE, "main": "src/entry.py"})),
    "neither main nor assets": (
        "wrangler.json",
        json.dumps({"name": "p", "compatibility_date": "2026-01-01"}),
    ),
    "no name": ("wrangler.json", json.dumps({**BASE, "name": ""})),
    "no date": ("wrangler.json", json.dumps({"name": "p", "main": "src/index.js"})),
    "broken json": ("wrangler.jsonc", '{"name": "p", "main": }'),
    "single quotes": ("wrangler.jsonc", "{'name': 'p'}"),
    "broken toml": ("wrangler.toml", 'name = "p\n'),
}
