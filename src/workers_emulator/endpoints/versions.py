"""Versions: upload without traffic, list, read. Deployments: which version gets traffic."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from workers_emulator.changes.render import deployment_object, version_item, version_object
from workers_emulator.changes.versioning import make_annotations, make_version
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok, page_info
from workers_emulator.requests.uploads import parse_upload
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import (
    BAD_PARAMETER,
    DEPLOYMENT_ACTIVE,
    DEPLOYMENT_INVALID,
    DEPLOYMENT_MISSING,
    EXPORTS_IN_SPLIT,
    SECRETS_CHANGED,
    VERSION_FORMAT,
    VERSION_MIGRATIONS,
    VERSION_MISSING,
)
from workers_emulator.state.model import Deployment, Script, Version

_FULL = 100


def create_version(call: Call) -> Answer:
    """Upload a version that gets no traffic."""
    script = call.script()
    upload = parse_upload(call, single_script=False)
    if upload.metadata.body_part is not None:
        raise Refusal(VERSION_FORMAT)
    if upload.metadata.migrations is not None:
        raise Refusal(VERSION_MIGRATIONS)
    made = make_version(call, script, upload, "version_upload")
    call.account.write_script(replace(script, versions=(*script.versions, made.version)))
    return ok(version_object(made.version))


def list_versions(call: Call) -> Answer:
    """List the versions, newest first: a page of them, or all that can be deployed."""
    versions = call.script().versions[::-1]
    if call.flag("deployable"):  # by rule deployable-window
        deployable = versions[: call.account.options.deployable_versions]
        return ok({"items": [version_item(version) for version in deployable]})
    page, per_page = call.page(per_page=10)
    chosen = versions[(page - 1) * per_page : page * per_page]
    info = page_info(len(chosen), len(versions), page=page, per_page=per_page)
    return ok({"items": [version_item(version) for version in chosen]}, info=info)


def get_version(call: Call) -> Answer:
    """Answer with one version in full, without its secrets' values."""
    return ok(version_object(version_of(call)))


def version_of(call: Call) -> Version:
    """Return the version of the path.

    Raises:
        Refusal: 100146 where the script has none of this id.

    """
    version = call.script().version(call.args["version_id"])
    if version is None:
        raise Refusal(VERSION_MISSING)
    return version


def list_deployments(call: Call) -> Answer:
    """List the deployments, the active one first."""
    deployments = call.script().deployments
    since, until = _time(call, "since"), _time(call, "until")
    if since is not None:
        deployments = tuple(d for d in deployments if d.created_on >= since)
    if until is not None:
        deployments = tuple(d for d in deployments if d.created_on < until)
    page, per_page = call.page(per_page=100)
    chosen = deployments[(page - 1) * per_page : page * per_page]
    return ok({"deployments": [deployment_object(d) for d in chosen]})


def _time(call: Call, name: str) -> float | None:
    text = call.query.get(name)
    try:
        return None if text is None else datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as exc:
        raise Refusal(BAD_PARAMETER, f"Parameter {name} is malformed.") from exc


def get_deployment(call: Call) -> Answer:
    """Answer with one deployment."""
    return ok(deployment_object(_deployment(call)))


def _deployment(call: Call) -> Deployment:
    wanted = call.args["deployment_id"]
    found = next((d for d in call.script().deployments if d.id == wanted), None)
    if found is None:
        raise Refusal(DEPLOYMENT_MISSING)
    return found


def delete_deployment(call: Call) -> Answer:
    """Remove a deployment from the history; never the active one."""
    script, deployment = call.script(), _deployment(call)
    if deployment is script.deployment:
        raise Refusal(DEPLOYMENT_ACTIVE)
    left = tuple(d for d in script.deployments if d is not deployment)
    call.account.write_script(replace(script, deployments=left))
    return ok(None)


def create_deployment(call: Call) -> Answer:
    """Give the traffic to one version, or share it between two."""
    script, body = call.script(), call.json_object()
    shares = _shares(call, script, body)
    _check_exports(script, shares)
    if not call.flag("force"):  # by rule forced-secrets the version's own secrets serve then
        _check_secrets(script, shares)
    annotations = body.get("annotations") or {}
    if not isinstance(annotations, dict):
        raise _invalid("annotations must be an object")
    texts = {k: v for k, v in annotations.items() if isinstance(v, str) and k == "workers/message"}
    deployment = Deployment(
        id=call.account.new_uuid(),
        created_on=call.account.now(),
        source=call.source,
        versions=shares,
        annotations=make_annotations(texts, "deployment"),
    )
    deployed = replace(
        script,
        deployments=(deployment, *script.deployments),
        last_deployed_from=call.source,
    )
    call.account.write_script(deployed)
    return ok(deployment_object(deployment))


def _invalid(reason: str) -> Refusal:
    return Refusal(DEPLOYMENT_INVALID, f"Invalid deployment: {reason}")


def _shares(call: Call, script: Script, body: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    if body.get("strategy") != "percentage":
        raise _invalid("strategy must be percentage")
    items = body.get("versions")
    if not isinstance(items, list) or not 1 <= len(items) <= 2:
        raise _invalid("one or two versions are needed")
    shares = tuple(_share(call, script, item) for item in items)
    if len({version_id for version_id, _ in shares}) != len(shares):
        raise _invalid("a version is named twice")
    total = sum(percentage for _, percentage in shares)
    if abs(total - _FULL) > 1e-6:
        raise _invalid(f"percentages must sum to 100, not {total:g}")
    return shares


def _share(call: Call, script: Script, item: Any) -> tuple[str, float]:
    if not isinstance(item, dict) or not isinstance(item.get("version_id"), str):
        raise _invalid("a version needs version_id and percentage")
    percentage = item.get("percentage")
    if not isinstance(percentage, int | float) or isinstance(percentage, bool):
        raise _invalid("percentage must be a number")
    if not 0 <= percentage <= _FULL:
        raise _invalid("percentage must be between 0 and 100")
    version = script.version(item["version_id"])
    if version is None:
        raise Refusal(VERSION_MISSING, f"Worker version {item['version_id']} not found.")
    newest = script.versions[-1].number
    if newest - version.number >= call.account.options.deployable_versions:
        raise _invalid(f"version {version.id} is too old to be deployed")
    return version.id, percentage


def _check_exports(script: Script, shares: tuple[tuple[str, float], ...]) -> None:
    """Refuse (100405) to share traffic between versions that declare other `exports`."""
    versions = [version for one, _ in shares if (version := script.version(one)) is not None]
    declared = [version.other.get("exports") or {} for version in versions]
    if any(exports != declared[0] for exports in declared):
        raise Refusal(EXPORTS_IN_SPLIT)


def _check_secrets(script: Script, shares: tuple[tuple[str, float], ...]) -> None:
    """Refuse (10220) an older version whose secrets are not those of the newest that serves."""
    live = script.live
    reference = max(live, key=lambda version: version.number, default=None)
    if reference is None:
        return
    for version_id, _ in shares:
        version = script.version(version_id)
        if version is None or version in live or version.number > reference.number:
            continue
        names = changed_secrets(version, reference)
        if names:
            raise Refusal(SECRETS_CHANGED, f"{SECRETS_CHANGED.says} {', '.join(names)}")


def changed_secrets(one: Version, other: Version) -> list[str]:
    """Return the names of secrets that only one of them has, or with another value."""
    names = one.secrets.keys() | other.secrets.keys()
    return sorted(name for name in names if one.secrets.get(name) != other.secrets.get(name))


_SCRIPT = "A/workers/scripts/{script_name}"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("POST", f"{_SCRIPT}/versions", create_version),
    endpoint("GET", f"{_SCRIPT}/versions", list_versions),
    endpoint("GET", f"{_SCRIPT}/versions/{{version_id}}", get_version),
    endpoint("GET", f"{_SCRIPT}/deployments", list_deployments),
    endpoint("POST", f"{_SCRIPT}/deployments", create_deployment),
    endpoint("GET", f"{_SCRIPT}/deployments/{{deployment_id}}", get_deployment),
    endpoint("DELETE", f"{_SCRIPT}/deployments/{{deployment_id}}", delete_deployment),
)
