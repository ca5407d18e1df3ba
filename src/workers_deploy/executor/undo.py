"""Putting back what a failed run did, as far as it can be put back (ARCHITECTURE §6.5).

Before traffic moved: script settings, usage model and subdomain. After it moved, only a failed
check or probe returns traffic, and only while live is still what this run made.
"""

from workers_deploy.api.endpoints.caller import UNKNOWN_SCRIPT, ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.live.script import read_live_deployment
from workers_deploy.core.attribution.judge import MovingStep
from workers_deploy.core.digest import YIELDED
from workers_deploy.core.live import LiveDeployment, render_shares
from workers_deploy.core.outcome import Result
from workers_deploy.core.steps import (
    CheckLive,
    CreateDeployment,
    DeleteScript,
    Probe,
    Step,
)
from workers_deploy.core.taken_back import undo_message
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ApiError, DeployError, RefusedError
from workers_deploy.executor.doubt import Doubt, NotKnown, look_whether_moved
from workers_deploy.executor.lookout import Lookout
from workers_deploy.executor.put_back import left_as_set, put_back
from workers_deploy.executor.state import RunState
from workers_deploy.executor.traffic import deploy_shares

GAVE_WAY = f"Gave way to another run, which deployed first {YIELDED}"
UNDO_SECONDS = 60.0  # an own budget: the deadline is for going forward


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What came of undoing: the outcome, what was put back, and what serves now, in words."""

    result: Result
    lines: tuple[str, ...] = ()
    live_note: str = ""
    steps: tuple[Step, ...] = ()


class Undoer:
    """Puts back what a run did; its client has a policy with a budget of its own."""

    def __init__(
        self, client: WorkersClient, *, script: ScriptPath, state: RunState, doubt: Doubt
    ) -> None:
        """`doubt`: how long a read may not yet show what a lost request did."""
        self._client = client
        self._script = script
        self._state = state
        self._doubt = doubt

    def undo(
        self,
        done: tuple[Step, ...],
        failed: Step,
        *,
        suspect: Step | None,
        revert: bool,
    ) -> Undone:
        """Put back what `done` did, in reverse order.

        Args:
            done: the steps that were carried out, in order.
            failed: the one that was not.
            suspect: the failed one again, where it may have been carried out all the same.
            revert: whether traffic may be returned.

        """
        if isinstance(failed, DeleteScript):
            return self._after_delete(suspect)
        if isinstance(suspect, MovingStep) and self._state.is_moving:
            lookout = Lookout(
                client=self._client,
                script=self._script,
                state=self._state,
                step=suspect,
                lag=self._doubt.seconds,
            )
            unknown = look_whether_moved(lookout, doubt=self._doubt)
            if unknown is not None:
                return self._in_doubt(unknown, done)
        if not self._state.moved:
            steps = (*done, suspect) if suspect else done
            return self._before_traffic(
                steps, whole=revert and isinstance(failed, CheckLive | Probe)
            )
        gives_way = self._state.gives_way_to is not None
        goes_back = gives_way or (revert and isinstance(failed, CheckLive | Probe))
        if not goes_back and not self._is_former_edit(failed, done):
            return self._stays("traffic stays with it", done)
        former = self._state.before.deployment
        if former is None and not gives_way:
            return self._stays("a first deploy can't be undone", done)
        return self._return_traffic(former, done)

    def _is_former_edit(self, failed: Step, done: tuple[Step, ...]) -> bool:
        """Tell whether a taken-back edit serves that was to be edited again, and was not."""
        return not isinstance(failed, CheckLive | Probe) and any(
            isinstance(one, CreateDeployment)
            and bool(one.again)
            and [share.version_id for share in one.shares] == [self._state.version_id]
            for one in (*done, failed)
        )

    def _in_doubt(self, unknown: NotKnown, done: tuple[Step, ...]) -> Undone:
        """Tell that it is not known what serves; settings go back where it most likely is live's.

        Where nothing shows it in a time that may be too short, the former version most likely
        serves; where reads fail, or can't tell, neither is likely.
        """
        self._state.learn(live_version_id=unknown.live_version_id)
        note = unknown.note
        if self._doubt.is_settled_by_time:
            left = "; settings stay as this run set them" if done else ""
            return Undone(result=Result.PARTIAL, live_note=note + left)
        back = put_back(self._client, self._script, self._state, done)
        if back.left:
            note += f"; not put back: {', '.join(back.left)}"
        return Undone(result=Result.PARTIAL, live_note=note, lines=back.lines, steps=back.steps)

    def _after_delete(self, suspect: Step | None) -> Undone:
        """Tell whether the script is still there; what was deleted can't be put back."""
        before = f"{_version(self._state.before.deployment)}, nothing changed"
        if suspect is None:
            return Undone(result=Result.FAILED, live_note=before)
        if self._script.dispatch_namespace is not None:
            note = "not known: a dispatch namespace does not tell what serves"
            return Undone(result=Result.PARTIAL, live_note=note)
        try:
            newest = read_live_deployment(self._client, self._script.name)
        except ApiError as error:
            note = f"not known: whether the script is gone can't be read ({error.request})"
            return Undone(result=Result.PARTIAL, live_note=note)
        if newest is not None:
            return Undone(result=Result.FAILED, live_note=before)
        self._state.learn_deleted()
        return Undone(result=Result.PARTIAL, live_note="no script: it was deleted")

    def _before_traffic(self, steps: tuple[Step, ...], *, whole: bool) -> Undone:
        # A cancelled run has seconds only: putting back goes before knowing.
        in_a_hurry = self._client.retrier.remaining() < UNDO_SECONDS / 2
        if not in_a_hurry and self._is_gone_by_now():
            return self._gone(Result.FAILED)
        back = put_back(self._client, self._script, self._state, steps, with_triggers=whole)
        if in_a_hurry and self._is_gone_by_now():
            return self._gone(Result.FAILED)
        note = self._unchanged()
        if self._state.before.exists:
            note += self._left_uploaded()
        if back.left:
            note = f"{self._serves()}, but not put back: {', '.join(back.left)}"
        return Undone(
            result=Result.PARTIAL if back.left else Result.FAILED,
            lines=back.lines,
            live_note=note,
            steps=back.steps,
        )

    def _serves(self) -> str:
        """Tell what serves where traffic did not move to what this run made."""
        others = self._state.others
        return (
            _version(self._state.before.deployment)
            if others is None
            else _deployed_meanwhile(others)
        )

    def _unchanged(self) -> str:
        if self._state.others is not None:
            return f"{self._serves()}; this run changed nothing"
        return f"{self._serves()}, nothing changed" if self._state.before.exists else "no script"

    def _left_uploaded(self) -> str:
        """Tell of a version that this run uploaded and that serves nothing."""
        uploaded = self._state.uploaded_id
        if uploaded is None:
            return ""
        return (
            f" · version {uploaded[:8]} is uploaded and gets no traffic\nWhile the latest version "
            "is not the live one, secrets can't be edited in the dashboard; the next deploy that "
            "changes something mends that."
        )

    def _is_gone_by_now(self) -> bool:
        """Learn what someone else did meanwhile, if that can be read at once.

        Tells whether the script was deleted: there is nothing to put back then.
        """
        if self._state.others is not None or self._script.dispatch_namespace is not None:
            return False
        once = self._client.retrying(self._client.retrier.with_attempts(1))
        try:
            newest = read_live_deployment(once, self._script.name)
        except ApiError:
            return False
        before = self._state.before.deployment
        if newest is None:
            return before is not None
        if before is None or newest.id != before.id:
            self._state.learn_others(newest)
        return False

    def _gone(self, result: Result) -> Undone:
        self._state.learn_deleted()
        return Undone(result=result, live_note="no script: it was deleted meanwhile")

    def _stays(self, why: str, done: tuple[Step, ...]) -> Undone:
        """Tell that what this run made serves, unless someone deployed since."""
        if self._script.dispatch_namespace is not None:
            return self._partial(why)
        try:
            newest = read_live_deployment(self._client, self._script.name)
        except ApiError:
            return self._partial(f"{why} (as far as known: it could not be read again)")
        former = self._state.before.deployment
        if newest is None and former is None:
            # Made a moment ago: a read that lags looks the same as a script that was deleted.
            return self._partial(f"{why} (no read shows it yet)")
        if newest is None:
            return self._gone(Result.PARTIAL)
        # Reads lag: the former deployment may still be shown.
        if (former and newest.id == former.id) or newest.shares == self._state.our_shares:
            return self._partial(why)
        return self._belongs_to_others(newest, done)

    def _belongs_to_others(
        self, newest: LiveDeployment, done: tuple[Step, ...], note: str = ""
    ) -> Undone:
        """Tell who deployed after this run did, and what this run set all the same."""
        self._state.learn_others(newest)
        note = _deployed_meanwhile(newest) + note
        if self._state.made is not None:
            note += f"; {_version(self._state.made)} of this run served until then"
        if left := left_as_set(self._state, done):
            note += f"; not put back: {', '.join(left)}"
        return Undone(result=Result.PARTIAL, live_note=note)

    def _partial(self, why: str) -> Undone:
        serves = "the new version, whose id is not known"
        if self._state.version_id:
            serves = f"version {self._state.version_id[:8]} (new)"
        return Undone(result=Result.PARTIAL, live_note=f"{serves}: {why}")

    def _return_traffic(self, former: LiveDeployment | None, done: tuple[Step, ...]) -> Undone:
        first = self._state.gives_way_to
        try:
            deployments = self._client.list_deployments(self._script.name)
            newest = next(iter(deployments), None)
            # Reads lag: the former deployment may still be shown.
            is_former = newest is not None and former is not None and newest.id == former.id
            if newest and not is_former and not self._state.is_of_this_run(newest):
                if first is not None:
                    return self._gave_way(newest, done)
                return self._belongs_to_others(newest, done, ", so traffic was not returned")
            between = first or self._state.known.between(deployments)
            if between is not None:
                self._state.learn_others(between)
                former = between
            assert former is not None, "a first deploy gives way, or stays"
            self._redeploy(former, GAVE_WAY if first else undo_message(done))
        except DeployError as error:
            if isinstance(error, RefusedError) and error.code in UNKNOWN_SCRIPT:
                return self._gone(Result.PARTIAL)
            return self._partial(f"traffic could not be returned: {error.message}")
        self._learn_returned(former)
        back = put_back(self._client, self._script, self._state, done, with_triggers=True)
        told = f"{_version(former)} again (code, bindings, secrets, assets)"
        if between is not None:
            told += f", which {between.author or 'someone'} deployed right before this run"
        left = f", but not put back: {', '.join(back.left)}" if back.left else ""
        return Undone(
            result=Result.PARTIAL if left else Result.REVERTED,
            lines=(told, *back.lines),
            live_note=f"{_version(former)}{left or self._left_uploaded()}",
            steps=back.steps,
        )

    def _gave_way(self, newest: LiveDeployment, done: tuple[Step, ...]) -> Undone:
        """Put back what this run set beside a version that another run has replaced already."""
        self._state.learn_others(newest)
        self._state.moved = False
        back = put_back(self._client, self._script, self._state, done, with_triggers=True)
        left = f"; not put back: {', '.join(back.left)}" if back.left else ""
        return Undone(
            result=Result.PARTIAL if left else Result.REVERTED,
            lines=back.lines,
            live_note=_deployed_meanwhile(newest) + left,
            steps=back.steps,
        )

    def _learn_returned(self, former: LiveDeployment) -> None:
        self._state.moved = False
        served = self._state.before.live
        version_id = former.shares[0].version_id
        self._state.learn(
            live_version_id=version_id,
            etag=served.etag if served and served.id == version_id else None,
            secrets_synced=(),
            secrets_pruned=(),
        )

    def _redeploy(self, former: LiveDeployment, message: str) -> None:
        def look() -> LiveDeployment | None:
            newest = next(iter(self._client.list_deployments(self._script.name)), None)
            return newest if newest and newest.shares == former.shares else None

        deploy_shares(
            self._client,
            self._script.name,
            former.shares,
            message=message,
            may_force=True,
            look=look,
        )


def _deployed_meanwhile(others: LiveDeployment) -> str:
    return f"{_version(others)}: {others.author or 'someone'} deployed meanwhile"


def _version(deployment: LiveDeployment | None) -> str:
    if deployment is None or not deployment.shares:
        return "no version"
    if len(deployment.shares) == 1:
        return f"version {deployment.shares[0].version_id[:8]}"
    return f"versions {render_shares(deployment.shares)}"
