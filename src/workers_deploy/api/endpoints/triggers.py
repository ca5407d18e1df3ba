"""Endpoints of triggers: schedules, routes, custom domains, queue consumers, workflows."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from workers_deploy.api.endpoints.caller import (
    Options,
    ScriptPath,
    as_model,
    as_models,
    as_nothing,
    segment,
)
from workers_deploy.api.endpoints.trigger_results import (
    ConsumerResult,
    DomainResult,
    QueueResult,
    RouteResult,
    SchedulesResult,
    WorkflowResult,
    WorkflowVersionResult,
)
from workers_deploy.api.endpoints.zones import ZoneEndpoints
from workers_deploy.api.http.body import json_body
from workers_deploy.api.http.failure import Area
from workers_deploy.api.http.models import validated
from workers_deploy.core.permissions import ADD_IT, ROUTES, ZONES
from workers_deploy.errors import RefusedError

# "The token is not all-zones": wrangler falls back to the zones' own endpoints on this code.
# Cloudflare was seen to answer 403 without it too (cloudflare/workers-sdk#15718).
NOT_ALL_ZONES = 10000
ROUTE_EXISTS = 10020
WORKFLOW_MISSING = 10200

_ZONES = Options(area=Area.ZONES)
_QUEUES = Options(area=Area.QUEUES)
_WORKFLOWS = Options(area=Area.WORKFLOWS)

Trigger = Mapping[str, Any]  # as `core.project.Triggers` has it


class TriggerEndpoints(ZoneEndpoints):
    """What sends events to a script."""

    def read_schedules(self, script_name: str) -> tuple[str, ...]:
        """GET schedules: the script's cron expressions."""
        path = f"{ScriptPath(name=script_name)}/schedules"
        return self._call("GET", path, "GET schedules", as_model(SchedulesResult)).crons

    def put_schedules(self, script_name: str, crons: Sequence[str]) -> None:
        """PUT schedules: replaces all of them."""
        self._call(
            "PUT",
            f"{ScriptPath(name=script_name)}/schedules",
            "PUT schedules",
            as_nothing,
            body=json_body([{"cron": cron} for cron in crons]),
        )

    def list_script_routes(self, script_name: str) -> tuple[RouteResult, ...]:
        """GET routes of a script in all zones, with the zones' names (wrangler's source)."""
        path = f"/workers/services/{segment(script_name)}/environments/production/routes"
        options = Options(area=Area.ZONES, query={"show_zonename": "true"})
        return self._call("GET", path, "GET script routes", as_models(RouteResult), options=options)

    def put_routes(
        self, script_name: str, routes: Sequence[Trigger], *, takes_over: bool = False
    ) -> None:
        """PUT routes: replaces all of the script's, by zone where the token isn't for all zones.

        By zone, the script's routes in zones that are not named stay. With `takes_over`, routes of
        other scripts lead to this one then.

        Raises:
            RefusedError: a route is another script's (10020), or a zone is not the token's.

        """
        if takes_over:
            self._put_routes_by_zone(script_name, routes, takes_over=True)
        try:
            self._call(
                "PUT",
                f"{ScriptPath(name=script_name)}/routes",
                "PUT routes",
                as_nothing,
                body=json_body([dict(route) for route in routes]),
                options=_ZONES,
            )
        except RefusedError as refused:
            if refused.code != NOT_ALL_ZONES and refused.status != 403:
                raise
            if not takes_over:
                self._put_routes_by_zone(script_name, routes, takes_over=False)

    def _put_routes_by_zone(
        self, script_name: str, routes: Sequence[Trigger], *, takes_over: bool
    ) -> None:
        ids = self.find_zone_ids(routes)
        by_zone: dict[str, list[str]] = {}
        for route in routes:
            pattern = str(route["pattern"])
            if pattern not in ids:
                raise _no_zone(pattern)
            by_zone.setdefault(ids[pattern], []).append(pattern)
        found = {zone_id: self.list_zone_routes(zone_id) for zone_id in by_zone}
        foreign = [
            route
            for zone_id, patterns in by_zone.items()
            for route in found[zone_id]
            if route.pattern in patterns and route.script != script_name
        ]
        # All is looked at before anything is written: a refusal leaves every route as it is.
        if foreign and not takes_over:
            raise _others_route(foreign[0])
        for zone_id, patterns in by_zone.items():
            self._put_routes_of_zone(zone_id, script_name, patterns, found[zone_id])

    def _put_routes_of_zone(
        self,
        zone_id: str,
        script_name: str,
        patterns: Collection[str],
        found: Sequence[RouteResult],
    ) -> None:
        """Make the patterns the script's only routes in a zone; new ones before old ones go."""
        known = {route.pattern: route for route in found}
        for pattern in patterns:
            route = known.get(pattern)
            if route is None:
                self.create_route(zone_id, pattern, script_name)
            elif route.script != script_name and route.id:
                self.update_route(zone_id, route.id, pattern, script_name)
        for route in found:
            if route.script == script_name and route.pattern not in patterns and route.id:
                self.delete_route(zone_id, route.id)

    def list_domains(self) -> tuple[DomainResult, ...]:
        """GET workers/domains: the account's custom domains; not paginated."""
        return self._call("GET", "/workers/domains", "GET domains", as_models(DomainResult))

    def attach_domain(self, script_name: str, domain: Trigger, *, takes_over: bool) -> None:
        """PUT workers/domains: the hostname answers by this script then.

        `takes_over`: also where it is another script's (100116) or has DNS records (100117), which
        are refused otherwise. The zone is looked up where the domain names none.
        """
        body = dict(domain)
        if not body.get("zone_id") and not body.get("zone_name"):
            body["zone_id"] = self.known_zone_ids([domain]).get(str(domain["hostname"]))
        if takes_over:
            body |= {"override_existing_origin": True, "override_existing_dns_record": True}
        said = {key: value for key, value in body.items() if value is not None}
        self._call(
            "PUT",
            "/workers/domains",
            f"PUT domains ({domain['hostname']})",
            as_nothing,
            body=json_body({"service": script_name, **said}),
        )

    def detach_domain(self, hostname: str) -> None:
        """DELETE workers/domains/{id}; a hostname that is not attached is fine."""
        found = (one for one in self.list_domains() if one.hostname.lower() == hostname.lower())
        domain_id = next((one.id for one in found), None)
        if domain_id is None:
            return
        path = f"/workers/domains/{segment(domain_id)}"
        self._call("DELETE", path, f"DELETE domains ({hostname})", as_nothing)

    def read_queue(self, name: str) -> QueueResult | None:
        """GET queues: the one of this name."""
        options = Options(area=Area.QUEUES, query={"page": "1", "name": name})
        found = self._call(
            "GET", "/queues", f"GET queues ({name})", as_models(QueueResult), options=options
        )
        return next((queue for queue in found if queue.queue_name == name), None)

    def put_queue_consumer(
        self, script_name: str, queue_id: str, consumer_id: str | None, consumer: Trigger
    ) -> None:
        """POST a consumer of a queue, or PUT the one of this id.

        Raises:
            RefusedError: the queue has another consumer (11004), or the script takes no messages.

        """
        path, name = f"/queues/{segment(queue_id)}/consumers", consumer["queue"]
        body = {key: value for key, value in consumer.items() if key != "queue"}
        self._call(
            "PUT" if consumer_id else "POST",
            f"{path}/{segment(consumer_id)}" if consumer_id else path,
            f"{'PUT' if consumer_id else 'POST'} queue consumers ({name})",
            lambda _: True,
            body=json_body({"type": "worker", "script_name": script_name, **body}),
            look=None if consumer_id else lambda: self._consumes(script_name, str(name)) or None,
            options=_QUEUES,
        )

    def remove_queue_consumer(self, script_name: str, queue_name: str) -> None:
        """DELETE the script as the consumer of a queue; where it is none, that is fine."""
        queue = self.read_queue(queue_name)
        consumers = consumers_of(queue) if queue else ()
        ours = (one.consumer_id for one in consumers if one.consumer == script_name)
        consumer_id = next(ours, None)
        if queue is None or consumer_id is None:
            return
        self._call(
            "DELETE",
            f"/queues/{segment(queue.queue_id)}/consumers/{segment(consumer_id)}",
            f"DELETE queue consumers ({queue_name})",
            as_nothing,
            options=_QUEUES,
        )

    def _consumes(self, script_name: str, queue_name: str) -> bool:
        queue = self.read_queue(queue_name)
        return any(one.consumer == script_name for one in consumers_of(queue)) if queue else False

    def read_workflow(self, name: str) -> WorkflowResult | None:
        """GET workflows/{name}; None where there is none."""
        path = f"/workflows/{segment(name)}"
        label = f"GET workflows/{name}"
        try:
            return self._call("GET", path, label, as_model(WorkflowResult), options=_WORKFLOWS)
        except RefusedError as refused:
            if refused.code == WORKFLOW_MISSING or refused.status == 404:
                return None
            raise

    def read_workflow_settings(self, name: str) -> WorkflowVersionResult:
        """GET workflows/{name}/versions: limits, concurrency and retention of the newest one."""
        options = Options(area=Area.WORKFLOWS, query={"per_page": "1"})
        found = self._call(
            "GET",
            f"/workflows/{segment(name)}/versions",
            f"GET workflows/{name}/versions",
            as_models(WorkflowVersionResult),
            options=options,
        )
        return next(iter(found), WorkflowVersionResult())

    def put_workflow(self, workflow: Trigger) -> None:
        """PUT workflows/{name}: makes it, or changes it."""
        name = str(workflow["name"])
        body = {key: value for key, value in workflow.items() if key != "name"}
        self._call(
            "PUT",
            f"/workflows/{segment(name)}",
            f"PUT workflows/{name}",
            as_nothing,
            body=json_body(body),
            options=_WORKFLOWS,
        )

    def delete_workflow(self, name: str) -> None:
        """DELETE workflows/{name}; one that is gone already is fine."""
        try:
            self._call(
                "DELETE",
                f"/workflows/{segment(name)}",
                f"DELETE workflows/{name}",
                as_nothing,
                options=_WORKFLOWS,
            )
        except RefusedError as refused:
            if refused.code != WORKFLOW_MISSING and refused.status != 404:
                raise


def consumers_of(queue: QueueResult) -> tuple[ConsumerResult, ...]:
    """Return a queue's consumers."""
    found = (validated(ConsumerResult, one) for one in queue.consumers)
    return tuple(one for one in found if one is not None)


def _no_zone(pattern: str) -> RefusedError:
    return RefusedError(
        f"no zone that the token sees has the route {pattern}",
        request="PUT routes",
        hint=f"Name the route's zone_id in the configuration, or give the token {ZONES}. {ADD_IT} "
        f"The route itself needs {ROUTES}.",
    )


def _others_route(route: RouteResult) -> RefusedError:
    owner = f"the script {route.script}" if route.script else "no script (it keeps Workers off)"
    return RefusedError(
        f"the route {route.pattern} leads to {owner} already",
        request="PUT routes",
        code=ROUTE_EXISTS,
        hint="Remove it there first, or `allow: take-domain`.",
    )
