"""The desired state: what the checkout and the inputs say a script should be.

Field names are Cloudflare's. `None` means "not said": what nobody said is left as it is live.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from workers_deploy.core.manifest import AssetManifest
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place

SECRET_KINDS = ("secret_text", "secret_key")
VARIABLE_KINDS = ("plain_text", "json")


class ModuleType(StrEnum):
    """The kinds of module, each as its part's content type (multipart upload metadata page)."""

    ESM = "application/javascript+module"
    COMMONJS = "application/javascript"
    PYTHON = "text/x-python"
    PYTHON_REQUIREMENT = "text/x-python-requirement"
    WASM = "application/wasm"
    TEXT = "text/plain"
    DATA = "application/octet-stream"
    SOURCE_MAP = "application/source-map"


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """One part of the upload; `name` is relative, with `/`, and what imports refer to.

    What a service worker is bound to instead (wasm, text, data) is called like its binding, and has
    a `filename` besides.
    """

    name: str
    type: ModuleType
    content: bytes = field(repr=False)
    filename: str | None = None
    # Where it comes from is no part of what it is. `file`: the file in the checkout, relative to
    # the workspace; `sources`, of a source map: its sources in order, None where they are no files.
    file: str | None = field(default=None, compare=False)
    sources: tuple[str | None, ...] = field(default=(), compare=False)


class ScriptFormat(StrEnum):
    """How the main module is written; assets-only scripts count as modules."""

    MODULES = "modules"
    SERVICE_WORKER = "service-worker"


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """One binding as Cloudflare writes it: `{"name": …, "type": …, **fields}`."""

    name: str
    type: str
    # Values of plain_text and json may be sensitive although they are no secrets.
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    # Of an `inherit` binding: the kind that live must have under this name. The configuration
    # names a resource without an id, so the one that live has is kept; nothing is created.
    inherits: str | None = None
    # Where it stands is only looked up for a problem: it takes a parser that keeps positions.
    locate: Callable[[], Place | None] = field(default=lambda: None, compare=False, repr=False)

    @property
    def place(self) -> Place | None:
        """Return where the configuration has it, None where that is not known."""
        return self.locate()

    def as_json(self) -> dict[str, Any]:
        """Return the binding as it stands in `metadata.bindings`."""
        return {"name": self.name, "type": self.type, **self.fields}


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A secret of the script, sent as a `secret_text` binding in the upload."""

    name: str
    value: str = field(repr=False)
    is_known: bool = True  # False in a plan that was given the name alone


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptSettings:
    """The unversioned settings (PATCH script-settings); `None` leaves a field as it is live."""

    logpush: bool | None = None
    observability: Mapping[str, Any] | None = None
    tags: tuple[str, ...] | None = None
    tail_consumers: tuple[Mapping[str, Any], ...] | None = None
    streaming_tail_consumers: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SubdomainState:
    """Whether the script answers on workers.dev, and its versions on preview URLs."""

    enabled: bool | None = None
    previews_enabled: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageModel:
    """The usage-model endpoint's two fields; `cpu_ms` in milliseconds per request."""

    usage_model: str | None = None
    cpu_ms: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Triggers:
    """What sends events to the script besides workers.dev; `None` leaves a kind as it is live."""

    crons: tuple[str, ...] | None = None
    # {"pattern": …} with "zone_id" or "zone_name"
    routes: tuple[Mapping[str, Any], ...] | None = None
    # {"hostname": …} with "zone_id" or "zone_name"
    domains: tuple[Mapping[str, Any], ...] | None = None
    # {"queue": …, "settings": …, "dead_letter_queue": …}
    queue_consumers: tuple[Mapping[str, Any], ...] | None = None
    # {"name": …, "class_name": …, "script_name": …}
    workflows: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeTarget:
    """What is asked after traffic moved: URLs, or paths on the deployment URL."""

    targets: tuple[str, ...]
    statuses: tuple[range, ...]
    timeout: float  # seconds, for all targets together

    @property
    def has_paths(self) -> bool:
        """Tell whether a target is asked on the deployment URL."""
        return not all(map(is_url, self.targets))


def is_url(target: str) -> bool:
    """Tell whether what a probe asks is a whole URL, and not a path.

    >>> is_url("HTTPS://shop.example.com"), is_url("/https://shop.example.com")
    (True, False)
    """
    return target.lower().startswith(("https://", "http://"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a run comes from, as the CI system tells it; None: not said."""

    repository_url: str | None = None
    pull_request: str | None = None  # the number, of a merge request, too
    pull_request_title: str | None = None
    pull_request_head: str | None = None  # its last commit, 40 hex digits
    pull_request_url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """Everything that a deploy makes true."""

    script_name: str
    format: ScriptFormat = ScriptFormat.MODULES
    main_module: str | None = None  # None: assets only
    modules: tuple[Module, ...] = ()  # the main module first
    bindings: tuple[Binding, ...] = ()  # without secrets
    compatibility_date: str | None = None
    compatibility_flags: tuple[str, ...] = ()
    placement: Mapping[str, Any] | None = None
    limits: Mapping[str, Any] | None = None
    cache_options: Mapping[str, Any] | None = None
    exports: Mapping[str, Any] | None = None
    containers: tuple[Mapping[str, Any], ...] | None = None
    package_dependencies: tuple[Mapping[str, Any], ...] | None = None
    migrations: tuple[Mapping[str, Any], ...] = ()  # all of them, as in the configuration
    unsafe_metadata: Mapping[str, Any] = field(default_factory=dict)
    capnp_schema: str | None = None  # the name of the module that holds it
    local_source_map: Module | None = None  # the bundle's, where it does not go up
    # How Durable Objects move to new code, where the configuration says it.
    code_update_strategy: Mapping[str, Any] | None = None
    assets: AssetManifest | None = None
    keep_vars: bool = False
    secrets: tuple[Secret, ...] = ()
    required_secrets: tuple[str, ...] = ()  # must be live or among `secrets`
    prune_secrets: bool = False
    script_settings: ScriptSettings = field(default_factory=ScriptSettings)
    service_tags: tuple[str, ...] = ()  # cf:service=…, cf:environment=…
    subdomain: SubdomainState = field(default_factory=SubdomainState)
    usage_model: UsageModel | None = None
    triggers: Triggers = field(default_factory=Triggers)
    takes_domains: bool = False  # `allow: take-domain`
    dispatch_namespace: str | None = None
    commit: str | None = None  # 40 hex digits
    # A file that is not as in the commit, relative to the workspace, where there is one.
    uncommitted: str | None = None
    origin: Origin = field(default_factory=Origin)
    message: str = ""
    tag: str | None = None
    environment: str | None = None
    config_file: str | None = None  # relative to the workspace
    probe: ProbeTarget | None = None

    @property
    def known_commit(self) -> str | None:
        """Return the commit that says what is deployed: none with changes on top."""
        return None if self.uncommitted else self.commit
