"""Which version a request to a running script is for, and what the runtime needs of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from workers_emulator.runtime.called import called_scripts, tail_scripts
from workers_emulator.runtime.runnable import AssetFile, Part, Runnable
from workers_emulator.state.account import Account
from workers_emulator.state.clock import render_time
from workers_emulator.state.model import Deployment, ManifestEntry, Script, Version
from workers_emulator.state.names import MAX_LABEL

_VERSION_PREFIX = re.compile(r"[0-9a-f]{8}", re.ASCII)
_ITEM = r'[ \t]*([a-z0-9_-]+)="([0-9a-f-]+)"[ \t]*'
_OVERRIDE = re.compile(_ITEM, re.ASCII | re.IGNORECASE)
_OVERRIDES = re.compile(f"{_ITEM}(?:,{_ITEM})*", re.ASCII | re.IGNORECASE)
_OVERRIDE_DELAY = 2.0  # seconds (rule: override-delay)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What a request says of the version that it wants; `chance` in [0, 1) decides the rest."""

    overrides: str = ""  # the header Cloudflare-Workers-Version-Overrides
    version_key: str = ""  # the header Cloudflare-Workers-Version-Key
    chance: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A version to run."""

    script: Script
    version: Version


def find_target(account: Account, label: str, visit: Visit) -> Target | None:
    """Return what a label of workers.dev stands for, if anything answers there.

    `label` is `name`, `{8 digits of a version}-name` or `{alias}-name`.
    """
    if account.state.script(label) is not None:
        return find_live(account, label, visit)
    for dash in (i for i, char in enumerate(label) if char == "-"):
        found = account.state.script(label[dash + 1 :])
        version = _preview(found, label[:dash]) if found is not None else None
        if found is not None and version is not None:
            return Target(script=found, version=version)
    return None


def find_live(account: Account, name: str, visit: Visit) -> Target | None:
    """Return the live version of a script that a request gets, None where there is none."""
    script = account.state.script(name)
    if script is None or script.deployment is None:
        return None
    asked = _asked(script.deployment, name, visit, account.now())
    version = script.version(asked or _shared(script, script.deployment, visit))
    return None if version is None else Target(script=script, version=version)


def _asked(deployment: Deployment, name: str, visit: Visit, now: float) -> str | None:
    """Return the version of the deployment that an override names."""
    is_new = now - deployment.created_on < _OVERRIDE_DELAY
    if is_new or not _OVERRIDES.fullmatch(visit.overrides):  # by rule override-form
        return None
    asked = dict(_OVERRIDE.findall(visit.overrides)).get(name)
    return asked if asked in dict(deployment.versions) else None


def _shared(script: Script, deployment: Deployment, visit: Visit) -> str:
    """Return a version by the shares of the traffic (rule: version-key)."""
    shares, place = list(deployment.versions), visit.chance
    if visit.version_key:
        numbers = {version.id: version.number for version in script.versions}
        shares.sort(key=lambda share: -numbers.get(share[0], 0))
        digest = sha256(f"{script.tag}:{visit.version_key}".encode()).digest()
        place = int.from_bytes(digest[:6]) / 2**48
    passed = 0.0
    for version_id, percentage in shares:
        passed += percentage
        if place * 100 < passed:
            return version_id
    return shares[-1][0]


def _preview(script: Script, prefix: str) -> Version | None:
    if not script.previews_enabled:
        return None
    newest_first = script.versions[::-1]
    if _VERSION_PREFIX.fullmatch(prefix):
        by_id = next((v for v in newest_first if v.id.startswith(prefix)), None)
        if by_id is not None:
            return by_id if by_id.has_preview else None
    aliased = (v for v in newest_first if v.annotations.get("workers/alias") == prefix)
    return next((v for v in aliased if v.has_preview), None)


def label_of_host(account: Account, host: str) -> str | None:
    """Return the label of a workers.dev host of this account, None for another host."""
    name = host.partition(":")[0].lower()
    suffix = f".{account.state.subdomain}.workers.dev"
    label = name.removesuffix(suffix)
    return label if label != name and "." not in label and len(label) <= MAX_LABEL else None


def make_group(account: Account, target: Target, chance: Callable[[], float]) -> Runnable:
    """Return the version with the live versions of all scripts that it and they call.

    `chance` picks a version of each one whose traffic is split, for this request.
    """
    others = {
        name: make_runnable(account, one)
        for name, one in _called(account, target, chance).items()
        if one.version.id != target.version.id  # by rule service-live
    }
    return replace(make_runnable(account, target), others=others)


def _called(account: Account, target: Target, chance: Callable[[], float]) -> dict[str, Target]:
    found: dict[str, Target | None] = {}
    ahead = [target]
    while ahead:
        one = ahead.pop()
        for name in called_scripts(one.script, one.version):
            if name not in found:
                # by rule service-override, service-gone
                found[name] = called = find_live(account, name, Visit(chance=chance()))
                ahead += [] if called is None else [called]
    return {name: called for name, called in found.items() if called is not None}


def make_runnable(account: Account, target: Target) -> Runnable:
    """Return everything that running the version by itself needs, secrets included."""
    version, place = target.version, target.script.place
    assets = version.assets
    key = f"{account.options.account_id}/{place.namespace or ''}/{place.name}/{version.id}"
    return Runnable(
        key=key,
        script_name=place.name,
        main_module=version.main_module,
        body_part=version.body_part,
        modules=tuple(
            Part(name=m.name, content_type=m.content_type, content=m.content)
            for m in version.modules
        ),
        bindings=tuple(_as_run(binding, version) for binding in version.bindings),
        compatibility_date=version.compatibility_date,
        compatibility_flags=version.compatibility_flags,
        assets=None if assets is None else _files(account, assets.manifest),
        asset_config={} if assets is None else dict(assets.config),
        tails=tail_scripts(target.script),
    )


def _as_run(binding: Mapping[str, Any], version: Version) -> Mapping[str, Any]:
    """Return the binding with what only the account knows of it."""
    if binding["type"] != "version_metadata":
        return binding
    tag = version.annotations.get("workers/tag", "")
    timestamp = render_time(version.created_on)
    return {**binding, "id": version.id, "tag": tag, "timestamp": timestamp}


def _files(account: Account, manifest: Mapping[str, ManifestEntry]) -> dict[str, AssetFile]:
    files = {}
    for path, entry in manifest.items():
        stored = account.assets.files[entry.hash]
        files[path] = AssetFile(content=stored.content or b"", content_type=stored.content_type)
    return files
