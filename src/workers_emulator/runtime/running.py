"""Which version a request to a running script is for, and what the runtime needs of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workers_emulator.runtime.called import called_scripts, tail_scripts
from workers_emulator.runtime.runnable import AssetFile, Part, Runnable
from workers_emulator.state.account import Account
from workers_emulator.state.clock import render_time
from workers_emulator.state.model import ManifestEntry, Script, Version
from workers_emulator.state.names import MAX_LABEL

_VERSION_PREFIX = re.compile(r"[0-9a-f]{8}", re.ASCII)
_OVERRIDE = re.compile(r'([a-z0-9_-]+)="([0-9a-f-]+)"', re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A version to run."""

    script: Script
    version: Version


def find_target(account: Account, label: str, overrides: str, chance: float) -> Target | None:
    """Return what a label of workers.dev stands for, if anything answers there.

    `label` is `name`, `{8 digits of a version}-name` or `{alias}-name`. `overrides` is the header
    Cloudflare-Workers-Version-Overrides; `chance` in [0, 1) picks a version of a split.
    """
    if account.state.script(label) is not None:
        return find_live(account, label, overrides, chance)
    for dash in (i for i, char in enumerate(label) if char == "-"):
        found = account.state.script(label[dash + 1 :])
        version = _preview(found, label[:dash]) if found is not None else None
        if found is not None and version is not None:
            return Target(script=found, version=version)
    return None


def find_live(account: Account, name: str, overrides: str, chance: float) -> Target | None:
    """Return the live version of a script that a request gets, None where there is none."""
    script = account.state.script(name)
    version = None if script is None else _live(script, overrides, chance)
    return None if script is None or version is None else Target(script=script, version=version)


def _live(script: Script, overrides: str, chance: float) -> Version | None:
    deployment = script.deployment
    if deployment is None:
        return None
    shares = deployment.versions
    asked = dict(_OVERRIDE.findall(overrides)).get(script.place.name)
    if asked is not None and asked in dict(shares):  # only versions of the deployment
        return script.version(asked)
    passed = 0.0
    for version_id, percentage in shares:
        passed += percentage
        if chance * 100 < passed:
            return script.version(version_id)
    return script.version(shares[-1][0])


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
                found[name] = called = find_live(account, name, "", chance())
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
