"""Settings: those of the script, those of its latest version, and the usage model."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workers_emulator.changes.bindings import Wanted, resolve
from workers_emulator.changes.checks import check_limits, check_targets
from workers_emulator.changes.migrations import export_classes, migrate
from workers_emulator.changes.read_back import with_ids
from workers_emulator.changes.render import settings_object, unversioned
from workers_emulator.changes.unversioned import patched
from workers_emulator.changes.versioning import check_date, deploy, other_fields, successor
from workers_emulator.requests.bodies import UsageModel
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok
from workers_emulator.requests.shapes import Settings, Unversioned, plain, read
from workers_emulator.requests.uploads import parse_settings_part
from workers_emulator.rules.rules import Refusal, Rule
from workers_emulator.rules.script_rules import (
    BAD_BODY,
    CONTENT_TYPE,
    EDIT_BEHIND_LATEST,
    VALIDATION,
)
from workers_emulator.state.model import Script, Version


def get_script_settings(call: Call) -> Answer:
    """Answer with what belongs to the script, not to a version."""
    return ok(unversioned(call.script().settings))


def patch_script_settings(call: Call) -> Answer:
    """Change what belongs to the script, at once and without a version."""
    script = call.script()
    if not call.is_json:
        raise Refusal(CONTENT_TYPE, "Content-Type must be one of: application/json.")
    sent = read(Unversioned, call.json_object(), BAD_BODY, "body")
    settings = patched(call, script.settings, sent)
    stored = call.account.write_script(replace(script, settings=settings))
    return ok(unversioned(stored.settings))


def get_settings(call: Call) -> Answer:
    """Answer with the settings of script and latest version (rule: reads-answer-latest)."""
    return ok(settings_object(call.script(), call.latest()))


def patch_settings(call: Call) -> Answer:
    """Change settings in a new version that gets all traffic (rule: settings-patch-version)."""
    script, former = call.script(), call.latest()
    check_latest_is_live(script, former, EDIT_BEHIND_LATEST)
    sent = read(Settings, parse_settings_part(call), VALIDATION, "settings")
    script = _with_classes(script, sent)
    kept = call.account.options.put_annotations  # by rule annotations-on-put
    version = successor(call, former, "settings", sent.annotations if kept else None)
    version = replace(version, migration_tag=script.migration_tag, **_versioned(call, script, sent))
    check_targets(call, version, script.classes)
    script = replace(
        script,
        settings=patched(call, script.settings, sent),
        usage_model=version.usage_model,
    )
    stored = call.account.write_script(deploy(call, script, version, "settings"))
    return ok(settings_object(stored, version))


def check_latest_is_live(script: Script, latest: Version, otherwise: Rule) -> None:
    """Refuse an edit of a version that does not get all traffic (rule: latest-fully-deployed).

    Scripts of dispatch namespaces have no deployments to differ.
    """
    deployment = script.deployment
    if deployment is None or not deployment.is_fully(latest.id):
        raise Refusal(otherwise)


def _with_classes(script: Script, sent: Settings) -> Script:
    if sent.migrations is not None and sent.exports is not None:
        raise Refusal(VALIDATION, "Only one of migrations and exports can be given.")
    if sent.migrations is not None:
        classes, tag = migrate(script, sent.migrations)
        return replace(script, classes=classes, migration_tag=tag)
    if sent.exports is not None:
        return replace(script, classes=export_classes(script, sent.exports))
    return script


def _versioned(call: Call, script: Script, sent: Settings) -> dict[str, Any]:
    """Return the versioned fields that change; what is left out stays."""
    changed: dict[str, Any] = {}
    if sent.bindings is not None:  # by rule settings-patch-bindings
        strict = call.query.get("bindings_inherit") == "strict"
        wanted = Wanted(given=sent.bindings, keep=sent.keep_bindings or (), strict=strict)
        bindings = resolve(wanted, script, call.account.options)
        changed["bindings"] = with_ids(bindings, call.state, call.place)
    if sent.compatibility_date is not None:
        changed["compatibility_date"] = check_date(call, sent.compatibility_date)
    if sent.compatibility_flags is not None:
        changed["compatibility_flags"] = tuple(sent.compatibility_flags)
    if sent.usage_model is not None:
        changed["usage_model"] = sent.usage_model
    for name in ("limits", "placement"):
        value = getattr(sent, name)
        if value is not None:
            changed[name] = plain(value)
    other = other_fields(sent)
    latest = script.latest
    if other and latest is not None:
        changed["other"] = {**latest.other, **other}
    return changed


def get_usage_model(call: Call) -> Answer:
    """Answer with the usage model."""
    return ok(_usage_model(call.script()))


def put_usage_model(call: Call) -> Answer:
    """Set the usage model and the CPU limit of the script."""
    script = call.script()
    sent = read(UsageModel, call.json_object(), BAD_BODY, "body")
    usage_model = sent.usage_model or script.usage_model
    limits: Mapping[str, Any] = script.user_limits
    if sent.user_limits is not None:
        limits = {k: v for k, v in plain(sent.user_limits).items() if v is not None}
    check_limits(usage_model, limits)
    changed = replace(script, usage_model=usage_model, user_limits=limits)
    return ok(_usage_model(call.account.write_script(changed)))


def _usage_model(script: Script) -> dict[str, Any]:
    return {"usage_model": script.usage_model, "user_limits": dict(script.user_limits)}


_SCRIPT = "A/workers/scripts/{script_name}"
_IN_NAMESPACE = "A/workers/dispatch/namespaces/{namespace}/scripts/{script_name}"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", f"{_SCRIPT}/script-settings", get_script_settings),
    endpoint("PATCH", f"{_SCRIPT}/script-settings", patch_script_settings),
    endpoint("GET", f"{_SCRIPT}/settings", get_settings),
    endpoint("PATCH", f"{_SCRIPT}/settings", patch_settings),
    endpoint("GET", f"{_SCRIPT}/usage-model", get_usage_model),
    endpoint("PUT", f"{_SCRIPT}/usage-model", put_usage_model),
    endpoint("GET", f"{_IN_NAMESPACE}/settings", get_settings),
    endpoint("PATCH", f"{_IN_NAMESPACE}/settings", patch_settings),
)
