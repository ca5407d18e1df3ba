"""What was changed on Cloudflare since our last deploy, by someone else.

A version can't be edited in place: what is versioned has drifted where a version that no run of
ours made is live, and how is told by comparing it with the last one of ours. What is not versioned
is compared with the project, and counts as drift where the project is what we deployed: the same
commit, or the same code, assets and secrets and a configuration that was not changed since.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from workers_deploy.core.compare import BY_SECRET, compare_note, contradicts, is_ours
from workers_deploy.core.digest import Note, parse_note
from workers_deploy.core.guards import was_rolled_back
from workers_deploy.core.live import LiveState, LiveVersion
from workers_deploy.core.project import SECRET_KINDS
from workers_deploy.core.steps import Action, Change, Plan

MARK = "drift: "
_VERSIONED = (
    "compatibility_date",
    "compatibility_flags",
    "limits",
    "placement",
    "cache_options",
)
_UNVERSIONED = frozenset(
    {
        "settings",
        "workers.dev",
        "preview URLs",
        "cron",
        "route",
        "domain",
        "queue consumer",
        "workflow",
    }
)


def drift_of(
    live: LiveState,
    ours: LiveVersion | None,
    note: Note,
    plan: Plan,
    *,
    same_config: bool | None = None,
) -> tuple[str, ...]:
    """Return in words how live is not what our last deploy left, by field.

    A script that we never deployed has no drift: nothing is known of how it should be.

    Args:
        live: what serves now.
        ours: the last version of ours that served, where another one does now.
        note: of what would be deployed.
        plan: what would be changed.
        same_config: whether the configuration is as in the commit of our last deploy; None: not
            known.

    """
    version = live.live
    if version is None or not (ours or is_ours(version)):
        return ()
    found = [
        *_traffic(live),
        *(_edit(version) if not is_ours(version) else ()),
        *(_versioned(ours, version) if ours else ()),
        *(_unversioned(plan) if _is_what_we_deployed(note, ours or version, same_config) else ()),
    ]
    return tuple(f"{MARK}{text}" for text in found)


def _traffic(live: LiveState) -> Iterator[str]:
    deployment = live.deployment
    if deployment is None:
        return
    who = f" by {deployment.author}" if deployment.author else ""
    if len(deployment.serving) > 1 and "wd1:" not in (deployment.message or ""):
        yield f"traffic is shared by {len(deployment.serving)} versions{who}"
    elif was_rolled_back(live):
        yield f"traffic was taken back to version {deployment.shares[0].version_id[:8]}{who}"


def _edit(version: LiveVersion) -> Iterator[str]:
    how = version.triggered_by or "an unknown cause"
    who = f" by {version.author}" if version.author else ""
    where = f" ({version.source})" if version.source else ""
    yield f"live version {version.id[:8]} has no note of a deploy of ours: {how}{who}{where}"


def _versioned(ours: LiveVersion, live: LiveVersion) -> Iterator[str]:
    """Return how a version that someone made differs from ours, without values of variables."""
    before, after = _bindings(ours), _bindings(live)
    for name in sorted(before.keys() | after.keys()):
        yield from _binding(name, before.get(name), after.get(name))
    if live.triggered_by == BY_SECRET and ours.secret_names == live.secret_names:
        yield "secret: a value was set (which one can't be told: values are never read back)"
    for field in _VERSIONED:
        old, new = getattr(ours, field), getattr(live, field)
        if contradicts(old, new) or contradicts(new, old):
            yield f"setting {field}: {_text(old)} → {_text(new)}"


def _bindings(version: LiveVersion) -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    return {binding.name: (binding.type, binding.fields) for binding in version.bindings}


def _binding(
    name: str,
    before: tuple[str, Mapping[str, Any]] | None,
    after: tuple[str, Mapping[str, Any]] | None,
) -> Iterator[str]:
    either = after or before
    assert either is not None
    kind = "secret" if either[0] in SECRET_KINDS else "binding"
    if before is None:
        yield f"{kind} {name}: added"
    elif after is None:
        yield f"{kind} {name}: removed"
    elif before[0] != after[0]:
        yield f"{kind} {name}: {before[0]} → {after[0]}"
    elif changed := sorted(
        key for key in before[1].keys() | after[1].keys() if before[1].get(key) != after[1].get(key)
    ):
        yield f"{kind} {name}: {', '.join(changed)} changed"


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items()) or "not set"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value) if value is not None else "not set"


def _is_what_we_deployed(note: Note, ours: LiveVersion, same_config: bool | None) -> bool:
    known = parse_note(ours.message)
    if known is None or same_config is False:
        return False
    before, now = known.known_commit, note.known_commit
    is_other_commit = before is not None and now is not None and before != now
    if same_config is None and is_other_commit:
        return False  # a clone without that commit: what differs may be the project's own change
    compared = compare_note(note, ours)
    same_parts = bool(compared.code and compared.assets and compared.secrets)
    return same_parts or (before is not None and before == now)


def _unversioned(plan: Plan) -> Iterator[str]:
    for change in plan.changes:
        if change.kind in _UNVERSIONED:
            yield f"{change.kind} {_told(change)}"


def _told(change: Change) -> str:
    match change.action:
        case Action.CREATE:
            what = "is missing live"
        case Action.DELETE:
            what = "is live and not in the project"
        case _:
            # What the plan will do is the other way round.
            values = f"{change.after} → {change.before}" if change.before else change.detail
            what = values or "differs"
    return f"{change.name}: {what}" if change.name else what
