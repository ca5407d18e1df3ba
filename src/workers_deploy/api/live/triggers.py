"""Reads the triggers that a project names, as Cloudflare has them; GETs only, at once.

What belongs to others is read too: a hostname, a queue or a workflow of another script must be
seen before anything is written. What can't be seen (a zone that the token does not list, DNS
records without the right to read them) is left to Cloudflare's answer to the write.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from workers_deploy.api.endpoints.caller import UNKNOWN_SCRIPT
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.endpoints.trigger_results import RouteResult
from workers_deploy.api.endpoints.triggers import consumers_of
from workers_deploy.api.endpoints.zones import host_key
from workers_deploy.core.project import Triggers
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import RefusedError

T = TypeVar("T")
R = TypeVar("R")

KINDS = 5
AT_ONCE = 6  # requests per kind
# What only the versions of a workflow tell.
_VERSIONED_SETTINGS = ("limits", "concurrency", "default_retention")

Trigger = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadTriggers:
    """What was read, and what could not be, in sentences."""

    triggers: Triggers
    unread: tuple[str, ...] = ()


def read_triggers(client: WorkersClient, script_name: str, wanted: Triggers) -> ReadTriggers:
    """Return the kinds that `wanted` names as they are live; the others are None.

    Raises:
        RefusedError: a kind is refused to the token, so writing it would be too.
        UnansweredError: one of the reads is not answered after all tries.

    """
    reader = _Reader(client, script_name)
    with ThreadPoolExecutor(max_workers=KINDS) as pool:
        crons = pool.submit(_unless_none, reader.crons, wanted.crons)
        routes = pool.submit(_unless_none, reader.routes, wanted.routes)
        domains = pool.submit(_unless_none, reader.domains, wanted.domains)
        consumers = pool.submit(_unless_none, reader.queue_consumers, wanted.queue_consumers)
        workflows = pool.submit(_unless_none, reader.workflows, wanted.workflows)
    triggers = Triggers(
        crons=crons.result(),
        routes=routes.result(),
        domains=domains.result(),
        queue_consumers=consumers.result(),
        workflows=workflows.result(),
    )
    return ReadTriggers(triggers=triggers, unread=tuple(reader.unread))


class _Reader:
    """Reads one kind each; `unread` is added to as it goes."""

    def __init__(self, client: WorkersClient, script_name: str) -> None:
        self._client = client
        self._script_name = script_name
        self.unread: list[str] = []

    def crons(self, _: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return self._client.read_schedules(self._script_name)
        except RefusedError as refused:
            if refused.code in UNKNOWN_SCRIPT:
                return ()
            raise

    def routes(self, wanted: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
        """Return all routes of the zones concerned, and the script's own in other zones.

        The latter go with PUT routes, so they belong into the plan.
        """
        ids = self._client.briefly().find_zone_ids(wanted)
        self._miss(f"the zone of the route {host_key(r)}" for r in wanted if host_key(r) not in ids)
        zones = tuple(dict.fromkeys(ids.values()))
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            own = pool.submit(self._own_routes)
            in_zones = list(pool.map(self._client.list_zone_routes, zones))
        found = [
            _route(route, zone_id=zone_id)
            for zone_id, routes in zip(zones, in_zones, strict=True)
            for route in routes
        ]
        known = {route["pattern"] for route in found}
        return (*found, *(_route(one) for one in own.result() if one.pattern not in known))

    def _own_routes(self) -> tuple[RouteResult, ...]:
        try:
            found = self._client.list_script_routes(self._script_name)
        except RefusedError:
            # A token of single zones: it can't remove routes in other ones either.
            return ()
        return tuple(
            one.model_copy(update={"script": one.script or self._script_name}) for one in found
        )

    def domains(self, wanted: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
        """Return the wanted hostnames that are someone's already, or have an address in DNS."""
        known = {domain.hostname.lower(): domain for domain in self._client.list_domains()}
        names = {str(domain["hostname"]): domain for domain in wanted}
        attached = [known[name.lower()].as_core(name) for name in names if name.lower() in known]
        new = [domain for name, domain in names.items() if name.lower() not in known]
        ids = self._client.known_zone_ids(new)
        self._miss(f"the zone of {host_key(one)}" for one in new if host_key(one) not in ids)
        in_dns = _at_once(lambda name: self._in_dns(name, ids[name]), ids)
        return (*attached, *(one for one in in_dns if one is not None))

    def _in_dns(self, hostname: str, zone_id: str) -> Trigger | None:
        try:
            kinds = self._client.read_address_records(zone_id, hostname)
        except RefusedError:
            return None
        if not kinds:
            return None
        return {
            "hostname": hostname,
            "service": None,
            "zone_id": zone_id,
            "dns_records": ", ".join(kinds),
        }

    def queue_consumers(self, wanted: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
        """Return one for each wanted queue that exists; it has a `consumer_id` where it is ours."""
        names = dict.fromkeys(str(consumer["queue"]) for consumer in wanted)
        found = _at_once(self._queue_consumer, names)
        return tuple(one for one in found if one is not None)

    def _queue_consumer(self, name: str) -> Trigger | None:
        queue = self._client.read_queue(name)
        if queue is None:
            return None
        told: dict[str, Any] = {"queue": name, "queue_id": queue.queue_id}
        consumers = consumers_of(queue)
        ours = [one for one in consumers if one.consumer == self._script_name]
        for consumer in (ours or consumers)[:1]:
            told |= {
                "type": consumer.type or "worker",
                "script_name": consumer.consumer,
                "settings": consumer.settings,
                "dead_letter_queue": consumer.dead_letter_queue,
            }
        if ours:
            told["consumer_id"] = ours[0].consumer_id
        return told

    def workflows(self, wanted: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
        """Return the wanted workflows that exist, with the settings that the project names."""
        found = _at_once(self._workflow, wanted)
        return tuple(one for one in found if one is not None)

    def _workflow(self, wanted: Trigger) -> Trigger | None:
        name = str(wanted["name"])
        workflow = self._client.read_workflow(name)
        if workflow is None:
            return None
        if not any(key in wanted for key in _VERSIONED_SETTINGS):
            return workflow.as_core()
        return {**workflow.as_core(), **self._client.read_workflow_settings(name).as_core()}

    def _miss(self, things: Iterable[str]) -> None:
        self.unread += [
            f"{thing} is none that the token sees on this account, so whether something else has "
            "it was not checked"
            for thing in things
        ]


def _unless_none(read: Callable[[T], R], wanted: T | None) -> R | None:
    return None if wanted is None else read(wanted)


def _at_once(read: Callable[[T], R], things: Iterable[T]) -> list[R]:
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return list(pool.map(read, things))


def _route(route: RouteResult, **more: str) -> Trigger:
    return {**route.model_dump(exclude_none=True), **more}
