"""The kinds of bindings and what each must have beside name and type (SDK 5.9.0; wrangler)."""

from collections.abc import Mapping
from typing import Any

# a tuple inside is a choice: one of its fields
_Fields = tuple[str | tuple[str, ...], ...]

KINDS: Mapping[str, _Fields] = {
    "ai": (),
    "ai_search": ("instance_name",),
    "ai_search_namespace": ("namespace",),
    "agent_memory": (),
    "analytics_engine": ("dataset",),
    "artifacts": (),
    "assets": (),
    "browser": (),
    "d1": (("database_id", "id"),),
    "data_blob": ("part",),
    "dispatch_namespace": ("namespace",),
    "durable_object_namespace": (("class_name", "namespace_id"),),
    "flagship": ("app_id",),
    "hyperdrive": ("id",),
    "images": (),
    "inherit": (),
    "json": ("json",),
    "k2": ("stream",),
    "kv_namespace": ("namespace_id",),
    "logfwdr": (),
    "media": (),
    "messaging": ("namespace",),
    "mtls_certificate": ("certificate_id",),
    "pipelines": (("pipeline", "stream"),),
    "plain_text": ("text",),
    "queue": ("queue_name",),
    "r2_bucket": ("bucket_name",),
    "ratelimit": ("namespace_id", "simple"),
    "secret_key": ("format", "algorithm", "usages", ("key_base64", "key_jwk")),
    "secret_text": ("text",),
    "secrets_store_secret": ("store_id", "secret_name"),
    "send_email": (),
    "service": ("service",),
    "stream": (),
    "text_blob": ("part",),
    "vectorize": ("index_name",),
    "version_metadata": (),
    "vpc_network": (("tunnel_id", "network_id"),),
    "vpc_service": ("service_id",),
    "wasm_module": ("part",),
    "websearch": (),
    "worker_loader": (),
    "workflow": ("workflow_name",),
}

# Fields that need not be there, and are text where they are.
_TEXTS = ("class_name", "entrypoint", "environment", "script_name")
BLOB_KINDS = ("wasm_module", "text_blob", "data_blob")
TEXT_KINDS = ("plain_text", "json", "secret_text", "secret_key")
_SECRET_FIELDS = ("text", "key_base64", "key_jwk")
_MAPPINGS = ("simple", "outbound")


def missing_fields(binding: Mapping[str, Any]) -> list[str]:
    """Return the required fields that the binding lacks.

    >>> missing_fields({"type": "d1", "name": "DB"})
    ['database_id or id']
    """
    missing = []
    for field in KINDS[binding["type"]]:
        choices = (field,) if isinstance(field, str) else field
        if not any(_is_given(binding, choice) for choice in choices):
            missing.append(" or ".join(choices))
    return missing


def wrong_fields(binding: Mapping[str, Any]) -> list[str]:
    """Return the fields of a binding that are there and of another type than they can be.

    >>> wrong_fields({"type": "service", "name": "S", "service": "s", "entrypoint": 5})
    ['entrypoint']
    """
    given = {field: binding[field] for field in _TEXTS if binding.get(field) is not None}
    wrong = [field for field, value in given.items() if not isinstance(value, str)]
    props = binding.get("props")
    return wrong if props is None or isinstance(props, Mapping) else [*wrong, "props"]


def _is_given(binding: Mapping[str, Any], field: str) -> bool:
    """Whether the field is there; all are text but those that are JSON by nature."""
    if field in {"json", "algorithm", "key_jwk"}:
        return field in binding
    value = binding.get(field)
    if field == "usages":
        return isinstance(value, list)
    if field in _MAPPINGS:
        return isinstance(value, dict)
    return isinstance(value, str)


def public(binding: Mapping[str, Any]) -> dict[str, Any]:
    """Return the binding as the API answers it: never with a secret's value."""
    shown = dict(binding)
    if binding["type"] in {"secret_text", "secret_key"}:
        for field in _SECRET_FIELDS:
            shown.pop(field, None)
    return shown
