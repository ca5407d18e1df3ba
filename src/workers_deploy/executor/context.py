"""What every step's code works with."""

from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.ci.base import Reporter
from workers_deploy.dataclass import dataclass
from workers_deploy.executor.read_until_equal import Patience
from workers_deploy.executor.state import RunState


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One execution of a plan: the script, the way to Cloudflare, and what is known so far."""

    client: WorkersClient
    reporter: Reporter
    script: ScriptPath
    state: RunState
    patience: Patience
