"""Plans of the commands that are no deploy: preview, rollback, delete."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from workers_deploy.core.compare import compare_note, live_note
from workers_deploy.core.digest import (
    DIRTY,
    NO_COMMIT,
    REVERTED,
    Note,
    parse_note,
    read_message,
    write_message,
)
from workers_deploy.core.live import (
    LiveDeployment,
    LiveState,
    LiveVersion,
    TrafficShare,
    render_shares,
)
from workers_deploy.core.plan import check_steps
from workers_deploy.core.plan_version import (
    asset_steps,
    script_upload,
    traffic_change,
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
OTHER_SECRETS = "the version has other secrets than live: Cloudflare is told to go on (force)"
MAYBE_OTHER_SECRETS = (
    "whether the version's secrets have live's values can't be told; where they have not, "
    "Cloudflare is told to go on (force)"
)
ALIAS = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)  # wrangler 4.164.0
MAX_LABEL = 63  # of a host name


def make_preview_plan(project: Project, live: LiveState, note: Note, alias: str | None) -> Plan:
    """Return the steps that upload a version which gets no traffic.

    Raises:
        ProblemsError: the script does not exist yet, or can't have a version without traffic, or
            the alias can't be one.

    """
    if not uses_versions(project, live):
        raise ProblemsError([_no_preview(project, live)])
    if alias and not is_alias(alias, project.script_name):
        raise ProblemsError([_wrong_alias(project)])
    compared = compare_note(note, live.live)
    changes = version_changes(project, live, compared)
    message = write_message(project.message, note, is_preview=True)
    upload = replace(script_upload(project, live, note), alias=alias, message=message)
    version, _ = upload_steps(upload, live, changes, action=Action.UPDATE)
    steps: list[Step] = [*asset_steps(project, live, compared, writes=True), *version]
    notes = (NO_TRAFFIC, *_shares_production(project), *_why_no_url(project, live))
    return Plan(script_name=project.script_name, steps=tuple(steps), notes=notes)


def is_alias(alias: str, script_name: str) -> bool:
    """Tell whether `{alias}-{script name}` can be a host name's label.

    >>> is_alias("pr-17", "shop"), is_alias("PR 17", "shop"), is_alias("pr-17", "s" * 60)
    (True, False, False)
    """
    return bool(ALIAS.fullmatch(alias)) and len(f"{alias}-{script_name}") <= MAX_LABEL


def _wrong_alias(project: Project) -> Problem:
    longest = MAX_LABEL - len(project.script_name) - 1
    return Problem(
        kind=ProblemKind.INPUT,
        subject="preview-alias",
        message="no alias of a preview URL",
        hint=f"lower-case letters, digits and hyphens, beginning with a letter; {longest} at most",
    )


def _shares_production(project: Project) -> Iterator[str]:
    if project.origin.pull_request and not project.environment:
        yield (
            "this version runs with the bindings and secrets of the live script; give pull "
            "requests an `environment` of their own to keep them apart"
        )


def _why_no_url(project: Project, live: LiveState) -> Iterator[str]:
    if any(b.type == "durable_object_namespace" for b in project.bindings):
        yield "a script with Durable Objects has no preview URLs"
    elif live.subdomain.previews_enabled is False:
        yield (
            "preview URLs are off for this script, so the version has none; "
            "`deploy` with preview-urls: true turns them on"
        )


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


def find_target(
    live: LiveState, deployable: Sequence[LiveVersion], wanted: str | None
) -> tuple[TrafficShare, ...]:
    """Return what a rollback makes serve.

    Args:
        live: what serves, and what served before.
        deployable: the versions that Cloudflare lets a deployment name, newest first.
        wanted: a version id, a commit, or None for the newest earlier deployment that differs.

    Raises:
        ProblemsError: there is nothing to go back to.

    """
    if wanted is None:
        return _newest_that_differs(live, {version.id for version in deployable})
    version = _by_id(deployable, wanted) or _by_commit(live, deployable, wanted)
    if version is None:
        raise ProblemsError(
            [_wrong("not among the versions that can be deployed, nor a commit of one")]
        )
    return (TrafficShare(version_id=version.id, percentage=100),)


def _by_id(deployable: Sequence[LiveVersion], wanted: str) -> LiveVersion | None:
    if len(wanted) < 8:
        return None  # so short a beginning is too easily another's as well
    return next((version for version in deployable if version.id.startswith(wanted)), None)


def _by_commit(
    live: LiveState, deployable: Sequence[LiveVersion], wanted: str
) -> LiveVersion | None:
    """Return the newest version of a commit; one that served goes before a preview."""
    fitting = [version for version in deployable if _is_of_commit(version, wanted.lower())]
    served = {share.version_id for d in _all_deployments(live) for share in d.shares}
    return next((v for v in fitting if v.id in served), next(iter(fitting), None))


def _is_of_commit(version: LiveVersion, wanted: str) -> bool:
    note = parse_note(version.message)
    digits = wanted.removesuffix(DIRTY)
    if note is None or note.commit == NO_COMMIT or len(digits) < 7:
        return False
    # A commit with changes on top is another thing than the commit.
    if note.commit.endswith(DIRTY) != wanted.endswith(DIRTY):
        return False
    return _is_same_commit(note.commit.removesuffix(DIRTY), digits)


def _is_same_commit(commit: str, wanted: str) -> bool:
    return commit.startswith(wanted) or wanted.startswith(commit)


def _all_deployments(live: LiveState) -> tuple[LiveDeployment, ...]:
    assert live.deployment is not None
    return (live.deployment, *live.former_deployments)


def _newest_that_differs(live: LiveState, ids: set[str]) -> tuple[TrafficShare, ...]:
    assert live.deployment is not None
    now = _as_set(live.deployment)
    for newer, earlier in pairwise(_all_deployments(live)):
        # What a failed deploy was taken back from is nothing to go back to.
        was_taken_back = (newer.message or "").endswith(REVERTED)
        known = all(share.version_id in ids for share in earlier.shares)
        if known and earlier.shares and not was_taken_back and _as_set(earlier) != now:
            return earlier.shares
    raise ProblemsError([_wrong("no earlier deployment differs from the live one")])


def _as_set(deployment: LiveDeployment) -> frozenset[TrafficShare]:
    return _serving(deployment.shares)


def _serving(shares: Iterable[TrafficShare]) -> frozenset[TrafficShare]:
    return frozenset(share for share in shares if share.percentage > 0)


def _wrong(message: str) -> Problem:
    return Problem(
        kind=ProblemKind.INPUT,
        subject="version-id",
        message=message,
        hint="`show` lists the deployments; Cloudflare keeps the last 100 versions deployable",
    )


def make_rollback_plan(
    live: LiveState,
    project: Project,
    shares: tuple[TrafficShare, ...],
    targets: Sequence[LiveVersion],
) -> Plan:
    """Return the step that moves traffic back.

    Args:
        live: what serves now.
        project: of which the probe and the script's name count.
        shares: what shall serve.
        targets: the versions of `shares`, in full.

    """
    assert live.deployment is not None
    same = _serving(shares) == _as_set(live.deployment)
    detail = read_message(targets[0].message).strip() if targets else ""
    action = Action.UNCHANGED if same else Action.UPDATE
    step = CreateDeployment(
        action=action,
        title="Deployment",
        changes=(traffic_change(action, live.deployment.shares, shares, detail),),
        message=f"Rollback to {' and '.join(share.version_id[:8] for share in shares)}",
        former=live.deployment,
        shares=shares,
        may_force=True,
    )
    steps: list[Step] = [step]
    if not same:
        # Of the project, only what a rollback is about is checked.
        bare = Project(script_name=project.script_name, probe=project.probe)
        steps += check_steps(bare, replace(live, versions=()), steps)
    notes = [NOT_ROLLED_BACK, *_back_and_forth(live, shares), *_secret_notes(live.live, targets)]
    return Plan(
        script_name=live.script_name, steps=tuple(steps), notes=() if same else tuple(notes)
    )


def _back_and_forth(live: LiveState, shares: tuple[TrafficShare, ...]) -> Iterator[str]:
    """Tell where what shall serve came after what is live: a rollback that is run once more."""
    assert live.deployment is not None
    former = [_as_set(deployment) for deployment in live.former_deployments]
    wanted, now = _serving(shares), _as_set(live.deployment)
    if wanted in former and now in former[former.index(wanted) :]:
        yield (
            f"live was rolled back itself: this brings {render_shares(shares)} again, which it was "
            "rolled back from; version-id names what is older"
        )


def _secret_notes(live: LiveVersion | None, targets: Sequence[LiveVersion]) -> Iterator[str]:
    if live is None:
        return
    differ = [_secrets_differ(live, target) for target in targets]
    if any(differ):
        yield OTHER_SECRETS
    elif None in differ:
        yield MAYBE_OTHER_SECRETS


def _secrets_differ(live: LiveVersion, target: LiveVersion) -> bool | None:
    """Tell whether names or values of secrets differ; None: only the values are not known."""
    if live.secret_names != target.secret_names:
        return True
    if not live.secret_names or live.id == target.id:
        return False
    notes = live_note(live), live_note(target)
    if notes[0] is None or notes[1] is None:
        return None
    # Digests of what each upload sent: kept secrets are in neither.
    return True if notes[0].secrets != notes[1].secrets else None


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
    notes = ["deleting can't be undone: versions, secrets and Durable Object data go with it"]
    if referring and force:
        notes.append(f"by force: what refers to it breaks ({', '.join(referring)})")
    if not live.exists:
        notes = ["there is no such script: nothing to delete"]
    return Plan(script_name=live.script_name, steps=(step,), notes=tuple(notes))
