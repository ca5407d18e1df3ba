"""What live must look like after a deploy, and in which points it does not yet."""

from collections.abc import Iterator
from dataclasses import fields

from workers_deploy.core.compare import compare_usage_model, contradicts
from workers_deploy.core.live import LiveState, TrafficShare, render_shares
from workers_deploy.core.plan_triggers import trigger_steps
from workers_deploy.core.project import ScriptSettings, SubdomainState, UsageModel
from workers_deploy.core.steps import Action, CheckLive


def mismatches(
    step: CheckLive, live: LiveState, shares: tuple[TrafficShare, ...]
) -> tuple[str, ...]:
    """Return in which points live is not as planned; `shares` must serve, if there are any."""
    return (
        *_traffic(live, shares),
        *_secrets(step, live),
        *differing_settings(step.settings, live.script_settings),
        *differing_subdomain(step.subdomain, live.subdomain),
        *differing_usage_model(step.usage_model, live.usage_model),
        *(_triggers(step, live) if step.reads_triggers else ()),
    )


def _triggers(step: CheckLive, live: LiveState) -> Iterator[str]:
    for trigger in trigger_steps(step.project, live):
        if trigger.action is not Action.UNCHANGED:
            yield f"{trigger.title.lower()} not as set"


def differing_usage_model(wanted: UsageModel | None, live: UsageModel | None) -> tuple[str, ...]:
    """Return the names of the usage model's fields that are not as wanted, as far as it is read."""
    if wanted is None or live is None:
        return ()
    return tuple(change.name for change in compare_usage_model(wanted, live))


def differing_settings(wanted: ScriptSettings, live: ScriptSettings) -> tuple[str, ...]:
    """Return the names of the script settings that live contradicts."""
    return tuple(
        field.name
        for field in fields(ScriptSettings)
        if getattr(wanted, field.name) is not None
        and contradicts(getattr(wanted, field.name), getattr(live, field.name))
    )


def differing_subdomain(wanted: SubdomainState, live: SubdomainState) -> tuple[str, ...]:
    """Return what of workers.dev and preview URLs is not as wanted."""
    pairs = (
        ("workers.dev", wanted.enabled, live.enabled),
        ("preview URLs", wanted.previews_enabled, live.previews_enabled),
    )
    return tuple(
        f"{name} {'off' if want else 'on'}"
        for name, want, actual in pairs
        if None not in (want, actual) and want != actual
    )


def _traffic(live: LiveState, shares: tuple[TrafficShare, ...]) -> Iterator[str]:
    if not shares:
        return
    if live.deployment is None:
        yield "no deployment is live"
    elif live.deployment.shares != shares:
        actual = render_shares(live.deployment.shares) or "nothing"
        yield f"live is {actual} instead of {render_shares(shares)}"


def _secrets(step: CheckLive, live: LiveState) -> Iterator[str]:
    actual = set(live.secret_names)
    yield from (f"secret {name} is missing" for name in step.secret_names if name not in actual)
    yield from (f"secret {name} is still there" for name in step.gone_secrets if name in actual)
