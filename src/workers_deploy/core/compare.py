"""Project against live, field by field; what can't be read back is compared by the note.

A version never changes, so where live's note says that code and configuration are what would be
sent, that is all there is to compare. Reading values back says less: Cloudflare answers some in
another form, and some not at all. They are compared where there is no such note; live may report
more than was sent (defaults, ids that Cloudflare fills in), so a field differs only where live
contradicts what the project says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from workers_deploy.core.digest import Note, parse_note
from workers_deploy.core.live import LiveState, LiveVersion
from workers_deploy.core.project import (
    SECRET_KINDS,
    VARIABLE_KINDS,
    Binding,
    Project,
)
from workers_deploy.core.steps import Action, Change
from workers_deploy.dataclass import dataclass

# One thing under two names: wrangler and the docs write the left one, the schema the right one.
FIELD_ALIASES = {"id": "database_id"}
# An annotation is copied to versions that no upload made; a note there says nothing.
UPLOAD_TRIGGERS = frozenset({"upload", "version_upload", "create_version_api"})
# The one edit that is known to inherit annotations (wrangler's source, versions/deploy.ts).
BY_SECRET = "secret"  # noqa: S105 - a cause, no value
# What a placement may be by, besides smart.
_TARGETS = ("region", "host", "hostname")


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteComparison:
    """What the note says of the live version; None: not comparable."""

    code: bool | None = None
    assets: bool | None = None
    secrets: bool | None = None

    @property
    def comparable(self) -> bool:
        """Tell whether the live version has a note that counts."""
        return self.code is not None


def live_note(version: LiveVersion | None) -> Note | None:
    """Return the note of a version that an upload made, else None."""
    if version is None or version.triggered_by not in UPLOAD_TRIGGERS:
        return None
    return parse_note(version.message)


def is_ours(version: LiveVersion) -> bool:
    """Tell whether a run of ours made the version: it has a note that it did not inherit."""
    return parse_note(version.message) is not None and version.triggered_by != BY_SECRET


def compare_note(note: Note, version: LiveVersion | None) -> NoteComparison:
    """Tell which parts of the live version are what would be sent."""
    live = live_note(version)
    if live is None:
        return NoteComparison()
    same = NoteComparison(
        code=live.code == note.code,
        assets=live.assets == note.assets,
        secrets=live.secrets == note.secrets,
    )
    # Where no part is the same the key may be another, as after a change of the API token.
    return same if same.code or same.assets or same.secrets else NoteComparison()


def why_not_comparable(version: LiveVersion | None) -> str:
    """Say why no part of a live version can be compared by its note; its name comes before.

    A note that can't be compared is a note all the same, and the log shows its commit.
    """
    if version is None or parse_note(version.message) is None:
        return "has no note of ours to compare with"
    if live_note(version) is None:
        return "was edited after the upload, so its note may not match what it holds"
    return "differs in every part, or its note was written with another API token"


def contradicts(desired: Any, live: Any) -> bool:
    """Tell whether live says something else than desired; more is no contradiction.

    >>> contradicts({"enabled": True}, {"enabled": True, "head_sampling_rate": 1})
    False
    """
    if isinstance(desired, Mapping):
        if not isinstance(live, Mapping):
            return bool(desired)
        return any(
            contradicts(value, live.get(key, live.get(FIELD_ALIASES.get(key))))
            for key, value in desired.items()
        )
    if isinstance(desired, list | tuple) and isinstance(live, list | tuple):
        return len(desired) != len(live) or any(map(contradicts, desired, live))
    return bool(desired != live) and not (not desired and not live)


def compare_bindings(project: Project, live: LiveVersion) -> tuple[Change, ...]:
    """Return what an upload changes in the bindings; secrets are compared elsewhere."""
    desired = {binding.name: binding for binding in project.bindings}
    actual = {b.name: b for b in live.bindings if b.type not in SECRET_KINDS}
    kept = VARIABLE_KINDS if project.keep_vars else ()
    gone = [b for b in actual.values() if b.name not in desired and b.type not in kept]
    changes = [_compare_binding(b, actual.get(b.name)) for b in desired.values()]
    changes += [_binding_change(Action.DELETE, b) for b in gone]
    return tuple(change for change in changes if change is not None)


def compare_kept(project: Project, live: LiveVersion) -> tuple[Change, ...]:
    """Return the variables that go, of a live version whose note says that it is the project's.

    An upload that keeps variables may have left more on the version than the project names.
    """
    desired = {binding.name for binding in project.bindings}
    kept = () if project.keep_vars else VARIABLE_KINDS
    gone = (b for b in live.bindings if b.type in kept and b.name not in desired)
    return tuple(_binding_change(Action.DELETE, binding) for binding in gone)


def _compare_binding(desired: Binding, live: Binding | None) -> Change | None:
    if desired.type == "inherit":
        return None
    if live is None:
        return _binding_change(Action.CREATE, desired)
    if live.type != desired.type:
        return replace(_binding_change(Action.UPDATE, desired), before=live.type)
    changed = [
        key
        for key, value in desired.fields.items()
        if _reported(key, live) and contradicts({key: value}, live.fields)
    ]
    if not changed:
        return None
    return replace(_binding_change(Action.UPDATE, desired), detail=f"{', '.join(changed)} changed")


def _reported(key: str, live: Binding) -> bool:
    # What live doesn't report is covered by the note's code digest.
    return key in live.fields or FIELD_ALIASES.get(key) in live.fields


def _binding_change(action: Action, binding: Binding) -> Change:
    return Change(action=action, kind="binding", name=binding.name, after=binding.type)


def compare_runtime(project: Project, live: LiveVersion) -> tuple[Change, ...]:
    """Return what an upload changes in compatibility, placement, limits and cache."""
    pairs: Iterable[tuple[str, Any, Any]] = (
        ("compatibility_date", project.compatibility_date, live.compatibility_date),
        (
            "compatibility_flags",
            sorted(project.compatibility_flags),
            sorted(live.compatibility_flags),
        ),
        ("placement", project.placement, live.placement),
        ("limits", project.limits, live.limits),
        ("cache_options", project.cache_options, live.cache_options),
    )
    return tuple(
        Change(
            action=Action.UPDATE,
            kind="setting",
            name=name,
            before=render_value(actual),
            after=render_value(want),
        )
        for name, want, actual in pairs
        if want is not None and _differs(name, want, actual)
    )


def _differs(name: str, want: Any, actual: Any) -> bool:
    return placement_differs(want, actual) if name == "placement" else contradicts(want, actual)


def placement_differs(want: Mapping[str, Any], actual: Mapping[str, Any] | None) -> bool:
    """Tell whether a version is placed otherwise, in whichever form it is answered.

    Captures have a list of one target with its type, a list of numbers, and no target at all.

    >>> sent = {"mode": "targeted", "region": "aws:us-east-1"}
    >>> target = {"type": "region", "region": "aws:us-east-1"}
    >>> placement_differs(sent, {"mode": "targeted", "target": [target]})
    False
    """
    if not actual:
        return bool(want)
    modes = {_placement_mode(want), _placement_mode(actual)} - {None}
    targets = _placement_target(want), _placement_target(actual)
    hints = want.get("hint"), actual.get("hint")
    return (
        len(modes) > 1
        or (None not in targets and targets[0] != targets[1])
        or (None not in hints and hints[0] != hints[1])
    )


def _placement_mode(placement: Mapping[str, Any]) -> str | None:
    mode = placement.get("mode")
    return "targeted" if mode is None and _placement_target(placement) else mode


def _placement_target(placement: Mapping[str, Any]) -> tuple[str, Any] | None:
    listed = placement.get("target")
    spots = [*(listed if isinstance(listed, list | tuple) else ()), placement]
    found = (
        (key, spot[key])
        for spot in spots
        if isinstance(spot, Mapping)
        for key in _TARGETS
        if spot.get(key)
    )
    return next(found, None)


def compare_secrets(project: Project, live: LiveState, *, same: bool | None) -> tuple[Change, ...]:
    """Return what happens to secrets, by name; `same` is what the note says of the values."""
    actual = set(live.secret_names)
    named = [secret.name for secret in project.secrets]
    old = [name for name in named if name in actual]
    others = sorted(actual - set(named) - {binding.name for binding in project.bindings})
    changes = [
        Change(action=Action.CREATE, kind="secret", name=name)
        for name in named
        if name not in actual
    ]
    if old and not all(secret.is_known for secret in project.secrets):
        changes.append(_same_secrets(old, "compared by name, since values are not known here"))
    elif old and same is not True:
        detail = _why_sent(live, same=same, fewer=bool(actual - set(named)))
        changes.append(
            Change(action=Action.UPDATE, kind="secrets", name=", ".join(old), detail=detail)
        )
    if project.prune_secrets:
        changes += [
            Change(action=Action.DELETE, kind="secret", name=name)
            for name in sorted(actual - set(named))
        ]
    elif others and project.main_module is not None:
        changes.append(_same_secrets(others, "kept, since prune-secrets is not set"))
    return tuple(changes)


def _same_secrets(names: Iterable[str], detail: str) -> Change:
    return Change(action=Action.UNCHANGED, kind="secrets", name=", ".join(names), detail=detail)


def _why_sent(live: LiveState, *, same: bool | None, fewer: bool) -> str:
    """Say why secrets are sent that live has; `fewer` are named than live has."""
    if same is False:
        # The digest is of all the secrets that a deploy names.
        others = ", or the last deploy named others too" if fewer else ""
        return f"a value changed{others} (which one can't be told: values are never read back)"
    if live.live is None:
        return "sent again: values are never read back"
    return f"sent again: the live version {why_not_comparable(live.live)}"


def unknown_values(project: Project) -> tuple[str, ...]:
    """Return the note on secrets of which a plan knows the names alone."""
    names = [secret.name for secret in project.secrets if not secret.is_known]
    if not names:
        return ()
    has = "has" if len(names) == 1 else "have"
    return (f"{', '.join(names)} {has} no value in this run: planned by name; a deploy needs it",)


def render_value(value: Any) -> str:
    """Write what a setting is set to, as people read it.

    >>> render_value({"enabled": True, "head_sampling_rate": None})
    'enabled: true, head_sampling_rate: not set'
    """
    match value:
        case None:
            return "not set"
        case bool():
            return str(value).lower()
        case Mapping():
            return (
                ", ".join(f"{key}: {render_value(item)}" for key, item in value.items())
                or "not set"
            )
        case list() | tuple():
            return ", ".join(render_value(item) for item in value) or "none"
        case _:
            return str(value)
