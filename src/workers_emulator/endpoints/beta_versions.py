"""Versions of the `workers/workers` resource: JSON both ways, code as base64 (beta)."""

import base64
import binascii
from dataclasses import replace
from typing import Any

from workers_emulator.changes.bindings import Binding, Wanted, resolve
from workers_emulator.changes.read_back import (
    is_by_region,
    placement_of_version,
    with_ids,
)
from workers_emulator.changes.render import public_bindings
from workers_emulator.changes.versioning import deploy, make_version, successor
from workers_emulator.endpoints.beta_scripts import find_worker
from workers_emulator.requests.bodies import EnvPatch, JsonUpload
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok, paged
from workers_emulator.requests.shapes import Metadata, plain, read
from workers_emulator.requests.uploads import Upload, check_upload
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import (
    BAD_BODY,
    NO_VERSIONS,
    PLACED_BY_REGION,
    VALIDATION,
    VERSION_LATEST,
    VERSION_MIGRATIONS,
    VERSION_MISSING,
)
from workers_emulator.state.clock import render_time
from workers_emulator.state.model import Module, Script, Version

_AUTHOR = "ci@example.com"
_RULE_FILES = ("_headers", "_redirects")


def list_worker_versions(call: Call) -> Answer:
    """List the versions, newest first."""
    page, per_page = call.page()
    versions = find_worker(call).versions[::-1]
    items = [_version_object(call, find_worker(call), version) for version in versions]
    return paged(items, page=page, per_page=per_page)


def get_worker_version(call: Call) -> Answer:
    """Answer with one version; its code too with include=modules."""
    script = find_worker(call)
    version = _version(call, script)
    if is_by_region(version):
        raise Refusal(PLACED_BY_REGION)
    answer = _version_object(call, script, version)
    if call.query.get("include") == "modules":
        answer["modules"] = [_module_object(module) for module in version.modules]
    return ok(answer)


def _version(call: Call, script: Script) -> Version:
    wanted = call.args["version_id"]
    version = script.latest if wanted == "latest" else script.version(wanted)
    if version is None:
        raise Refusal(NO_VERSIONS if wanted == "latest" else VERSION_MISSING)
    return version


def create_worker_version(call: Call) -> Answer:
    """Upload a version; with deploy=true it gets all traffic."""
    script = find_worker(call)
    body = read(JsonUpload, call.json_object(), BAD_BODY, "body")
    deployed = call.flag("deploy")
    if body.migrations is not None and not deployed:
        raise Refusal(VERSION_MIGRATIONS)
    named = replace_args(call, script)
    upload = check_upload(call, _as_upload(body))
    made = make_version(named, script, upload, "upload" if deployed else "version_upload")
    script = replace(script, classes=made.classes, migration_tag=made.migration_tag)
    if deployed:
        script = deploy(call, script, made.version, "deployment")
    else:
        script = replace(script, versions=(*script.versions, made.version))
    stored = call.account.write_script(script)
    return ok(_version_object(call, stored, made.version))


def replace_args(call: Call, script: Script) -> Call:
    """Return the call as one about this script's name, whichever identifier it had."""
    return replace(call, args={**call.args, "script_name": script.place.name})


def _as_upload(body: JsonUpload) -> Upload:
    metadata = plain(body)
    modules = metadata.pop("modules", None) or []
    parsed = [_parse_module(module) for module in modules]
    rules = {m.name: m.content.decode(errors="replace") for m in parsed if m.name in _RULE_FILES}
    if rules and isinstance(metadata.get("assets"), dict):
        # `_headers` and `_redirects` come as modules here, not in the config
        config = {**(metadata["assets"].get("config") or {}), **rules}
        metadata["assets"] = {**metadata["assets"], "config": config}
    return Upload(
        metadata=read(Metadata, metadata, VALIDATION, "body"),
        modules=tuple(module for module in parsed if module.name not in rules),
    )


def _parse_module(module: dict[str, Any]) -> Module:
    try:
        content = base64.b64decode(module["content_base64"], validate=True)
    except (binascii.Error, ValueError) as exc:
        raise Refusal(BAD_BODY, f"Module '{module['name']}' is not base64.") from exc
    return Module(name=module["name"], content_type=module["content_type"], content=content)


def patch_worker_version(call: Call) -> Answer:
    """Make a version from the latest with other bindings; it gets no traffic."""
    script = find_worker(call)
    former = _version(call, script)
    patch = read(EnvPatch, call.json_object(), BAD_BODY, "body")
    bindings = _patched(call, script, former, patch.env or {})
    texts = {k: v for k, v in (patch.annotations or {}).items() if v is not None}
    version = successor(call, former, "secret", texts)
    version = replace(version, number=script.versions[-1].number + 1, bindings=bindings)
    stored = call.account.write_script(replace(script, versions=(*script.versions, version)))
    return ok(_version_object(call, stored, version))


def _patched(
    call: Call, script: Script, former: Version, env: dict[str, dict[str, Any] | None]
) -> tuple[Binding, ...]:
    kept = [binding for binding in former.bindings if binding["name"] not in env]
    new = [{**binding, "name": name} for name, binding in env.items() if binding is not None]
    wanted = Wanted(given=[*kept, *new], keep=(), strict=True)
    return with_ids(resolve(wanted, script, call.account.options), call.state, script.place)


def delete_worker_version(call: Call) -> Answer:
    """Delete a version that is neither the latest nor deployed."""
    script = find_worker(call)
    version = _version(call, script)
    if version is script.latest or version in script.live:
        raise Refusal(VERSION_LATEST)
    left = tuple(v for v in script.versions if v is not version)
    call.account.write_script(replace(script, versions=left))
    return ok(None)


def _version_object(call: Call, script: Script, version: Version) -> dict[str, Any]:
    label = f"{version.id[:8]}-{script.place.name}"
    urls = [f"{call.origin}/__emulator__/run/{label}/"]
    answer: dict[str, Any] = {
        "id": version.id,
        "number": version.number,
        "created_on": render_time(version.created_on),
        "urls": urls if version.has_preview and script.previews_enabled else [],
        "annotations": dict(version.annotations),
        "author_email": _AUTHOR,
        "bindings": public_bindings(version),
        "compatibility_date": version.compatibility_date,
        "compatibility_flags": list(version.compatibility_flags),
        "limits": dict(version.limits),
        "main_module": version.main_module,
        "migration_tag": version.migration_tag,
        "source": version.source,
        "usage_model": version.usage_model,
    }
    if version.assets is not None:
        answer["assets"] = {"config": dict(version.assets.config)}
    if version.placement:
        answer["placement"] = placement_of_version(version.placement)
    return answer | dict(version.other)


def _module_object(module: Module) -> dict[str, str]:
    return {
        "name": module.name,
        "content_type": module.content_type,
        "content_base64": base64.b64encode(module.content).decode(),
    }


_VERSIONS = "A/workers/workers/{worker_id}/versions"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", _VERSIONS, list_worker_versions),
    endpoint("POST", _VERSIONS, create_worker_version),
    endpoint("GET", f"{_VERSIONS}/{{version_id}}", get_worker_version),
    endpoint("PATCH", f"{_VERSIONS}/{{version_id}}", patch_worker_version),
    endpoint("DELETE", f"{_VERSIONS}/{{version_id}}", delete_worker_version),
)
