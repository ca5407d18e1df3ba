"""Script-level settings: what an upload, script-settings and settings make of them."""

from dataclasses import replace
from typing import Any

from workers_emulator.requests.call import Call
from workers_emulator.requests.shapes import Consumer, Unversioned, plain
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import (
    SCRIPT_TAG_TOO_LONG,
    SELF_TAIL,
    TAIL_CONSUMER_MISSING,
    TOO_MANY_TAGS,
)
from workers_emulator.state.model import ScriptSettings

_MAX_TAG_BYTES, _MAX_TAGS = 128, 8


def after_put(call: Call, former: ScriptSettings, sent: Unversioned) -> ScriptSettings:
    """Return the settings after PUT script (rule: put-unversioned)."""
    return patched(call, ScriptSettings(tags=former.tags), sent)


def patched(call: Call, former: ScriptSettings, sent: Unversioned) -> ScriptSettings:
    """Return the settings with the fields that were sent; null resets one (observability-null).

    Raises:
        Refusal: 100102, 100103 for tags; 10203, 10204 for tail consumers.

    """
    given = sent.model_fields_set
    changed: dict[str, Any] = {}
    if "logpush" in given:
        changed["logpush"] = bool(sent.logpush)
    if "observability" in given:
        observability = sent.observability
        changed["observability"] = None if observability is None else plain(observability)
    if "tags" in given:
        changed["tags"] = _tags(sent.tags or [])
    for name in ("tail_consumers", "streaming_tail_consumers"):
        if name in given:
            changed[name] = _consumers(call, getattr(sent, name))
    return replace(former, **changed)


def _tags(tags: list[str]) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(tags))
    if any(len(tag.encode(errors="replace")) > _MAX_TAG_BYTES for tag in unique):
        raise Refusal(SCRIPT_TAG_TOO_LONG)
    if len(unique) > _MAX_TAGS:
        raise Refusal(TOO_MANY_TAGS)
    return unique


def _consumers(call: Call, consumers: list[Consumer] | None) -> tuple[dict[str, Any], ...] | None:
    if consumers is None:
        return None
    for consumer in consumers:
        _check_consumer(call, consumer)
    return tuple(plain(consumer) for consumer in consumers)


def _check_consumer(call: Call, consumer: Consumer) -> None:
    is_self = consumer.namespace is None and consumer.service == call.args.get("script_name")
    script = call.state.script(consumer.service, consumer.namespace)
    if script is None and not is_self:
        raise Refusal(TAIL_CONSUMER_MISSING, f"Tail Worker '{consumer.service}' not found.")
    latest = script.latest if script is not None else None
    if is_self and latest is not None and latest.handlers == ("tail",):
        raise Refusal(SELF_TAIL)
