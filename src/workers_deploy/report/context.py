"""What a report says about the run besides its outcome."""

from datetime import datetime

from workers_deploy.dataclass import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class RunContext:
    """Which version of the tool ran, until when, and where its log and its commit can be read."""

    version: str
    finished_at: datetime
    run_url: str | None = None
    commit_url: str | None = None
