"""Moving traffic, if nobody else did meanwhile."""

from workers_deploy.core.live import LiveDeployment
from workers_deploy.core.steps import (
    CreateDeployment,
)
from workers_deploy.errors import GuardError
from workers_deploy.executor.context import Run


def create_deployment_step(run: Run, step: CreateDeployment) -> str:
    """Move traffic to this run's version, unless live moved since the plan was made."""
    check_unmoved(run, step.former)
    if step.version_id is not None:
        run.state.version_id = step.version_id
    run.client.create_deployment(
        run.script.name,
        run.state.our_shares,
        message=step.message,
        force=step.force,
        look=lambda: _find_deployment(run, step.former),
    )
    run.state.moved = True
    run.state.learn(live_version_id=run.state.version_id)
    return f"{(run.state.version_id or '')[:8]} serves 100 %"


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
