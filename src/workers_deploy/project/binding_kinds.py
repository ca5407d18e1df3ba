"""Every kind of binding that wrangler 4.164.0 knows, as one table.

A row says under which key of the configuration the kind stands, its type at Cloudflare, what
people call it, and its fields: `need` and `may` are sent, `local` ones matter elsewhere, and
without its `resource` a binding inherits what live has. The order of the rows is the order in which wrangler
writes them; it carries no meaning.
"""

import re
from collections.abc import Mapping
from typing import Any

from workers_deploy.project import checks
from workers_deploy.project.bindings import BindingKind, Field, local, may, need, resource
from workers_deploy.project.checks import Check, Spot

_R2_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_WORKFLOW = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")


def _bucket_name(spot: Spot, value: object) -> None:
    checks.text(spot, value)
    if isinstance(value, str) and not _R2_BUCKET.fullmatch(value):
        spot.error(
            f'"{spot.label}" is invalid. Bucket names must begin and end with an alphanumeric character, '
            "only contain lowercase letters, numbers, and hyphens, and be between 3 and 63 characters long."
        )


def workflow_name(spot: Spot, value: object) -> None:
    """Take the name of a workflow."""
    checks.text(spot, value)
    if isinstance(value, str) and not _WORKFLOW.fullmatch(value):
        spot.error(
            f'"{spot.label}" is invalid. Workflow names must be 1-64 characters long, start with a letter, '
            "number, or underscore, and may only contain letters, numbers, underscores, or hyphens."
        )


def _only_remote(spot: Spot, value: object) -> None:
    checks.boolean(spot, value)
    if value is False:
        spot.error(f'"{spot.label}" can\'t be false: this kind always accesses remote resources.')


def _schedules(spot: Spot, value: object) -> None:
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) and item for item in items):
        spot.error(f'"{spot.label}" should be a non-empty string or array of non-empty strings.')


def _retention(spot: Spot, value: object) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
    if not whole and not (isinstance(value, str) and value):
        spot.error(
            f'"{spot.label}" must be a positive integer of milliseconds or a duration string such as "3 days".'
        )


_REMOTE = local("remote", checks.boolean)
_RAW = may("raw", checks.anything)
_WORKFLOW_SETTINGS: Mapping[str, Check] = {
    "limits": checks.record({"steps": checks.between(1, 2**53, whole=True)}),
    "concurrency": checks.record({"limit": checks.between(1, 2**53, whole=True)}),
    "schedules": _schedules,
    "default_retention": checks.record(
        {"success_retention": _retention, "error_retention": _retention}
    ),
    "jurisdiction": checks.one_of("eu", "fedramp", "us"),
}


def workflow_settings() -> Mapping[str, Check]:
    """Return the checks of a workflow's settings, which bindings and exports share."""
    return _WORKFLOW_SETTINGS


def _one_address_field(spot: Spot, item: object) -> None:
    if (
        isinstance(item, dict)
        and {"destination_address", "allowed_destination_addresses"} <= item.keys()
    ):
        spot.error(
            f'"{spot.label}" bindings should have either a "destination_address" or '
            '"allowed_destination_addresses" field, but not both.'
        )


def _environment_of_a_script(spot: Spot, item: object) -> None:
    if isinstance(item, dict) and "environment" in item and "script_name" not in item:
        spot.error(f'"{spot.label}" should have a "script_name" field if "environment" is present.')


def _stream_or_pipeline(spot: Spot, item: object) -> None:
    if isinstance(item, dict) and not (item.get("stream") or item.get("pipeline")):
        spot.error(f'"{spot.label}" bindings must have a string "stream" field.')


def _tunnel_or_network(spot: Spot, item: object) -> None:
    if isinstance(item, dict) and ("tunnel_id" in item) == ("network_id" in item):
        spot.error(
            f'"{spot.label}" bindings must have either a "tunnel_id" or "network_id" field, but not both.'
        )


def _list(
    key: str, type_: str, title: str, *fields: Field, named: str = "binding", **more: Any
) -> BindingKind:
    return BindingKind(
        key=tuple(key.split(".")), type=type_, title=title, fields=fields, named=named, **more
    )


def _one(key: str, title: str, *fields: Field, closed: bool = True) -> BindingKind:
    return BindingKind(key=(key,), type=key, title=title, fields=fields, single=True, closed=closed)


_ADDRESSES = checks.list_of(checks.text)
_OUTBOUND = checks.record(
    {"service": checks.text, "environment": checks.text, "parameters": checks.list_of(checks.text)},
    required=["service"],
    closed=False,
)
_SIMPLE = checks.record(
    {"limit": checks.number, "period": checks.one_of(10, 60)}, required=["limit", "period"]
)

# fmt: off
KINDS: tuple[BindingKind, ...] = (
    _list("kv_namespaces", "kv_namespace", "KV Namespace",
          resource("id", "namespace_id"), local("preview_id"), _REMOTE, _RAW),
    _list("send_email", "send_email", "Send Email",
          may("allowed_sender_addresses", _ADDRESSES), may("destination_address"),
          may("allowed_destination_addresses", _ADDRESSES), local("binding", checks.anything), _REMOTE,
          named="name", rule=_one_address_field),
    _list("durable_objects.bindings", "durable_object_namespace", "Durable Object",
          need("class_name"), may("script_name", unless_empty=True), may("environment", unless_empty=True),
          named="name", rule=_environment_of_a_script),
    _list("workflows", "workflow", "Workflow",
          need("name", "workflow_name", workflow_name), need("class_name"), may("script_name"), _RAW,
          *(local(name, check) for name, check in _WORKFLOW_SETTINGS.items())),
    _list("queues.producers", "queue", "Queue",
          resource("queue", "queue_name"), may("delivery_delay", checks.number), _REMOTE, _RAW),
    _list("r2_buckets", "r2_bucket", "R2 Bucket",
          resource("bucket_name", "bucket_name", _bucket_name), may("jurisdiction"),
          local("preview_bucket_name", _bucket_name), _REMOTE, local("local_dev", checks.mapping), _RAW),
    _list("d1_databases", "d1", "D1 Database",
          resource("database_id", "id", checks.text), Field("database_internal_env", checks.text, "internalEnv"),
          *(local(name) for name in ("database_name", "jurisdiction", "migrations_dir", "migrations_pattern",
                                     "migrations_table", "preview_database_id")), _REMOTE, _RAW),
    _list("vectorize", "vectorize", "Vectorize Index", need("index_name"), _REMOTE, _RAW),
    _list("ai_search_namespaces", "ai_search_namespace", "AI Search Namespace", need("namespace"), _REMOTE),
    _list("ai_search", "ai_search", "AI Search Instance", need("instance_name"), _REMOTE),
    _list("agent_memory", "agent_memory", "Agent Memory", need("namespace"), _REMOTE),
    _list("hyperdrive", "hyperdrive", "Hyperdrive Config", need("id"), local("localConnectionString"), _REMOTE),
    _list("secrets_store_secrets", "secrets_store_secret", "Secrets Store Secret", need("store_id"), need("secret_name")),
    _list("artifacts", "artifacts", "Artifacts", need("namespace"), _REMOTE),
    _list("unsafe_hello_world", "unsafe_hello_world", "Hello World", may("enable_timer", checks.boolean)),
    _list("flagship", "flagship", "Flagship", resource("app_id", "app_id", checks.text), _REMOTE),
    _list("ratelimits", "ratelimit", "Rate Limit", need("namespace_id"), need("simple", check=_SIMPLE), named="name"),
    _list("vpc_services", "vpc_service", "VPC Service", need("service_id"), local("remote", checks.anything)),
    _list("vpc_networks", "vpc_network", "VPC Network", may("tunnel_id"), may("network_id"),
          local("remote", checks.anything), rule=_tunnel_or_network),
    _list("services", "service", "Worker",
          need("service"), may("cross_account_grant", checks.anything), may("environment", unless_empty=True),
          may("entrypoint", unless_empty=True), may("props", checks.anything, unless_empty=True),
          local("dev", checks.mapping), _REMOTE, closed=False),
    _list("analytics_engine_datasets", "analytics_engine", "Analytics Engine Dataset", may("dataset", checks.filled), _REMOTE),
    _list("dispatch_namespaces", "dispatch_namespace", "Dispatch Namespace",
          resource("namespace", "namespace", checks.text), may("outbound", _OUTBOUND), _REMOTE, closed=False),
    _list("mtls_certificates", "mtls_certificate", "mTLS Certificate", need("certificate_id", check=checks.filled), _REMOTE),
    _list("pipelines", "pipelines", "Pipeline", may("stream"), may("pipeline"), _REMOTE, rule=_stream_or_pipeline),
    _list("k2", "k2", "K2 Stream", need("stream"), local("remote", _only_remote)),
    _list("worker_loaders", "worker_loader", "Worker Loader"),
    _list("logfwdr.bindings", "logfwdr", "logfwdr", need("destination"), named="name"),
    _one("browser", "Browser Run", _REMOTE, _RAW),
    _one("analytics", "Analytics SQL", _REMOTE),
    _one("ai", "AI", may("staging", checks.anything), _REMOTE, _RAW, closed=False),
    _one("images", "Images", _REMOTE, _RAW),
    _one("stream", "Stream", _REMOTE),
    _one("media", "Media", _REMOTE),
    _one("version_metadata", "Worker Version Metadata", closed=False),
)
# fmt: on
