"""What came of a run: each step's result, what is live now, and the error that ended it."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from workers_deploy.core.steps import Plan, Step
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import DeployError


class Status(StrEnum):
    """How a step ended."""

    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"
    NOT_RUN = "not-run"


class Result(StrEnum):
    """How a run ended; the output `outcome`."""

    DEPLOYED = "deployed"
    UNCHANGED = "unchanged"
    PLANNED = "planned"
    PREVIEWED = "previewed"
    ROLLED_BACK = "rolled-back"
    DELETED = "deleted"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"  # nothing live was changed
    REVERTED = "reverted"  # something live was changed and is as before again
    PARTIAL = "partial"  # something live is changed and not as planned


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """A request that did not pass and was, or was not, tried again."""

    request: str  # "POST versions"
    problem: str  # "502 from Cloudflare", "10013 …", "no answer in 60 s"
    waited: float  # seconds before the next try; 0 for the last one

    @property
    def is_read(self) -> bool:
        """Tell whether the request looks, guards or checks: then it is no try of the step."""
        return self.request.startswith("GET ")


@dataclass(frozen=True, kw_only=True, slots=True)
class StepResult:
    """One step as it went. `seconds` are those of the whole step with its waits."""

    step: Step
    status: Status
    seconds: float = 0.0
    attempts: int = 0  # requests of the step's own kind: 1 + the tries that failed
    tries: tuple[Try, ...] = ()
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetCounts:
    """What an asset upload sent, in files of the manifest; `bytes` count equal files once."""

    total: int = 0
    uploaded: int = 0
    bytes: int = 0
    largest_new: tuple[tuple[str, int], ...] = ()  # path and bytes, at most ten


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a run learned, as far as known; the outputs are made of it, on failure too."""

    script_name: str | None = None
    deployment_url: str | None = None
    urls: tuple[str, ...] = ()
    preview_url: str | None = None
    preview_alias_url: str | None = None
    version_id: str | None = None
    has_preview: bool | None = None  # the uploaded version, as its answer says
    live_version_id: str | None = None
    previous_version_id: str | None = None
    etag: str | None = None
    startup_time_ms: int | None = None
    assets: AssetCounts | None = None
    secrets_synced: tuple[str, ...] = ()
    secrets_pruned: tuple[str, ...] = ()
    workers_dev_enabled: bool | None = None
    preview_urls_enabled: bool | None = None
    live_note: str = ""  # what serves now, in words, for the failure text


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A whole run. `stage` names the step or phase that failed."""

    command: str
    result: Result
    plan: Plan | None = None
    results: tuple[StepResult, ...] = ()
    facts: Facts = field(default_factory=Facts)
    error: DeployError | None = None
    stage: str | None = None
    warnings: tuple[str, ...] = ()  # told at the end
    project_warnings: tuple[str, ...] = ()  # told as the project was read
    reason: str = ""  # why a run was skipped
    seconds: float = 0.0
    header: Mapping[str, str] = field(default_factory=dict)  # account, environment, config file
    # What a reading command found, for report.json: Cloudflare's fields, without values.
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def all_warnings(self) -> tuple[str, ...]:
        """Return what summary and report warn of, in the order in which it was told."""
        return (*self.project_warnings, *self.warnings)

    @property
    def exit_code(self) -> int:
        """Return the process's exit code (README, "Exit codes")."""
        return 0 if self.error is None else self.error.exit_code
