"""Moving traffic, if nobody else did meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import Any

from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.http.failure import AMBIGUOUS, Failure
from workers_deploy.api.http.retry import Watch
from workers_deploy.api.live.script import read_deployments, read_live_deployment
from workers_deploy.core.attribution.judge import Maker, MovingStep
from workers_deploy.core.live import LiveDeployment, TrafficShare
from workers_deploy.core.steps import CreateDeployment
from workers_deploy.errors import GuardError, RefusedError
from workers_deploy.executor.context import Run
from workers_deploy.executor.lookout import Lookout

SECRETS_DIFFER = 10220  # POST deployments: the version has other secrets than live


def create_deployment_step(run: Run, step: CreateDeployment) -> str:
    """Move traffic to this run's version, unless live moved since the plan was made."""
    check_unmoved(run, step.former)
    if step.shares:
        run.state.shares = () if step.again else step.shares  # edits give it other versions
        run.state.version_id = step.shares[0].version_id
    made = deploy_shares(
        run.client,
        run.script.name,
        run.state.our_shares,
        message=step.message,
        may_force=step.may_force,
        code_update_strategy=step.code_update_strategy,
        look=lambda: find_made(run, step),
        watch=TrafficWatch(run, step),
    )
    run.state.learn_made(made)
    run.state.looks_again = True
    shares = (f"{s.version_id[:8]} serves {s.percentage:g} %" for s in run.state.our_shares)
    return ", ".join(shares)


def deploy_shares(
    client: WorkersClient,
    script_name: str,
    shares: tuple[TrafficShare, ...],
    *,
    message: str,
    may_force: bool,
    look: Callable[[], LiveDeployment | None],
    watch: Watch | None = None,
    code_update_strategy: Mapping[str, Any] | None = None,
) -> LiveDeployment:
    """Move traffic; a version with other secrets is only gone back to where that `may_force`."""
    create = partial(
        client.create_deployment,
        script_name,
        shares,
        message=message,
        code_update_strategy=code_update_strategy,
        look=look,
        watch=watch,
    )
    try:
        return create()
    except RefusedError as refused:
        if refused.code != SECRETS_DIFFER or not may_force:
            raise
        return create(force=True)


def find_made(run: Run, step: MovingStep) -> LiveDeployment | None:
    """Return what a request whose answer was lost has deployed, also below what others did since.

    A dispatch namespace has no deployments: what was sent is sent again there, to the same effect.
    """
    return lookout(run, step).look().ours


def was_made(run: Run, step: MovingStep) -> bool | None:
    """Tell whether a request whose answer was lost has deployed; None where nothing shows it.

    Where a version fits that someone else may have made at this very moment, it most likely is this
    run's. Sending it again would make the same version twice, so the run takes it, and says so.
    """
    verdict = lookout(run, step).look()
    if verdict.maybe_ours is not None:
        version = verdict.maybe_ours.shares[0].version_id[:8]
        run.state.warnings.append(
            f"{step.title.lower()}: the answer was lost; version {version} has the same names and "
            "is taken for this run's, though the values, which would tell, are never read back"
        )
        return True
    return True if verdict.ours is not None else None


def lookout(run: Run, step: MovingStep) -> Lookout:
    """Return what tells who deployed while a step was carried out."""
    return Lookout(client=run.client, script=run.script, state=run.state, step=step)


def check_unmoved(run: Run, former: LiveDeployment | None) -> None:
    """Raise GuardError when someone deployed, or deleted the script, since the plan was made."""
    if run.script.dispatch_namespace is not None:
        return  # no deployments there
    newest = newest_deployment(run)
    if newest is None and former is not None:
        raise GuardError(
            "live moved meanwhile: the script was deleted", word=None, hint="run again"
        )
    if newest is None or _is_known(run, newest):
        return
    raise _moved(run, newest)


def check_before_settings(run: Run) -> None:
    """Raise GuardError as check_unmoved, once, before a setting that goes ahead of traffic.

    Who deployed meanwhile has set theirs, and traffic will not follow this run's.
    """
    if run.state.moves_later:
        check_unmoved(run, run.state.before.deployment)
        run.state.moves_later = False


def _moved(run: Run, newest: LiveDeployment) -> GuardError:
    run.state.learn_others(newest)
    who = newest.author or "someone"
    version = next((f"version {s.version_id[:8]}" for s in newest.shares), "no version")
    return GuardError(
        f"live moved meanwhile: {who} deployed {version} at {newest.created_on or 'some time'}",
        word=None,
        hint="run again: the plan was made for another live version",
    )


class TrafficWatch(Watch):
    """Lets nothing be sent again where someone else deployed during the wait.

    Waits can be minutes long, and "someone else edits" (10035) is one of their causes. While a
    request is sent it is in doubt whether traffic moved; after answers that all are a clear no,
    this run can't have moved it, and what is new is someone else's.
    """

    def __init__(self, run: Run, step: MovingStep) -> None:
        self._run = run
        self._step = step
        self._may_be_taken = False

    def sending(self) -> None:
        """Note that traffic may move from now on."""
        self._run.state.is_moving = True

    def failed(self, failure: Failure) -> None:
        """Note whether any of the tries may have been taken."""
        self._may_be_taken |= failure.kind in AMBIGUOUS
        self._run.state.is_moving = self._may_be_taken

    def waited(self) -> None:
        """Raise GuardError where someone deployed, unless what is new is, or may be, this run's.

        What is this run's below what is someone else's is found before anything is sent again.
        """
        if self._run.script.dispatch_namespace is not None:
            return
        deployments = read_deployments(self._run.client, self._run.script.name)
        newer = tuple(takewhile(lambda one: not _is_known(self._run, one), deployments))
        if not newer:
            return
        if self._may_be_taken:
            verdict = lookout(self._run, self._step).verdict_on(newer)
            if verdict.ours is not None or verdict.others is None:
                return
        raise _moved(self._run, newer[0])


def _is_known(run: Run, deployment: LiveDeployment) -> bool:
    """Tell a deployment that was there before, or that this run made, from someone else's."""
    known = {one.id for one in (run.state.before.deployment, run.state.made) if one is not None}
    return deployment.id in known or (run.state.moved and deployment.shares == run.state.our_shares)


def newest_deployment(run: Run) -> LiveDeployment | None:
    """Return the deployment that serves now; None where the script is unknown."""
    return read_live_deployment(run.client, run.script.name)


def learn_served_by(run: Run, step: MovingStep) -> None:
    """Learn what a step has made that deploys by itself, and that was answered or found."""
    look = replace(lookout(run, step), lag=0.0)

    def is_made(newer: tuple[LiveDeployment, ...]) -> LiveDeployment | None:
        makers = look.verdict_on(newer).makers
        pairs = zip(newer, makers, strict=True)
        return next((one for one, by in pairs if by is not Maker.SOMEONE), None)

    learn_served(run, is_made)


def learn_served(
    run: Run, find: Callable[[tuple[LiveDeployment, ...]], LiveDeployment | None]
) -> None:
    """Learn what a request that deploys by itself has made, as soon as reads show it.

    `find` tells what such a request made from someone else's, where there are several: a request
    that was sent twice makes two, and someone may have deployed at the same time.

    Raises:
        MismatchError: no read shows it, 30 s long.

    """
    if run.script.dispatch_namespace is not None:
        run.state.moved = True
        return
    found: tuple[LiveDeployment, ...] = ()  # newest first

    def still_missing() -> tuple[str, ...]:
        nonlocal found
        deployments = read_deployments(run.client, run.script.name)
        found = tuple(takewhile(lambda one: not _is_known(run, one), deployments))
        return () if found else ("the former deployment serves",)

    run.patience.until_equal("live", still_missing)
    ours = found[-1] if len(found) == 1 else find(found) or found[-1]
    run.state.learn_made(ours)
    if ours is not found[0]:
        run.state.learn_others(found[0])
