"""Desired and live states with sensible defaults: each test says only what it is about."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from workers_deploy.core.digest import Note, NoteKey, make_note, write_message
from workers_deploy.core.live import LiveDeployment, LiveState, LiveVersion, TrafficShare
from workers_deploy.core.manifest import AssetEntry, AssetManifest
from workers_deploy.core.metadata import describe_code
from workers_deploy.core.project import (
    Binding,
    Module,
    ModuleType,
    Project,
    ScriptSettings,
    Secret,
    SubdomainState,
)

KEY = NoteKey(key=b"k" * 32)
COMMIT = "a1b2c3d4e5f6" + "0" * 28
LIVE_ID = "11111111-0000-4000-8000-000000000001"
OTHER_ID = "22222222-0000-4000-8000-000000000002"


def module(
    name: str = "index.js", content: str = "export default {}", type_: ModuleType = ModuleType.ESM
) -> Module:
    return Module(name=name, type=type_, content=content.encode())


def manifest(*paths: str, config: dict[str, Any] | None = None) -> AssetManifest:
    entries = tuple(
        AssetEntry(
            path=path,
            hash=f"{number:032x}",
            size=10 + number,
            content_type="text/html; charset=utf-8",
            file=f"public{path}",
        )
        for number, path in enumerate(paths or ("/index.html",))
    )
    return AssetManifest(entries=entries, config=config or {})


def secret(name: str = "STRIPE_KEY", value: str = "sk_live_123") -> Secret:
    return Secret(name=name, value=value)


def variable(name: str = "GREETING", text: str = "hello") -> Binding:
    return Binding(name=name, type="plain_text", fields={"text": text})


def project(**changes: Any) -> Project:
    defaults: dict[str, Any] = {
        "script_name": "shop",
        "main_module": "index.js",
        "modules": (module(),),
        "compatibility_date": "2026-11-01",
        "commit": COMMIT,
        "message": "Fix the cart",
        "subdomain": SubdomainState(enabled=True, previews_enabled=True),
    }
    return Project(**(defaults | changes))


def note_of(desired: Project, key: NoteKey = KEY) -> Note:
    return make_note(
        key,
        commit=desired.commit,
        is_dirty=desired.uncommitted is not None,
        modules=desired.modules,
        metadata=describe_code(desired),
        assets=desired.assets,
        secrets=desired.secrets,
    )


def deployment(
    *version_ids: str, id_: str = "d0000000-0000-4000-8000-000000000001", message: str | None = None
) -> LiveDeployment:
    ids = version_ids or (LIVE_ID,)
    shares = tuple(TrafficShare(version_id=v, percentage=100 / len(ids)) for v in ids)
    return LiveDeployment(
        id=id_,
        shares=shares,
        author="ci@example.com",
        created_on="2026-11-24T00:00:00Z",
        message=message,
    )


def version_of(desired: Project, *, id_: str = LIVE_ID, **changes: Any) -> LiveVersion:
    bindings = desired.bindings + tuple(
        Binding(name=s.name, type="secret_text") for s in desired.secrets
    )
    version = LiveVersion(
        id=id_,
        message=write_message(desired.message, note_of(desired)),
        triggered_by="upload",
        bindings=bindings,
        compatibility_date=desired.compatibility_date,
        compatibility_flags=desired.compatibility_flags,
        has_assets=desired.assets is not None,
    )
    return replace(version, **changes)


def live_of(desired: Project, *, version: LiveVersion | None = None, **changes: Any) -> LiveState:
    """Return the state in which exactly this project is live."""
    live_version = version or version_of(desired)
    state = LiveState(
        script_name=desired.script_name,
        exists=True,
        deployment=deployment(live_version.id),
        versions=(live_version,),
        latest_version_id=live_version.id,
        uses_modules=True,
        script_settings=ScriptSettings(
            logpush=False, observability={"enabled": False}, tags=(), tail_consumers=()
        ),
        subdomain=SubdomainState(enabled=True, previews_enabled=True),
        url="https://shop.acme.workers.dev",
    )
    return replace(state, **changes)


def missing(desired: Project) -> LiveState:
    return LiveState(script_name=desired.script_name)


def kinds(steps: Iterable[object]) -> list[str]:
    """Return the steps' class names."""
    return [type(step).__name__ for step in steps]
