"""What is answered otherwise than it was sent: placement, observability, tags, bindings.

Captures of the live API show it (rules placement-read-back, placement-in-settings, …).
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from workers_emulator.state.model import Place, State, Version

_TARGETS = ("region", "hostname", "host")
_TARGET_IN_SETTINGS = 49  # what the one capture has; nobody knows of what it is the number
_ALWAYS = ("head_sampling_rate", "logs", "traces")
_OF_LOGS = ("destinations", "head_sampling_rate", "persist")


def placement_of_version(placement: Mapping[str, Any]) -> dict[str, Any]:
    """Return the placement as a version has it (rule: placement-read-back).

    >>> placement_of_version({"region": "aws:us-east-1"})["target"]
    [{'type': 'region', 'region': 'aws:us-east-1'}]
    """
    sent = [*(placement.get("target") or ()), placement]
    targets = [{"type": key, key: one[key]} for one in sent for key in _TARGETS if one.get(key)]
    if not targets:
        return dict(placement)
    return {"mode": "targeted", "target": targets}


def placement_of_settings(placement: Mapping[str, Any]) -> dict[str, Any]:
    """Return the placement as settings have it (rule: placement-in-settings)."""
    answer = placement_of_version(placement)
    return answer | {"target": [_TARGET_IN_SETTINGS]} if "target" in answer else answer


def is_by_region(version: Version) -> bool:
    """Tell whether a version is placed by region."""
    targets = placement_of_version(version.placement).get("target") or ()
    return any("region" in target for target in targets)


def observability_answer(sent: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return observability with null for what was not sent (rule: observability-nulls)."""
    if sent is None:
        return None
    answer = {**dict.fromkeys(_ALWAYS), **sent}
    for part in ("logs", "traces"):
        if answer[part] is not None:
            answer[part] = {**dict.fromkeys(_OF_LOGS), **answer[part]}
    if answer["logs"] is not None:
        # Required in the answer (OpenAPI); invocation logs are on by default (by the same rule).
        defaults = {"enabled": bool(sent.get("enabled")), "invocation_logs": True}
        known = {key: one for key, one in answer["logs"].items() if one is not None}
        answer["logs"] |= {key: known.get(key, one) for key, one in defaults.items()}
    if answer["traces"] is not None:
        answer["traces"]["propagation_policy"] = None  # by rule propagation-policy-null
    return answer


def with_ids(
    bindings: Iterable[Mapping[str, Any]], state: State, place: Place
) -> tuple[Mapping[str, Any], ...]:
    """Return the bindings with the ids that Cloudflare adds (by rule bindings-read-back)."""
    return tuple(_with_id(binding, state, place) for binding in bindings)


def _with_id(binding: Mapping[str, Any], state: State, place: Place) -> Mapping[str, Any]:
    match binding["type"]:
        case "d1":
            both = binding.get("database_id") or binding.get("id")
            return {**binding, "database_id": both, "id": both}
        case "queue":
            return {**binding, "queue_id": _queue_id(binding["queue_name"], state)}
        case "durable_object_namespace" if binding.get("class_name"):
            owner = binding.get("script_name") or place.name
            return {**binding, "namespace_id": _id_of("namespace", owner, binding["class_name"])}
        case _:
            return binding


def _queue_id(name: str, state: State) -> str:
    known = (id_ for id_, queue in state.queues.items() if queue["queue_name"] == name)
    return next(known, _id_of("queue", name))


def _id_of(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode(errors="replace")).hexdigest()[:32]
