"""What undoing puts back, and what stays as the run set it and why: pure, of what is known.

Settings go back where traffic did not move to what this run made, or went back. Triggers go back
where a check or a probe failed: what goes back goes back whole.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeAlias

from workers_deploy.core.compare import contradicts
from workers_deploy.core.live import LiveDeployment, LiveState
from workers_deploy.core.plan_triggers import trigger_steps
from workers_deploy.core.project import Project, ScriptSettings, Triggers
from workers_deploy.core.steps import (
    Action,
    AttachDomain,
    PatchScriptSettings,
    PutQueueConsumer,
    PutRoutes,
    PutSchedules,
    PutUsageModel,
    PutWorkflow,
    SetSubdomain,
    Step,
    Trigger,
)
from workers_deploy.dataclass import dataclass

SettingsStep: TypeAlias = PatchScriptSettings | PutUsageModel | SetSubdomain
Undoable: TypeAlias = SettingsStep | Trigger
# Cloudflare answers in any of these ways for what was never set, or is off.
_NOT_SET: tuple[Any, ...] = (None, False, (), {}, {"enabled": False})
TRIGGERS_STAY = "triggers stay as they were set"


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """A step that was carried out and is to be put back; with a reason it stays as it was set."""

    step: Undoable
    reason: str = ""


def undo_plan(
    done: tuple[Step, ...],
    *,
    existed: bool,
    others: LiveDeployment | None,
    found_set: tuple[Step, ...] = (),
    with_triggers: bool = False,
) -> tuple[Undo, ...]:
    """Return what is put back of these steps, in reverse order.

    Args:
        done: what was carried out, or may have been, in order.
        existed: whether the script was there before; a new one had no state to go back to.
        others: what someone else deployed meanwhile.
        found_set: steps whose settings were as wanted already when their turn came.
        with_triggers: whether triggers go back too.

    """
    undos = []
    for step in reversed(done):
        if step in found_set:
            continue
        if isinstance(step, Trigger):
            undos.append(Undo(step=step, reason="" if with_triggers else TRIGGERS_STAY))
        elif isinstance(step, SettingsStep) and existed:
            undos.append(Undo(step=step, reason=_why_it_stays(step, others)))
    return tuple(undos)


def _why_it_stays(step: SettingsStep, others: LiveDeployment | None) -> str:
    """Tell why a setting is not put back.

    Two runs of one project mostly set the same: what this one put back would be missing from the
    other's deploy. Where the two differ, the other run sets it again, and the report says so.
    """
    if others is not None and "wd1:" in (others.message or ""):
        return "the other run may have set it too"
    return "" if _is_known(step) else "what it was could not be read"


def _is_known(step: SettingsStep) -> bool:
    """Tell whether what a step changed had been read before."""
    match step:
        case SetSubdomain():
            return None not in (step.former.enabled, step.former.previews_enabled)
        case PutUsageModel():
            return step.former is not None
        case PatchScriptSettings():
            return True


def settings_were_edited(
    step: PatchScriptSettings, live: ScriptSettings, as_read_back: ScriptSettings | None
) -> bool:
    """Tell whether one of them is neither as this run set it nor as it was before.

    Cloudflare may add to what was sent: how it looks then is known where it was read back.
    """
    former = former_settings(step)

    def is_as_set(name: str) -> bool:
        if as_read_back is None:
            return not contradicts(getattr(step.settings, name), getattr(live, name))
        return bool(getattr(live, name) == getattr(as_read_back, name))

    return any(
        not is_as_set(name) and not _is_same(getattr(former, name), getattr(live, name))
        for name in _names_set_by(step)
    )


def are_former(former: ScriptSettings, live: ScriptSettings) -> bool:
    """Tell whether live has these values and no more."""
    pairs = ((getattr(former, one.name), getattr(live, one.name)) for one in fields(ScriptSettings))
    return all(then is None or _is_same(then, now) for then, now in pairs)


def _is_same(then: Any, now: Any) -> bool:
    """Tell whether a setting has this value; what was never set is as what is off."""
    return bool(then == now) or (then in _NOT_SET and now in _NOT_SET)


def _names_set_by(step: PatchScriptSettings) -> tuple[str, ...]:
    names = (field.name for field in fields(ScriptSettings))
    return tuple(name for name in names if getattr(step.settings, name) is not None)


def former_settings(step: PatchScriptSettings) -> ScriptSettings:
    """Return what undoes a patch: the fields that it set, as they were; never set ones emptied."""
    empty = {"logpush": False, "observability": {}}
    values = {
        name: _or_empty(getattr(step.former, name), empty.get(name, ()))
        for name in _names_set_by(step)
    }
    return ScriptSettings(**values)


def _or_empty(value: Any, empty: Any) -> Any:
    return empty if value is None else value


def set_by(step: Trigger) -> Triggers:
    """Return what a step sets, as a project names it."""
    match step:
        case PutSchedules():
            return Triggers(crons=step.crons)
        case PutRoutes():
            return Triggers(routes=step.routes)
        case AttachDomain():
            return Triggers(domains=(step.domain,))
        case PutQueueConsumer():
            return Triggers(queue_consumers=(step.consumer,))
        case PutWorkflow():
            return Triggers(workflows=(step.workflow,))


def trigger_was_edited(step: Trigger, live: Triggers, script_name: str) -> bool:
    """Tell whether a trigger is neither as this run set it nor as it was before."""
    project = Project(script_name=script_name, triggers=set_by(step))
    now = trigger_steps(project, LiveState(script_name=script_name, triggers=live))
    as_set = all(one.action is Action.UNCHANGED for one in now)
    return not as_set and not _is_former(step, live, script_name)


def trigger_is_as_before(step: Trigger, live: Triggers, script_name: str) -> bool:
    """Tell whether nothing of a trigger is left to put back, what it took from others included."""
    if not _is_former(step, live, script_name):
        return False
    if not isinstance(step, PutRoutes):
        return True
    known = {(one.get("pattern"), one.get("script")) for one in live.routes or ()}
    return all((one.get("pattern"), one.get("script")) in known for one in step.former)


def _is_former(step: Trigger, live: Triggers, script_name: str) -> bool:
    match step:
        case PutSchedules():
            return set(live.crons or ()) == set(step.former)
        case PutRoutes():
            return _patterns(live.routes, script_name) == _patterns(step.former, script_name)
        case AttachDomain():
            return _service(_first(live.domains)) == _service(step.former)
        case PutQueueConsumer():
            found = _first(live.queue_consumers)
            ours = found if found and found.get("consumer_id") else None
            return not contradicts(step.former, ours)
        case PutWorkflow():
            return not contradicts(step.former, _first(live.workflows))


def _patterns(routes: tuple[Mapping[str, Any], ...] | None, script_name: str) -> set[str]:
    return {str(one["pattern"]) for one in routes or () if one.get("script") == script_name}


def _first(found: tuple[Mapping[str, Any], ...] | None) -> Mapping[str, Any] | None:
    return next(iter(found or ()), None)


def _service(domain: Mapping[str, Any] | None) -> object:
    return None if domain is None else domain.get("service")
