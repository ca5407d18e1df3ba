"""What is not versioned, project against live: script settings, workers.dev, the usage model."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from workers_deploy.core.compare import render_value
from workers_deploy.core.digest import parse_note
from workers_deploy.core.live import LiveState
from workers_deploy.core.project import Project, ScriptSettings, SubdomainState, UsageModel
from workers_deploy.core.steps import Action, Change

# Answered as null whatever was sent, by an account without the feature (Terraform's provider).
_UNANSWERED = ("traces", "propagation_policy")  # of observability
SUBDOMAIN_FIELDS = {"enabled": "workers.dev", "previews_enabled": "preview URLs"}


def wanted_settings(project: Project, live: LiveState, *, by_note: bool = False) -> ScriptSettings:
    """Return the script settings that differ from live, ready to be sent.

    `observability` is laid over live's, since a PATCH replaces it whole. `cf:` tags of the project
    are added; other people's tags stay. `by_note`: live's note says that what is never answered is
    as it shall be.
    """
    desired, actual = project.script_settings, live.script_settings
    observability = desired.observability
    if observability is not None:
        observability = laid_over(without_nulls(actual.observability or {}), observability)
    desired = replace(desired, observability=observability, tags=_wanted_tags(project, actual))
    known = _with_unanswered(actual, desired) if by_note else actual
    differing = {
        field.name: getattr(desired, field.name)
        for field in fields(ScriptSettings)
        if getattr(desired, field.name) is not None
        and differs(getattr(desired, field.name), getattr(known, field.name))
    }
    return ScriptSettings(**differing)


def unanswered_settings(settings: ScriptSettings) -> dict[str, Any]:
    """Return the settings that are never answered, so that a note must tell whether they are set.

    >>> unanswered_settings(ScriptSettings(observability={"enabled": True}))
    {}
    """
    part, key = _UNANSWERED
    value = ((settings.observability or {}).get(part) or {}).get(key)
    return {} if value is None else {"observability": {part: {key: value}}}


def _with_unanswered(actual: ScriptSettings, desired: ScriptSettings) -> ScriptSettings:
    """Return live's settings with what was sent and is not answered."""
    answered = without_nulls(actual.observability or {})
    sent = unanswered_settings(desired).get("observability", {})
    known = laid_over(sent, answered) if _UNANSWERED[0] in answered else answered
    return replace(actual, observability=known or actual.observability)


def _wanted_tags(project: Project, actual: ScriptSettings) -> tuple[str, ...] | None:
    said = project.script_settings.tags
    if said is None and not project.service_tags:
        return None
    prefixes = tuple(tag.partition("=")[0] + "=" for tag in project.service_tags)
    base = said if said is not None else (actual.tags or ())
    kept = tuple(tag for tag in base if not tag.startswith(prefixes))
    return (*kept, *project.service_tags)


def differs(wanted: Any, actual: Any) -> bool:
    """Tell whether a setting is otherwise than wanted: more fields are fine, and so is any order.

    >>> differs({"logs": {"enabled": True}}, {"enabled": True, "logs": {"enabled": True}})
    False
    >>> differs(("a", "b"), ["b", "a"]), differs({"enabled": True}, None)
    (False, True)
    """
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        return any(differs(value, actual.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list | tuple) and isinstance(actual, list | tuple):
        missing = (one for one in wanted if all(differs(one, other) for other in actual))
        return len(wanted) != len(actual) or next(missing, None) is not None
    return bool(wanted != actual) and bool(wanted or actual)


def without_nulls(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is set: Cloudflare answers null for what is not, and need not take it."""
    return {
        key: without_nulls(one) if isinstance(one, Mapping) else one
        for key, one in value.items()
        if one is not None
    }


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
            before=render_value(getattr(live, field.name)),
            after=render_value(getattr(wanted, field.name)),
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
    if live.exists and not was_cut_short(live):
        return SubdomainState(
            enabled=_first_said(said.enabled, actual.enabled),
            previews_enabled=_first_said(said.previews_enabled, actual.previews_enabled),
        )
    has_routes = bool(project.triggers.routes or project.triggers.domains)
    enabled = _first_said(said.enabled, not has_routes)
    previews = _first_said(said.previews_enabled, enabled)
    return SubdomainState(enabled=enabled, previews_enabled=previews)


def was_cut_short(live: LiveState) -> bool:
    """Tell whether a first deploy of ours may have ended before it came to workers.dev.

    Both flags are off, as Cloudflare makes a script, and nothing was deployed since. That somebody
    turned them off looks the same; wrangler turns workers.dev on at each deploy that says nothing
    of it, so this errs less often than it does.
    """
    is_ours = live.live is not None and parse_note(live.live.message) is not None
    is_off = live.subdomain.enabled is False and not live.subdomain.previews_enabled
    return live.is_first_deployment and is_ours and is_off


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
            before=render_value(getattr(live, name, None)),
            after=render_value(getattr(wanted, name)),
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


def settings_are_set(wanted: ScriptSettings, live: ScriptSettings) -> bool:
    """Tell whether live has all of the script settings that are wanted."""
    pairs = ((getattr(wanted, one.name), getattr(live, one.name)) for one in fields(ScriptSettings))
    return not any(want is not None and differs(want, actual) for want, actual in pairs)


def subdomain_is_set(wanted: SubdomainState, live: SubdomainState) -> bool:
    """Tell whether workers.dev and preview URLs are as wanted, as far as that says something."""
    pairs = ((getattr(wanted, name), getattr(live, name)) for name in SUBDOMAIN_FIELDS)
    return all(want in (None, actual) for want, actual in pairs)


def beside_upload(settings: ScriptSettings) -> ScriptSettings:
    """Return what of a new script's settings its upload does not carry: the tags alone.

    The rest was taken with the upload that Cloudflare answered (`metadata._script_level`).
    """
    return ScriptSettings(tags=settings.tags)


def only_set(settings: ScriptSettings, *, by: ScriptSettings) -> ScriptSettings:
    """Return of some script settings those that others say as well."""
    names = (field.name for field in fields(ScriptSettings))
    said = {n: getattr(settings, n) for n in names if getattr(by, n) is not None}
    return ScriptSettings(**said)
