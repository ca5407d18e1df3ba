"""Plans of the commands that are no deploy: preview, rollback, delete."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from workers_deploy.core.compare import compare_note
from workers_deploy.core.digest import NO_COMMIT, Note, parse_note, read_message
from workers_deploy.core.live import LiveDeployment, LiveState, LiveVersion, TrafficShare
from workers_deploy.core.plan import check_steps
from workers_deploy.core.plan_version import (
    asset_steps,
    script_upload,
    upload_steps,
    uses_versions,
    version_changes,
)
from workers_deploy.core.project import Project
from workers_deploy.core.steps import (
    Action,
    Change,
    CreateDeployment,
    DeleteScript,
    Plan,
    Step,
)
from workers_deploy.errors import Problem, ProblemKind, ProblemsError

NO_TRAFFIC = (
    "the version is uploaded and gets no traffic; until the next deploy, secrets can't be edited "
    "in the dashboard (10215, 10214)"
)
NOT_ROLLED_BACK = (
    "a rollback brings back code, bindings, secrets and assets; not resources, Durable Object "
    "migrations, script settings and triggers"
)


def make_preview_plan(project: Project, live: LiveState, note: Note, alias: str | None) -> Plan:
    """Return the steps that upload a version which gets no traffic.

    Raises:
        ProblemsError: the script does not exist yet, or can't have a version without traffic.

    """
    if not uses_versions(project, live):
        raise ProblemsError([_no_preview(project, live)])
    compared = compare_note(note, live.live)
    changes = version_changes(project, live, compared)
    upload = replace(script_upload(project, live, note), alias=alias)
    version, _ = upload_steps(upload, live, changes, action=Action.UPDATE)
    steps: list[Step] = [*asset_steps(project, live, compared, writes=True), *version]
    notes = [NO_TRAFFIC]
    if any(b.type == "durable_object_namespace" for b in project.bindings):
        notes.append("a script with Durable Objects has no preview URLs")
    elif (
        live.subdomain.previews_enabled is False and project.subdomain.previews_enabled is not True
    ):
        notes.append("preview URLs are off for this script, so the version has none")
    return Plan(script_name=project.script_name, steps=tuple(steps), notes=tuple(notes))


def _no_preview(project: Project, live: LiveState) -> Problem:
    if not live.exists:
        message, hint = "the script does not exist yet", "deploy it once; then previews work"
    else:
        message = (
            "a version without traffic is not possible for service workers, dispatch namespaces, "
            "pending migrations, exports and containers"
        )
        hint = "deploy it, or leave the migration out of the preview"
    kind = ProblemKind.PROJECT
    return Problem(kind=kind, subject=project.script_name, message=message, hint=hint)


def make_rollback_plan(
    live: LiveState, project: Project, deployable: Sequence[LiveVersion], wanted: str | None
) -> Plan:
    """Return the step that moves traffic back.

    Args:
        live: what serves, and what served before.
        project: of which the probe and the script's name count.
        deployable: the versions that Cloudflare lets a deployment name, newest first.
        wanted: a version id, a commit, or None for the newest earlier deployment that differs.

    Raises:
        ProblemsError: there is nothing to go back to.

    """
    assert live.deployment is not None
    shares = _target(live, deployable, wanted)
    same = shares == live.deployment.shares
    by_id = {version.id: version for version in deployable}
    target = by_id.get(shares[0].version_id)
    differs = _secrets_differ(live.live, target)
    step = CreateDeployment(
        action=Action.UNCHANGED if same else Action.UPDATE,
        title="Deployment",
        changes=(_traffic_change(live.deployment, shares, target, same=same),),
        message=f"Rollback to {shares[0].version_id[:8]}",
        former=live.deployment,
        shares=shares,
        may_force=True,
    )
    notes = [NOT_ROLLED_BACK]
    if differs:
        notes.append("the version has other secrets than live: Cloudflare is told to go on (force)")
    steps: list[Step] = [step]
    if not same:
        # Of the project, only what a rollback is about is checked.
        bare = Project(script_name=project.script_name, probe=project.probe)
        steps += check_steps(bare, replace(live, versions=()), steps)
    return Plan(script_name=live.script_name, steps=tuple(steps), notes=tuple(notes))


def _target(
    live: LiveState, deployable: Sequence[LiveVersion], wanted: str | None
) -> tuple[TrafficShare, ...]:
    ids = {version.id for version in deployable}
    if wanted is None:
        return _newest_that_differs(live, ids)
    for version in deployable:
        if version.id == wanted or (version.id.startswith(wanted) and len(wanted) >= 8):
            return (TrafficShare(version_id=version.id, percentage=100),)
    for version in deployable:
        note = parse_note(version.message)
        if note and note.commit != NO_COMMIT and _same_commit(note.commit, wanted):
            return (TrafficShare(version_id=version.id, percentage=100),)
    raise ProblemsError(
        [_wrong("not among the versions that can be deployed, nor a commit of one")]
    )


def _same_commit(known: str, wanted: str) -> bool:
    return len(wanted) >= 7 and (known.startswith(wanted) or wanted.startswith(known))


def _newest_that_differs(live: LiveState, ids: set[str]) -> tuple[TrafficShare, ...]:
    assert live.deployment is not None
    for earlier in live.former_deployments:
        known = all(share.version_id in ids for share in earlier.shares)
        if known and earlier.shares != live.deployment.shares:
            return earlier.shares
    raise ProblemsError([_wrong("no earlier deployment differs from the live one")])


def _wrong(message: str) -> Problem:
    return Problem(
        kind=ProblemKind.INPUT,
        subject="version-id",
        message=message,
        hint="`show` lists the deployments; Cloudflare keeps the last 100 versions deployable",
    )


def _secrets_differ(live: LiveVersion | None, target: LiveVersion | None) -> bool:
    if live is None or target is None:
        return False
    notes = parse_note(live.message), parse_note(target.message)
    values = notes[0] and notes[1] and notes[0].secrets != notes[1].secrets
    return bool(values) or live.secret_names != target.secret_names


def _traffic_change(
    former: LiveDeployment,
    shares: Iterable[TrafficShare],
    target: LiveVersion | None,
    *,
    same: bool,
) -> Change:
    return Change(
        action=Action.UNCHANGED if same else Action.UPDATE,
        kind="traffic",
        before=_told(former.shares),
        after=_told(shares),
        detail=read_message(target.message) if target else "",
    )


def _told(shares: Iterable[TrafficShare]) -> str:
    return ", ".join(f"{share.version_id[:8]} {share.percentage:g} %" for share in shares)


def make_delete_plan(live: LiveState, referring: Sequence[str], *, force: bool) -> Plan:
    """Return the step that deletes the script; one that is gone already is unchanged."""
    action = Action.DELETE if live.exists else Action.UNCHANGED
    detail = f"referred to by {', '.join(referring)}" if referring else ""
    step = DeleteScript(
        action=action,
        title="Script",
        changes=(Change(action=action, kind="script", name=live.script_name, detail=detail),),
        force=force,
    )
    notes = ("deleting can't be undone: versions, secrets and Durable Object data go with it",)
    return Plan(script_name=live.script_name, steps=(step,), notes=notes if live.exists else ())
