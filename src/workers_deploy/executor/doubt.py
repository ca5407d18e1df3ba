"""What became of a step that moves traffic and whose answer is lost or was bad."""

from workers_deploy.api.live.script import read_deployments
from workers_deploy.core.attribution.judge import Verdict
from workers_deploy.core.live import LiveDeployment
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ApiError
from workers_deploy.executor.lookout import Lookout
from workers_deploy.executor.read_until_equal import FIRST_WAIT, LONGEST_WAIT

NO_MORE_TIME = "a run that was cancelled has no more time to look"


@dataclass(frozen=True, slots=True)
class Doubt:
    """How long to look for what a request did whose answer is not known.

    Reads lag behind writes: only when nothing is seen for as long as they may lag was nothing done.
    """

    seconds: float
    is_settled_by_time: bool = True  # False: the time is too short to tell


@dataclass(frozen=True, slots=True)
class NotKnown:
    """That it is not known who moved traffic, in words, and what serves, where that is known."""

    note: str
    live_version_id: str | None = None


def look_whether_moved(lookout: Lookout, *, doubt: Doubt) -> NotKnown | None:
    """Learn into the run's state who moved traffic, if anyone did; return why it can't be known."""
    if lookout.script.dispatch_namespace is not None:
        return NotKnown("not known: a dispatch namespace does not tell which upload serves")
    try:
        deployments = _look_for_newer(lookout, lag=doubt.seconds)
        if deployments:
            return _learn(lookout, lookout.verdict_on(deployments))
    except ApiError as error:
        return NotKnown(f"not known: whether traffic moved can't be read ({error.request})")
    if doubt.is_settled_by_time:
        return None
    seen = f"no read shows it after {doubt.seconds:.0f} s, and {NO_MORE_TIME}"
    return NotKnown(f"not known: {seen}")


def _look_for_newer(lookout: Lookout, *, lag: float) -> tuple[LiveDeployment, ...]:
    retrier, wait = lookout.client.retrier, FIRST_WAIT
    end = retrier.clock() + lag
    if lag:
        retrier.tell(f"looking for up to {lag:g} s whether traffic moved all the same")
    while True:
        deployments = read_deployments(lookout.client, lookout.script.name)
        newer = lookout.state.known.newer(deployments)
        if newer or retrier.clock() + wait > end:
            return newer
        retrier.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)


def _learn(lookout: Lookout, verdict: Verdict) -> NotKnown | None:
    """Learn what this run made of what is new, and what someone made on top of it."""
    maybe = verdict.maybe_ours
    if maybe is not None and verdict.others is None:
        serving = maybe.shares[0].version_id
        return NotKnown(
            f"version {serving[:8]} (new): this run or someone else set its secrets, and their "
            "values, which would tell, are never read back",
            live_version_id=serving,
        )
    if verdict.ours is not None:
        lookout.state.learn_made(verdict.ours)
    if verdict.others is not None:
        lookout.state.learn_others(verdict.others)
    return None
