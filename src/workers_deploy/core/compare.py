"""Project against live, field by field; what can't be read back is compared by the note.

Live may report more than was sent (defaults, ids that Cloudflare fills in), so a field differs only
where live contradicts what the project says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from workers_deploy.core.digest import Note, parse_note
from workers_deploy.core.live import LiveState, LiveVersion
from workers_deploy.core.project import (
    SECRET_KINDS,
    VARIABLE_KINDS,
    Binding,
    Project,
    ScriptSettings,
    SubdomainState,
    UsageModel,
)
from workers_deploy.core.steps import Action, Change
from workers_deploy.dataclass import dataclass

# One thing under two names: wrangler and the docs write the left one, the schema the right one.
FIELD_ALIASES = {"id": "database_id"}
# An annotation is copied to versions that no upload made; a note there says nothing.
UPLOAD_TRIGGERS = frozenset({"upload", "version_upload", "create_version_api"})
# The one edit that is known to inherit annotations (wrangler's source, versions/deploy.ts).
BY_SECRET = "secret"  # noqa: S105 - a cause, no value
SUBDOMAIN_FIELDS = {"enabled": "workers.dev", "previews_enabled": "preview URLs"}


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


def contradicts(desired: Any, live: Any) -> bool:
    """Tell whether live says something else than desired; more is no contradiction.

    >>> contradicts({"enabled": True}, {"enabled": True, "head_sampling_rate": 1})
    False
    """
    if isinstance(desired, Mapping):
        if not isinstance(live, Mapping):
            return bool(desired)
        return any(
            contradicts(value, live.get(key, live.get(FIELD_ALIASES.get(key, key))))
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
    return key in live.fields or FIELD_ALIASES.get(key, key) in live.fields


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
            action=Action.UPDATE, kind="setting", name=name, before=_text(actual), after=_text(want)
        )
        for name, want, actual in pairs
        if want is not None and contradicts(want, actual)
    )


def compare_secrets(project: Project, live: LiveState, *, same: bool | None) -> tuple[Change, ...]:
    """Return what happens to secrets, by name; `same` is what the note says of the values."""
    actual = set(live.secret_names)
    named = [secret.name for secret in project.secrets]
    changes = [
        Change(action=Action.CREATE, kind="secret", name=name)
        for name in named
        if name not in actual
    ]
    old = [name for name in named if name in actual]
    if old and same is not True:
        detail = "sent again: live has no note of ours to compare with"
        if same is False:
            # The digest is of all the secrets that a deploy names.
            others = ", or the last deploy named others too" if actual - set(named) else ""
            detail = (
                f"a value changed{others} (which one can't be told: values are never read back)"
            )
        changes.append(
            Change(action=Action.UPDATE, kind="secrets", name=", ".join(old), detail=detail)
        )
    if project.prune_secrets:
        changes += [
            Change(action=Action.DELETE, kind="secret", name=name)
            for name in sorted(actual - set(named))
        ]
    return tuple(changes)


def wanted_settings(project: Project, live: LiveState) -> ScriptSettings:
    """Return the script settings that differ from live, ready to be sent.

    `observability` is laid over live's, since a PATCH replaces it whole. `cf:` tags of the project
    are added; other people's tags stay.
    """
    desired, actual = project.script_settings, live.script_settings
    observability = desired.observability
    if observability is not None:
        observability = laid_over(actual.observability or {}, observability)
    desired = replace(desired, observability=observability, tags=_wanted_tags(project, actual))
    differing = {
        field.name: getattr(desired, field.name)
        for field in fields(ScriptSettings)
        if getattr(desired, field.name) is not None
        and contradicts(getattr(desired, field.name), getattr(actual, field.name))
    }
    return ScriptSettings(**differing)


def _wanted_tags(project: Project, actual: ScriptSettings) -> tuple[str, ...] | None:
    said = project.script_settings.tags
    if said is None and not project.service_tags:
        return None
    prefixes = tuple(tag.partition("=")[0] + "=" for tag in project.service_tags)
    base = said if said is not None else (actual.tags or ())
    kept = tuple(t for t in base if not (prefixes and t.startswith(prefixes)))
    wanted = (*kept, *project.service_tags)
    # Order carries no meaning: the same set is no change.
    return actual.tags if actual.tags and set(actual.tags) == set(wanted) else wanted


def laid_over(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with what `top` says, deep down too.

    >>> laid_over({"logs": {"enabled": True, "persist": True}}, {"logs": {"enabled": False}})
    {'logs': {'enabled': False, 'persist': True}}
    """
    merged = dict(base)
    for key, value in top.items():
        old = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(old, Mapping)
        merged[key] = laid_over(old, value) if both else value  # type: ignore[arg-type]
    return merged


def compare_settings(wanted: ScriptSettings, live: ScriptSettings) -> tuple[Change, ...]:
    """Return the changes of script settings, as `logpush false → true`."""
    return tuple(
        Change(
            action=Action.UPDATE,
            kind="settings",
            name=field.name,
            before=_text(getattr(live, field.name)),
            after=_text(getattr(wanted, field.name)),
        )
        for field in fields(ScriptSettings)
        if getattr(wanted, field.name) is not None
    )


def wanted_subdomain(project: Project, live: LiveState) -> SubdomainState:
    """Return both fields as they shall be; what nobody said stays, or on a first deploy is on.

    A first deploy answers on workers.dev unless the project has routes, and on preview URLs if it
    does (as wrangler with API date 2025-08-01). None: nobody said it, and it could not be read.
    """
    said, actual = project.subdomain, live.subdomain
    if live.exists:
        return SubdomainState(
            enabled=_first_said(said.enabled, actual.enabled),
            previews_enabled=_first_said(said.previews_enabled, actual.previews_enabled),
        )
    has_routes = bool(project.triggers.routes or project.triggers.domains)
    enabled = _first_said(said.enabled, not has_routes)
    previews = _first_said(said.previews_enabled, enabled)
    return SubdomainState(enabled=enabled, previews_enabled=previews)


def _first_said(*values: bool | None) -> bool | None:
    return next((value for value in values if value is not None), None)


def compare_subdomain(wanted: SubdomainState, live: SubdomainState) -> tuple[Change, ...]:
    """Return the state of workers.dev and preview URLs, unchanged ones too."""
    return tuple(
        Change(
            action=_action(before, after),
            kind=kind,
            before=_on_off(before),
            after=_on_off(after),
        )
        for name, kind in SUBDOMAIN_FIELDS.items()
        for before, after in [(getattr(live, name), getattr(wanted, name))]
    )


def compare_usage_model(wanted: UsageModel, live: UsageModel | None) -> tuple[Change, ...]:
    """Return the differences of the usage-model endpoint's two fields."""
    return tuple(
        Change(
            action=Action.UPDATE,
            kind="usage model",
            name=name,
            before=_text(getattr(live, name, None)),
            after=_text(getattr(wanted, name)),
        )
        for name in ("usage_model", "cpu_ms")
        if getattr(wanted, name) not in (None, getattr(live, name, None))
    )


def _action(before: bool | None, after: bool | None) -> Action:
    if before is None and after is not None:
        return Action.CREATE
    return Action.UNCHANGED if before == after else Action.UPDATE


def _on_off(value: bool | None) -> str | None:
    return {True: "on", False: "off", None: None}[value]


def _text(value: Any) -> str:
    match value:
        case None:
            return "not set"
        case bool():
            return str(value).lower()
        case Mapping():
            return ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) or "not set"
        case list() | tuple():
            return ", ".join(_text(item) for item in value) or "none"
        case _:
            return str(value)
