"""What Cloudflare reports of a script: the live version serves, the latest one came last."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from workers_deploy.core.project import (
    SECRET_KINDS,
    Binding,
    ScriptSettings,
    SubdomainState,
    Triggers,
    UsageModel,
)
from workers_deploy.dataclass import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveVersion:
    """One version as GET versions/{id} reports it. Secret values are never answered."""

    id: str
    number: int | None = None
    created_on: str | None = None
    author: str | None = None
    source: str | None = None
    message: str | None = None
    tag: str | None = None
    triggered_by: str | None = None  # "upload", "secret", "rollback", …
    bindings: tuple[Binding, ...] = ()
    has_bindings_answered: bool = True  # False: the answer says nothing of bindings
    compatibility_date: str | None = None
    compatibility_flags: tuple[str, ...] = ()
    limits: Mapping[str, Any] | None = None
    placement: Mapping[str, Any] | None = None
    usage_model: str | None = None
    handlers: tuple[str, ...] = ()
    etag: str | None = None
    has_preview: bool | None = None
    cache_options: Mapping[str, Any] | None = None
    exports: Mapping[str, Any] | None = None
    has_assets: bool = False

    @property
    def secret_names(self) -> tuple[str, ...]:
        """Return the names of the version's secrets, sorted."""
        return tuple(sorted(b.name for b in self.bindings if b.type in SECRET_KINDS))


@dataclass(frozen=True, kw_only=True, slots=True)
class TrafficShare:
    """A version's part of the traffic, in percent."""

    version_id: str
    percentage: float


def render_shares(shares: Iterable[TrafficShare]) -> str:
    """Write who serves how much, as people read it.

    >>> render_shares([TrafficShare(version_id="7c1f2a3b-0000", percentage=100)])
    '7c1f2a3b 100 %'
    """
    return ", ".join(f"{share.version_id[:8]} {share.percentage:g} %" for share in shares)


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveDeployment:
    """Which versions serve, and since when; a gradual rollout where more than one gets traffic."""

    id: str
    shares: tuple[TrafficShare, ...]
    created_on: str | None = None
    author: str | None = None
    source: str | None = None
    message: str | None = None
    triggered_by: str | None = None

    @property
    def serving(self) -> tuple[TrafficShare, ...]:
        """Return the shares that get traffic; a version may be deployed at 0 %."""
        return tuple(share for share in self.shares if share.percentage > 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveState:
    """A script as Cloudflare reports it at one moment; an unknown script has `exists` False.

    `versions` holds every version that gets traffic, the largest share first, so
    `live` is the one that counts. `latest_version_id` is what was uploaded last.
    """

    script_name: str
    exists: bool = False
    script_tag: str | None = None  # Cloudflare's immutable id of the script
    deployment: LiveDeployment | None = None
    former_deployments: tuple[LiveDeployment, ...] = ()  # newest first, without the active one
    versions: tuple[LiveVersion, ...] = ()
    latest_version_id: str | None = None
    latest: LiveVersion | None = None  # the same as a list answers it: without bindings
    uses_modules: bool | None = None
    migration_tag: str | None = None
    last_deployed_from: str | None = None
    script_settings: ScriptSettings = field(default_factory=ScriptSettings)
    subdomain: SubdomainState = field(default_factory=SubdomainState)
    url: str | None = None  # of workers.dev
    preview_url_suffix: str | None = None  # of a version's URL, after its id or alias
    usage_model: UsageModel | None = None
    namespace_secrets: tuple[
        str, ...
    ] = ()  # of a script in a dispatch namespace: no versions there
    triggers: Triggers = field(default_factory=Triggers)
    unread: tuple[str, ...] = ()  # what could not be read and a plan can do without; sentences

    @property
    def live(self) -> LiveVersion | None:
        """Return the version that serves the most traffic."""
        return self.versions[0] if self.versions else None

    @property
    def domain_urls(self) -> tuple[str, ...]:
        """Return where the script answers on custom domains, as far as they were read."""
        return tuple(
            url_of_host(str(domain["hostname"]))
            for domain in self.triggers.domains or ()
            if domain.get("service") == self.script_name
        )

    @property
    def secret_names(self) -> tuple[str, ...]:
        """Return the names of the secrets that serve, sorted."""
        return self.live.secret_names if self.live else self.namespace_secrets

    @property
    def is_first_deployment(self) -> bool:
        """Tell whether the script was deployed just once, as a whole."""
        return self.exists and self.deployment is not None and not self.former_deployments

    @property
    def latest_is_live(self) -> bool:
        """Tell whether the version uploaded last is the one that serves."""
        return self.live is None or self.latest_version_id in (None, self.live.id)


def url_of_host(hostname: str) -> str:
    """Return the URL of a custom domain: Cloudflare answers its host alone and serves HTTPS.

    >>> url_of_host("shop.example.com")
    'https://shop.example.com'
    """
    return f"https://{hostname}"
