"""Reads what shows who moved traffic while a step was carried out, and lets it be judged."""

from collections.abc import Sequence

from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.live.script import read_deployments
from workers_deploy.core.attribution.judge import (
    MovingStep,
    Seen,
    Verdict,
    has_code_of,
    judge,
    wanted_versions,
    wants_code,
)
from workers_deploy.core.live import LiveDeployment
from workers_deploy.dataclass import dataclass
from workers_deploy.executor.read_until_equal import FIRST_WAIT, LAG_SECONDS, LONGEST_WAIT
from workers_deploy.executor.state import RunState


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookout:
    """Asked where a request may have been taken: after a clear no, what is new is someone else's.

    `lag`: how many seconds a read of the code may not yet show what a deployment serves.
    """

    client: WorkersClient
    script: ScriptPath
    state: RunState
    step: MovingStep
    lag: float = LAG_SECONDS

    def look(self) -> Verdict:
        """Read what is deployed, and return who made what is new of it.

        A dispatch namespace has no deployments: nothing is known there.
        """
        if self.script.dispatch_namespace is not None:
            return Verdict()
        return self.verdict_on(read_deployments(self.client, self.script.name))

    def verdict_on(self, deployments: Sequence[LiveDeployment]) -> Verdict:
        """Return who made what is new among the deployments, newest first."""
        before = self.state.known
        ids = wanted_versions(self.step, before, deployments)
        return judge(self.step, before, deployments, {one: self._read(one) for one in ids})

    def _read(self, version_id: str) -> Seen:
        version = self.client.read_version(self.script.name, version_id, is_new=True).version
        code = self._read_code() if wants_code(self.step, version) else None
        return Seen(version=version, code=code)

    def _read_code(self) -> frozenset[tuple[str, bytes]]:
        """Read the latest version's code until it is the step's, as long as reads may lag."""
        from workers_deploy.api.endpoints.content import read_content  # noqa: PLC0415 - few ask

        retrier, wait = self.client.retrier, FIRST_WAIT
        end = min(retrier.clock() + self.lag, retrier.deadline)
        while True:
            with read_content(self.client, self.script) as content:
                code = frozenset((part.name, part.read()) for part in content.parts)
            if has_code_of(self.step, code) or retrier.clock() + wait > end:
                return code
            retrier.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
