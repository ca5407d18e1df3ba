"""Configurations of our own, which wrangler's dry run is asked about: every key, every kind.

Each is a file's name and its text; each environment in it is compared.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BASE: Mapping[str, Any] = {
    "name": "parity",
    "main": "src/index.js",
    "compatibility_date": "2026-01-01",
}


def jsonc(**keys: Any) -> tuple[str, str]:
    return "wrangler.jsonc", json.dumps({**BASE, **keys}, indent=2)


def toml(text: str) -> tuple[str, str]:
    head = 'name = "parity"\nmain = "src/index.js"\ncompatibility_date = "2026-01-01"\n'
    return "wrangler.toml", head + text


VARIABLES = {"TEXT": "a", "EMPTY": "", "NUMBER": 1.5, "WHOLE": 2.0, "NONE": None, "LIST": [1, "é"]}
OBJECT = {"class_name": "Counter", "name": "COUNTER"}

# One of each kind of binding, as its key in the configuration.
BINDINGS: Mapping[str, Any] = {
    "vars": VARIABLES,
    "kv_namespaces": [{"binding": "KV", "id": "k", "preview_id": "p", "remote": True}],
    "send_email": [
        {"name": "MAIL"},
        {"name": "TO", "destination_address": "a@example.com"},
        {"name": "FROM", "allowed_sender_addresses": ["b@example.com"]},
        {"name": "SOME", "allowed_destination_addresses": ["a@example.com"], "remote": False},
    ],
    "durable_objects": {
        "bindings": [
            OBJECT,
            {"name": "THEIRS", "class_name": "X", "script_name": "other"},
            {"name": "STAGED", "class_name": "X", "script_name": "other", "environment": "e"},
        ]
    },
    "workflows": [
        {"binding": "WF", "name": "wf", "class_name": "Wf"},
        {"binding": "THEIR_WF", "name": "wf-2", "class_name": "Wf", "script_name": "other"},
        {
            "binding": "SET_WF",
            "name": "wf-3",
            "class_name": "Wf",
            "limits": {"steps": 10},
            "schedules": "0 * * * *",
            "concurrency": {"limit": 2},
            "default_retention": {"success_retention": "3 days", "error_retention": 1000},
        },
    ],
    "queues": {
        "producers": [
            {"binding": "QUEUE", "queue": "q"},
            {"binding": "LATER", "queue": "q", "delivery_delay": 5},
        ],
        "consumers": [{"queue": "q", "max_batch_size": 5, "dead_letter_queue": "dead"}],
    },
    "r2_buckets": [
        {"binding": "BUCKET", "bucket_name": "bucket"},
        {"binding": "EU", "bucket_name": "eu-bucket", "jurisdiction": "eu"},
    ],
    "d1_databases": [
        {
            "binding": "DB",
            "database_name": "db",
            "database_id": "d",
            "migrations_dir": "sql",
            "migrations_table": "t",
        },
        {"binding": "DB_2", "database_id": "d2", "database_internal_env": "x"},
    ],
    "vectorize": [{"binding": "VECTOR", "index_name": "i"}],
    "ai_search_namespaces": [{"binding": "SEARCH_ALL", "namespace": "n"}],
    "ai_search": [{"binding": "SEARCH", "instance_name": "i"}],
    "agent_memory": [{"binding": "MEMORY", "namespace": "n"}],
    "hyperdrive": [{"binding": "HYPER", "id": "h", "localConnectionString": "postgres://x"}],
    "secrets_store_secrets": [{"binding": "STORED", "store_id": "s", "secret_name": "n"}],
    "artifacts": [{"binding": "ARTIFACTS", "namespace": "n"}],
    "unsafe_hello_world": [{"binding": "HELLO", "enable_timer": True}, {"binding": "HELLO_2"}],
    "flagship": [{"binding": "FLAGS", "app_id": "a"}],
    "ratelimits": [{"name": "RATE", "namespace_id": "1", "simple": {"limit": 5, "period": 60}}],
    "vpc_services": [{"binding": "VPC", "service_id": "s"}],
    "vpc_networks": [
        {"binding": "TUNNEL", "tunnel_id": "t"},
        {"binding": "NETWORK", "network_id": "n"},
    ],
    "services": [
        {"binding": "SERVICE", "service": "s"},
        {"binding": "ENTRY", "service": "s", "entrypoint": "E", "environment": "production"},
        {"binding": "PROPS", "service": "s", "props": {"a": 1}},
    ],
    "analytics_engine_datasets": [{"binding": "DATA", "dataset": "d"}, {"binding": "DATA_2"}],
    "dispatch_namespaces": [
        {"binding": "DISPATCH", "namespace": "n"},
        {
            "binding": "OUT",
            "namespace": "n",
            "outbound": {"service": "o", "environment": "e", "parameters": ["a", "b"]},
        },
        {"binding": "OUT_2", "namespace": "n", "outbound": {"service": "o"}},
    ],
    "mtls_certificates": [{"binding": "CERT", "certificate_id": "c"}],
    "pipelines": [{"binding": "STREAM", "stream": "s"}, {"binding": "PIPE", "pipeline": "p"}],
    "k2": [{"binding": "K2", "stream": "s"}],
    "worker_loaders": [{"binding": "LOADER"}],
    "logfwdr": {"bindings": [{"name": "LOG", "destination": "d"}]},
    "browser": {"binding": "BROWSER"},
    "analytics": {"binding": "ANALYTICS"},
    "ai": {"binding": "AI", "remote": True},
    "images": {"binding": "IMAGES"},
    "stream": {"binding": "STREAMS"},
    "media": {"binding": "MEDIA"},
    "version_metadata": {"binding": "VERSION"},
    "unsafe": {
        "bindings": [{"name": "UNSAFE", "type": "some_kind", "field": {"a": [1]}, "b": None}],
        "metadata": {"build_options": {"stable_id": "x"}},
    },
    "secrets": {"required": ["API_KEY", "OTHER_KEY"]},
}

WITHOUT_IDS: Mapping[str, Any] = {
    "kv_namespaces": [{"binding": "KV"}],
    "r2_buckets": [{"binding": "BUCKET", "jurisdiction": "eu"}],
    "d1_databases": [{"binding": "DB", "database_name": "db"}],
    "queues": {"producers": [{"binding": "QUEUE"}]},
    "dispatch_namespaces": [{"binding": "DISPATCH"}],
    "flagship": [{"binding": "FLAGS"}],
}

ENVIRONMENTS: Mapping[str, Any] = {
    "vars": {"A": "top"},
    "kv_namespaces": [{"binding": "KV", "id": "top"}],
    "compatibility_flags": ["nodejs_compat"],
    "observability": {"enabled": True},
    "limits": {"cpu_ms": 10},
    "placement": {"mode": "smart"},
    "logpush": True,
    "tail_consumers": [{"service": "tail"}],
    "assets": {"directory": "public", "binding": "ASSETS"},
    "keep_vars": True,
    "env": {
        "empty": {},
        "own": {
            "name": "own-name",
            "vars": {"A": "own"},
            "compatibility_flags": [],
            "compatibility_date": "2025-01-01",
            "limits": {"subrequests": 5},
            "placement": {"region": "aws:us-east-1"},
            "logpush": False,
            "tail_consumers": [],
            "main": "src/other.js",
            "observability": {"enabled": False, "head_sampling_rate": 0},
        },
        "null": {"limits": None, "logpush": False},
    },
}

TOML_EVERYTHING = (Path(__file__).parents[1] / "data/everything.toml").read_text(encoding="utf-8")

JSONC_WITH_COMMENTS = """\ufeff{
  // a comment, and "quotes"
  "$schema": "node_modules/wrangler/config-schema.json",
  "name": "parity", /* another
  one */
  "main": "src/index.js",
  "compatibility_date": "2026-01-01",
  "unknown_key": { "a": 1 },
  "vars": {
    "URL": "https://example.com//path", // not a comment inside
    "ESCAPED": "a \\"quoted\\" // text",
    "TRAILING": [1, 2,],
  },
  "vars": { "LAST": "wins", },
}
"""

PYTHON = """
name = "parity"
main = "src/entry.py"
compatibility_date = "2026-01-01"
compatibility_flags = ["python_workers"]
"""

EXPORTS: Mapping[str, Any] = {
    "Flow": {"type": "workflow", "name": "flow", "limits": {"steps": 5}},
    "Counter": {"type": "durable-object", "storage": "sqlite"},
    "Old": {"type": "durable-object", "state": "deleted"},
    "Former": {"type": "durable-object", "state": "renamed", "renamed_to": "Counter"},
    "default": {"type": "worker", "cache": {"enabled": True}},
}

# What wrangler takes: ours has to be equal.
TAKEN: dict[str, tuple[str, str]] = {
    "minimal": jsonc(),
    **{f"binding {key}": jsonc(**{key: value}) for key, value in BINDINGS.items()},
    "all bindings": jsonc(**BINDINGS),
    "resources without ids": jsonc(**WITHOUT_IDS),
    "environments": jsonc(**ENVIRONMENTS),
    "toml with everything": toml(TOML_EVERYTHING),
    "comments and trailing commas": ("wrangler.jsonc", JSONC_WITH_COMMENTS),
    "plain json": ("wrangler.json", json.dumps({**BASE, "vars": VARIABLES})),
    "environment of nothing but a name": jsonc(env={"a": {"name": "b"}}),
    "placement off": jsonc(placement={"mode": "off"}),
    "placement with a hint": jsonc(placement={"mode": "smart", "hint": "wnam"}),
    "placement by host": jsonc(placement={"host": "db.example.com:5432"}),
    "placement by hostname": jsonc(placement={"mode": "targeted", "hostname": "example.com"}),
    "observability in full": jsonc(
        observability={
            "enabled": True,
            "head_sampling_rate": 0.5,
            "redact_query_string": True,
            "issues": {"enabled": True},
            "logs": {
                "enabled": True,
                "invocation_logs": False,
                "head_sampling_rate": 1,
                "destinations": ["d"],
                "persist": True,
            },
            "traces": {"enabled": False, "destinations": [], "persist": False},
        }
    ),
    "cache": jsonc(cache={"enabled": True, "cross_version_cache": False}),
    "streaming tail consumers": jsonc(streaming_tail_consumers=[{"service": "s"}]),
    "tail consumer of an environment": jsonc(
        tail_consumers=[{"service": "s", "environment": "production"}]
    ),
    "exports": jsonc(exports=EXPORTS),
    "migrations": jsonc(
        durable_objects={"bindings": [OBJECT]},
        migrations=[
            {"tag": "v1", "new_classes": ["Counter"]},
            {"tag": "v2", "renamed_classes": [{"from": "Counter", "to": "C"}]},
        ],
    ),
    "routes and crons": jsonc(
        routes=["example.com/*", {"pattern": "a.example.com", "custom_domain": True}],
        triggers={"crons": ["* * * * *"]},
        workers_dev=False,
        preview_urls=True,
    ),
    "one route": jsonc(route={"pattern": "example.com/*", "zone_name": "example.com"}),
    "empty account and route": jsonc(account_id="", route=""),
    "assets only": (
        "wrangler.jsonc",
        json.dumps(
            {
                "name": "parity",
                "compatibility_date": "2026-01-01",
                "assets": {"directory": "public", "html_handling": "none"},
            }
        ),
    ),
    "assets with a script": jsonc(
        assets={
            "directory": "public",
            "binding": "ASSETS",
            "run_worker_first": ["/api/*", "!/api/x"],
            "not_found_handling": "404-page",
            "base_path": "/base",
        }
    ),
    "bundler options": jsonc(
        define={"A": '"b"'},
        alias={"a": "b"},
        minify=True,
        keep_names=False,
        jsx_factory="h",
        jsx_fragment="F",
        upload_source_maps=True,
        preserve_file_names=True,
        send_metrics=False,
        dev={"port": 8000, "ip": "localhost"},
        dependencies_instrumentation={"enabled": False},
        first_party_worker=False,
        compliance_region="public",
    ),
    "rules": jsonc(
        find_additional_modules=True,
        base_dir="src",
        rules=[{"type": "Text", "globs": ["**/*.md"], "fallthrough": True}],
    ),
    "python": ("wrangler.toml", PYTHON),
    "typescript as it is": ("wrangler.jsonc", json.dumps({**BASE, "main": "src/index.ts"})),
    "containers": jsonc(
        name="parity",
        durable_objects={"bindings": [OBJECT]},
        migrations=[{"tag": "v1", "new_sqlite_classes": ["Counter"]}],
        containers=[
            {"class_name": "Counter", "image": "./Dockerfile", "max_instances": 2},
        ],
    ),
    "code update strategy": jsonc(
        durable_objects={"code_update_strategy": {"mode": "deferred", "max_delay": 60}}
    ),
    "access and previews": jsonc(
        access={"dev": {"aud": "a"}}, previews={"vars": {"A": "b"}}, addresses=["a@example.com"]
    ),
    "workflows bound and exported": jsonc(
        workflows=[{"binding": "W", "name": "w", "class_name": "Flow"}],
        exports={"Flow": {"type": "workflow", "name": "w", "schedules": ["0 * * * *"]}},
    ),
    "unsafe binding with a stand-in for development": jsonc(
        unsafe={
            "bindings": [
                {"name": "U", "type": "odd", "dev": {"plugin": {"package": "p", "name": "n"}}}
            ]
        }
    ),
    "rules that end a type": jsonc(
        rules=[
            {"type": "Text", "globs": ["**/*.md"]},
            {"type": "Data", "globs": ["**/*.dat"], "fallthrough": False},
        ]
    ),
    "assets under a path": jsonc(
        assets={"directory": "public", "base_path": "docs"}, routes=["example.com/docs/*"]
    ),
    "of another region": jsonc(compliance_region="fedramp_high"),
    "events": jsonc(
        workflows=[{"binding": "W", "name": "w", "class_name": "Flow"}],
        triggers={
            "events": [
                {
                    "type": "cf.artifacts.repo.pushed",
                    "filter": {"namespace": "n"},
                    "targets": [{"type": "workflow", "workflow_name": "w"}],
                },
            ]
        },
    ),
    "connect": jsonc(connect=[{"protocol": "tcp", "port": 25}, {"protocol": "udp", "port": 53}]),
}
