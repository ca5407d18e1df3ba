"""The whole state as JSON, for tests: what the API never tells is told here, apart."""

from typing import Any

from workers_emulator.changes.render import (
    deployment_object,
    script_object,
    unversioned,
    version_object,
)
from workers_emulator.state.account import Account
from workers_emulator.state.clock import render_time
from workers_emulator.state.model import Module, Script, ScriptSettings, Version


def describe(account: Account) -> dict[str, Any]:
    """Return everything that the account holds."""
    state = account.state
    return {
        "account_id": account.options.account_id,
        "time": render_time(account.now()),
        "subdomain": state.subdomain,
        "scripts": {
            s.place.name: _script(s) for s in state.scripts.values() if s.place.namespace is None
        },
        "dispatch_namespaces": {
            name: {
                s.place.name: _script(s)
                for s in state.scripts.values()
                if s.place.namespace == name
            }
            for name in state.namespaces
        },
        "zones": {name: zone_id for zone_id, name in state.zones.items()},
        "routes": [
            {"id": r.id, "zone_id": r.zone_id, "pattern": r.pattern, "script": r.script}
            for r in state.routes
        ],
        "domains": [dict(domain) for domain in state.domains.values()],
        "queues": [dict(queue) for queue in state.queues.values()],
        "workflows": {name: dict(workflow) for name, workflow in state.workflows.items()},
        "account_settings": dict(state.account_settings),
        "assets": _assets(account),
    }


def _assets(account: Account) -> dict[str, Any]:
    files = account.assets.files
    return {
        "count": len(files),
        "bytes": sum(file.size for file in files.values()),
        "sessions": len(account.assets.sessions),
    }


def _script(script: Script) -> dict[str, Any]:
    live = script.deployment
    return {
        "script": script_object(script),
        "settings": unversioned(script.settings) | _as_sent(script.settings),
        "subdomain": {
            "enabled": script.subdomain_enabled,
            "previews_enabled": script.previews_enabled,
        },
        "usage_model": {
            "usage_model": script.usage_model,
            "user_limits": dict(script.user_limits),
        },
        "schedules": [dict(schedule) for schedule in script.schedules],
        "migration_tag": script.migration_tag,
        "classes": dict(script.classes),
        "latest_version": script.latest.id if script.latest else None,
        "live_versions": [] if live is None else [list(share) for share in live.versions],
        "deployments": [deployment_object(deployment) for deployment in script.deployments],
        "versions": [_version(version) for version in script.versions],
    }


def _as_sent(settings: ScriptSettings) -> dict[str, Any]:
    """Return what the API answers otherwise than it was sent."""
    observability = settings.observability
    return {
        "observability": None if observability is None else dict(observability),
        "tags": list(settings.tags),
    }


def _version(version: Version) -> dict[str, Any]:
    return version_object(version) | {
        "main_module": version.main_module,
        "body_part": version.body_part,
        "modules": [_module(module) for module in version.modules],
        "placement": dict(version.placement),
        "other": dict(version.other),
        "assets": _version_assets(version),
        "secret_names": sorted(version.secrets),
        # the API never tells these: for tests only
        "test_only_secret_values": {
            name: secret.get("text", secret.get("key_base64", secret.get("key_jwk")))
            for name, secret in version.secrets.items()
        },
    }


def _module(module: Module) -> dict[str, Any]:
    return {
        "name": module.name,
        "content_type": module.content_type,
        "length": len(module.content),
        "text": module.content.decode(errors="replace"),
    }


def _version_assets(version: Version) -> dict[str, Any] | None:
    if version.assets is None:
        return None
    return {
        "config": dict(version.assets.config),
        "manifest": {
            path: {"hash": entry.hash, "size": entry.size}
            for path, entry in version.assets.manifest.items()
        },
    }
