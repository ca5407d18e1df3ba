"""What a version refers to must exist: modules, classes, other scripts, resources."""

from collections.abc import Mapping
from typing import Any

from workers_emulator.requests.call import Call
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import (
    CLASS_NOT_EXPORTED,
    CLASS_NOT_MIGRATED,
    CPU_LIMIT_MODEL,
    CPU_LIMIT_TOO_HIGH,
    RESOURCE_MISSING,
    SERVICE_TARGET_MISSING,
    VALIDATION,
)
from workers_emulator.state import sources
from workers_emulator.state.kinds import BLOB_KINDS
from workers_emulator.state.model import State, Version
from workers_emulator.state.options import Options

_MAX_CPU_MS = 300_000  # limits page: five minutes
_RESOURCE_FIELDS = {
    "kv_namespace": ("namespace_id",),
    "r2_bucket": ("bucket_name",),
    "d1": ("database_id", "id"),
    "queue": ("queue_name",),
    "dispatch_namespace": ("namespace",),
}


def check_targets(call: Call, version: Version, classes: Mapping[str, str]) -> None:
    """Refuse a version whose bindings or limits cannot be."""
    check_limits(version.usage_model, version.limits)
    for binding in version.bindings:
        match binding["type"]:
            case "service":
                _check_service(call, binding)
            case "durable_object_namespace":
                _check_class(call, version, binding, classes)
            case kind if kind in BLOB_KINDS:
                _check_part(version, binding)
            case _:
                _check_resource(call.account.options, call.state, binding)


def check_limits(usage_model: str, limits: Mapping[str, Any]) -> None:
    """Refuse CPU limits that the usage model does not have."""
    cpu_ms = limits.get("cpu_ms")
    if cpu_ms is None:
        return
    if usage_model != "standard":
        raise Refusal(CPU_LIMIT_MODEL)
    if cpu_ms > _MAX_CPU_MS:
        raise Refusal(CPU_LIMIT_TOO_HIGH)


def _check_service(call: Call, binding: Mapping[str, Any]) -> None:
    target = binding["service"]
    is_self = call.place.namespace is None and target == call.place.name
    if not is_self and call.state.script(target) is None:
        raise Refusal(
            SERVICE_TARGET_MISSING,
            f"Service binding '{binding['name']}' references Worker '{target}' which does not"
            " exist.",
        )


def _check_class(
    call: Call, version: Version, binding: Mapping[str, Any], classes: Mapping[str, str]
) -> None:
    name, owner = binding.get("class_name"), binding.get("script_name")
    if name is None:
        return  # by namespace_id: the class is another script's business
    if owner and owner != call.place.name:
        other = call.state.script(owner)
        known = other is not None and name in other.classes
    else:
        known = name in classes
        if known and not sources.mentions(version.modules, name):
            raise Refusal(CLASS_NOT_EXPORTED, f"Class '{name}' is not exported by this Worker.")
    if not known:
        raise Refusal(
            CLASS_NOT_MIGRATED,
            f"Cannot create binding for class '{name}' because it is not currently configured to"
            " implement Durable Objects. Did you forget to include a migration?",
        )


def _check_part(version: Version, binding: Mapping[str, Any]) -> None:
    if version.is_modules:
        raise Refusal(VALIDATION, f"Binding '{binding['name']}' is for service workers only.")
    if not any(module.name == binding["part"] for module in version.modules):
        raise Refusal(VALIDATION, f"Binding '{binding['name']}' names a part that is missing.")


def _check_resource(options: Options, state: State, binding: Mapping[str, Any]) -> None:
    fields = _RESOURCE_FIELDS.get(binding["type"])
    if fields is None or not options.check_resources:  # by rule resources-exist
        return
    name = next(binding[field] for field in fields if field in binding)
    if name not in _known(state, binding["type"]):
        rule = RESOURCE_MISSING[binding["type"]]
        raise Refusal(rule, f"{rule.says[:-1]}: {name}.")


def _known(state: State, kind: str) -> set[str]:
    match kind:
        case "queue":
            return {str(queue["queue_name"]) for queue in state.queues.values()}
        case "dispatch_namespace":
            return set(state.namespaces)
        case _:
            return set(state.resources.get(kind, {}))
