"""Moving traffic, if nobody else did meanwhile."""

from collections.abc import Callable

from workers_deploy.api.client import WorkersClient
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
    deploy_shares(
        run.client,
        run.script.name,
        run.state.our_shares,
        message=step.message,
        may_force=step.may_force,
        look=lambda: _find_deployment(run, step.former),
    )
    run.state.moved = True
    run.state.learn(live_version_id=run.state.version_id)
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
) -> None:
    """Move traffic; a version with other secrets is only gone back to where that `may_force`."""
    try:
        client.create_deployment(script_name, shares, message=message, look=look)
    except RefusedError as refused:
        if refused.code != SECRETS_DIFFER or not may_force:
            raise
        client.create_deployment(script_name, shares, message=message, force=True, look=look)


def _find_deployment(run: Run, former: LiveDeployment) -> LiveDeployment | None:
    newest = newest_deployment(run)
    if newest is None or newest.id == former.id:
        return None
    return newest if newest.shares == run.state.our_shares else None


def check_unmoved(run: Run, former: LiveDeployment) -> None:
    """Raise GuardError when someone deployed between plan and deployment."""
    newest = newest_deployment(run)
    if newest is None or newest.id == former.id:
        return
    run.state.learn_others(newest)
    who = newest.author or "someone"
    raise GuardError(
        f"live moved meanwhile: {who} deployed version {newest.shares[0].version_id[:8]} "
        f"at {newest.created_on or 'an unknown time'}",
        word=None,
        hint="run again: the plan was made for another live version",
    )


def newest_deployment(run: Run) -> LiveDeployment | None:
    """Return the deployment that serves now."""
    return next(iter(run.client.list_deployments(run.script.name)), None)
