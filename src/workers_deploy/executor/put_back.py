"""Carries out an undo plan: settings, usage model, workers.dev and triggers as they were before."""

from dataclasses import replace
from typing import Literal

from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.live.triggers import read_triggers
from workers_deploy.core.attribution.undo_plan import (
    SettingsStep,
    Undo,
    Undoable,
    are_former,
    former_settings,
    set_by,
    settings_were_edited,
    trigger_is_as_before,
    trigger_was_edited,
    undo_plan,
)
from workers_deploy.core.compare_settings import subdomain_is_set
from workers_deploy.core.project import UsageModel
from workers_deploy.core.steps import (
    PatchScriptSettings,
    PutUsageModel,
    SetSubdomain,
    Step,
    Trigger,
)
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ApiError, DeployError
from workers_deploy.executor.put_triggers_back import put_trigger_back
from workers_deploy.executor.state import RunState

EDITED = "someone has changed it since"


@dataclass(frozen=True, kw_only=True, slots=True)
class PutBack:
    """What was put back, in words and as steps, and what could not be."""

    lines: tuple[str, ...]
    steps: tuple[Step, ...]
    left: tuple[str, ...]


def put_back(
    client: WorkersClient,
    script: ScriptPath,
    state: RunState,
    done: tuple[Step, ...],
    *,
    with_triggers: bool = False,
) -> PutBack:
    """Put back what these steps set, in reverse order."""
    plan = undo_plan(
        done,
        existed=state.before.exists,
        others=state.others,
        found_set=tuple(state.found_set),
        with_triggers=with_triggers,
    )
    return _Putter(client, script, state).carry_out(plan)


def left_as_set(state: RunState, steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Name what these steps set beside the versions, where none of it is put back."""
    return tuple(
        _named(step)
        for step in steps
        if isinstance(step, SettingsStep | Trigger) and step not in state.found_set
    )


class _Putter:
    def __init__(self, client: WorkersClient, script: ScriptPath, state: RunState) -> None:
        self._client = client
        self._script = script
        self._state = state

    def carry_out(self, plan: tuple[Undo, ...]) -> PutBack:
        lines: list[str] = []
        undone: list[Step] = []
        left: list[str] = []
        for undo in plan:
            step = undo.step
            known = self._as_replaced(step)
            reason = undo.reason or (EDITED if self._was_edited(known) else "")
            if reason:
                left.append(f"{step.title.lower()} ({reason})")
                continue
            try:
                lines.append(self._put_one_back(known))
                undone.append(step)
            except DeployError as error:
                is_back = self._is_as_before(known)
                if is_back:
                    undone.append(step)
                else:
                    unknown = "not known: " if is_back is None else ""
                    left.append(f"{step.title.lower()} ({unknown}{error.message})")
        return PutBack(lines=tuple(lines), steps=tuple(undone), left=tuple(left))

    def _as_replaced(self, step: Undoable) -> Undoable:
        """Return the step with what it replaced, where that was read right before.

        Another run may have set it since the plan was made.
        """
        read = self._state.read_before.get(step.title)
        match step:
            case PatchScriptSettings() | SetSubdomain() if read is not None:
                return replace(step, former=read)
            case _:
                return step

    def _was_edited(self, step: Undoable) -> bool:
        """Tell whether someone changed it after this run did, as far as that can be read."""
        try:
            match step:
                case PatchScriptSettings():
                    live = self._client.read_script_settings(self._script)
                    return settings_were_edited(step, live, self._state.settings_read_back)
                case PutUsageModel() | SetSubdomain():
                    return False  # both have so few values that an edit looks like one of ours
                case _:
                    name = self._script.name
                    read = read_triggers(self._client, name, set_by(step))
                    return trigger_was_edited(step, read.triggers, name)
        except ApiError:
            return False  # nobody is known to have changed it

    def _is_as_before(self, step: Undoable) -> bool | None:
        """Tell whether nothing is left to put back: no effect, or only the answer failed.

        None where that can't be read.
        """
        try:
            match step:
                case PatchScriptSettings():
                    live = self._client.read_script_settings(self._script)
                    return are_former(former_settings(step), live)
                case PutUsageModel():
                    return self._client.read_usage_model(self._script.name) == step.former
                case SetSubdomain():
                    state = self._client.read_subdomain(self._script.name)
                    return subdomain_is_set(step.former, state)
                case _:
                    name = self._script.name
                    read = read_triggers(self._client, name, set_by(step))
                    return trigger_is_as_before(step, read.triggers, name)
        except ApiError:
            return None

    def _put_one_back(self, step: Undoable) -> str:
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
            case _:
                put_trigger_back(self._client, self._script.name, step)
                self._state.forget_domain(step)
        return f"{_changes(step, 'before')} again"


def _named(step: Undoable) -> str:
    return step.title.lower() if isinstance(step, Trigger) else _changes(step, "after")


def _changes(step: Undoable, side: Literal["before", "after"]) -> str:
    if isinstance(step, Trigger):
        return f"{step.title.lower()} as {side}"
    return ", ".join(f"{one.name or one.kind} {getattr(one, side)}" for one in step.changes)
