"""What was changed on Cloudflare since our last deploy, by someone else.

Two things show it: a live version that no upload of ours made, and a field that differs although
the live version was made from the very commit that is checked out.
"""

from collections.abc import Iterator

from workers_deploy.core.compare import UPLOAD_TRIGGERS
from workers_deploy.core.digest import NO_COMMIT, Note, parse_note
from workers_deploy.core.live import LiveState, LiveVersion
from workers_deploy.core.steps import Action, Change, Plan

# What an upload of ours made is compared by its note; these are read from live, field by field.
_READ_FROM_LIVE = frozenset(
    {
        "binding",
        "setting",
        "secret",
        "settings",
        "usage model",
        "workers.dev",
        "preview URLs",
        "cron",
        "route",
        "domain",
        "queue consumer",
        "workflow",
    }
)


def drift_of(live: LiveState, note: Note, plan: Plan) -> tuple[str, ...]:
    """Return in words how live is not what our last deploy left, by field.

    A script that we never deployed has no drift: nothing is known of how it should be.
    """
    version = live.live
    if version is None or not _was_ours(live, version):
        return ()
    edit = _edit_of(version)
    known = parse_note(version.message)
    same_commit = known is not None and known.commit == note.commit != NO_COMMIT
    if not edit and not same_commit:
        return ()
    return (*edit, *_fields(plan))


def _was_ours(live: LiveState, version: LiveVersion) -> bool:
    messages = [version.message, *(former.message for former in live.former_deployments)]
    if live.deployment is not None:
        messages.append(live.deployment.message)
    return any("wd1:" in (message or "") for message in messages)


def _edit_of(version: LiveVersion) -> tuple[str, ...]:
    if parse_note(version.message) is not None and version.triggered_by in UPLOAD_TRIGGERS:
        return ()
    how = version.triggered_by or "an unknown cause"
    who = f" by {version.author}" if version.author else ""
    where = f" ({version.source})" if version.source else ""
    return (
        f"drift: live version {version.id[:8]} was made by no deploy of ours: {how}{who}{where}",
    )


def _fields(plan: Plan) -> Iterator[str]:
    for change in plan.changes:
        if change.kind in _READ_FROM_LIVE:
            yield f"drift: {change.kind} {_told(change)}".rstrip()


def _told(change: Change) -> str:
    match change.action:
        case Action.CREATE:
            what = "is missing live"
        case Action.DELETE:
            what = "is live and not in the project"
        case _:
            values = f"{change.before} → {change.after}" if change.before else change.detail
            what = f"differs: {values}" if values else "differs"
    return f"{change.name} {what}".strip()
