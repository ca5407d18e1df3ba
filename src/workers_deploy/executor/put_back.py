"""Script settings, usage model and workers.dev as they were before a run changed them."""

from dataclasses import fields
from typing import Any, Literal

from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.core.check import differing_subdomain
from workers_deploy.core.compare import contradicts
from workers_deploy.core.project import ScriptSettings, UsageModel
from workers_deploy.core.steps import (
    PatchScriptSettings,
    PutUsageModel,
    SetSubdomain,
    Step,
    Trigger,
)
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ApiError, DeployError
from workers_deploy.executor.state import RunState

SettingsStep = PatchScriptSettings | PutUsageModel | SetSubdomain
# Cloudflare answers in any of these ways for what was never set, or is off.
_NOT_SET: tuple[Any, ...] = (None, False, (), {}, {"enabled": False})


@dataclass(frozen=True, kw_only=True, slots=True)
class PutBack:
    """What was put back, in words and as steps, and what could not be."""

    lines: tuple[str, ...]
    steps: tuple[Step, ...]
    left: tuple[str, ...]


def put_settings_back(
    client: WorkersClient, script: ScriptPath, state: RunState, steps: tuple[Step, ...]
) -> PutBack:
    """Put back what these steps set, in reverse order."""
    return _Putter(client, script, state).put_back(steps)


def left_as_set(state: RunState, steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Name what these steps set beside the versions, where none of it is put back."""
    return tuple(
        _title_of_trigger(step) if isinstance(step, Trigger) else _changes(step, "after")
        for step in steps
        if isinstance(step, SettingsStep | Trigger) and step not in state.found_set
    )


class _Putter:
    def __init__(self, client: WorkersClient, script: ScriptPath, state: RunState) -> None:
        self._client = client
        self._script = script
        self._state = state

    def put_back(self, steps: tuple[Step, ...]) -> PutBack:
        lines: list[str] = []
        undone: list[Step] = []
        left: list[str] = []
        for step in reversed(steps):
            if isinstance(step, Trigger):
                left.append(_title_of_trigger(step))
            if not isinstance(step, SettingsStep) or not self._is_ours_to_put_back(step):
                continue
            if reason := self._reason_to_leave(step):
                left.append(f"{step.title.lower()} ({reason})")
                continue
            try:
                lines.append(self._put_one_back(step))
                undone.append(step)
            except DeployError as error:
                if self._is_as_before(step):
                    undone.append(step)
                else:
                    left.append(f"{step.title.lower()} ({error.message})")
        return PutBack(lines=tuple(lines), steps=tuple(undone), left=tuple(left))

    def _is_ours_to_put_back(self, step: SettingsStep) -> bool:
        return self._state.before.exists and step not in self._state.found_set

    def _reason_to_leave(self, step: SettingsStep) -> str | None:
        """Tell why a setting is not put back.

        Two runs of one project set the same: what this one put back would be missing from the
        other's deploy. Where the two differ, the report says what is left.
        """
        others = self._state.others
        if others is not None and "wd1:" in (others.message or ""):
            return "the other run may have set it too"
        if not _is_known(step):
            return "what it was could not be read"
        if isinstance(step, PatchScriptSettings) and self._was_edited(step):
            return "someone has changed it since"
        return None

    def _was_edited(self, step: PatchScriptSettings) -> bool:
        """Tell whether one of them is neither as this run set it nor as it was before."""
        try:
            live = self._client.read_script_settings(self._script)
        except ApiError:
            return False  # nobody is known to have changed them
        former = former_settings(step)
        return any(
            not self._is_as_set(name, step, live)
            and not _is_same(getattr(former, name), getattr(live, name))
            for name in _names_set_by(step)
        )

    def _is_as_set(self, name: str, step: PatchScriptSettings, live: ScriptSettings) -> bool:
        """Tell whether a setting is as this run left it.

        Cloudflare may add to what was sent: how it looks then is known where it was read back.
        """
        ours = self._state.settings_read_back
        if ours is None:
            return not contradicts(getattr(step.settings, name), getattr(live, name))
        return bool(getattr(live, name) == getattr(ours, name))

    def _is_as_before(self, step: SettingsStep) -> bool:
        """Tell whether there is nothing to put back: a step whose answer failed had no effect."""
        try:
            return not self._differs_from_former(step)
        except ApiError:
            return False

    def _differs_from_former(self, step: SettingsStep) -> bool:
        match step:
            case PatchScriptSettings():
                live = self._client.read_script_settings(self._script)
                return not _are_same(former_settings(step), live)
            case PutUsageModel():
                return self._client.read_usage_model(self._script.name) != step.former
            case SetSubdomain():
                live_state = self._client.read_subdomain(self._script.name)
                return bool(differing_subdomain(step.former, live_state))

    def _put_one_back(self, step: SettingsStep) -> str:
        name = self._script.name
        match step:
            case PatchScriptSettings():
                self._client.patch_script_settings(self._script, former_settings(step))
            case PutUsageModel():
                former_model = step.former or UsageModel()
                self._client.put_usage_model(name, former_model, lifts_limit=True)
            case SetSubdomain():
                former = step.former
                self._client.set_subdomain(
                    name,
                    enabled=bool(former.enabled),
                    previews_enabled=bool(former.previews_enabled),
                )
                self._state.learn_subdomain(former)
        return f"{_changes(step, 'before')} again"


def _title_of_trigger(step: Trigger) -> str:
    return f"{step.title.lower()} (triggers stay as they were set)"


def _changes(step: SettingsStep, side: Literal["before", "after"]) -> str:
    return ", ".join(f"{one.name or one.kind} {getattr(one, side)}" for one in step.changes)


def _is_known(step: SettingsStep) -> bool:
    """Tell whether what a step changed had been read before."""
    match step:
        case SetSubdomain():
            return None not in (step.former.enabled, step.former.previews_enabled)
        case PutUsageModel():
            return step.former is not None
        case PatchScriptSettings():
            return True


def _are_same(former: ScriptSettings, live: ScriptSettings) -> bool:
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
