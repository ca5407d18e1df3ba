"""Triggers as they were before a run set them: what was new goes, what was taken is given back."""

from collections.abc import Mapping
from typing import Any, assert_never

from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.core.steps import (
    AttachDomain,
    PutQueueConsumer,
    PutRoutes,
    PutSchedules,
    PutWorkflow,
    Trigger,
)
from workers_deploy.errors import DeployError


class NotPutBackError(DeployError):
    """What a trigger was before can't be made again by the API's means."""


def put_trigger_back(client: WorkersClient, script_name: str, step: Trigger) -> None:
    """Put one trigger back.

    Raises:
        NotPutBackError: it took the place of something that can't be made again.
        ApiError: a request failed for good.

    """
    match step:
        case PutSchedules():
            client.put_schedules(script_name, step.former)
        case PutRoutes():
            _routes(client, script_name, step)
        case AttachDomain():
            _domain(client, script_name, step)
        case PutQueueConsumer():
            _consumer(client, script_name, step)
        case PutWorkflow():
            _workflow(client, step)
        case _:
            assert_never(step)


def _routes(client: WorkersClient, script_name: str, step: PutRoutes) -> None:
    own = [route for route in step.former if route.get("script") == script_name]
    client.put_routes(script_name, [_as_sent(route) for route in own])
    for route in step.former:
        if route.get("script") == script_name:
            continue
        zone_id = str(route.get("zone_id") or client.find_zone_ids([route])[str(route["pattern"])])
        client.create_route(zone_id, str(route["pattern"]), route.get("script"))


def _as_sent(route: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: route[key] for key in ("pattern", "zone_id", "zone_name") if key in route}


def _domain(client: WorkersClient, script_name: str, step: AttachDomain) -> None:
    hostname, former = str(step.domain["hostname"]), step.former
    if former is None:
        client.detach_domain(hostname)
        return
    service = former.get("service")
    if service is None:
        raise NotPutBackError(f"{hostname} had DNS records, which were replaced")
    said = {key: former[key] for key in ("zone_id", "zone_name") if key in former}
    switches = {key: former[key] for key in ("enabled", "previews_enabled") if key in former}
    domain = {"hostname": hostname, **said, **switches}
    client.attach_domain(str(service), domain, takes_over=service != script_name)


def _consumer(client: WorkersClient, script_name: str, step: PutQueueConsumer) -> None:
    queue, former = str(step.consumer["queue"]), step.former
    if former is None:
        client.remove_queue_consumer(script_name, queue)
        return
    kept = ("settings", "dead_letter_queue")
    consumer = {"queue": queue, **{key: former[key] for key in kept if former.get(key)}}
    client.put_queue_consumer(script_name, step.queue_id, step.consumer_id, consumer)


def _workflow(client: WorkersClient, step: PutWorkflow) -> None:
    if step.former is None:
        client.delete_workflow(str(step.workflow["name"]))
        return
    client.put_workflow({k: v for k, v in step.former.items() if k != "script_deleted"})
