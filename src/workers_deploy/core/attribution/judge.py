"""Who moved the traffic while a step was carried out: this run, whose answer is lost, or someone.

Pure: the executor reads what is asked for here, and asks again. A deployment that came meanwhile is
this run's where what it serves can only have come from the step's request: by the note of an
upload, by its code, by the names of its secrets, by its settings.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from enum import Enum
from itertools import dropwhile, takewhile
from typing import Any, TypeAlias, assert_never

from workers_deploy.core.compare import BY_SECRET, UPLOAD_TRIGGERS, contradicts, is_ours
from workers_deploy.core.digest import parse_note
from workers_deploy.core.live import LiveDeployment, LiveVersion, TrafficShare
from workers_deploy.core.metadata import code_of
from workers_deploy.core.project import SECRET_KINDS, Project, ScriptFormat
from workers_deploy.core.steps import (
    CreateDeployment,
    PatchSettings,
    PutContent,
    PutSecrets,
    UploadScript,
)
from workers_deploy.dataclass import dataclass

MovingStep: TypeAlias = CreateDeployment | UploadScript | PutContent | PutSecrets | PatchSettings
# A version's `source` where something else than a client of the API made it ("dash", "wrangler",
# "terraform", … in SDK 5.9.0).
API_SOURCES = frozenset({None, "api", "unknown"})


class Maker(Enum):
    """Who made a deployment, as far as it shows that."""

    THIS_RUN = "this run"
    SOMEONE = "someone else"
    EITHER = "either"


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What a run knew before the step's request.

    `shares` is what a deployment of this run gives the traffic to, where it names that itself.
    """

    known_ids: frozenset[str]  # deployments that were there, and the last that this run made
    former: tuple[LiveDeployment, ...]  # those that were there, newest first
    version: LiveVersion | None  # that served
    shares: tuple[TrafficShare, ...]
    made: frozenset[str] = frozenset()  # deployments of this run: several edits are as many

    @property
    def version_ids(self) -> frozenset[str]:
        """Return the versions that served before this run."""
        return frozenset(share.version_id for one in self.former for share in one.shares)

    @property
    def secret_names(self) -> frozenset[str]:
        """Return the secrets that served."""
        return frozenset(self.version.secret_names if self.version else ())

    def newer(self, deployments: Sequence[LiveDeployment]) -> tuple[LiveDeployment, ...]:
        """Return those since the last that this run knows, newest first as they are given."""
        return tuple(takewhile(lambda one: one.id not in self.known_ids, deployments))

    def between(self, deployments: Sequence[LiveDeployment]) -> LiveDeployment | None:
        """Return what someone deployed after the plan was made and before this run did.

        The guard's look and the request that moves traffic are two requests: between them is room
        for another run.
        """
        known = {one.id for one in self.former}
        earlier = dropwhile(lambda one: one.shares != self.shares, deployments)
        others = (one for one in earlier if one.shares != self.shares and one.id not in self.made)
        found = next(others, None)
        return found if found is not None and found.id not in known else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A version that was read, and its modules by name where they were asked for."""

    version: LiveVersion
    code: frozenset[tuple[str, bytes]] | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Who made what is new: deployments newest first, each with its maker."""

    newer: tuple[LiveDeployment, ...] = ()
    makers: tuple[Maker, ...] = ()

    @property
    def ours(self) -> LiveDeployment | None:
        """Return the newest deployment that this run made; someone may have made newer ones."""
        return self._newest(Maker.THIS_RUN)

    @property
    def maybe_ours(self) -> LiveDeployment | None:
        """Return the newest deployment that this run may have made, where none surely is its."""
        return None if self.ours else self._newest(Maker.EITHER)

    @property
    def others(self) -> LiveDeployment | None:
        """Return what serves instead of what this run made, or may have made."""
        serves = self.newer[0] if self.newer else None
        return None if serves is None or serves in (self.ours, self.maybe_ours) else serves

    def _newest(self, maker: Maker) -> LiveDeployment | None:
        pairs = zip(self.newer, self.makers, strict=True)
        return next((one for one, by in pairs if by is maker), None)


def judge(
    step: MovingStep,
    before: Before,
    deployments: Sequence[LiveDeployment],
    versions: Mapping[str, Seen],
) -> Verdict:
    """Return who made each deployment that is new.

    `deployments` are newest first; `versions` are those that `wanted_versions` asks for, with their
    code where `wants_code`.
    """
    newer = before.newer(deployments)
    makers = tuple(_maker_of(step, before, one, versions) for one in newer)
    return Verdict(newer=newer, makers=makers)


def wanted_versions(
    step: MovingStep, before: Before, deployments: Sequence[LiveDeployment]
) -> tuple[str, ...]:
    """Return the versions that must be read before this can be judged."""
    if isinstance(step, CreateDeployment):
        return ()
    new = (_new_version_of(one, before) for one in before.newer(deployments))
    return tuple(dict.fromkeys(one for one in new if one is not None))


def wants_code(step: MovingStep, version: LiveVersion) -> bool:
    """Tell whether only its code can show who uploaded a version.

    Code alone has no note, and Cloudflare may have dropped the note of a PUT.
    """
    return (
        isinstance(step, UploadScript | PutContent)
        and parse_note(version.message) is None
        and version.triggered_by in UPLOAD_TRIGGERS
    )


def has_code_of(step: MovingStep, code: Collection[tuple[str, bytes]] | None) -> bool:
    """Tell whether this is the code that the step sends.

    A part that is not answered, as a source map may not be, says nothing.
    """
    project = _project_of(step)
    if project is None or code is None:
        return False
    sent = code_of(project)
    if project.format is not ScriptFormat.MODULES:
        return [content for _, content in code] == [sent[0].content]
    return set(code) <= {(one.name, one.content) for one in sent} and bool(code) == bool(sent)


def _project_of(step: MovingStep) -> Project | None:
    match step:
        case UploadScript():
            return step.upload.project
        case PutContent():
            return step.project
        case _:
            return None


def _new_version_of(deployment: LiveDeployment, before: Before) -> str | None:
    """Return the one version of a deployment; one that served before shows nothing of its maker."""
    ids = {share.version_id for share in deployment.shares}
    return None if len(ids) != 1 or ids & before.version_ids else ids.pop()


def _maker_of(
    step: MovingStep, before: Before, deployment: LiveDeployment, versions: Mapping[str, Seen]
) -> Maker:
    if isinstance(step, CreateDeployment):
        return _this_run_if(deployment.shares == before.shares)
    seen = versions.get(_new_version_of(deployment, before) or "")
    if seen is None:
        return Maker.SOMEONE
    match step:
        case UploadScript() if is_ours(seen.version):
            return _this_run_if(str(parse_note(seen.version.message)) == step.upload.note)
        case UploadScript() | PutContent():
            return _this_run_if(wants_code(step, seen.version) and has_code_of(step, seen.code))
        case PutSecrets():
            return _setter_of_secrets(step, seen.version, before)
        case PatchSettings():
            return _setter_of_settings(step, seen.version, before)
        case _:
            assert_never(step)


def _setter_of_secrets(step: PutSecrets, new: LiveVersion, before: Before) -> Maker:
    """Tell who set secrets by their names, as values are never answered.

    Where all of them were there before, the names fit to what anyone may have set.
    """
    if new.triggered_by != BY_SECRET or new.source not in API_SOURCES:
        return Maker.SOMEONE
    wanted, gone = {secret.name for secret in step.secrets}, set(step.gone)
    now, former = set(new.secret_names), before.secret_names
    if wanted - now or gone & now:
        return Maker.SOMEONE
    return Maker.THIS_RUN if wanted - former or gone & former else Maker.EITHER


def _setter_of_settings(step: PatchSettings, new: LiveVersion, before: Before) -> Maker:
    """Tell who changed settings: by the message, or by all of them where none was kept."""
    message = (step.settings.get("annotations") or {}).get("workers/message")
    if new.triggered_by in UPLOAD_TRIGGERS or new.triggered_by == BY_SECRET:
        return Maker.SOMEONE
    if new.message:
        return _this_run_if(new.message == message)
    return _this_run_if(_has_settings_of(step, new, before.version))


def _has_settings_of(step: PatchSettings, new: LiveVersion, former: LiveVersion | None) -> bool:
    """Tell whether a version is the former one with what the step sets, and nothing else."""
    if former is None:
        return False
    runtime = ("compatibility_date", "placement", "limits", "cache_options")
    differs = [
        name
        for name in runtime
        if contradicts(step.settings.get(name, getattr(former, name)), getattr(new, name))
    ]
    flags = step.settings.get("compatibility_flags", former.compatibility_flags)
    if differs or set(flags) != set(new.compatibility_flags):
        return False
    return _has_bindings_of(step.settings.get("bindings", ()), new, former)


def _has_bindings_of(
    sent: Sequence[Mapping[str, Any]], new: LiveVersion, former: LiveVersion
) -> bool:
    known = {one.name: one.as_json() for one in former.bindings}
    wanted = {str(one["name"]): one for one in sent}
    wanted |= {name: known[name] for name, one in wanted.items() if _is_kept(one, name, known)}
    actual = {one.name: one.as_json() for one in new.bindings}
    return wanted.keys() == actual.keys() and not any(
        _is_another(wanted[name], actual[name]) for name in wanted
    )


def _is_kept(sent: Mapping[str, Any], name: str, known: Mapping[str, Any]) -> bool:
    return sent.get("type") == "inherit" and name in known


def _is_another(wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> bool:
    """Tell whether a binding is not the wanted one, in what both sides say of it."""
    if wanted["type"] in SECRET_KINDS:
        return bool(actual["type"] != wanted["type"])
    return any(contradicts(wanted[key], actual[key]) for key in wanted.keys() & actual.keys())


def _this_run_if(is_of_this_run: bool) -> Maker:
    return Maker.THIS_RUN if is_of_this_run else Maker.SOMEONE
