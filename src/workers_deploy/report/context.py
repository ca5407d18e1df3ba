"""What a report says about the run besides its outcome."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RunContext:
    """Which version of the tool ran, until when, and where its log can be read."""

    version: str
    finished_at: datetime
    run_url: str | None = None
