"""Endpoints of zones: which zone a hostname is in, its routes, its DNS records."""

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from workers_deploy.api.endpoints.caller import Caller, as_model, as_models, as_nothing, segment
from workers_deploy.api.endpoints.trigger_results import DnsRecordResult, RouteResult, ZoneResult
from workers_deploy.api.http.answer import Answer, Call
from workers_deploy.api.http.body import json_body
from workers_deploy.api.http.failure import Area
from workers_deploy.errors import RefusedError, UnansweredError

T = TypeVar("T")

ZONES_AT_ONCE = 6  # requests
# "has existing DNS records that conflict" (100117): what gives a hostname an address.
ADDRESS_RECORDS = ("A", "AAAA", "CNAME")
ROUTE_MISSING = 10009

Place = Mapping[str, Any]  # a route or a domain as it is configured


class ZoneEndpoints(Caller):
    """`/zones`, which are found by the account's id but don't stand below it."""

    def read_zone_id(self, name: str) -> str | None:
        """GET zones: the id of the account's zone of this name; None where the token sees none.

        A token that may not read zones sees none: what needs one says so, the rest goes on.
        """
        query = {"name": name, "account.id": self.account_id}
        call = _call("GET", "/zones", f"GET zones ({name})", query=query)
        try:
            found = self._send(call, as_models(ZoneResult))
        except RefusedError:
            return None
        return next((zone.id for zone in found if zone.name == name), None)

    def find_zone_ids(self, places: Iterable[Place]) -> Mapping[str, str]:
        """Return the zone's id for each pattern or hostname; those without a known one are missing.

        Named by id: as it is. Named by name, or not at all: asked for, all names at once; of those
        that a hostname could be in, the longest wins, since a subdomain can be a zone of its own.
        """
        wanted = {host_key(place): zone_names(place) for place in places}
        names = sorted({name for candidates in wanted.values() for name in candidates})
        with ThreadPoolExecutor(max_workers=ZONES_AT_ONCE) as pool:
            ids = dict(zip(names, pool.map(self.read_zone_id, names), strict=True))
        found = {str(host_key(p)): str(p["zone_id"]) for p in places if p.get("zone_id")}
        for key, candidates in wanted.items():
            known = next((ids[name] for name in candidates if ids[name]), None)
            if known is not None:
                found[key] = known
        return found

    def known_zone_ids(self, places: Iterable[Place]) -> Mapping[str, str]:
        """Return what `find_zone_ids` does, for what can do without: nothing waits long for it."""
        try:
            return self.briefly().find_zone_ids(places)
        except UnansweredError:
            return {}

    def list_zone_routes(self, zone_id: str) -> tuple[RouteResult, ...]:
        """GET routes of a zone, of all scripts."""
        call = _call("GET", _routes(zone_id), "GET zone routes")
        return self._send(call, as_models(RouteResult))

    def create_route(self, zone_id: str, pattern: str, script_name: str | None) -> None:
        """POST a route to a zone; without a script, Workers are kept off what it matches.

        Where its answer is lost, the zone's routes are looked at.
        """

        def look() -> bool | None:
            routes = self.list_zone_routes(zone_id)
            return any((r.pattern, r.script) == (pattern, script_name) for r in routes) or None

        call = _call("POST", _routes(zone_id), "POST zone routes", body=_body(pattern, script_name))
        self._send(call, _taken, look=look)

    def update_route(self, zone_id: str, route_id: str, pattern: str, script_name: str) -> None:
        """PUT a route of a zone: it leads to this script then, whatever it led to before."""
        path = f"{_routes(zone_id)}/{segment(route_id)}"
        call = _call("PUT", path, "PUT zone routes", body=_body(pattern, script_name))
        self._send(call, as_nothing)

    def delete_route(self, zone_id: str, route_id: str) -> None:
        """DELETE a route of a zone; one that is gone already is fine."""
        path = f"{_routes(zone_id)}/{segment(route_id)}"
        try:
            self._send(_call("DELETE", path, "DELETE zone routes"), as_nothing)
        except RefusedError as refused:
            if refused.code != ROUTE_MISSING:
                raise

    def read_address_records(self, zone_id: str, hostname: str) -> tuple[str, ...]:
        """GET dns_records: the kinds of the records that give a hostname an address."""
        call = _call(
            "GET",
            f"/zones/{segment(zone_id)}/dns_records",
            "GET dns_records",
            query={"name": hostname},
        )
        found = self._send(call, as_models(DnsRecordResult))
        named = (one.type for one in found if (one.name or hostname).lower() == hostname.lower())
        return tuple(sorted({kind for kind in named if kind in ADDRESS_RECORDS}))


def host_key(place: Place) -> str:
    """Return what names a route or a domain: its pattern or its hostname."""
    return str(place.get("pattern") or place["hostname"])


def zone_names(place: Place) -> tuple[str, ...]:
    """Return the names of the zones that a route or a domain may be in, the longest first.

    >>> zone_names({"pattern": "https://*.shop.example.com/cart/*"})
    ('shop.example.com', 'example.com')
    >>> zone_names({"hostname": "shop.example.com", "zone_name": "example.com"})
    ('example.com',)
    >>> zone_names({"hostname": "shop.example.com", "zone_id": "023e105f"})
    ()
    """
    if place.get("zone_id"):
        return ()
    if place.get("zone_name"):
        return (str(place["zone_name"]).lower(),)
    labels = _host(host_key(place)).split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels) - 1))


def _host(pattern: str) -> str:
    host = re.sub(r"^[a-z*]+://", "", pattern.lower()).partition("/")[0].partition(":")[0]
    return host.lstrip("*").lstrip(".")


def _call(
    method: str,
    path: str,
    label: str,
    *,
    body: Mapping[str, Any] | None = None,
    query: Mapping[str, str] | None = None,
) -> Call:
    return Call(
        method=method,
        path=path,
        label=label,
        area=Area.ZONES,
        query=query or {},
        body=None if body is None else json_body(body),
    )


def _routes(zone_id: str) -> str:
    return f"/zones/{segment(zone_id)}/workers/routes"


def _body(pattern: str, script_name: str | None) -> dict[str, str]:
    return {"pattern": pattern, **({"script": script_name} if script_name else {})}


def _taken(answer: Answer) -> bool:
    as_model(RouteResult)(answer)
    return True
