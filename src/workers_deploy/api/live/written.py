"""Reads back what a run has written, and nothing else; all at once."""

from concurrent.futures import Future, ThreadPoolExecutor

from workers_deploy.api.endpoints.caller import UNKNOWN_SCRIPT, ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.endpoints.versions import ReadVersion
from workers_deploy.api.live.addresses import Addresses, read_addresses
from workers_deploy.api.live.triggers import ReadTriggers, read_triggers
from workers_deploy.core.live import LiveDeployment, LiveState
from workers_deploy.core.project import ScriptSettings, Triggers, UsageModel
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import RefusedError

AT_ONCE = 6  # requests


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What of a script is read."""

    traffic: bool = False
    version_id: str | None = None  # None: no version is read
    script_settings: bool = False
    addresses: bool = False
    usage_model: bool = False
    triggers: Triggers | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """The requests under way; None for what is not read."""

    deployments: Future[tuple[LiveDeployment, ...]] | None
    version: Future[ReadVersion] | None
    script_settings: Future[ScriptSettings] | None
    usage_model: Future[UsageModel] | None
    triggers: Future[ReadTriggers] | None
    addresses: Future[Addresses] | None


def read_written(client: WorkersClient, script_name: str, written: Written) -> LiveState:
    """Return these parts of a script; the others are as if they were not set.

    A script that nobody knows any more is an empty state. Where it answers is read as far as that
    can be: `unread` says so.

    Raises:
        RefusedError: one of the parts is refused.
        UnansweredError: one of them is not answered after all tries.

    """
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        reading = _begin(pool, client, script_name, written)
    if _is_unknown(reading):
        return LiveState(script_name=script_name)
    deployments = reading.deployments.result() if reading.deployments else ()
    addresses = reading.addresses.result() if reading.addresses else Addresses()
    return LiveState(
        script_name=script_name,
        exists=True,
        script_tag=addresses.script_tag,
        deployment=next(iter(deployments), None),
        former_deployments=deployments[1:],
        versions=(reading.version.result().version,) if reading.version else (),
        script_settings=(
            reading.script_settings.result() if reading.script_settings else ScriptSettings()
        ),
        subdomain=addresses.subdomain,
        url=addresses.url,
        preview_url_suffix=addresses.preview_url_suffix,
        usage_model=reading.usage_model.result() if reading.usage_model else None,
        triggers=reading.triggers.result().triggers if reading.triggers else Triggers(),
        unread=addresses.unread,
    )


def _begin(
    pool: ThreadPoolExecutor, client: WorkersClient, name: str, written: Written
) -> _Reading:
    path, version_id, triggers = ScriptPath(name=name), written.version_id, written.triggers
    return _Reading(
        deployments=pool.submit(client.list_deployments, name) if written.traffic else None,
        version=(
            pool.submit(client.read_version, name, version_id, is_new=True) if version_id else None
        ),
        script_settings=(
            pool.submit(client.read_script_settings, path) if written.script_settings else None
        ),
        usage_model=pool.submit(client.read_usage_model, name) if written.usage_model else None,
        triggers=(
            pool.submit(read_triggers, client, name, triggers) if triggers is not None else None
        ),
        addresses=pool.submit(read_addresses, client, name) if written.addresses else None,
    )


def _is_unknown(reading: _Reading) -> bool:
    """Tell whether all reads of what serves say that there is no such script.

    One alone may be a read that lags, or a right that the token lacks.
    """
    errors = [one.exception() for one in (reading.deployments, reading.version) if one is not None]
    return bool(errors) and all(
        isinstance(error, RefusedError) and error.code in UNKNOWN_SCRIPT for error in errors
    )
