"""Triggers that Cloudflare would refuse after traffic has moved: each is told where it stands.

Whatever Cloudflare takes must pass; so only what its documentation or a real account rules out is
a problem.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from workers_deploy.project.config.checks import Spot
from workers_deploy.project.config.crons import find_cron_flaw
from workers_deploy.project.config.fold import Config
from workers_deploy.project.desired.triggers import list_routes

_ZONE_ID = re.compile(r"[0-9a-fA-F]{32}")
_HOUR = 3600
# What a consumer may say, from and to (limits page of Queues); seconds, if nothing else.
_CONSUMER_LIMITS: Mapping[str, tuple[int, int]] = {
    "max_batch_size": (1, 100),
    "max_batch_timeout": (0, 60),
    "max_retries": (0, 100),
    "max_concurrency": (1, 250),
    "retry_delay": (0, 24 * _HOUR),
    "visibility_timeout_ms": (0, 12 * _HOUR * 1000),
}


def check_triggers(config: Config) -> None:
    """Report every cron, route and consumer that can't be."""
    for spot, cron in _crons(config):
        if flaw := find_cron_flaw(str(cron)):
            spot.error(f'"{spot.label}" is not a cron expression: {flaw.reason}', hint=flaw.hint)
    for spot, route in _routes(config):
        _check_route(spot, route)
    producers = config.spot("queues").at("producers")
    for index, producer in enumerate(config.table("queues").get("producers") or ()):
        _check_limits(producers.at(index), producer, {"delivery_delay": (0, 24 * _HOUR)})
    consumers = config.spot("queues").at("consumers")
    for index, consumer in enumerate(config.table("queues").get("consumers") or ()):
        _check_limits(consumers.at(index), consumer, _CONSUMER_LIMITS)


def _crons(config: Config) -> Iterator[tuple[Spot, object]]:
    crons = config.spot("triggers").at("crons")
    for index, cron in enumerate(config.table("triggers").get("crons") or ()):
        yield crons.at(index), cron
    for key, value in _workflows(config):
        schedules = value.get("schedules")
        if isinstance(schedules, str):
            yield key.at("schedules"), schedules
        for index, cron in enumerate(schedules if isinstance(schedules, list) else ()):
            yield key.at("schedules").at(index), cron


def _workflows(config: Config) -> Iterator[tuple[Spot, Mapping[str, Any]]]:
    for index, workflow in enumerate(config.items("workflows")):
        yield config.spot("workflows").at(index), workflow
    for name, export in config.table("exports").items():
        if export["type"] == "workflow":
            yield config.spot("exports").at(name), export


def _routes(config: Config) -> Iterator[tuple[Spot, str | dict[str, Any]]]:
    key = "routes" if config.get("routes") is not None else "route"
    spot = config.spot(key)
    for index, route in enumerate(list_routes(config)):
        yield (spot.at(index) if key == "routes" else spot), route


def _check_route(spot: Spot, route: str | dict[str, Any]) -> None:
    if isinstance(route, dict):
        zone = route.get("zone_id")
        if zone is not None and not _ZONE_ID.fullmatch(zone):
            spot.at("zone_id").error(
                f'"{spot.label}.zone_id" is not 32 hex digits',
                hint="the zone's id is on its overview page in the dashboard",
            )
        if route.get("zone_name") == "":
            spot.at("zone_name").error(
                f'"{spot.label}.zone_name" is empty',
                hint="name the zone, such as example.com, or leave zone_name out",
            )
        if route.get("custom_domain"):
            _check_domain(spot.at("pattern"), route["pattern"])
        else:
            _check_pattern(spot.at("pattern"), route["pattern"])
    else:
        _check_pattern(spot, route)


def _check_domain(spot: Spot, hostname: str) -> None:
    if flaw := find_hostname_flaw(hostname):
        spot.error(
            f'"{spot.label}" is not a hostname: {flaw}',
            hint="a custom domain is a hostname alone, such as shop.example.com",
        )


def find_hostname_flaw(hostname: str) -> str | None:
    """Return why a custom domain can't be a name in DNS (RFC 1035), None where it can.

    A path and a wildcard have messages of wrangler's own, and are left to them.

    >>> find_hostname_flaw("shop.example.com"), find_hostname_flaw("shop.example.com/x")
    (None, None)
    >>> find_hostname_flaw("shop..example.com")
    'it has an empty label'
    """
    if "/" in hostname or "*" in hostname:
        return None
    labels = hostname.removesuffix(".").split(".")
    flaws = {
        "it has a space": bool(re.search(r"\s", hostname)),
        "it has a port": bool(re.search(r":\d*$", hostname)),
        "it has a character that no hostname has": bool(re.search(r"[:?#@\\]", hostname)),
        "it has an empty label": "" in labels,
        "a label has more than 63 characters": any(len(label) > 63 for label in labels),
    }
    return next((text for text, is_so in flaws.items() if is_so), None)


def _check_pattern(spot: Spot, pattern: str) -> None:
    """Check a pattern by "Validity" of the documentation of routes."""
    if flaw := find_pattern_flaw(pattern):
        spot.error(
            f'"{spot.label}" is not a route pattern: {flaw}',
            hint="a pattern is a host and a path, such as *.example.com/images/*",
        )


def find_pattern_flaw(pattern: str) -> str | None:
    """Return why Cloudflare would refuse a pattern, None where it takes it.

    >>> find_pattern_flaw("https://*.example.com/a*"), find_pattern_flaw("*/*")
    (None, None)
    >>> find_pattern_flaw("example.com/*.jpg")
    'a path can have * only at its end'
    """
    scheme, separator, rest = pattern.partition("://")
    if separator and scheme.lower() not in ("http", "https"):
        return "only http:// and https:// can precede the host"
    host, _, path = (rest if separator else pattern).partition("/")
    flaws = {
        "it has no host": not host,
        "it has a space": bool(re.search(r"\s", pattern)),
        "it has a query": "?" in pattern,
        "a host can have * only at its beginning": "*" in host[1:],
        "a path can have * only at its end": "*" in path[:-1],
    }
    return next((text for text, is_so in flaws.items() if is_so), None)


def _check_limits(
    spot: Spot, entry: Mapping[str, Any], limits: Mapping[str, tuple[int, int]]
) -> None:
    for key, (low, high) in limits.items():
        value = entry.get(key)
        if value is not None and not low <= value <= high:
            spot.at(key).error(
                f'"{spot.label}.{key}" is {value}; Cloudflare takes {low} to {high:,}'
            )
