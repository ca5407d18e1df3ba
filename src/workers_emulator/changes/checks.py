"""What a version refers to must exist: modules, classes, other scripts, resources."""

from collections.abc import Mapping
from typing import Any

from workers_emulator.requests.call import Call
from workers_emulator.rules.binding_rules import (
    D1_RIGHT,
    KV_RIGHT,
    QUEUE_RIGHT,
    R2_DISABLED,
    RESOURCE_MISSING,
    SECRETS_STORE_RIGHT,
    SERVICE_ENTRYPOINT_MISSING,
    SERVICE_TARGET_MISSING,
    VPC_RIGHT,
)
from workers_emulator.rules.rules import Refusal, Rule
from workers_emulator.rules.script_rules import (
    CLASS_NOT_EXPORTED,
    CLASS_NOT_MIGRATED,
    CPU_LIMIT_MODEL,
    CPU_LIMIT_TOO_HIGH,
    VALIDATION,
)
from workers_emulator.state import sources
from workers_emulator.state.kinds import BLOB_KINDS
from workers_emulator.state.model import Script, State, Version
from workers_emulator.state.options import Options
from workers_emulator.state.rights import Right

_ENVIRONMENT = "production"  # the only one that a script has here
_MAX_CPU_MS = 300_000  # limits page: five minutes
_RESOURCE_FIELDS = {
    "kv_namespace": ("namespace_id",),
    "r2_bucket": ("bucket_name",),
    "d1": ("database_id", "id"),
    "queue": ("queue_name",),
    "dispatch_namespace": ("namespace",),
    "hyperdrive": ("id",),
    "vectorize": ("index_name",),
    "mtls_certificate": ("certificate_id",),
    "secrets_store_secret": ("store_id",),
}
# The rights of which a kind of binding needs one, and what a token without it is answered.
_BIND = frozenset({Right.CONNECTIVITY, Right.CONNECTIVITY_ADMIN})
_RIGHTS: Mapping[str, tuple[frozenset[Right], Rule]] = {
    "kv_namespace": (frozenset({Right.KV}), KV_RIGHT),
    "d1": (frozenset({Right.D1}), D1_RIGHT),
    "queue": (frozenset({Right.QUEUES}), QUEUE_RIGHT),
    "secrets_store_secret": (frozenset({Right.SECRETS_STORE}), SECRETS_STORE_RIGHT),
    "vpc_service": (_BIND, VPC_RIGHT),
    "vpc_network": (_BIND, VPC_RIGHT),
}


def check_targets(call: Call, version: Version, classes: Mapping[str, str]) -> None:
    """Refuse a version whose bindings or limits cannot be."""
    check_limits(version.usage_model, version.limits)
    for binding in version.bindings:
        _check_right(call, binding)
        match binding["type"]:
            case "service":
                _check_service(call, version, binding)
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


def _check_right(call: Call, binding: Mapping[str, Any]) -> None:
    """Refuse a binding that the token may not make (rule: rights-of-all-bindings)."""
    rights, rule = _RIGHTS.get(binding["type"], (frozenset(), None))
    if "tunnel_id" in binding:  # by rule tunnel-right
        rights -= {Right.CONNECTIVITY}
    if rule is not None and not rights & call.rights:
        raise Refusal(rule)


def _check_service(call: Call, version: Version, binding: Mapping[str, Any]) -> None:
    target = binding["service"]
    is_self = call.place.namespace is None and target == call.place.name
    script = call.state.script(target)
    environment = binding.get("environment") or _ENVIRONMENT
    # by rule service-environment
    if (script is None and not is_self) or environment != _ENVIRONMENT:
        raise _missing(SERVICE_TARGET_MISSING, binding, target, environment=environment)
    entrypoint = binding.get("entrypoint") or "default"
    if entrypoint != "default" and not any(
        sources.mentions(one.modules, entrypoint) for one in _callable(script, version, is_self)
    ):
        raise _missing(SERVICE_ENTRYPOINT_MISSING, binding, target, entrypoint=entrypoint)


def _callable(script: Script | None, version: Version, is_self: bool) -> list[Version]:
    """Return the versions whose entry points a binding can name."""
    if is_self or script is None:
        return [version]
    return [*script.live, *((script.latest,) if script.latest is not None else ())]


def _missing(rule: Rule, binding: Mapping[str, Any], target: str, **more: str) -> Refusal:
    """Return the refusal with the binding's own fields in its sentence."""
    known = {"name": binding["name"], "secret_name": binding.get("secret_name", ""), **more}
    return Refusal(rule, rule.says.format(target=target, **known))


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
    kind = binding["type"]
    fields = _RESOURCE_FIELDS.get(kind)
    if fields is None:
        return
    target = next(binding[field] for field in fields if field in binding)
    if kind == "r2_bucket" and not options.has_r2:
        raise _missing(R2_DISABLED, binding, target)
    # by rule resources-exist
    if options.check_resources and target not in _known(state, kind):
        raise _missing(RESOURCE_MISSING[kind], binding, target)


def _known(state: State, kind: str) -> set[str]:
    match kind:
        case "queue":
            return {str(queue["queue_name"]) for queue in state.queues.values()}
        case "dispatch_namespace":
            return set(state.namespaces)
        case _:
            return set(state.resources.get(kind, {}))
