"""Moving traffic, if nobody else did meanwhile."""

from collections.abc import Callable

from workers_deploy.api.client import WorkersClient
from workers_deploy.api.live import read_live_deployment
from workers_deploy.core.live import LiveDeployment, TrafficShare
from workers_deploy.core.steps import (
    CreateDeployment,
)
from workers_deploy.errors import GuardError, RefusedError
from workers_deploy.executor.context import Run

SECRETS_DIFFER = 10220  # POST deployments: the version has other secrets than live


def create_deployment_step(run: Run, step: CreateDeployment) -> str:
    """Move traffic to this run's version, unless live moved since the plan was made."""
    check_unmoved(run, step.former)
    if step.shares:
        run.state.shares = step.shares
        run.state.version_id = step.shares[0].version_id
    made = deploy_shares(
        run.client,
        run.script.name,
        run.state.our_shares,
        message=step.message,
        may_force=step.may_force,
        look=lambda: _find_deployment(run, step.former),
    )
    run.state.learn_made(made)
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
) -> LiveDeployment:
    """Move traffic; a version with other secrets is only gone back to where that `may_force`."""
    try:
        return client.create_deployment(script_name, shares, message=message, look=look)
    except RefusedError as refused:
        if refused.code != SECRETS_DIFFER or not may_force:
            raise
        return client.create_deployment(script_name, shares, message=message, force=True, look=look)


def _find_deployment(run: Run, former: LiveDeployment) -> LiveDeployment | None:
    newest = newest_deployment(run)
    if newest is None or newest.id == former.id:
        return None
    return newest if newest.shares == run.state.our_shares else None


def check_unmoved(run: Run, former: LiveDeployment | None) -> None:
    """Raise GuardError when someone deployed, or deleted the script, since the plan was made.

    What moves traffic is sent right after this: only from then on it is in doubt whether it moved.
    """
    _check_unmoved(run, former)
    run.state.is_moving = True


def _check_unmoved(run: Run, former: LiveDeployment | None) -> None:
    if run.script.dispatch_namespace is not None:
        return  # no deployments there
    newest = newest_deployment(run)
    if newest is None and former is not None:
        raise GuardError(
            "live moved meanwhile: the script was deleted", word=None, hint="run again"
        )
    if newest is None or _is_known(run, newest):
        return
    run.state.learn_others(newest)
    who = newest.author or "someone"
    version = next((f"version {s.version_id[:8]}" for s in newest.shares), "no version")
    raise GuardError(
        f"live moved meanwhile: {who} deployed {version} at {newest.created_on or 'some time'}",
        word=None,
        hint="run again: the plan was made for another live version",
    )


def _is_known(run: Run, deployment: LiveDeployment) -> bool:
    """Tell a deployment that was there before, or that this run made, from someone else's."""
    known = {one.id for one in (run.state.before.deployment, run.state.made) if one is not None}
    return deployment.id in known or (run.state.moved and deployment.shares == run.state.our_shares)


def newest_deployment(run: Run) -> LiveDeployment | None:
    """Return the deployment that serves now; None where the script is unknown."""
    return read_live_deployment(run.client, run.script.name)


def learn_served(run: Run) -> None:
    """Learn what a request that deploys by itself has made, as soon as reads show it.

    Raises:
        MismatchError: no read shows it, 30 s long.

    """
    if run.script.dispatch_namespace is not None:
        run.state.moved = True
        return
    found: list[LiveDeployment] = []

    def still_missing() -> tuple[str, ...]:
        found[:] = newer_deployments(run)
        return () if found else ("the former deployment serves",)

    run.patience.until_equal("live", still_missing)
    run.state.learn_made(found[-1])
    if len(found) > 1:
        run.state.learn_others(found[0])


def newer_deployments(run: Run) -> list[LiveDeployment]:
    """Return what was deployed since the last deployment that this run knows, newest first."""
    newer = []
    for deployment in run.client.list_deployments(run.script.name):
        if _is_known(run, deployment):
            break
        newer.append(deployment)
    return newer
