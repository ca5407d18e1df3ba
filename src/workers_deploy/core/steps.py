"""The steps of a plan: data without behaviour; the executor is the one place that carries them out.

Each step has what it sends and, where it can be undone, what was there before (`former`).
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, TypeAlias

from workers_deploy.core.live import LiveDeployment, TrafficShare
from workers_deploy.core.manifest import AssetManifest
from workers_deploy.core.project import (
    Binding,
    ProbeTarget,
    Project,
    ScriptSettings,
    Secret,
    SubdomainState,
    UsageModel,
)
from workers_deploy.dataclass import dataclass


class Action(StrEnum):
    """What a step or a change does; unchanged steps stay in the plan and are not executed."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNCHANGED = "unchanged"


class Scope(StrEnum):
    """The parts that `only` narrows a deploy to."""

    CODE = "code"
    SECRETS = "secrets"
    SETTINGS = "settings"
    SUBDOMAIN = "subdomain"
    TRIGGERS = "triggers"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One field-level difference as people read it, without values of variables and secrets."""

    action: Action
    kind: str  # "code", "binding", "assets", "secret", "setting", "workers.dev", …
    name: str = ""
    before: str | None = None
    after: str | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepBase:
    """What all steps share; `title` is the word people see in log and summary."""

    action: Action
    title: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadAssets(StepBase):
    """Open an upload session, send what is not stored yet, get the completion token."""

    manifest: AssetManifest


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptUpload:
    """What an upload of a version needs besides the project itself."""

    project: Project
    inherited: tuple[Binding, ...]  # what is kept, each `inherit` with the live version's id
    keep_bindings: tuple[str, ...]
    pending_migrations: tuple[dict[str, object], ...] = ()
    migration_tag: str | None = None  # live's, for compare-and-set
    message: str = field(default="")  # the user's text and the note
    note: str = ""
    alias: str | None = None  # of a preview's URL


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadVersion(StepBase):
    """POST versions: code, bindings, secrets and assets in one version that gets no traffic yet."""

    upload: ScriptUpload


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadScript(StepBase):
    """PUT script: version and traffic in one; where no version can wait for traffic."""

    upload: ScriptUpload
    former: LiveDeployment | None  # None: a first deploy, which can't be undone


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteSecret(StepBase):
    """DELETE a secret that the upload should have left out, only if it is still live."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PatchScriptSettings(StepBase):
    """PATCH script-settings with the fields that differ."""

    settings: ScriptSettings
    former: ScriptSettings
    with_upload: bool = False  # a new script's upload carries all but the tags


@dataclass(frozen=True, kw_only=True, slots=True)
class PutUsageModel(StepBase):
    """PUT usage-model."""

    usage_model: UsageModel
    former: UsageModel | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SetSubdomain(StepBase):
    """POST subdomain, always with both fields."""

    state: SubdomainState
    former: SubdomainState
    by_delete: bool = False  # DELETE subdomain: both off


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateDeployment(StepBase):
    """POST deployments: traffic moves to the uploaded version, or to `shares` where there are any.

    `may_force`: going back to a version with other secrets was asked for (10220).
    `again`: what serves is an edit of these parts that was taken back, only to be edited again.
    """

    message: str
    former: LiveDeployment
    shares: tuple[TrafficShare, ...] = ()
    may_force: bool = False
    code_update_strategy: Mapping[str, Any] | None = None  # None: Cloudflare's own
    again: tuple[Scope, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PutContent(StepBase):
    """PUT content: the modules alone; configuration and secrets stay. Serves at once."""

    project: Project
    former: LiveDeployment | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PutSecrets(StepBase):
    """Set secrets of the live version, and delete others: one version for all of them."""

    secrets: tuple[Secret, ...]
    gone: tuple[str, ...]
    former: LiveDeployment | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PatchSettings(StepBase):
    """PATCH settings: the versioned settings. Makes a version and deploys it."""

    # As the part `settings` takes it: what changes, `inherit` for every other binding, annotations.
    settings: Mapping[str, Any] = field(repr=False)
    former: LiveDeployment | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteScript(StepBase):
    """DELETE the script; with `force`, also where others refer to it."""

    force: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PutSchedules(StepBase):
    """PUT schedules: replaces all cron triggers."""

    crons: tuple[str, ...]
    former: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PutRoutes(StepBase):
    """PUT routes: replaces all routes of the script."""

    routes: tuple[Mapping[str, Any], ...]
    takes_over: bool = False  # some lead to something else: `allow: take-domain`
    # The script's own routes, and what the patterns that it takes led to.
    former: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachDomain(StepBase):
    """PUT workers/domains: a hostname that answers by this script."""

    domain: Mapping[str, Any]
    takes_over: bool  # from something else: `allow: take-domain`
    former: Mapping[str, Any] | None = None  # None: the hostname answered by nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class PutQueueConsumer(StepBase):
    """POST or PUT queues/{id}/consumers: the script takes a queue's messages."""

    queue_id: str
    consumer_id: str | None
    consumer: Mapping[str, Any]
    former: Mapping[str, Any] | None = None  # None: the script did not consume


@dataclass(frozen=True, kw_only=True, slots=True)
class PutWorkflow(StepBase):
    """PUT workflows/{name}: a workflow whose class is in this script."""

    workflow: Mapping[str, Any]
    former: Mapping[str, Any] | None = None  # None: there was none of this name


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckLive(StepBase):
    """Read what the run wrote until it is so."""

    project: Project
    secret_names: tuple[str, ...]  # that must be live
    gone_secrets: tuple[str, ...] = ()  # that must not
    binding_names: tuple[str, ...] = ()  # that must be live
    note: str = ""  # that the live version's message must end in
    reads_triggers: bool = False  # where some are set


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe(StepBase):
    """Ask the deployed script until it answers well three times in a row."""

    target: ProbeTarget


Trigger: TypeAlias = PutSchedules | PutRoutes | AttachDomain | PutQueueConsumer | PutWorkflow
Step: TypeAlias = (
    UploadAssets
    | UploadVersion
    | UploadScript
    | DeleteSecret
    | PatchScriptSettings
    | PutUsageModel
    | SetSubdomain
    | CreateDeployment
    | PutContent
    | PutSecrets
    | PatchSettings
    | DeleteScript
    | Trigger
    | CheckLive
    | Probe
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a run will do, in order; the notes are what people must know before the first write."""

    script_name: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return every difference between project and live."""
        return tuple(
            change
            for step in self.steps
            for change in step.changes
            if change.action is not Action.UNCHANGED
        )

    @property
    def writes(self) -> bool:
        """Tell whether anything will be written."""
        return any(step.action is not Action.UNCHANGED for step in self.steps)
