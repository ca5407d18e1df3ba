"""Cloudflare's results as pydantic models; the envelope around them is in `http/envelope.py`.

What is read is turned into core types here, once.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from workers_deploy.api.http.models import (
    JsonObject,
    MaybeObject,
    Objects,
    Texts,
    WireModel,
    object_or_empty,
    objects_of,
    texts_of,
)
from workers_deploy.core.live import LiveDeployment, LiveVersion, TrafficShare
from workers_deploy.core.project import Binding, ScriptSettings, SubdomainState, UsageModel

T = TypeVar("T")
# Not answered is None, what is no list an empty one.
MaybeTexts = Annotated[
    list[str] | None, BeforeValidator(lambda value: None if value is None else texts_of(value))
]
MaybeObjects = Annotated[
    list[dict[str, Any]] | None,
    BeforeValidator(lambda value: None if value is None else objects_of(value)),
]


class AssetSessionResult(WireModel):
    """POST assets-upload-session."""

    jwt: str
    buckets: list[list[str]] | None = None


class AssetUploadResult(WireModel):
    """POST assets/upload: the completion token, on one of the last answers."""

    jwt: str | None = None


class UploadedScriptResult(WireModel):
    """PUT script: `deployment_id` is the version's id without hyphens (wrangler's source)."""

    id: str | None = None
    tag: str | None = None
    etag: str | None = None
    deployment_id: str | None = None
    startup_time_ms: int | None = None
    has_assets: bool | None = None
    has_modules: bool | None = None
    migration_tag: str | None = None


class DispatchedScriptResult(WireModel):
    """GET script of a dispatch namespace: where it is, and the script itself."""

    script: MaybeObject = Field(default_factory=dict)

    @property
    def migration_tag(self) -> str | None:
        """Return the tag of the last Durable Object migration."""
        return _text(self.script.get("migration_tag"))


class VersionResult(WireModel):
    """POST versions, GET versions/{id}, and an item of GET versions."""

    id: str
    number: int | None = None
    startup_time_ms: int | None = None
    metadata: MaybeObject = Field(default_factory=dict)
    annotations: MaybeObject = Field(default_factory=dict)
    resources: MaybeObject = Field(default_factory=dict)

    def as_live(self) -> LiveVersion:
        """Return it as the core knows it."""
        script = object_or_empty(self.resources.get("script"))
        runtime = object_or_empty(self.resources.get("script_runtime"))
        return LiveVersion(
            id=self.id,
            number=self.number,
            created_on=_text(self.metadata.get("created_on")),
            author=_text(self.metadata.get("author_email")),
            source=_text(self.metadata.get("source")),
            message=_text(self.annotations.get("workers/message")),
            tag=_text(self.annotations.get("workers/tag")),
            triggered_by=_text(self.annotations.get("workers/triggered_by")),
            bindings=bindings_of(self.resources.get("bindings")),
            has_bindings_answered=isinstance(self.resources.get("bindings"), list),
            compatibility_date=_text(runtime.get("compatibility_date")),
            compatibility_flags=tuple(texts_of(runtime.get("compatibility_flags"))),
            limits=_maybe_object(runtime.get("limits")),
            placement=_maybe_object(script.get("placement")),
            usage_model=_text(runtime.get("usage_model")),
            handlers=tuple(texts_of(script.get("handlers"))),
            etag=_text(script.get("etag")),
            has_preview=self.has_preview,
            cache_options=_maybe_object(runtime.get("cache_options")),
            exports=_maybe_object(runtime.get("exports")),
            has_assets=runtime.get("assets") is not None,
        )

    @property
    def has_preview(self) -> bool | None:
        """Tell whether it has a preview URL; both spellings were seen."""
        for name in ("hasPreview", "has_preview"):
            if isinstance(self.metadata.get(name), bool):
                return bool(self.metadata[name])
        return None

    @property
    def migration_tag(self) -> str | None:
        """Return the tag of the last Durable Object migration."""
        return _text(object_or_empty(self.resources.get("script_runtime")).get("migration_tag"))

    @property
    def last_deployed_from(self) -> str | None:
        """Return "wrangler", "dash" or "api"."""
        return _text(object_or_empty(self.resources.get("script")).get("last_deployed_from"))


class DeploymentResult(WireModel):
    """POST deployments, and an item of GET deployments."""

    id: str
    versions: Objects = Field(default_factory=list)
    created_on: str | None = None
    author_email: str | None = None
    source: str | None = None
    annotations: MaybeObject = Field(default_factory=dict)

    def as_live(self) -> LiveDeployment:
        """Return it as the core knows it, the largest share first."""
        shares = [
            TrafficShare(version_id=one["version_id"], percentage=float(one["percentage"]))
            for one in self.versions
            if isinstance(one.get("version_id"), str)
            and isinstance(one.get("percentage"), int | float)
        ]
        return LiveDeployment(
            id=self.id,
            shares=tuple(sorted(shares, key=lambda share: -share.percentage)),
            created_on=self.created_on,
            author=self.author_email,
            source=self.source,
            message=_text(self.annotations.get("workers/message")),
            triggered_by=_text(self.annotations.get("workers/triggered_by")),
        )


class ScriptSettingsResult(WireModel):
    """GET and PATCH script-settings. Cloudflare answers null for "none", and leaves fields out."""

    logpush: bool | None = None
    observability: JsonObject | None = None
    tags: MaybeTexts = None
    tail_consumers: MaybeObjects = None
    streaming_tail_consumers: MaybeObjects = None

    def as_core(self) -> ScriptSettings:
        """Return it as the core knows it: None for what is not answered."""
        return ScriptSettings(
            logpush=self.logpush,
            observability=self.observability,
            tags=_tuple(self.tags),
            tail_consumers=_tuple(self.tail_consumers),
            streaming_tail_consumers=_tuple(self.streaming_tail_consumers),
        )


class SubdomainResult(WireModel):
    """GET, POST and DELETE subdomain."""

    enabled: bool | None = None
    previews_enabled: bool | None = None

    def as_core(self) -> SubdomainState:
        """Return it as the core knows it."""
        return SubdomainState(enabled=self.enabled, previews_enabled=self.previews_enabled)


class AccountSubdomainResult(WireModel):
    """GET workers/subdomain."""

    subdomain: str


class UsageModelResult(WireModel):
    """GET and PUT usage-model."""

    usage_model: str | None = None
    user_limits: MaybeObject = Field(default_factory=dict)

    def as_core(self) -> UsageModel:
        """Return it as the core knows it."""
        cpu_ms = self.user_limits.get("cpu_ms")
        return UsageModel(
            usage_model=self.usage_model, cpu_ms=cpu_ms if isinstance(cpu_ms, int) else None
        )


class VersionedSettingsResult(ScriptSettingsResult):
    """GET and PATCH settings: those of the latest version, with the script's own."""

    bindings: Objects = Field(default_factory=list)
    compatibility_date: str | None = None
    compatibility_flags: Texts = Field(default_factory=list)
    usage_model: str | None = None
    limits: JsonObject | None = None
    placement: JsonObject | None = None


class WorkerSubdomain(SubdomainResult):
    """`subdomain` of GET workers/workers/{name}."""

    url: str | None = None
    preview_url_suffix: str | None = None


class WorkerResult(WireModel):
    """GET workers/workers/{name}."""

    id: str | None = None
    name: str | None = None
    subdomain: Annotated[WorkerSubdomain, BeforeValidator(object_or_empty)] = Field(
        default_factory=WorkerSubdomain
    )


class AccountResult(WireModel):
    """An item of GET accounts."""

    id: str
    name: str | None = None


class SecretResult(WireModel):
    """An item of GET secrets."""

    name: str
    type: str = "secret_text"


class ListedScriptResult(WireModel):
    """An item of GET scripts."""

    id: str
    tag: str | None = None
    created_on: str | None = None
    modified_on: str | None = None
    handlers: Texts = Field(default_factory=list)
    last_deployed_from: str | None = None
    has_assets: bool | None = None
    has_modules: bool | None = None
    usage_model: str | None = None
    tags: Texts = Field(default_factory=list)


class ServiceResult(WireModel):
    """GET services/{name}: a script as wrangler's older endpoints see it."""

    default_environment: Mapping[str, Any] = Field(default_factory=dict)

    @property
    def tag(self) -> str | None:
        """Return the script's immutable tag."""
        return _text(object_or_empty(self.default_environment.get("script")).get("tag"))


class FoundScriptResult(WireModel):
    """An item of GET scripts-search; `id` is the script's immutable tag."""

    id: str | None = None
    script_name: str
    created_on: str | None = None
    modified_on: str | None = None


def bindings_of(value: Any) -> tuple[Binding, ...]:
    """Return bindings as the core knows them; one without name or type is left out."""
    return tuple(
        Binding(
            name=one["name"],
            type=one["type"],
            fields={k: v for k, v in one.items() if k not in ("name", "type")},
        )
        for one in objects_of(value)
        if isinstance(one.get("name"), str) and isinstance(one.get("type"), str)
    )


def _tuple(items: Iterable[T] | None) -> tuple[T, ...] | None:
    return None if items is None else tuple(items)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _maybe_object(value: Any) -> JsonObject | None:
    return value if isinstance(value, dict) else None
