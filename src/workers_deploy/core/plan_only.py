"""Plans of `only`: some parts of a deploy, each by the endpoint that touches nothing else."""

from collections.abc import Collection
from dataclasses import replace

from workers_deploy.core.compare import (
    compare_bindings,
    compare_note,
    compare_runtime,
    compare_secrets,
    live_note,
)
from workers_deploy.core.digest import Note, write_message
from workers_deploy.core.live import LiveState, LiveVersion
from workers_deploy.core.plan import check_steps
from workers_deploy.core.plan_settings import settings_steps
from workers_deploy.core.plan_triggers import trigger_steps
from workers_deploy.core.project import Project
from workers_deploy.core.steps import (
    Action,
    Change,
    PatchSettings,
    Plan,
    PutContent,
    PutSecrets,
    Scope,
    SetSubdomain,
    Step,
)
from workers_deploy.errors import GuardError


def make_narrow_plan(
    project: Project, live: LiveState, note: Note, scopes: Collection[Scope]
) -> Plan:
    """Return the steps of the named parts; the script must exist.

    Raises:
        GuardError: secrets or versioned settings would be refused, since latest is not live.

    """
    assert live.live is not None
    compared = compare_note(note, live.live)
    steps: list[Step] = []
    if Scope.SETTINGS in scopes or Scope.SUBDOMAIN in scopes:
        settings, subdomain, usage_model = settings_steps(project, live)
        steps += [*settings, *usage_model] if Scope.SETTINGS in scopes else []
        steps += map(_by_delete, subdomain) if Scope.SUBDOMAIN in scopes else []
    if Scope.SETTINGS in scopes:
        steps += _versioned_settings(project, live, live.live)
    if Scope.SECRETS in scopes:
        steps += _secrets(project, live, same=compared.secrets)
    if Scope.CODE in scopes:
        steps += _content(project, live, same=compared.code)
    if Scope.TRIGGERS in scopes:
        steps += trigger_steps(project, live)
    writing = [step for step in steps if step.action is not Action.UNCHANGED]
    _check_latest_is_live(live, writing)
    if writing:
        steps += check_steps(project, live, steps, probes=Scope.CODE in scopes)
    notes = tuple(
        "only: settings makes a new version and deploys it at once"
        for step in writing
        if isinstance(step, PatchSettings)
    )
    return Plan(script_name=project.script_name, steps=tuple(steps), notes=notes)


def _by_delete(step: Step) -> Step:
    assert isinstance(step, SetSubdomain)
    off = not step.state.enabled and not step.state.previews_enabled
    return replace(step, by_delete=off)


def _check_latest_is_live(live: LiveState, writing: Collection[Step]) -> None:
    if live.latest_is_live:
        return
    if any(isinstance(step, PutSecrets | PatchSettings) for step in writing):
        raise GuardError(
            f"the latest version {(live.latest_version_id or '')[:8]} is not the live one, so "
            "Cloudflare refuses to edit secrets and settings (10214, 10215)",
            word=None,
            hint="run deploy without `only`: it uploads a version with both and mends that",
        )


def _secrets(project: Project, live: LiveState, *, same: bool | None) -> list[Step]:
    changes = compare_secrets(project, live, same=same)
    gone = tuple(c.name for c in changes if c.action is Action.DELETE)
    sends = any(change.action is not Action.DELETE for change in changes)
    return [
        PutSecrets(
            action=Action.UPDATE if changes else Action.UNCHANGED,
            title="Secrets",
            changes=changes or _unchanged_secrets(project),
            secrets=project.secrets if sends else (),
            gone=gone,
            former=live.deployment,
        )
    ]


def _unchanged_secrets(project: Project) -> tuple[Change, ...]:
    names = ", ".join(secret.name for secret in project.secrets)
    return (Change(action=Action.UNCHANGED, kind="secrets", name=names),) if names else ()


def _content(project: Project, live: LiveState, *, same: bool | None) -> list[Step]:
    if project.main_module is None:
        return []
    details = {
        True: "as live",
        False: "code or configuration changed; the code alone is sent",
        None: "live has no note of ours to compare with",
    }
    action = Action.UNCHANGED if same else Action.UPDATE
    return [
        PutContent(
            action=action,
            title="Content",
            changes=(Change(action=action, kind="code", detail=details[same]),),
            project=project,
            former=live.deployment,
        )
    ]


def _versioned_settings(project: Project, live: LiveState, version: LiveVersion) -> list[Step]:
    bindings = compare_bindings(project, version)
    changes = (*compare_runtime(project, version), *bindings)
    # The note stays that of the live version: the code is not touched, and is not known here.
    note = live_note(version)
    annotations = {"workers/message": write_message(project.message, note)} if note else {}
    settings = {
        "bindings": _bindings(project, version, {change.name for change in bindings}),
        "compatibility_flags": list(project.compatibility_flags),
        "compatibility_date": project.compatibility_date,
        "placement": project.placement,
        "limits": project.limits,
        "annotations": annotations or None,
    }
    return [
        PatchSettings(
            action=Action.UPDATE if changes else Action.UNCHANGED,
            title="Versioned settings",
            changes=changes,
            settings={key: value for key, value in settings.items() if value is not None},
            note=str(note or ""),
            former=live.deployment,
        )
    ]


def _bindings(
    project: Project, version: LiveVersion, changed: Collection[str]
) -> list[dict[str, object]]:
    """Return the whole list, since it replaces live's: what does not change is inherited."""
    desired = {binding.name: binding for binding in project.bindings}
    written = [b.as_json() for name, b in desired.items() if name in changed]
    kept = [
        {"type": "inherit", "name": binding.name}
        for binding in version.bindings
        if binding.name not in changed
    ]
    return [*written, *kept]
