"""Which of several runs that deployed one script since their plans stays: the first one.

A run looks before it moves traffic, but another's request may come between. So it looks again
afterwards: who was not the first gives the traffic to the first, and ends. The first one waits for
that, and then sees to it that all of its state is live.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from itertools import takewhile

from workers_deploy.core.attribution.judge import Before
from workers_deploy.core.digest import REVERTED, YIELDED, parse_note
from workers_deploy.core.live import LiveDeployment
from workers_deploy.dataclass import dataclass

MARK = "wd1:"
FRESH_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a run stands among those that deployed since its plan.

    `first`: the deployment of another run that this one gives way to. `serves`: what serves instead
    of this run's. `is_contested`: another run deployed as well, so that it may have set the
    settings too.
    """

    first: LiveDeployment | None = None
    serves: LiveDeployment | None = None
    is_contested: bool = False


def is_of_a_run(deployment: LiveDeployment, noted: Collection[str] = ()) -> bool:
    """Tell whether a run of ours made a deployment, or may have.

    An upload that serves at once, or an edit, leaves no message on it: `noted` are such versions.
    """
    if deployment.message:
        return MARK in deployment.message
    return any(share.version_id in noted for share in deployment.shares)


def standing(
    before: Before,
    deployments: Sequence[LiveDeployment],
    noted: Collection[str] = (),
    *,
    own: Collection[str] = (),
) -> Standing | None:
    """Return how this run stands; None where its deployment is not seen yet, as reads lag.

    `own` are this run's notes. A deployment that carries one is its own, sent again after an answer
    was lost, or another run's of the very same: nothing to give way to.
    """
    known = {one.id for one in before.former}
    newer = tuple(takewhile(lambda one: one.id not in known, deployments))

    def is_mine(one: LiveDeployment) -> bool:
        return one.id in before.made if before.made else one.shares == before.shares

    if not any(map(is_mine, newer)):
        return None
    runs = [
        one
        for one in newer
        if not is_mine(one) and is_of_a_run(one, noted) and _note_of(one) not in own
    ]
    first = _first(newer[::-1], is_mine, runs)
    return Standing(
        first=None if first is None or is_mine(first) else first,
        serves=None if newer[0].shares == before.shares else newer[0],
        is_contested=bool(runs),
    )


def _note_of(deployment: LiveDeployment) -> str:
    return str(parse_note(deployment.message) or "")


def is_right_after(before: LiveDeployment | None, now: LiveDeployment | None) -> bool:
    """Tell whether what served before was deployed by a run that may not have ended yet.

    By Cloudflare's clock: that run may have set triggers after this one's plan was made.
    """
    if before is None or now is None or not is_of_a_run(before):
        return False
    seconds = seconds_between(before.created_on, now.created_on)
    return seconds is not None and seconds < FRESH_SECONDS


def seconds_between(first: str | None, then: str | None) -> float | None:
    """Return the seconds from one moment to another, both as Cloudflare writes them.

    >>> seconds_between("2026-11-25T01:00:00Z", "2026-11-25T01:00:02.5Z")
    2.5
    """
    try:
        made = datetime.fromisoformat(first or ""), datetime.fromisoformat(then or "")
        return (made[1] - made[0]).total_seconds()
    except (TypeError, ValueError):
        return None


def _first(
    oldest_first: Sequence[LiveDeployment],
    is_mine: Callable[[LiveDeployment], bool],
    runs: Sequence[LiveDeployment],
) -> LiveDeployment | None:
    first: LiveDeployment | None = None
    for one in oldest_first:
        message = one.message or ""
        if message.endswith(YIELDED):
            continue
        if message.endswith(REVERTED):
            # What was tried before it failed, and is nothing to give way to.
            first = first if first is not None and is_mine(first) else None
        elif first is None and (is_mine(one) or one in runs):
            first = one
    return first
