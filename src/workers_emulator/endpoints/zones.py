"""Zones of the account, their routes and DNS records."""

import re
from dataclasses import replace
from typing import Any

from workers_emulator.requests.bodies import DnsRecordIn, RouteIn, Routes
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok, paged
from workers_emulator.requests.shapes import plain, read
from workers_emulator.rules.account_rules import (
    ROUTE_EXISTS,
    ROUTE_MISSING,
    ROUTE_PATTERN,
    ROUTE_TARGET,
    ZONE_MISSING,
)
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import BAD_BODY, SERVICE_MISSING
from workers_emulator.state.model import Route, State
from workers_emulator.state.rights import Right

_PATTERN = re.compile(r"(?:https?://)?\*?[A-Za-z0-9.*-]+(?:/.*)?", re.ASCII | re.DOTALL)


def list_zones(call: Call) -> Answer:
    """List the zones, or those of this name."""
    page, per_page = call.page(per_page=50)
    name = call.query.get("name")
    account = {"id": call.account.options.account_id, "name": call.account.options.account_name}
    # by rule zones-unseen
    may_see = Right.ZONES in call.rights
    if not may_see or call.query.get("account.id", account["id"]) != account["id"]:
        return paged([], page=page, per_page=per_page)
    zones = [
        {"id": zone_id, "name": zone, "status": "active", "account": account}
        for zone_id, zone in call.state.zones.items()
        if name in {None, zone}
    ]
    return paged(zones, page=page, per_page=per_page)


def zone_of_host(state: State, host: str) -> str | None:
    """Return the id of the zone that a host name belongs to: the longest that fits."""
    bare = host.removeprefix("*").removeprefix(".").lower()
    fitting = [
        (len(name), zone_id)
        for zone_id, name in state.zones.items()
        if bare == name or bare.endswith(f".{name}")
    ]
    return max(fitting)[1] if fitting else None


def list_routes(call: Call) -> Answer:
    """List a zone's routes."""
    zone_id = _zone(call)
    return ok([_route_object(r) for r in call.state.routes if r.zone_id == zone_id])


def _zone(call: Call) -> str:
    zone_id = call.args["zone_id"]
    if zone_id not in call.state.zones:
        raise Refusal(ZONE_MISSING)
    return zone_id


def _route_object(route: Route) -> dict[str, Any]:
    answer = {"id": route.id, "pattern": route.pattern}
    return answer if route.script is None else {**answer, "script": route.script}


def create_route(call: Call) -> Answer:
    """Add a route to a zone."""
    sent = read(RouteIn, call.json_object(), BAD_BODY, "body")
    route = _checked(call, sent, _zone(call), call.account.new_hex())
    call.account.write(replace(call.state, routes=(*call.state.routes, route)))
    return ok(_route_object(route))


def _checked(call: Call, sent: RouteIn, zone_id: str, route_id: str) -> Route:
    """Return the route, or refuse a pattern or a script that cannot be."""
    host = re.sub(r"^https?://", "", sent.pattern).partition("/")[0]
    if not _PATTERN.fullmatch(sent.pattern) or zone_of_host(call.state, host) != zone_id:
        raise Refusal(ROUTE_PATTERN, f"Route pattern {sent.pattern} is not of this zone.")
    if sent.script and call.state.script(sent.script) is None:
        raise Refusal(ROUTE_TARGET)
    same = (r for r in call.state.routes if r.pattern == sent.pattern and r.zone_id == zone_id)
    if any(route.id != route_id for route in same):
        raise Refusal(ROUTE_EXISTS)
    return Route(id=route_id, zone_id=zone_id, pattern=sent.pattern, script=sent.script)


def get_route(call: Call) -> Answer:
    """Answer with one route."""
    return ok(_route_object(_route(call)))


def _route(call: Call) -> Route:
    zone_id, wanted = _zone(call), call.args["route_id"]
    found = (r for r in call.state.routes if r.id == wanted and r.zone_id == zone_id)
    route = next(found, None)
    if route is None:
        raise Refusal(ROUTE_MISSING)
    return route


def update_route(call: Call) -> Answer:
    """Change a route."""
    former = _route(call)
    sent = read(RouteIn, call.json_object(), BAD_BODY, "body")
    route = _checked(call, sent, former.zone_id, former.id)
    routes = tuple(route if r is former else r for r in call.state.routes)
    call.account.write(replace(call.state, routes=routes))
    return ok(_route_object(route))


def delete_route(call: Call) -> Answer:
    """Remove a route."""
    route = _route(call)
    left = tuple(r for r in call.state.routes if r is not route)
    call.account.write(replace(call.state, routes=left))
    return ok({"id": route.id})


def put_script_routes(call: Call) -> Answer:
    """Make these the only routes that lead to the script (wrangler)."""
    name = call.script().place.name
    former = {r.pattern: r for r in call.state.routes if r.script == name}
    others = tuple(r for r in call.state.routes if r.script != name)
    cleared = replace(call, state=replace(call.state, routes=others))
    routes: list[Route] = []
    for sent in read(Routes, call.json(), BAD_BODY, "body").root:
        known = former.get(sent.pattern)
        route_id = known.id if known else call.account.new_hex()
        full = sent.model_copy(update={"script": name})
        routes.append(_checked(cleared, full, _zone_of_route(call, sent), route_id))
    call.account.write(replace(call.state, routes=(*others, *routes)))
    return ok([_route_object(route) for route in routes])


def list_script_routes(call: Call) -> Answer:
    """List the routes that lead to a script, in all zones (wrangler)."""
    script = call.state.script(call.args["service_name"])
    if script is None:
        raise Refusal(SERVICE_MISSING)
    named = call.flag("show_zonename")
    return ok(
        [
            {**_route_object(r), **({"zone_name": call.state.zones[r.zone_id]} if named else {})}
            for r in call.state.routes
            if r.script == script.place.name
        ]
    )


def _zone_of_route(call: Call, sent: RouteIn) -> str:
    host = re.sub(r"^https?://", "", sent.pattern).partition("/")[0]
    by_name = {name: zone_id for zone_id, name in call.state.zones.items()}
    if sent.zone_id:
        zone_id = sent.zone_id if sent.zone_id in call.state.zones else None
    elif sent.zone_name:
        zone_id = by_name.get(sent.zone_name)
    else:
        zone_id = zone_of_host(call.state, host)
    if zone_id is None:
        raise Refusal(ZONE_MISSING, f"No zone of this account has {host}.")
    return zone_id


def list_dns_records(call: Call) -> Answer:
    """List a zone's DNS records, or those of this name, as far as they were created here."""
    zone_id = _zone(call)
    page, per_page = call.page(per_page=100)
    name = call.query.get("name")
    records = [
        dict(r)
        for r in call.state.dns.values()
        if r["zone_id"] == zone_id and name in {None, r["name"]}
    ]
    return paged(records, page=page, per_page=per_page)


def create_dns_record(call: Call) -> Answer:
    """Create a DNS record, for a custom domain to run into."""
    zone_id = _zone(call)
    sent = read(DnsRecordIn, call.json_object(), BAD_BODY, "body")
    record = {**plain(sent), "id": call.account.new_hex(), "zone_id": zone_id}
    call.account.write(replace(call.state, dns={**call.state.dns, record["id"]: record}))
    return ok(record)


_ROUTES = "/zones/{zone_id}/workers/routes"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "/zones", list_zones),
    endpoint("GET", _ROUTES, list_routes),
    endpoint("POST", _ROUTES, create_route),
    endpoint("GET", f"{_ROUTES}/{{route_id}}", get_route),
    endpoint("PUT", f"{_ROUTES}/{{route_id}}", update_route),
    endpoint("DELETE", f"{_ROUTES}/{{route_id}}", delete_route),
    endpoint("PUT", "A/workers/scripts/{script_name}/routes", put_script_routes),
    endpoint(
        "GET",
        "A/workers/services/{service_name}/environments/{environment}/routes",
        list_script_routes,
    ),
    endpoint("GET", "/zones/{zone_id}/dns_records", list_dns_records),
    endpoint("POST", "/zones/{zone_id}/dns_records", create_dns_record),
)
