"""Scripts, versions and deployments as the API answers them."""

import hashlib
from collections.abc import Mapping
from typing import Any

from workers_emulator.changes.read_back import (
    observability_answer,
    placement_of_settings,
    placement_of_version,
)
from workers_emulator.state.clock import render_time
from workers_emulator.state.kinds import public
from workers_emulator.state.model import Deployment, Script, ScriptSettings, State, Version

_AUTHOR = "ci@example.com"
_AUTHOR_ID = "00000000000000000000000000000001"


def etag_of(version: Version) -> str:
    """Return a digest of the version's code."""
    digest = hashlib.sha256()
    for module in version.modules:
        digest.update(f"{module.name}\0{module.content_type}\0".encode(errors="replace"))
        digest.update(module.content)
    return digest.hexdigest()


def script_object(script: Script) -> dict[str, Any]:
    """Return a script as PUT answers it and the list has it."""
    version = script.latest
    settings = script.settings
    answer: dict[str, Any] = {
        "id": script.place.name,
        "tag": script.tag,
        "created_on": render_time(script.created_on),
        "modified_on": render_time(script.modified_on),
        "last_deployed_from": script.last_deployed_from,
        "usage_model": script.usage_model,
        "migration_tag": script.migration_tag,
        "available_on_subdomain": script.subdomain_enabled,
        **unversioned(settings),
    }
    if version is not None:
        answer |= _version_of_script(version)
    return answer


def _version_of_script(version: Version) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "etag": etag_of(version),
        "handlers": list(version.handlers),
        "has_assets": version.assets is not None,
        "has_modules": version.is_modules,
        "entry_point": version.main_module or version.body_part,
        "compatibility_date": version.compatibility_date,
        "compatibility_flags": list(version.compatibility_flags),
    }
    answer |= _placement(version)
    return answer | {
        k: version.other[k] for k in ("exports", "cache_options") if k in version.other
    }


def _placement(version: Version) -> dict[str, Any]:
    if not version.placement:
        return {}
    placement = placement_of_version(version.placement)
    mode = placement.get("mode")
    return {"placement": placement} | ({"placement_mode": mode} if mode else {})


def uploaded_script(script: Script, version: Version) -> dict[str, Any]:
    """Return the answer of PUT script."""
    return script_object(script) | {
        "startup_time_ms": 1,
        # wrangler prints it as the current version's id: the same without hyphens
        "deployment_id": version.id.replace("-", ""),
        "pipeline_hash": etag_of(version),
        "mutable_pipeline_id": None,
    }


def unversioned(settings: ScriptSettings) -> dict[str, Any]:
    """Return the script-level settings as script-settings has them."""
    answer: dict[str, Any] = {
        "logpush": settings.logpush,
        "observability": observability_answer(settings.observability),
        "tags": sorted(settings.tags),  # by rule tags-order
        "tail_consumers": _consumers(settings.tail_consumers),
    }
    if settings.streaming_tail_consumers is not None:
        answer["streaming_tail_consumers"] = _consumers(settings.streaming_tail_consumers)
    return answer


def _consumers(consumers: tuple[Mapping[str, Any], ...] | None) -> list[dict[str, Any]] | None:
    return None if consumers is None else [dict(consumer) for consumer in consumers]


def settings_object(script: Script, version: Version) -> dict[str, Any]:
    """Return the settings of script and version together."""
    answer = {
        **unversioned(script.settings),
        "annotations": dict(version.annotations),
        "bindings": public_bindings(version),
        "compatibility_date": version.compatibility_date,
        "compatibility_flags": list(version.compatibility_flags),
        "limits": dict(version.limits),
        "usage_model": version.usage_model,
        "migration_tag": script.migration_tag,
    }
    if version.placement:
        answer["placement"] = placement_of_settings(version.placement)
    return answer | {
        k: version.other[k] for k in ("exports", "cache_options") if k in version.other
    }


def version_object(version: Version) -> dict[str, Any]:
    """Return a version in full."""
    return version_item(version) | {
        "resources": {
            "script": {
                "etag": etag_of(version),
                "handlers": list(version.handlers),
                "last_deployed_from": version.source,
                "named_handlers": [],
                **_placement(version),
            },
            "script_runtime": _runtime(version),
            "bindings": public_bindings(version),
        },
        "startup_time_ms": 1,
    }


def public_bindings(version: Version) -> list[dict[str, Any]]:
    """Return the version's bindings by name (rule: bindings-read-back), without secret values."""
    shown = [public(binding) for binding in version.bindings]
    return sorted(shown, key=lambda binding: str(binding["name"]))


def _runtime(version: Version) -> dict[str, Any]:
    runtime: dict[str, Any] = {
        "compatibility_date": version.compatibility_date,
        "compatibility_flags": list(version.compatibility_flags),
        "usage_model": version.usage_model,
        "limits": dict(version.limits),
    }
    if version.migration_tag is not None:
        runtime["migration_tag"] = version.migration_tag
    if version.assets is not None:  # by rule version-tells-assets
        runtime["assets"] = {"config": dict(version.assets.config)}
    kept = ("exports", "cache_options", "containers")
    return runtime | {key: version.other[key] for key in kept if key in version.other}


def version_item(version: Version) -> dict[str, Any]:
    """Return a version as the list has it."""
    created = render_time(version.created_on)
    return {
        "id": version.id,
        "number": version.number,
        "metadata": {
            "author_email": _AUTHOR,
            "author_id": _AUTHOR_ID,
            "created_on": created,
            "modified_on": created,
            "source": version.source,
            # both spellings are read by wrangler
            "hasPreview": version.has_preview,
            "has_preview": version.has_preview,
        },
        "annotations": dict(version.annotations),
    }


def deployment_object(deployment: Deployment) -> dict[str, Any]:
    """Return a deployment."""
    return {
        "id": deployment.id,
        "created_on": render_time(deployment.created_on),
        "source": deployment.source,
        "strategy": "percentage",
        "author_email": _AUTHOR,
        "annotations": dict(deployment.annotations),
        "versions": [
            {"version_id": version_id, "percentage": percentage}
            for version_id, percentage in deployment.versions
        ],
    }


def routes_of(state: State, name: str) -> list[dict[str, Any]]:
    """Return the routes that lead to a script."""
    return [
        {"id": route.id, "pattern": route.pattern, "script": name}
        for route in state.routes
        if route.script == name
    ]
