"""Reads a script as Cloudflare reports it: GETs only, in two rounds of requests at once.

Triggers are read beside both rounds, and only where a project names some: what a hostname or a
queue belongs to does not depend on the script.

Live is what serves: deployment → version, by id. The endpoints that answer for the *latest* version
(settings, secrets) are not asked; the live version's bindings name its secrets as well.

For a script that exists that is six requests (where one version serves), for an unknown one four.
What a plan can do without may fail and is told in `unread`: the URL and state of workers.dev (a
token may lack the right to read them, and the deploy is good all the same) and the usage model,
which free plans may not read.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Generic, TypeVar

from workers_deploy.api.caller import UNKNOWN_SCRIPT, ScriptPath
from workers_deploy.api.client import WorkersClient
from workers_deploy.api.scripts import WorkerInfo
from workers_deploy.api.trigger_state import read_triggers
from workers_deploy.api.versions import ReadVersion
from workers_deploy.core.live import LiveDeployment, LiveState, LiveVersion
from workers_deploy.core.project import ScriptSettings, SubdomainState, Triggers, UsageModel
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ApiError, RefusedError

T = TypeVar("T")

__all__ = ["UNKNOWN_SCRIPT", "read_live_deployment", "read_live_state"]

NO_VERSIONS = 10222
FIRST_ROUND = 3  # requests at once
SECOND_ROUND = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class _Maybe(Generic[T]):
    """A read that the plan can do without: what was read, or why it could not be."""

    value: T | None = None
    problem: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """The first round: None each where Cloudflare knows no such script."""

    deployments: tuple[LiveDeployment, ...] | None
    latest: tuple[LiveVersion, ...] | None
    settings: ScriptSettings | None


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
    if triggers is None or triggers == Triggers():
        return _read_script(client, script_name, want_usage_model=want_usage_model)
    with ThreadPoolExecutor(max_workers=1) as pool:
        reading = pool.submit(read_triggers, client, script_name, triggers)
        state = _read_script(client, script_name, want_usage_model=want_usage_model)
    read = reading.result()
    return replace(state, triggers=read.triggers, unread=(*state.unread, *read.unread))


def _read_script(client: WorkersClient, script_name: str, *, want_usage_model: bool) -> LiveState:
    known = _first_round(client, script_name)
    if known.deployments is None and known.latest is None and known.settings is None:
        return _unknown(client, script_name)
    if known.settings is None:
        # A script that only some endpoints know: settings that are not read are no empty ones.
        settings = client.read_script_settings(ScriptPath(name=script_name))
        known = replace(known, settings=settings)
    return _second_round(client, script_name, known, want_usage_model=want_usage_model)


def read_live_deployment(client: WorkersClient, script_name: str) -> LiveDeployment | None:
    """Return which versions serve now, in one request; None where the script is unknown."""
    deployments = _unless_unknown(lambda: client.list_deployments(script_name))
    return deployments[0] if deployments else None


def _first_round(client: WorkersClient, script_name: str) -> _Known:
    script = ScriptPath(name=script_name)
    with ThreadPoolExecutor(max_workers=FIRST_ROUND) as pool:
        deployments = pool.submit(_unless_unknown, lambda: client.list_deployments(script_name))
        latest = pool.submit(_unless_unknown, lambda: client.list_versions(script_name, per_page=1))
        settings = pool.submit(_unless_unknown, lambda: client.read_script_settings(script))
    return _Known(
        deployments=deployments.result(), latest=latest.result(), settings=settings.result()
    )


def _unknown(client: WorkersClient, script_name: str) -> LiveState:
    account = _maybe("workers.dev of the account", client.read_account_subdomain)
    return LiveState(
        script_name=script_name,
        account_subdomain=account.value,
        unread=_problems(account),
    )


def _second_round(
    client: WorkersClient, script_name: str, known: _Known, *, want_usage_model: bool
) -> LiveState:
    deployments = known.deployments or ()
    active = deployments[0] if deployments else None
    with ThreadPoolExecutor(max_workers=SECOND_ROUND) as pool:
        versions = [
            pool.submit(client.read_version, script_name, share.version_id, is_new=True)
            for share in (active.shares if active else ())
        ]
        subdomain = pool.submit(_maybe, "workers.dev", lambda: client.read_subdomain(script_name))
        worker = pool.submit(_maybe, "the URL", lambda: client.read_worker(script_name))
        usage_model = pool.submit(_usage_model, client, script_name, wanted=want_usage_model)
    return _state(
        script_name,
        known,
        versions=tuple(version.result() for version in versions),
        subdomain=subdomain.result(),
        worker=worker.result(),
        usage_model=usage_model,
    )


def _state(
    script_name: str,
    known: _Known,
    *,
    versions: tuple[ReadVersion, ...],
    subdomain: _Maybe[SubdomainState],
    worker: _Maybe[WorkerInfo],
    usage_model: Future[_Maybe[UsageModel]],
) -> LiveState:
    deployments = known.deployments or ()
    latest = known.latest[0] if known.latest else None
    live = versions[0] if versions else None
    info = worker.value
    # The worker's own answer holds the state of workers.dev as well.
    state = subdomain.value or (info.subdomain if info else None)
    return LiveState(
        script_name=script_name,
        exists=True,
        script_tag=info.id if info else None,
        deployment=deployments[0] if deployments else None,
        former_deployments=deployments[1:],
        versions=tuple(one.version for one in versions),
        latest_version_id=latest.id if latest else None,
        migration_tag=live.migration_tag if live else None,
        last_deployed_from=live.last_deployed_from if live else None,
        script_settings=known.settings or ScriptSettings(),
        subdomain=state or SubdomainState(),
        url=info.url if info else None,
        usage_model=usage_model.result().value,
        unread=_problems(subdomain, worker, usage_model.result()),
    )


def _usage_model(client: WorkersClient, script_name: str, *, wanted: bool) -> _Maybe[UsageModel]:
    if not wanted:
        return _Maybe()
    return _maybe("the usage model", lambda: client.read_usage_model(script_name))


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


def _problems(*reads: _Maybe[Any]) -> tuple[str, ...]:
    return tuple(read.problem for read in reads if read.problem)
