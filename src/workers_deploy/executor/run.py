"""Carries out a plan step by step; on a failure or a signal it stops and undoes.

A failure is a result: `Outcome.error` carries it, with what is live now.
"""

import itertools
from collections.abc import Callable
from dataclasses import replace

from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.http.retry import Random, Retrier
from workers_deploy.ci.base import Reporter
from workers_deploy.core.attribution.undo_plan import SettingsStep
from workers_deploy.core.live import LiveState
from workers_deploy.core.outcome import Facts, Outcome, Result, Status, StepResult
from workers_deploy.core.steps import (
    Action,
    CreateDeployment,
    DeleteScript,
    Plan,
    Step,
    Trigger,
    UploadScript,
    UploadVersion,
)
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import (
    ApiError,
    BugError,
    CancelledError,
    DeployError,
    GuardError,
    RefusedError,
    UnansweredError,
)
from workers_deploy.executor.apply import apply
from workers_deploy.executor.context import Run
from workers_deploy.executor.doubt import Doubt
from workers_deploy.executor.read_until_equal import LAG_SECONDS, Patience
from workers_deploy.executor.state import RunState
from workers_deploy.executor.stop import (
    CANCELLED_LOOK_SECONDS,
    CANCELLED_UNDO_SECONDS,
    Stop,
)
from workers_deploy.executor.undo import UNDO_SECONDS, Undoer, Undone


@dataclass(frozen=True, kw_only=True, slots=True)
class Executor:
    """The only thing that writes to Cloudflare.

    `tell_step` hears of each step as it ends, so that the log goes along with the run.
    """

    client: WorkersClient
    reporter: Reporter
    stop: Stop
    clock: Callable[[], float]
    rng: Random
    revert: bool
    dispatch_namespace: str | None = None
    tell_step: Callable[[StepResult], None]

    def execute(self, plan: Plan, live: LiveState) -> Outcome:
        """Carry out the plan's steps that change something."""
        script = ScriptPath(name=plan.script_name, dispatch_namespace=self.dispatch_namespace)
        state = RunState(
            before=live,
            facts=facts_of(live),
            domain_urls=live.domain_urls,
            moves_later=any(
                isinstance(step, CreateDeployment) and step.action is not Action.UNCHANGED
                for step in plan.steps
            ),
            is_whole=any(isinstance(step, UploadVersion | UploadScript) for step in plan.steps),
        )
        run = Run(
            client=self.client,
            reporter=self.reporter,
            script=script,
            state=state,
            patience=Patience(
                clock=self.clock,
                sleep=self.stop.sleep,
                deadline=self.client.retrier.deadline,
                tell=self.reporter.line,
            ),
        )
        for index, step in enumerate(plan.steps):
            error = self._run_step(run, step)
            if error is not None:
                further: tuple[Step, ...] = ()
                if isinstance(step, Trigger) and isinstance(error, ApiError):
                    further = self._set_further_triggers(run, plan.steps[index + 1 :])
                return self._failed(plan, index, error, run, further)
        return self._outcome(plan, state, Result.DEPLOYED)

    def _set_further_triggers(self, run: Run, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """Set the triggers after one that failed, as none needs another; returns those that are."""
        found: list[Step] = []
        for step in itertools.takewhile(lambda one: isinstance(one, Trigger), steps):
            error = self._run_step(run, step)
            if error is not None:
                run.state.warnings.append(f"{step.title} failed too: {error}")
            if not _was_refused(error) and step.action is not Action.UNCHANGED:
                found.append(step)
            if error is not None and not isinstance(error, ApiError):
                break
        return tuple(found)

    def _run_step(self, run: Run, step: Step) -> DeployError | None:
        state = run.state
        if step.action is Action.UNCHANGED:
            state.results.append(StepResult(step=step, status=Status.DONE))
            return None
        started, mark = self.clock(), self.client.retrier.journal.mark()
        state.is_moving = False  # what an earlier step sent was answered
        error: DeployError | None = None
        detail = ""
        try:
            self.stop.check()
            detail = apply(run, step)
        except DeployError as raised:
            # A request that was given up because of a signal: the signal is the reason.
            error = self._cancelled() or raised
        except Exception as bug:  # noqa: BLE001 - what was done is put back first, then it is told
            error = BugError(bug)
        passage = self.client.retrier.journal.since(mark)
        result = StepResult(
            step=step,
            status=Status.FAILED if error else Status.DONE,
            seconds=self.clock() - started,
            # Reads that look, guard or check are no tries of the step.
            attempts=1 + sum(one.waited > 0 and not one.is_read for one in passage.tries),
            tries=passage.tries,
            detail=detail,
        )
        state.results.append(result)
        self.tell_step(result)
        return error

    def _cancelled(self) -> CancelledError | None:
        try:
            self.stop.check()
        except CancelledError as cancelled:
            return cancelled
        return None

    def _failed(
        self, plan: Plan, index: int, error: DeployError, run: Run, further: tuple[Step, ...]
    ) -> Outcome:
        state = run.state
        failed = plan.steps[index]
        before = (step for step in plan.steps[:index] if step.action is not Action.UNCHANGED)
        done = (*before, *further)
        undoer = Undoer(
            self._undo_client(error), script=run.script, state=state, doubt=_doubt_after(error)
        )
        revert = self.revert and not isinstance(error, CancelledError | BugError)
        # What Cloudflare refused to set was not set; all else may have been.
        is_plain = isinstance(failed, SettingsStep | Trigger | DeleteScript)
        # A namespace does not tell what serves: there a first try's refusal is what can be known.
        is_plain |= self.dispatch_namespace is not None and state.results[-1].attempts == 1
        was_not_sent = isinstance(error, GuardError)
        suspect = None if is_plain and (was_not_sent or _was_refused(error)) else failed
        undone = undoer.undo(done, failed, suspect=suspect, revert=revert)
        _mark_undone(state, undone)
        state.results += [
            StepResult(step=step, status=Status.NOT_RUN)
            for step in plan.steps[len(state.results) :]
        ]
        state.learn(live_note=undone.live_note)
        if undone.lines:
            self.reporter.row("Reverted", undone.lines, mark="↺")
        outcome = self._outcome(plan, state, undone.result)
        return replace(outcome, error=error, stage=failed.title)

    def _undo_client(self, error: DeployError) -> WorkersClient:
        cancelled = isinstance(error, CancelledError)
        forward = self.client.retrier
        back = Retrier(
            max_attempts=1 if cancelled else forward.max_attempts,
            deadline=self.clock() + (CANCELLED_UNDO_SECONDS if cancelled else UNDO_SECONDS),
            clock=self.clock,
            sleep=self.stop.pause,
            rng=self.rng,
            tell=self.reporter.line,
            journal=forward.journal,
        )

        def hurry() -> None:
            back.deadline = min(back.deadline, self.clock() + CANCELLED_UNDO_SECONDS)

        self.stop.turn_back(hurry)
        return self.client.retrying(back)

    def _outcome(self, plan: Plan, state: RunState, result: Result) -> Outcome:
        return Outcome(
            command="deploy",
            result=result,
            plan=plan,
            results=tuple(state.results),
            facts=state.facts,
            warnings=tuple(state.warnings),
        )


def _doubt_after(error: DeployError) -> Doubt:
    """Return how long to look for what the request in flight did."""
    match error:
        case CancelledError():
            return Doubt(CANCELLED_LOOK_SECONDS, is_settled_by_time=False)
        case UnansweredError() | BugError():
            return Doubt(LAG_SECONDS)
        case _:
            return Doubt(0.0)


def _was_refused(error: DeployError | None) -> bool:
    """Tell whether a write was refused; a refused read after it says nothing of it."""
    return isinstance(error, RefusedError) and not error.request.startswith("GET ")


def facts_of(live: LiveState) -> Facts:
    """Return what is known before anything is written."""
    version = live.live
    own = (live.url,) if live.url and live.subdomain.enabled else ()
    urls = (*own, *live.domain_urls)
    return Facts(
        script_name=live.script_name,
        deployment_url=urls[0] if urls else None,
        urls=urls,
        live_version_id=version.id if version else None,
        previous_version_id=version.id if version else None,
        etag=version.etag if version else None,
        workers_dev_enabled=live.subdomain.enabled if live.exists else None,
        preview_urls_enabled=live.subdomain.previews_enabled if live.exists else None,
    )


def _mark_undone(state: RunState, undone: Undone) -> None:
    state.results[:] = [
        replace(result, status=Status.UNDONE)
        if result.step in undone.steps and result.status is Status.DONE
        else result
        for result in state.results
    ]
