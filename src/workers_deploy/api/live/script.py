"""Reads a script as Cloudflare reports it: GETs only, in two rounds of requests at once.

Triggers are read beside both rounds, and only where a project names some: what a hostname or a
queue belongs to does not depend on the script.

Live is what serves: deployment → version, by id. The endpoints that answer for the *latest* version
(settings, secrets) are not asked; the live version's bindings name its secrets as well.

For a script that exists that is five requests (where one version serves), for an unknown one two.
What a plan can do without may fail and is told in `unread`: the URL and state of workers.dev (a
token may lack the right to read them, and the deploy is good all the same) and the usage model,
which free plans may not read.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Generic, TypeVar

from workers_deploy.api.endpoints.caller import UNKNOWN_SCRIPT, ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.endpoints.versions import ReadVersion
from workers_deploy.api.live.addresses import Addresses, read_addresses
from workers_deploy.api.live.triggers import read_triggers
from workers_deploy.core.live import LiveDeployment, LiveState, LiveVersion
from workers_deploy.core.project import ScriptSettings, Triggers, UsageModel
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ApiError, RefusedError

T = TypeVar("T")

__all__ = ["UNKNOWN_SCRIPT", "read_live_deployment", "read_live_state"]

NO_VERSIONS = 10222
AT_ONCE = 8  # requests


@dataclass(frozen=True, kw_only=True, slots=True)
class _Maybe(Generic[T]):
    """A read that the plan can do without: what was read, or why it could not be."""

    value: T | None = None
    problem: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """The first round: None each where Cloudflare knows no such script."""

    deployments: tuple[LiveDeployment, ...] | None
    settings: ScriptSettings | None

    @property
    def active_ids(self) -> tuple[str, ...]:
        """Return the versions that serve, by their share."""
        active = self.deployments[0] if self.deployments else None
        return tuple(share.version_id for share in active.serving) if active else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Further:
    """The second round, under way."""

    versions: Sequence[Future[ReadVersion]]
    latest: Future[tuple[LiveVersion, ...] | None]
    addresses: Future[Addresses]
    usage_model: Future[_Maybe[UsageModel]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reads:
    """The requests of both rounds."""

    client: WorkersClient
    script_name: str
    wants_usage_model: bool

    def first(self, pool: ThreadPoolExecutor) -> _Known:
        """Ask, at once, whether there is such a script and what serves; returns when it is told."""
        client, name = self.client, self.script_name
        deployments = pool.submit(_unless_unknown, lambda: client.list_deployments(name))
        settings = pool.submit(_unless_unknown, self.settings)
        found = deployments.result()
        with _saying_what_serves(found):
            return _Known(deployments=found, settings=settings.result())

    def further(self, pool: ThreadPoolExecutor, version_ids: Sequence[str]) -> _Further:
        """Begin to ask what only a script that is there has."""
        client, name = self.client, self.script_name
        version = partial(client.read_version, name, is_new=True)
        latest = partial(client.list_versions, name, per_page=1)
        return _Further(
            versions=[pool.submit(version, one) for one in version_ids],
            latest=pool.submit(_unless_unknown, latest),
            addresses=pool.submit(read_addresses, client, name),
            usage_model=pool.submit(self._usage_model),
        )

    def deployments(self) -> tuple[LiveDeployment, ...]:
        """Return the deployments of a script that is known; one without versions has none."""
        try:
            return self.client.list_deployments(self.script_name)
        except RefusedError as refused:
            if refused.code == NO_VERSIONS:
                return ()
            raise

    def settings(self) -> ScriptSettings:
        """Return the script settings."""
        return self.client.read_script_settings(ScriptPath(name=self.script_name))

    def _usage_model(self) -> _Maybe[UsageModel]:
        if not self.wants_usage_model:
            return _Maybe()
        return _maybe("the usage model", lambda: self.client.read_usage_model(self.script_name))


def read_live_state(
    client: WorkersClient,
    script_name: str,
    *,
    want_usage_model: bool = False,
    triggers: Triggers | None = None,
) -> LiveState:
    """Return the script as Cloudflare reports it now; an unknown script is an empty state.

    Of triggers the kinds that `triggers` names, with whom their hostnames and queues belong to.

    Raises:
        RefusedError: deployments, versions, script settings or triggers are refused.
        UnansweredError: one of them is not answered after all tries.

    """
    reads = _Reads(client=client, script_name=script_name, wants_usage_model=want_usage_model)
    if triggers is None or triggers == Triggers():
        return _read_script(reads)
    with ThreadPoolExecutor(max_workers=1) as pool:
        reading = pool.submit(read_triggers, client, script_name, triggers)
        state = _read_script(reads)
    with _saying_what_serves((state.deployment,) if state.deployment else ()):
        read = reading.result()
    return replace(state, triggers=read.triggers, unread=(*state.unread, *read.unread))


def _read_script(reads: _Reads) -> LiveState:
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        known = reads.first(pool)
        if known.deployments is None and known.settings is None:
            return LiveState(script_name=reads.script_name)
        if known.settings is None:
            # A script that only some endpoints know: settings that are not read are no empty ones.
            known = replace(known, settings=reads.settings())
        if known.deployments is None:
            # Nor does that what serves is not read mean that nothing does.
            known = replace(known, deployments=reads.deployments())
        with _saying_what_serves(known.deployments):
            return _state(reads.script_name, known, reads.further(pool, known.active_ids))


@contextmanager
def _saying_what_serves(deployments: tuple[LiveDeployment, ...] | None) -> Iterator[None]:
    """Let the error of a further read name the version that serves, as far as that was read."""
    try:
        yield
    except ApiError as error:
        if deployments and deployments[0].shares:
            error.live_version_id = deployments[0].shares[0].version_id
        raise


def read_live_deployment(client: WorkersClient, script_name: str) -> LiveDeployment | None:
    """Return which versions serve now, in one request; None where the script is unknown."""
    return next(iter(read_deployments(client, script_name)), None)


def read_deployments(client: WorkersClient, script_name: str) -> tuple[LiveDeployment, ...]:
    """Return what was deployed, newest first; nothing where the script is unknown."""
    return _unless_unknown(lambda: client.list_deployments(script_name)) or ()


def _state(script_name: str, known: _Known, further: _Further) -> LiveState:
    deployments = known.deployments or ()
    latest = next(iter(further.latest.result() or ()), None)
    versions = [version.result() for version in further.versions]
    live = versions[0] if versions else None
    addresses, usage_model = further.addresses.result(), further.usage_model.result()
    return LiveState(
        script_name=script_name,
        exists=True,
        script_tag=addresses.script_tag,
        deployment=deployments[0] if deployments else None,
        former_deployments=deployments[1:],
        versions=tuple(one.version for one in versions),
        latest_version_id=latest.id if latest else None,
        latest=latest,
        migration_tag=live.migration_tag if live else None,
        last_deployed_from=live.last_deployed_from if live else None,
        script_settings=known.settings or ScriptSettings(),
        subdomain=addresses.subdomain,
        url=addresses.url,
        preview_url_suffix=addresses.preview_url_suffix,
        usage_model=usage_model.value,
        unread=(*addresses.unread, *([usage_model.problem] if usage_model.problem else [])),
    )


def _unless_unknown(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except RefusedError as refused:
        if refused.code in UNKNOWN_SCRIPT or refused.code == NO_VERSIONS:
            return None
        raise


def _maybe(what: str, read: Callable[[], T]) -> _Maybe[T]:
    try:
        return _Maybe(value=read())
    except ApiError as error:
        return _Maybe(problem=f"{what} could not be read: {error.message}")
