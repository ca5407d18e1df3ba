"""What live must look like after a deploy: what is wrong there, and what only reads otherwise.

Wrong is what is known to be: another version serves, or a secret or a binding is missing by its
name. Settings and triggers were each answered as taken; Cloudflare answers some in another form or
leaves them out, so what reads otherwise is told, and a deploy is good all the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from workers_deploy.core.compare import render_value
from workers_deploy.core.compare_settings import SUBDOMAIN_FIELDS, differs
from workers_deploy.core.live import LiveState, TrafficShare, render_shares
from workers_deploy.core.plan_triggers import trigger_steps
from workers_deploy.core.project import ScriptSettings, SubdomainState, UsageModel
from workers_deploy.core.steps import Action, CheckLive


def mismatches(
    step: CheckLive, live: LiveState, shares: tuple[TrafficShare, ...]
) -> tuple[str, ...]:
    """Return what is wrong with what is live; `shares` must serve, if there are any."""
    traffic = tuple(_traffic(live, shares))
    if live.live is not None and not live.live.has_bindings_answered:
        return traffic  # an answer without bindings does not say that one is missing
    return (*traffic, *_secrets(step, live), *_bindings(step, live))


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


def _bindings(step: CheckLive, live: LiveState) -> Iterator[str]:
    if live.live is None:
        return
    actual = {binding.name for binding in live.live.bindings}
    yield from (f"binding {name} is missing" for name in step.binding_names if name not in actual)


def triggers_read_otherwise(step: CheckLive, live: LiveState) -> tuple[str, ...]:
    """Return which triggers are not read as they were set."""
    return tuple(
        f"{change.kind} {change.name} is not read as it was set"
        for trigger in trigger_steps(step.project, live)
        if trigger.action is not Action.UNCHANGED
        for change in trigger.changes
    )


def settings_read_otherwise(sent: ScriptSettings, read: ScriptSettings) -> tuple[str, ...]:
    """Return in which fields script settings read otherwise, with both values.

    Only what is answered, and not as null, is compared.
    """
    return tuple(
        text
        for field in fields(ScriptSettings)
        for text in _otherwise(field.name, getattr(sent, field.name), getattr(read, field.name))
    )


def subdomain_reads_otherwise(sent: SubdomainState, read: SubdomainState) -> tuple[str, ...]:
    """Return what of workers.dev and preview URLs reads otherwise, with both values."""
    return tuple(
        text
        for name, title in SUBDOMAIN_FIELDS.items()
        for text in _otherwise(title, getattr(sent, name), getattr(read, name))
    )


def usage_model_reads_otherwise(sent: UsageModel, read: UsageModel | None) -> tuple[str, ...]:
    """Return which fields of the usage model read otherwise, with both values."""
    return tuple(
        text
        for name in ("usage_model", "cpu_ms")
        for text in _otherwise(name, getattr(sent, name), getattr(read, name, None))
    )


def _otherwise(name: str, sent: Any, read: Any) -> Iterator[str]:
    if sent is None or read is None:
        return
    if isinstance(sent, Mapping) and isinstance(read, Mapping):
        for key, value in sent.items():
            yield from _otherwise(f"{name}.{key}", value, read.get(key))
    elif differs(sent, read):
        yield f"{name} was set to {render_value(sent)} and reads {render_value(read)}"
