"""What became of a step that moves traffic and whose answer is lost or was bad."""

from typing import assert_never

from workers_deploy.api.caller import ScriptPath
from workers_deploy.api.client import WorkersClient
from workers_deploy.api.live import read_live_deployment
from workers_deploy.core.compare import BY_SECRET, UPLOAD_TRIGGERS, is_ours
from workers_deploy.core.digest import parse_note
from workers_deploy.core.live import LiveDeployment, LiveVersion
from workers_deploy.core.steps import (
    CreateDeployment,
    DeleteSecret,
    PatchSettings,
    PutContent,
    PutSecrets,
    UploadScript,
)
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ApiError
from workers_deploy.executor.state import RunState
from workers_deploy.executor.waiting import FIRST_WAIT, LONGEST_WAIT

NO_MORE_TIME = "a run that was cancelled has no more time to look"
MovingStep = CreateDeployment | UploadScript | PutContent | PutSecrets | PatchSettings


@dataclass(frozen=True, slots=True)
class Doubt:
    """How long to look for what a request did whose answer is not known.

    Reads lag behind writes: only when nothing is seen for as long as they may lag was nothing done.
    """

    seconds: float
    is_settled_by_time: bool = True  # False: the time is too short to tell


def look_whether_moved(
    client: WorkersClient, script: ScriptPath, state: RunState, step: MovingStep, *, doubt: Doubt
) -> str | None:
    """Learn into `state` who moved traffic, if anyone did; return why that can't be known."""
    if script.dispatch_namespace is not None:
        return "a dispatch namespace does not tell which upload serves"
    try:
        newest = _look_for_newer(client, script, state, lag=doubt.seconds)
        if newest is None and not doubt.is_settled_by_time:
            return f"no read shows it after {doubt.seconds:.0f} s, and {NO_MORE_TIME}"
        if newest is None:
            return None
        is_of_step = is_deployed_by(step, newest, client=client, script=script, state=state)
    except ApiError as error:
        return f"whether traffic moved can't be read ({error.request})"
    if is_of_step:
        state.learn_made(newest)
    else:
        state.learn_others(newest)
    return None


def _look_for_newer(
    client: WorkersClient, script: ScriptPath, state: RunState, *, lag: float
) -> LiveDeployment | None:
    retrier, wait = client.retrier, FIRST_WAIT
    end = retrier.clock() + lag
    if lag:
        retrier.tell(f"looking for up to {lag:g} s whether traffic moved all the same")
    while True:
        newest = read_live_deployment(client, script.name)
        if newest is not None and newest.id not in _known_ids(state):
            return newest
        if retrier.clock() + wait > end:
            return None
        retrier.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)


def _known_ids(state: RunState) -> set[str]:
    known = (state.before.deployment, state.made, state.others)
    return {deployment.id for deployment in known if deployment is not None}


def is_deployed_by(
    step: MovingStep,
    newest: LiveDeployment,
    *,
    client: WorkersClient,
    script: ScriptPath,
    state: RunState,
) -> bool:
    """Tell whether a step has made a deployment, as far as deployment and version show it."""
    if isinstance(step, CreateDeployment):
        return newest.shares == state.our_shares
    if len(newest.shares) != 1:
        return False
    found = client.read_version(script.name, newest.shares[0].version_id, is_new=True)
    return is_made_by(step, found.version)


def is_made_by(
    step: UploadScript | PutContent | PutSecrets | PatchSettings | DeleteSecret, new: LiveVersion
) -> bool:
    """Tell whether a step has made a version, as far as the version shows it."""
    note = parse_note(new.message)
    match step:
        case UploadScript():
            # Cloudflare may have dropped the note of a PUT.
            return str(note) == step.upload.note or (
                note is None and new.triggered_by in UPLOAD_TRIGGERS
            )
        case PutContent():
            return note is None and new.triggered_by in UPLOAD_TRIGGERS
        case PutSecrets() | DeleteSecret():
            return new.triggered_by == BY_SECRET
        case PatchSettings():
            message = (step.settings.get("annotations") or {}).get("workers/message")
            return is_ours(new) and new.message == message
        case _:
            assert_never(step)
