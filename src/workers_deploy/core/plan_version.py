"""The part of a plan that makes a version: what changes in it, and what it is uploaded with."""

from collections.abc import Iterable
from dataclasses import fields, replace

from workers_deploy.core.compare import (
    NoteComparison,
    compare_bindings,
    compare_kept,
    compare_runtime,
    compare_secrets,
    why_not_comparable,
)
from workers_deploy.core.compare_assets import compare_assets, compare_files, first_assets
from workers_deploy.core.compare_settings import laid_over, without_nulls
from workers_deploy.core.digest import Note, write_message
from workers_deploy.core.live import LiveState, LiveVersion, TrafficShare, render_shares
from workers_deploy.core.manifest import AssetManifest
from workers_deploy.core.project import (
    SECRET_KINDS,
    VARIABLE_KINDS,
    Binding,
    Project,
    ScriptFormat,
    ScriptSettings,
)
from workers_deploy.core.steps import (
    Action,
    Change,
    CreateDeployment,
    DeleteSecret,
    ScriptUpload,
    Step,
    UploadAssets,
    UploadScript,
    UploadVersion,
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
        and not _declares_objects(project)
        and not project.containers
    )


def _declares_objects(project: Project) -> bool:
    """Tell whether `exports` declare Durable Objects: to a version they can't be."""
    exports = (project.exports or {}).values()
    return any(export.get("type") == "durable-object" for export in exports)


def version_changes(
    project: Project, live: LiveState, compared: NoteComparison
) -> tuple[Change, ...]:
    """Return every difference that only a new version can make true, and what stays equal."""
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
        return (*code, *migrations, *bindings, *compare_secrets(project, live, same=None))
    return (
        *code,
        *migrations,
        *_configuration_changes(project, live.live, compared),
        *compare_assets(project, live, compared),
        *compare_secrets(project, live, same=compared.secrets),
    )


def _configuration_changes(
    project: Project, live: LiveVersion, compared: NoteComparison
) -> tuple[Change, ...]:
    if compared.code is True:
        return compare_kept(project, live)
    return (*compare_runtime(project, live), *compare_bindings(project, live))


def _code_changes(
    project: Project, live: LiveState, compared: NoteComparison
) -> tuple[Change, ...]:
    if project.main_module is None and live.live is None:
        return ()
    if not live.exists:
        return (Change(action=Action.CREATE, kind="code", detail="new script"),)
    if live.live is None:
        is_versioned = project.dispatch_namespace is None
        why = "no version serves" if is_versioned else "a dispatch namespace has no versions"
        detail = f"nothing to compare with: {why}"
        return (Change(action=Action.UPDATE, kind="code", detail=detail),)
    since = _since(live.live)
    match compared.code:
        case True:
            return (Change(action=Action.UNCHANGED, kind="code", detail=f"as {since}"),)
        case False:
            detail = f"code or configuration changed since {since}"
        case None:
            detail = f"{since} {why_not_comparable(live.live)}"
    return (Change(action=Action.UPDATE, kind="code", detail=detail),)


def _since(version: LiveVersion) -> str:
    return f"version {version.id[:8]}"


def asset_steps(
    project: Project,
    live: LiveState,
    compared: NoteComparison,
    *,
    writes: bool,
    former: AssetManifest | None = None,
) -> list[Step]:
    """Return the step that stores the assets; unchanged ones still give a completion token."""
    if project.assets is None:
        return []
    changes = compare_assets(project, live, compared, former) or (first_assets(project.assets),)
    if former is not None and compared.assets is not True:
        changes = (*changes, *compare_files(former, project.assets))
    # Unchanged assets still need a completion token for a new version.
    action = action_of(live, writes=writes)
    return [UploadAssets(action=action, title="Assets", changes=changes, manifest=project.assets)]


def script_upload(project: Project, live: LiveState, note: Note) -> ScriptUpload:
    """Return what an upload sends besides the project: what is kept, and the note."""
    kinds = _kept_kinds(project)
    # keep_bindings takes from the latest upload: where that one is not live, something abandoned
    # would come back, so only what is inherited by version id is kept.
    return ScriptUpload(
        project=_bound_to_live(project, live),
        inherited=_inherited(project, live, kinds),
        keep_bindings=kinds if live.latest_is_live else (),
        pending_migrations=pending_migrations(project, live),
        migration_tag=live.migration_tag,
        message=write_message(project.message, note),
        note=str(note),
    )


def _bound_to_live(project: Project, live: LiveState) -> Project:
    """Name the live version wherever a binding is taken from it: latest may be another one."""
    if live.live is None:
        return project
    version = {"version_id": live.live.id}
    bindings = tuple(
        replace(b, fields={**b.fields, **version}) if b.type == "inherit" else b
        for b in project.bindings
    )
    return replace(project, bindings=bindings)


def _kept_kinds(project: Project) -> tuple[str, ...]:
    if project.main_module is None:
        # Assets alone have no bindings; wrangler 4.164.0 sends none and no keep_bindings.
        return ()
    variables = VARIABLE_KINDS if project.keep_vars else ()
    return (*variables, *(() if project.prune_secrets else SECRET_KINDS))


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


def upload_steps(
    upload: ScriptUpload, live: LiveState, changes: tuple[Change, ...], *, action: Action
) -> tuple[list[Step], list[Step]]:
    """Return the steps before the settings and the ones that move traffic."""
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
        action=action,
        title="Deployment",
        message=upload.message,
        former=live.deployment,
        code_update_strategy=upload.project.code_update_strategy,
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
    if actual.observability:
        former = without_nulls(actual.observability)
        kept["observability"] = laid_over(former, said.observability or {})
    return replace(project, script_settings=replace(said, **kept))


def is_gradual(live: LiveState) -> bool:
    """Tell whether more than one version gets traffic."""
    return live.deployment is not None and len(live.deployment.serving) > 1


def end_of_rollout(live: LiveState, message: str) -> Step:
    """Return the step that gives all traffic to the live version, where that is the project's."""
    assert live.deployment is not None
    assert live.live is not None
    shares = (TrafficShare(version_id=live.live.id, percentage=100),)
    change = traffic_change(Action.UPDATE, live.deployment.shares, shares)
    return CreateDeployment(
        action=Action.UPDATE,
        title="Deployment",
        changes=(change,),
        message=message,
        former=live.deployment,
        shares=shares,
        may_force=True,
    )


def traffic_change(
    action: Action, before: Iterable[TrafficShare], after: Iterable[TrafficShare], detail: str = ""
) -> Change:
    """Return which versions served and will serve how many percent, as people read it."""
    return Change(
        action=action,
        kind="traffic",
        before=render_shares(before),
        after=render_shares(after),
        detail=detail,
    )


def prune_steps(changes: tuple[Change, ...]) -> list[Step]:
    """Return a step for each secret that must go; the upload leaves them out already."""
    return [
        DeleteSecret(action=Action.DELETE, title="Secret", name=change.name)
        for change in changes
        if change.kind == "secret" and change.action is Action.DELETE
    ]


def action_of(live: LiveState, *, writes: bool) -> Action:
    """Return what an upload does to the script."""
    if not writes:
        return Action.UNCHANGED
    return Action.UPDATE if live.exists else Action.CREATE
