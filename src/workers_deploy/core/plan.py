"""Project and live → plan: what a deploy will do, in the order in which traffic moves last.

A pure function of values. The order is ARCHITECTURE §6: whatever Cloudflare can refuse, it refuses
before anyone notices.
"""

from dataclasses import fields, replace

from workers_deploy.core.compare import (
    NoteComparison,
    compare_bindings,
    compare_note,
    compare_runtime,
    compare_secrets,
    compare_settings,
    compare_subdomain,
    compare_usage_model,
    wanted_settings,
    wanted_subdomain,
)
from workers_deploy.core.digest import Note, write_message
from workers_deploy.core.live import LiveState, LiveVersion
from workers_deploy.core.project import (
    SECRET_KINDS,
    VARIABLE_KINDS,
    Binding,
    Project,
    ScriptFormat,
    ScriptSettings,
    SubdomainState,
)
from workers_deploy.core.steps import (
    Action,
    Change,
    CheckLive,
    CreateDeployment,
    DeleteSecret,
    PatchScriptSettings,
    Plan,
    Probe,
    PutUsageModel,
    ScriptUpload,
    SetSubdomain,
    Step,
    UploadAssets,
    UploadScript,
    UploadVersion,
)


def make_plan(project: Project, live: LiveState, note: Note) -> Plan:
    """Return the steps that make live equal to the project, unchanged ones among them."""
    compared = compare_note(note, live.live)
    changes = _version_changes(project, live, compared)
    writes_version = any(change.action is not Action.UNCHANGED for change in changes)
    upload = _script_upload(project, live, note)
    settings, subdomain, usage_model = _settings_steps(project, live)
    before_traffic: list[Step] = [*settings, *usage_model, *subdomain]
    version, traffic = _upload_steps(
        upload, live, changes, action=_action_of(live, writes=writes_version)
    )
    assets = _asset_steps(project, live, compared, writes=writes_version)
    # Settings of a script need the script.
    order = [before_traffic, traffic] if live.exists else [traffic, before_traffic]
    steps = [*assets, *version, *order[0], *order[1]]
    steps += _prune_steps(changes)
    if any(step.action is not Action.UNCHANGED for step in steps):
        steps += _checks(project, live, steps)
    return Plan(
        script_name=project.script_name, steps=tuple(steps), notes=_notes(project, live, steps)
    )


def pending_migrations(project: Project, live: LiveState) -> tuple[dict[str, object], ...]:
    """Return the migrations after live's `migration_tag`; all where live has none of them."""
    tags = [step["tag"] for step in project.migrations]
    done = tags.index(live.migration_tag) + 1 if live.migration_tag in tags else 0
    return tuple(dict(step) for step in project.migrations[done:])


def uses_versions(project: Project, live: LiveState) -> bool:
    """Tell whether a version can wait for traffic (REFERENCE §9.9: wrangler's condition)."""
    return (
        live.exists
        and live.deployment is not None
        and project.format is ScriptFormat.MODULES
        and live.uses_modules is not False
        and project.dispatch_namespace is None
        and not pending_migrations(project, live)
        and not project.exports
        and not project.containers
    )


def _action_of(live: LiveState, *, writes: bool) -> Action:
    if not writes:
        return Action.UNCHANGED
    return Action.UPDATE if live.exists else Action.CREATE


def _version_changes(
    project: Project, live: LiveState, compared: NoteComparison
) -> tuple[Change, ...]:
    code = _code_changes(project, live, compared)
    migrations = tuple(
        Change(action=Action.CREATE, kind="migration", name=str(step["tag"]))
        for step in pending_migrations(project, live)
    )
    if live.live is None:
        bindings = tuple(
            Change(action=Action.CREATE, kind="binding", name=b.name, after=b.type)
            for b in project.bindings
        )
        return (*code, *migrations, *bindings, *compare_secrets(project, None, same=None))
    return (
        *code,
        *migrations,
        *compare_runtime(project, live.live),
        *compare_bindings(project, live.live),
        *_asset_changes(project, live, compared),
        *compare_secrets(project, live.live, same=compared.secrets),
    )


def _code_changes(
    project: Project, live: LiveState, compared: NoteComparison
) -> tuple[Change, ...]:
    if project.main_module is None and live.live is None:
        return ()
    if live.live is None:
        return (Change(action=Action.CREATE, kind="code", detail="new script"),)
    since = _since(live.live)
    match compared.code:
        case True:
            return (Change(action=Action.UNCHANGED, kind="code", detail=f"as {since}"),)
        case False:
            detail = f"code or configuration changed since {since}"
        case None:
            detail = f"{since} has no note of ours to compare with"
    return (Change(action=Action.UPDATE, kind="code", detail=detail),)


def _asset_changes(
    project: Project, live: LiveState, compared: NoteComparison
) -> tuple[Change, ...]:
    if live.live is None or (project.assets is None and not live.has_assets):
        return ()
    if compared.assets is True:
        if project.assets is None:
            return ()
        return (Change(action=Action.UNCHANGED, kind="assets", detail=_files(project)),)
    if project.assets is None:
        return (Change(action=Action.DELETE, kind="assets", detail="the project has none"),)
    known = "changed since" if compared.comparable else "compared by hash, not by note:"
    detail = f"{_files(project)}, {known} {_since(live.live)}"
    return (Change(action=Action.UPDATE, kind="assets", detail=detail),)


def _files(project: Project) -> str:
    count = len(project.assets.entries) if project.assets else 0
    return f"{count:,} file{'' if count == 1 else 's'}"


def _since(version: LiveVersion) -> str:
    return f"version {version.id[:8]}"


def _asset_steps(
    project: Project, live: LiveState, compared: NoteComparison, *, writes: bool
) -> list[Step]:
    if project.assets is None:
        return []
    changes = _asset_changes(project, live, compared) or (
        Change(action=Action.CREATE, kind="assets", detail=_files(project)),
    )
    # Unchanged assets still need a completion token for a new version.
    action = _action_of(live, writes=writes)
    return [UploadAssets(action=action, title="Assets", changes=changes, manifest=project.assets)]


def _script_upload(project: Project, live: LiveState, note: Note) -> ScriptUpload:
    kinds = (*(VARIABLE_KINDS if project.keep_vars else ()), *_kept_secrets(project))
    # keep_bindings takes from the latest upload: where that one is not live, something abandoned
    # would come back, so only what is inherited by version id is kept.
    return ScriptUpload(
        project=project,
        inherited=_inherited(project, live, kinds),
        keep_bindings=kinds if live.latest_is_live else (),
        pending_migrations=pending_migrations(project, live),
        migration_tag=live.migration_tag,
        message=write_message(project.message, note),
        note=str(note),
    )


def _kept_secrets(project: Project) -> tuple[str, ...]:
    return () if project.prune_secrets else SECRET_KINDS


def _inherited(project: Project, live: LiveState, kinds: tuple[str, ...]) -> tuple[Binding, ...]:
    if live.live is None:
        return ()
    sent = {b.name for b in project.bindings} | {secret.name for secret in project.secrets}
    version = {"version_id": live.live.id}
    return tuple(
        Binding(name=b.name, type="inherit", fields=version)
        for b in live.live.bindings
        if b.type in kinds and b.name not in sent
    )


def _upload_steps(
    upload: ScriptUpload, live: LiveState, changes: tuple[Change, ...], *, action: Action
) -> tuple[list[Step], list[Step]]:
    # Assets have a step of their own.
    has_assets = upload.project.assets is not None
    own = tuple(change for change in changes if change.kind != "assets" or not has_assets)
    if not uses_versions(upload.project, live):
        upload = replace(upload, project=_with_live_settings(upload.project, live))
        script = UploadScript(
            action=action, title="Script", changes=own, upload=upload, former=live.deployment
        )
        return [], [script]
    assert live.deployment is not None
    version = UploadVersion(action=action, title="Version", changes=own, upload=upload)
    deployment = CreateDeployment(
        action=action, title="Deployment", message=upload.message, former=live.deployment
    )
    return [version], [deployment]


def _with_live_settings(project: Project, live: LiveState) -> Project:
    # PUT takes script settings too; what nobody said would be reset, so live's are sent again.
    said, actual = project.script_settings, live.script_settings
    kept = {
        field.name: getattr(actual, field.name) or None
        for field in fields(ScriptSettings)
        if getattr(said, field.name) is None and field.name != "tags"
    }
    return replace(project, script_settings=replace(said, **kept))


def _settings_steps(project: Project, live: LiveState) -> tuple[list[Step], list[Step], list[Step]]:
    if project.dispatch_namespace is not None:
        return [], [], []
    settings: list[Step] = []
    wanted = wanted_settings(project, live)
    if changes := compare_settings(wanted, live.script_settings):
        settings = [
            PatchScriptSettings(
                action=Action.UPDATE,
                title="Settings",
                changes=changes,
                settings=wanted,
                former=live.script_settings,
            )
        ]
    return settings, [_subdomain_step(project, live)], _usage_model_steps(project, live)


def _subdomain_step(project: Project, live: LiveState) -> SetSubdomain:
    wanted = wanted_subdomain(project, live)
    changes = compare_subdomain(wanted, live.subdomain)
    differs = any(change.action is Action.UPDATE for change in changes) or not live.exists
    return SetSubdomain(
        action=Action.UPDATE if differs else Action.UNCHANGED,
        title="Subdomain",
        changes=changes,
        state=wanted,
        former=live.subdomain,
    )


def _usage_model_steps(project: Project, live: LiveState) -> list[Step]:
    if project.usage_model is None:
        return []
    changes = compare_usage_model(project.usage_model, live.usage_model)
    return [
        PutUsageModel(
            action=Action.UPDATE if changes else Action.UNCHANGED,
            title="Usage model",
            changes=changes,
            usage_model=project.usage_model,
            former=live.usage_model,
        )
    ]


def _prune_steps(changes: tuple[Change, ...]) -> list[Step]:
    return [
        DeleteSecret(action=Action.DELETE, title="Secret", name=change.name)
        for change in changes
        if change.kind == "secret" and change.action is Action.DELETE
    ]


def _checks(project: Project, live: LiveState, steps: list[Step]) -> list[Step]:
    kept = set() if project.prune_secrets or live.live is None else set(live.live.secret_names)
    secret_names = sorted(kept | {secret.name for secret in project.secrets})
    settings = next((s.settings for s in steps if isinstance(s, PatchScriptSettings)), None)
    subdomain = next((s.state for s in steps if isinstance(s, SetSubdomain)), SubdomainState())
    check = CheckLive(
        action=Action.UPDATE,
        title="Check",
        project=project,
        secret_names=tuple(secret_names),
        gone_secrets=tuple(s.name for s in steps if isinstance(s, DeleteSecret)),
        settings=settings or ScriptSettings(),
        subdomain=subdomain,
        usage_model=project.usage_model,
    )
    probe = (
        [Probe(action=Action.UPDATE, title="Probe", target=project.probe)] if project.probe else []
    )
    return [check, *probe]


def _notes(project: Project, live: LiveState, steps: list[Step]) -> tuple[str, ...]:
    notes = []
    if not live.latest_is_live and live.latest_version_id:
        notes.append(
            f"the latest version {live.latest_version_id[:8]} is not the live one: until the next "
            "deploy, secrets can't be edited in the dashboard (10215, 10214)"
        )
    if not any(step.action is not Action.UNCHANGED for step in steps):
        return tuple(notes)
    if not live.exists:
        notes.append("a first deploy can't be undone; it makes a script that the public can reach")
    if pending_migrations(project, live):
        notes.append("Durable Object migrations can't be undone")
    if project.dispatch_namespace is not None:
        notes.append("a dispatch namespace has no versions: this can't be undone")
    return tuple(notes)
