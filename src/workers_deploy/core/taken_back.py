"""An edit by `only` that a run of ours took back: the next run may make it again on top of it.

Cloudflare edits secrets and settings of the latest version alone, and only while that one serves
(10214, 10215). After a failed check the former version serves again, and the edit that was taken
back stays the latest. Nobody's work is lost by building on it: it is the former version with what
the next run sets anew.
"""

import re
from collections.abc import Collection, Iterable

from workers_deploy.core.digest import AGAIN, REVERTED
from workers_deploy.core.live import LiveDeployment, LiveState, LiveVersion, TrafficShare
from workers_deploy.core.plan_version import traffic_change
from workers_deploy.core.steps import (
    Action,
    CreateDeployment,
    PatchSettings,
    PutContent,
    PutSecrets,
    Scope,
    Step,
)

_SCOPES = re.compile(rf"\(only: (?P<scopes>[a-z, ]+)\) failed {REVERTED}$", re.ASCII)


def undo_message(done: Iterable[Step]) -> str:
    """Return the message of the deployment that returns traffic; it names the edits of `only`."""
    scopes = sorted({scope for step in done for scope in _scopes_of(step)})
    narrow = f" (only: {', '.join(scopes)})" if scopes else ""
    return f"Reverted: the check or the probe after the deploy{narrow} failed {REVERTED}"


def _scopes_of(step: Step) -> tuple[Scope, ...]:
    match step:
        case PutContent():
            return (Scope.CODE,)
        case PutSecrets():
            return (Scope.SECRETS,)
        case PatchSettings():
            return (Scope.SETTINGS,)
        case CreateDeployment():
            return step.again
        case _:
            return ()


def scopes_taken_back(deployment: LiveDeployment | None) -> frozenset[Scope]:
    """Return the parts of a deploy that were edited and taken back; none where none are named."""
    found = _SCOPES.search((deployment and deployment.message) or "")
    words = found["scopes"].split(", ") if found else []
    return frozenset(Scope(word) for word in words if word in set(Scope))


def edit_taken_back(live: LiveState, scopes: Collection[Scope]) -> str | None:
    """Return the latest version's id where it is such an edit, of these parts and no others."""
    if live.latest_is_live or not live.former_deployments:
        return None
    edited = scopes_taken_back(live.deployment)
    shares = live.former_deployments[0].shares
    is_latest = [share.version_id for share in shares] == [live.latest_version_id]
    return live.latest_version_id if edited and edited <= set(scopes) and is_latest else None


def deploy_again(live: LiveState, edit: LiveVersion) -> CreateDeployment:
    """Return the step that lets a taken-back edit serve, so that it can be edited."""
    assert live.deployment is not None
    shares = (TrafficShare(version_id=edit.id, percentage=100),)
    detail = "an edit that was taken back, to be edited again"
    return CreateDeployment(
        action=Action.UPDATE,
        title="Deployment",
        changes=(traffic_change(Action.UPDATE, live.deployment.shares, shares, detail),),
        message=f"The edit that was taken back, to be edited again {AGAIN}",
        former=live.deployment,
        shares=shares,
        may_force=True,
        again=tuple(sorted(scopes_taken_back(live.deployment))),
    )
