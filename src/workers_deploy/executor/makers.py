"""Who made what serves: a request of this run whose answer is lost, or someone else.

Asked only where a request may have been taken: after a clear no, what is new is someone else's.
"""

from enum import Enum
from typing import assert_never

from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.core.compare import BY_SECRET, UPLOAD_TRIGGERS, is_ours
from workers_deploy.core.digest import parse_note
from workers_deploy.core.live import LiveDeployment, LiveVersion
from workers_deploy.core.metadata import code_of
from workers_deploy.core.project import Project, ScriptFormat
from workers_deploy.core.steps import (
    CreateDeployment,
    PatchSettings,
    PutContent,
    PutSecrets,
    UploadScript,
)
from workers_deploy.dataclass import dataclass
from workers_deploy.executor.read_until_equal import FIRST_WAIT, LAG_SECONDS, LONGEST_WAIT
from workers_deploy.executor.state import RunState

MovingStep = CreateDeployment | UploadScript | PutContent | PutSecrets | PatchSettings


class Maker(Enum):
    """Who made a deployment, as far as it shows that."""

    THIS_RUN = "this run"
    SOMEONE = "someone else"
    EITHER = "either"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookout:
    """Tells who made a deployment that came while a step was carried out.

    `lag`: how many seconds a read of the code may not yet show what the deployment serves.
    """

    client: WorkersClient
    script: ScriptPath
    state: RunState
    step: MovingStep
    lag: float = LAG_SECONDS

    def find_ours(self, newer: tuple[LiveDeployment, ...]) -> LiveDeployment | None:
        """Return the newest deployment that this run has made; someone may have made newer ones."""
        return next((one for one in newer if self.maker_of(one) is Maker.THIS_RUN), None)

    def maker_of(self, deployment: LiveDeployment) -> Maker:
        """Tell who made a deployment; a version that served before shows nothing of it."""
        if isinstance(self.step, CreateDeployment):
            return _this_run_if(deployment.shares == self.state.our_shares)
        ids = {share.version_id for share in deployment.shares}
        if len(ids) != 1 or ids & self.state.former_version_ids:
            return Maker.SOMEONE
        found = self.client.read_version(self.script.name, ids.pop(), is_new=True)
        return self._maker_of_version(self.step, found.version)

    def _maker_of_version(
        self, step: UploadScript | PutContent | PutSecrets | PatchSettings, new: LiveVersion
    ) -> Maker:
        match step:
            case UploadScript():
                if is_ours(new):
                    return _this_run_if(str(parse_note(new.message)) == step.upload.note)
                # Cloudflare may have dropped the note of a PUT.
                return self._uploader(new, step.upload.project)
            case PutContent():
                return self._uploader(new, step.project)
            case PutSecrets():
                return _setter_of_secrets(step, new, self.state)
            case PatchSettings():
                message = (step.settings.get("annotations") or {}).get("workers/message")
                return _this_run_if(is_ours(new) and new.message == message)
            case _:
                assert_never(step)

    def _uploader(self, new: LiveVersion, project: Project) -> Maker:
        """Tell who uploaded a version without a note, which only its code can tell."""
        if parse_note(new.message) is not None or new.triggered_by not in UPLOAD_TRIGGERS:
            return Maker.SOMEONE
        return _this_run_if(self._serves_code_of(project))

    def _serves_code_of(self, project: Project) -> bool:
        retrier, wait = self.client.retrier, FIRST_WAIT
        end = min(retrier.clock() + self.lag, retrier.deadline)
        while not _has_code_of(project, self.client, self.script):
            if retrier.clock() + wait > end:
                return False
            retrier.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        return True


def _this_run_if(is_of_this_run: bool) -> Maker:
    return Maker.THIS_RUN if is_of_this_run else Maker.SOMEONE


def _has_code_of(project: Project, client: WorkersClient, script: ScriptPath) -> bool:
    """Tell whether the latest version's code is the project's.

    A part that is not answered, as a source map may not be, says nothing.
    """
    from workers_deploy.api.endpoints.content import read_content  # noqa: PLC0415 - few runs ask

    sent = code_of(project)
    with read_content(client, script) as content:
        answered = [(part.name, part.read()) for part in content.parts]
    if project.format is not ScriptFormat.MODULES:
        return [code for _, code in answered] == [sent[0].content]
    is_ours = set(answered) <= {(one.name, one.content) for one in sent}
    return is_ours and bool(answered) == bool(sent)


def _setter_of_secrets(step: PutSecrets, new: LiveVersion, state: RunState) -> Maker:
    """Tell who set secrets by their names, as values are never answered.

    Where all of them were there before, the names fit to what anyone may have set.
    """
    if new.triggered_by != BY_SECRET:
        return Maker.SOMEONE
    wanted, gone = {secret.name for secret in step.secrets}, set(step.gone)
    now, before = set(new.secret_names), set(state.before.secret_names)
    if wanted - now or gone & now:
        return Maker.SOMEONE
    return Maker.THIS_RUN if wanted - before or gone & before else Maker.EITHER
