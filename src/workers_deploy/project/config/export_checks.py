"""The checks of `exports`: Durable Objects, entry points and workflows that the script declares."""

import re
from collections.abc import Mapping
from typing import Any

from workers_deploy.project.config import checks
from workers_deploy.project.config.binding_checks import WORKFLOW_SETTINGS, workflow_name
from workers_deploy.project.config.checks import Spot

_CLASS_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_STORAGES = ("sqlite", "legacy-kv")
_EXPORT_FIELDS: Mapping[str | None, tuple[str, ...]] = {
    "created": ("storage", "container"),
    "deleted": (),
    "renamed": ("renamed_to",),
    "transferred": ("transferred_to",),
    "expecting-transfer": ("storage", "transfer_from", "container"),
}


def exports(spot: Spot, value: object) -> None:
    """Take the declared exports: Durable Objects, entry points and workflows."""
    checks.mapping(spot, value)
    names: dict[str, str] = {}
    for name, entry in value.items() if isinstance(value, dict) else ():
        inner = spot.at(name)
        if not isinstance(entry, dict):
            inner.error(f'"{inner.label}" should be an object but got {checks.kind_of(entry)}.')
        elif entry.get("type") == "durable-object":
            _durable_object_export(inner, name, entry)
        elif entry.get("type") == "worker":
            cache = checks.record({"enabled": checks.boolean}, required=["enabled"])
            checks.record({"type": checks.anything, "cache": cache})(inner, entry)
        elif entry.get("type") == "workflow":
            fields = {"type": checks.anything, "name": workflow_name, **WORKFLOW_SETTINGS}
            checks.record(fields, required=["name"])(inner, entry)
            _unique_workflow(inner, name, entry.get("name"), names)
        else:
            inner.error(f'"{inner.label}.type" must be "durable-object", "worker", or "workflow".')


def _unique_workflow(spot: Spot, class_name: str, workflow: object, names: dict[str, str]) -> None:
    if isinstance(workflow, str):
        first = names.setdefault(workflow, class_name)
        if first != class_name:
            spot.error(
                f'"exports.{first}" and "exports.{class_name}" both declare the Workflow '
                f'"{workflow}". Workflow names must be unique.'
            )


def _durable_object_export(spot: Spot, name: str, entry: Mapping[str, Any]) -> None:
    state = entry.get("state", "created")
    allowed = _EXPORT_FIELDS.get(state) if isinstance(state, str) else None
    if name == "":
        spot.error('"export" keys cannot be the empty string.')
    if allowed is None:
        listed = ", ".join(f'"{one}"' for one in _EXPORT_FIELDS)
        spot.error(f'"{spot.label}.state" must be one of {listed}.')
        return
    for field in allowed:
        if field == "storage":
            if entry.get(field) not in _STORAGES:
                spot.error(
                    f'"{spot.label}.storage" is required for state "{state}" and must be one of '
                    '"sqlite", "legacy-kv".'
                )
        elif field != "container" or field in entry:
            _export_reference(spot, name, field, entry)
    for field in entry.keys() - {"type", "state", *allowed}:
        spot.at(field).error(f'"{spot.label}.{field}" is forbidden on state "{state}".', key=True)


def _export_reference(spot: Spot, name: str, field: str, entry: Mapping[str, Any]) -> None:
    value = entry.get(field)
    label = f'"{spot.label}.{field}"'
    if not isinstance(value, str) or not value:
        spot.error(f"{label} is required and must be a non-empty string.")
    elif field == "renamed_to" and not _CLASS_NAME.fullmatch(value):
        spot.error(f"{label} must be a valid JavaScript identifier.")
    elif field == "renamed_to" and value == name:
        spot.error(f'{label} cannot equal the source class name "{name}".')
    elif field == "container" and entry.get("storage") == "legacy-kv":
        spot.error(f'{label} requires "storage" to be "sqlite".')
