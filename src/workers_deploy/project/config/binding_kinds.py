"""Every kind of binding that wrangler 4.164.0 knows, as one table.

A row says under which key of the configuration the kind stands, its type at Cloudflare, what people
call it, and its fields: `need` and `may` are sent, `local` ones matter elsewhere, and without its
`resource` a binding inherits what live has. The order of the rows is that in which wrangler writes
them; it carries no meaning. Variables, `assets.binding` and `unsafe.bindings` are written by
`binding_list`.
"""

from typing import Any

from workers_deploy.project.config import checks
from workers_deploy.project.config.binding_checks import (
    WORKFLOW_SETTINGS,
    addresses,
    bucket_name,
    environment_of_a_script,
    one_address_field,
    only_remote,
    outbound,
    rate_limit,
    stream_or_pipeline,
    tunnel_or_network,
    workflow_name,
)
from workers_deploy.project.config.bindings import BindingKind, Field, local, may, need, resource


def _many(key: str, type_: str, title: str, *fields: Field, **more: Any) -> BindingKind:
    return BindingKind(key=tuple(key.split(".")), type=type_, title=title, fields=fields, **more)


def _one(key: str, title: str, *fields: Field, closed: bool = True) -> BindingKind:
    return BindingKind(key=(key,), type=key, title=title, fields=fields, single=True, closed=closed)


_REMOTE = local("remote", checks.boolean)
_ANY_REMOTE = local("remote", checks.anything)
_RAW = may("raw", checks.anything)

# fmt: off
KINDS: tuple[BindingKind, ...] = (
    _many("kv_namespaces", "kv_namespace", "KV Namespace",
          resource("id", "namespace_id"), local("preview_id"), _REMOTE, _RAW),
    _many("send_email", "send_email", "Send Email",
          may("allowed_sender_addresses", addresses), may("destination_address"),
          may("allowed_destination_addresses", addresses), local("binding", checks.anything),
          _REMOTE, named="name", rule=one_address_field),
    _many("durable_objects.bindings", "durable_object_namespace", "Durable Object",
          need("class_name"), may("script_name", unless_empty=True),
          may("environment", unless_empty=True), named="name", rule=environment_of_a_script),
    _many("workflows", "workflow", "Workflow",
          need("name", "workflow_name", workflow_name), need("class_name"), may("script_name"),
          *(local(name, check) for name, check in WORKFLOW_SETTINGS.items()), _RAW),
    _many("queues.producers", "queue", "Queue",
          resource("queue", "queue_name"), may("delivery_delay", checks.number), _REMOTE, _RAW),
    _many("r2_buckets", "r2_bucket", "R2 Bucket",
          resource("bucket_name", "bucket_name", bucket_name), may("jurisdiction"),
          local("preview_bucket_name", bucket_name), local("local_dev", checks.mapping),
          _REMOTE, _RAW),
    _many("d1_databases", "d1", "D1 Database",
          resource("database_id", "id", checks.text),
          Field("database_internal_env", checks.text, "internalEnv"),
          local("database_name"), local("jurisdiction"), local("migrations_dir"),
          local("migrations_pattern"), local("migrations_table"), local("preview_database_id"),
          _REMOTE, _RAW),
    _many("vectorize", "vectorize", "Vectorize Index", need("index_name"), _REMOTE, _RAW),
    _many("ai_search_namespaces", "ai_search_namespace", "AI Search Namespace",
          need("namespace"), _REMOTE),
    _many("ai_search", "ai_search", "AI Search Instance", need("instance_name"), _REMOTE),
    _many("agent_memory", "agent_memory", "Agent Memory", need("namespace"), _REMOTE),
    _many("hyperdrive", "hyperdrive", "Hyperdrive Config",
          need("id"), local("localConnectionString"), _REMOTE),
    _many("secrets_store_secrets", "secrets_store_secret", "Secrets Store Secret",
          need("store_id"), need("secret_name")),
    _many("artifacts", "artifacts", "Artifacts", need("namespace"), _REMOTE),
    _many("unsafe_hello_world", "unsafe_hello_world", "Hello World",
          may("enable_timer", checks.boolean)),
    _many("flagship", "flagship", "Flagship", resource("app_id", "app_id", checks.text), _REMOTE),
    _many("ratelimits", "ratelimit", "Rate Limit",
          need("namespace_id"), need("simple", check=rate_limit), named="name"),
    _many("vpc_services", "vpc_service", "VPC Service", need("service_id"), _ANY_REMOTE),
    _many("vpc_networks", "vpc_network", "VPC Network",
          may("tunnel_id"), may("network_id"), _ANY_REMOTE, rule=tunnel_or_network),
    _many("services", "service", "Worker",
          need("service"), may("cross_account_grant", checks.anything),
          may("environment", unless_empty=True), may("entrypoint", unless_empty=True),
          may("props", checks.anything, unless_empty=True), local("dev", checks.mapping),
          _REMOTE, closed=False),
    _many("analytics_engine_datasets", "analytics_engine", "Analytics Engine Dataset",
          may("dataset", checks.filled), _REMOTE),
    _many("dispatch_namespaces", "dispatch_namespace", "Dispatch Namespace",
          resource("namespace", "namespace", checks.text), may("outbound", outbound),
          _REMOTE, closed=False),
    _many("mtls_certificates", "mtls_certificate", "mTLS Certificate",
          need("certificate_id", check=checks.filled), _REMOTE),
    _many("pipelines", "pipelines", "Pipeline",
          may("stream"), may("pipeline"), _REMOTE, rule=stream_or_pipeline),
    _many("k2", "k2", "K2 Stream", need("stream"), local("remote", only_remote)),
    _many("worker_loaders", "worker_loader", "Worker Loader"),
    _many("logfwdr.bindings", "logfwdr", "logfwdr", need("destination"), named="name"),
    _one("browser", "Browser Run", _REMOTE, _RAW),
    _one("analytics", "Analytics SQL", _REMOTE),
    _one("ai", "AI", may("staging", checks.anything), _REMOTE, _RAW, closed=False),
    _one("images", "Images", _REMOTE, _RAW),
    _one("stream", "Stream", _REMOTE),
    _one("media", "Media", _REMOTE),
    _one("version_metadata", "Worker Version Metadata", closed=False),
)
# fmt: on
