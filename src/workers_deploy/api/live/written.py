"""Reads back what a run has written, and nothing else; all at once."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.live.addresses import Addresses, read_addresses
from workers_deploy.api.live.triggers import read_triggers
from workers_deploy.core.live import LiveState
from workers_deploy.core.project import ScriptSettings, Triggers
from workers_deploy.dataclass import dataclass

T = TypeVar("T")

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


def read_written(client: WorkersClient, script_name: str, written: Written) -> LiveState:
    """Return these parts of a script; the others are as if they were not set.

    Raises:
        RefusedError: one of them is refused.
        UnansweredError: one of them is not answered after all tries.

    """
    version_id, triggers = written.version_id, written.triggers
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:

        def begin(read: Callable[[], T], *, wanted: bool) -> Future[T] | None:
            return pool.submit(read) if wanted else None

        path = ScriptPath(name=script_name)
        deployments = begin(lambda: client.list_deployments(script_name), wanted=written.traffic)
        version = begin(
            lambda: client.read_version(script_name, version_id or "", is_new=True),
            wanted=version_id is not None,
        )
        settings = begin(lambda: client.read_script_settings(path), wanted=written.script_settings)
        usage_model = begin(
            lambda: client.read_usage_model(script_name), wanted=written.usage_model
        )
        found_triggers = begin(
            lambda: read_triggers(client, script_name, triggers or Triggers()),
            wanted=triggers is not None,
        )
        addresses = read_addresses(client, script_name) if written.addresses else Addresses()
    newest = deployments.result() if deployments else ()
    return LiveState(
        script_name=script_name,
        exists=True,
        script_tag=addresses.script_tag,
        deployment=next(iter(newest), None),
        former_deployments=newest[1:],
        versions=(version.result().version,) if version else (),
        script_settings=settings.result() if settings else ScriptSettings(),
        subdomain=addresses.subdomain,
        url=addresses.url,
        preview_url_suffix=addresses.preview_url_suffix,
        usage_model=usage_model.result() if usage_model else None,
        triggers=found_triggers.result().triggers if found_triggers else Triggers(),
        unread=addresses.unread,
    )
