"""Whose turn it is where several runs deploy one script: an uploaded version is its run's claim.

Cloudflare has no lock, but it numbers versions, and every run can read them. Who uploaded first
goes on; who uploaded later waits for that one's deployment, and so has not written anything when it
gives way. A claim expires: a run that died after its upload must not stop the others.
"""

from collections.abc import Sequence

from workers_deploy.core.attribution.race import seconds_between
from workers_deploy.core.compare import is_ours
from workers_deploy.core.digest import is_preview
from workers_deploy.core.live import LiveDeployment, LiveState, LiveVersion

# From an upload to its deployment a run makes some five requests; ten times what they take.
CLAIM_SECONDS = 20.0


def may_have_rivals(before: LiveState, number: int | None) -> bool:
    """Tell whether another run may have uploaded a version that is older than this run's.

    Told by what the run has read anyway: the latest version as the plan was made, and the number
    of this run's.
    """
    latest = before.latest
    if latest is None or latest.number is None or number is None:
        return True
    return number != latest.number + 1 or _is_claim(latest, before)


def earlier_claims(
    before: LiveState, versions: Sequence[LiveVersion], mine: str
) -> tuple[LiveVersion, ...]:
    """Return the versions, newest first, that other runs uploaded shortly before this run's.

    Previews claim nothing, and neither do versions without a note of ours: of those who made them
    nobody knows whether they are to be deployed.
    """
    own = next((one for one in versions if one.id == mine), None)
    if own is None:
        return ()  # a read that lags does not show those before it either
    older = versions[versions.index(own) + 1 :]
    return tuple(
        one for one in older if _is_claim(one, before) and _seconds(one, own) < CLAIM_SECONDS
    )


def seconds_to_wait(claims: Sequence[LiveVersion], own: LiveVersion) -> float:
    """Return when the last of these claims has expired, if each waits for those before it."""
    return CLAIM_SECONDS * len(claims) - _seconds(claims[-1], own)


def _is_claim(version: LiveVersion, before: LiveState) -> bool:
    """Tell whether a run uploaded it to deploy it, and may still do so.

    What was uploaded before the live deployment was made is given up: its run sees that live moved.
    """
    return (
        is_ours(version)
        and not is_preview(version.message)
        and version.id not in _served(before)
        and (before.deployment is None or _seconds(before.deployment, version) >= 0)
    )


def _served(before: LiveState) -> frozenset[str]:
    deployments = (*([before.deployment] if before.deployment else []), *before.former_deployments)
    return frozenset(share.version_id for one in deployments for share in one.shares)


def _seconds(first: LiveVersion | LiveDeployment, then: LiveVersion) -> float:
    """Return the seconds between them by Cloudflare's clock; 0 where they are not known."""
    return seconds_between(first.created_on, then.created_on) or 0.0
