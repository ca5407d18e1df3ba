"""The state of an account as values: a write replaces what it changes and touches nothing else.

That makes a former state worth keeping (stale reads answer from it) and a running script
independent of the next upload.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a script is: in the account, or in one of its dispatch namespaces."""

    name: str
    namespace: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """One part of a script upload."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ManifestEntry:
    """One file of an asset manifest; `size` in bytes, not base64."""

    hash: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Assets:
    """The static files of a version and how they are served."""

    manifest: Mapping[str, ManifestEntry] = field(repr=False)
    config: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One version of a script, with its secrets' values; times are seconds since the epoch."""

    id: str
    number: int
    created_on: float
    source: str
    annotations: Mapping[str, str]
    main_module: str | None = None
    body_part: str | None = None
    modules: tuple[Module, ...] = ()
    bindings: tuple[Mapping[str, Json], ...] = field(default=(), repr=False)
    compatibility_date: str = "2021-11-02"
    compatibility_flags: tuple[str, ...] = ()
    usage_model: str = "standard"
    limits: Mapping[str, Json] = field(default_factory=dict)
    placement: Mapping[str, Json] = field(default_factory=dict)
    assets: Assets | None = None
    handlers: tuple[str, ...] = ()
    migration_tag: str | None = None
    # exports, cache_options, containers, package_dependencies: kept as they came
    other: Mapping[str, Json] = field(default_factory=dict)

    @property
    def is_modules(self) -> bool:
        """Whether this is the ES modules format; assets alone count as modules (wrangler)."""
        return self.body_part is None

    @property
    def secrets(self) -> Mapping[str, Mapping[str, Json]]:
        """Secret bindings by name, with their values."""
        return {b["name"]: b for b in self.bindings if b["type"] in SECRET_TYPES}

    @property
    def has_preview(self) -> bool:
        """Whether there is one: not with Durable Objects of its own (preview-durable-objects)."""
        return not any(
            b["type"] == "durable_object_namespace" and not b.get("script_name")
            for b in self.bindings
        )


SECRET_TYPES = ("secret_text", "secret_key")


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """Which versions get how many percent of the traffic."""

    id: str
    created_on: float
    source: str
    versions: tuple[tuple[str, float], ...]
    annotations: Mapping[str, str]

    def is_fully(self, version_id: str) -> bool:
        """Whether this version gets all traffic (rule: latest-beside-none)."""
        return (version_id, 100) in self.versions


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptSettings:
    """What belongs to the script, not to a version."""

    logpush: bool = False
    observability: Mapping[str, Json] | None = None  # never set
    tags: tuple[str, ...] = ()
    tail_consumers: tuple[Mapping[str, Json], ...] | None = None
    streaming_tail_consumers: tuple[Mapping[str, Json], ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """A script with all of its versions (oldest first) and deployments (newest first)."""

    place: Place
    tag: str
    created_on: float
    modified_on: float
    last_deployed_from: str
    versions: tuple[Version, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    settings: ScriptSettings = field(default_factory=ScriptSettings)
    subdomain_enabled: bool = False
    previews_enabled: bool = False
    usage_model: str = "standard"
    user_limits: Mapping[str, Json] = field(default_factory=dict)
    migration_tag: str | None = None
    # Durable Object classes that this script implements -> their storage
    classes: Mapping[str, str] = field(default_factory=dict)
    schedules: tuple[Mapping[str, Json], ...] = ()

    @property
    def latest(self) -> Version | None:
        """The newest upload, deployed or not."""
        return self.versions[-1] if self.versions else None

    @property
    def deployment(self) -> Deployment | None:
        """The active deployment."""
        return self.deployments[0] if self.deployments else None

    def version(self, version_id: str) -> Version | None:
        """Return the version of this id, with or without hyphens."""
        wanted = version_id.replace("-", "").lower()
        return next((v for v in self.versions if v.id.replace("-", "") == wanted), None)

    @property
    def live(self) -> tuple[Version, ...]:
        """The versions that get traffic, the largest share first."""
        if self.deployment is None:
            return ()
        shares = sorted(self.deployment.versions, key=lambda share: -share[1])
        return tuple(v for v in (self.version(vid) for vid, _ in shares) if v is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A route of a zone."""

    id: str
    zone_id: str
    pattern: str
    script: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Everything that an account holds but the contents of asset files."""

    subdomain: str | None
    zones: Mapping[str, str]
    namespaces: Mapping[str, str] = field(default_factory=dict)
    scripts: Mapping[Place, Script] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    domains: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    dns: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    queues: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    workflows: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    tails: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    account_settings: Mapping[str, Json] = field(
        default_factory=lambda: {"default_usage_model": "standard", "green_compute": False}
    )
    # kind of resource -> id -> what the account knows of it
    resources: Mapping[str, Mapping[str, Mapping[str, Json]]] = field(default_factory=dict)

    def script(self, name: str, namespace: str | None = None) -> Script | None:
        """Return the script of this name."""
        return self.scripts.get(Place(name=name, namespace=namespace))
