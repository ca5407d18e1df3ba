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
    PatchSettings,
    PutContent,
    PutSecrets,
    UploadScript,
)
from workers_deploy.errors import ApiError
from workers_deploy.executor.state import RunState

MovingStep = CreateDeployment | UploadScript | PutContent | PutSecrets | PatchSettings


def look_whether_moved(
    client: WorkersClient, script: ScriptPath, state: RunState, step: MovingStep
) -> str | None:
    """Learn into `state` who moved traffic, if anyone did; return why that can't be known."""
    if script.dispatch_namespace is not None:
        return "a dispatch namespace does not tell which upload serves"
    try:
        newest = read_live_deployment(client, script.name)
        if newest is None or newest.id in _known_ids(state):
            return None
        is_of_step = _is_of(client, script, state, step, newest)
    except ApiError as error:
        return f"whether traffic moved can't be read ({error.request})"
    if is_of_step:
        state.learn_made(newest)
    else:
        state.learn_others(newest)
    return None


def _known_ids(state: RunState) -> set[str]:
    known = (state.before.deployment, state.made, state.others)
    return {deployment.id for deployment in known if deployment is not None}


def _is_of(
    client: WorkersClient,
    script: ScriptPath,
    state: RunState,
    step: MovingStep,
    newest: LiveDeployment,
) -> bool:
    if isinstance(step, CreateDeployment):
        return newest.shares == state.our_shares
    if len(newest.shares) != 1:
        return False
    found = client.read_version(script.name, newest.shares[0].version_id, is_new=True)
    return _made(step, found.version)


def _made(step: UploadScript | PutContent | PutSecrets | PatchSettings, new: LiveVersion) -> bool:
    note = parse_note(new.message)
    match step:
        case UploadScript():
            # Cloudflare may have dropped the note of a PUT.
            return str(note) == step.upload.note or (
                note is None and new.triggered_by in UPLOAD_TRIGGERS
            )
        case PutContent():
            return note is None and new.triggered_by in UPLOAD_TRIGGERS
        case PutSecrets():
            return new.triggered_by == BY_SECRET
        case PatchSettings():
            message = (step.settings.get("annotations") or {}).get("workers/message")
            return is_ours(new) and new.message == message
        case _:
            assert_never(step)
