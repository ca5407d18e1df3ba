"""The checks of the keys whose values have a shape of their own (all but bindings)."""

import re
from collections.abc import Mapping

from workers_deploy.project.config import checks
from workers_deploy.project.config.checks import Check, Spot

_NAME = re.compile(r"([a-z0-9_][a-z0-9_-]*)?")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_DAY = 24 * 60 * 60
_EVENTS = tuple(
    f"cf.artifacts.repo.{event}"
    for event in (
        *("created", "deleted", "forked", "imported", "pushed", "cloned", "fetched"),
        *("token.created", "token.revoked"),
    )
)


def script_name(spot: Spot, value: object) -> None:
    """Take a script's name as wrangler does; dots, capitals and spaces are refused."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        got = f'"{value}"' if isinstance(value, str) else checks.kind_of(value)
        spot.error(
            'Expected "name" to be of type string, alphanumeric and lowercase with dashes only '
            f"but got {got}."
        )


def compatibility_date(spot: Spot, value: object) -> None:
    """Take a date as Cloudflare takes it, YYYY-MM-DD."""
    checks.text(spot, value)
    if isinstance(value, str) and not _DATE.fullmatch(value):
        spot.error(
            '"compatibility_date" field should be a valid ISO-8601 date (YYYY-MM-DD), '
            f'but got "{value}".'
        )


def variables(spot: Spot, value: object) -> None:
    """Take an object of variables; one that is a TOML date itself is refused, as wrangler does."""
    checks.mapping(spot, value)
    for name, inner in value.items() if isinstance(value, dict) else ():
        if checks.kind_of(inner) == "a TOML date":
            label = spot.at(name).label
            spot.at(name).error(
                f'The field "{label}" is a TOML date, which is not supported. '
                "Please use a string instead."
            )


def former_schema(spot: Spot, _value: object) -> None:
    """Refuse the schema of logfwdr, whatever it is: it has moved."""
    spot.error(f'"{spot.label}" has been replaced with the "unsafe.capnp" object.', key=True)


def is_route(value: object) -> bool:
    """Tell whether a value is a route: a pattern, or an object with one and how it is meant."""
    if isinstance(value, str):
        return value != ""
    if not isinstance(value, dict) or not isinstance(value.get("pattern"), str):
        return False
    types = {
        "zone_id": str,
        "zone_name": str,
        "custom_domain": bool,
        "enabled": bool,
        "previews_enabled": bool,
    }
    known = {key for key, kind in types.items() if isinstance(value.get(key), kind)}
    if known | {"pattern"} != value.keys() or {"zone_id", "zone_name"} <= known:
        return False
    return "custom_domain" in known or (
        "enabled" not in known and "previews_enabled" not in known and bool(known)
    )


def route(spot: Spot, value: object) -> None:
    """Take one route."""
    if not is_route(value):
        spot.error(
            f'Expected "{spot.label}" to be either a string, or an object with shape '
            "{ pattern, custom_domain, zone_id | zone_name, enabled, previews_enabled }."
        )


def build_command(spot: Spot, value: object) -> None:
    """Take the custom build; its command is not ours to run."""

    def folders(inner: Spot, given: object) -> None:
        (checks.list_of(checks.text) if isinstance(given, list) else checks.text)(inner, given)

    checks.record({"command": checks.text, "cwd": checks.text, "watch_dir": folders})(spot, value)


def triggers(spot: Spot, value: object) -> None:
    """Take crons and events."""
    workflow_target = checks.record(
        {"type": checks.one_of("workflow"), "workflow_name": checks.filled},
        required=["type", "workflow_name"],
    )
    event = checks.record(
        {
            "type": checks.one_of(*_EVENTS),
            "filter": checks.record({"namespace": checks.filled, "repo_name": checks.filled}),
            "targets": checks.list_of(workflow_target),
        },
        required=["type", "targets"],
    )
    checks.record({"crons": checks.list_of(checks.anything), "events": checks.list_of(event)})(
        spot, value
    )


def placement(spot: Spot, value: object) -> None:
    """Take smart placement, with or without a hint, or one target."""
    checks.mapping(spot, value)
    if not isinstance(value, dict):
        return
    targets = [name for name in ("region", "host", "hostname") if name in value]
    if "hint" in value and targets:
        spot.error(
            f'"{spot.label}" cannot have both "hint" (smart format) and "region"/"host"/"hostname" '
            "(targeted format) fields"
        )
        return
    modes = (
        ("targeted",)
        if targets
        else ("off", "smart")
        if "hint" in value
        else ("off", "smart", "targeted")
    )
    fields: dict[str, Check] = dict.fromkeys(targets, checks.filled)
    fields |= {"mode": checks.one_of(*modes), "hint": checks.text}
    checks.record(fields, required=() if targets else ["mode"], closed=False)(spot, value)
    if value.get("hint") and value.get("mode") == "off":
        spot.error(f'"{spot.label}.hint" can only be set when "{spot.label}.mode" is "smart"')
    if value.get("mode") == "targeted" and not targets:
        spot.error(
            f'"{spot.label}.region" or "{spot.label}.host" or "{spot.label}.hostname" is required.'
        )
    if len(targets) > 1:
        listed = ", ".join(f'"{name}"' for name in targets)
        spot.error(
            f'"{spot.label}" fields {listed} are mutually exclusive. Only one can be specified.'
        )


def assets(spot: Spot, value: object) -> None:
    """Take the options of static assets."""

    def run_worker_first(inner: Spot, given: object) -> None:
        if isinstance(given, list):
            checks.list_of(checks.text)(inner, given)
        elif not isinstance(given, bool):
            inner.error(
                f'The field "{inner.label}" should be an array of strings or a boolean, '
                f"but got {checks.kind_of(given)}."
            )

    checks.record(
        {
            "directory": checks.text,
            "binding": checks.text,
            "html_handling": checks.one_of(
                "auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"
            ),
            "not_found_handling": checks.one_of("single-page-application", "404-page", "none"),
            "base_path": checks.text,
            "run_worker_first": run_worker_first,
        }
    )(spot, value)


def observability(spot: Spot, value: object) -> None:
    """Take observability: at least one of the four switches, rates between 0 and 1."""
    common: Mapping[str, Check] = {
        "enabled": checks.boolean,
        "head_sampling_rate": checks.between(0, 1),
        "destinations": checks.list_of(checks.text),
        "persist": checks.boolean,
    }
    checks.record(
        {
            "enabled": checks.boolean,
            "head_sampling_rate": checks.between(0, 1),
            "redact_query_string": checks.boolean,
            "issues": checks.record({"enabled": checks.boolean}),
            "logs": checks.unless_null(
                checks.record({**common, "invocation_logs": checks.boolean})
            ),
            "traces": checks.unless_null(checks.record(common)),
        }
    )(spot, value)
    if not isinstance(value, dict):
        return
    parts = [value, *(value.get(name) for name in ("logs", "traces", "issues"))]
    if not any(isinstance(part, dict) and "enabled" in part for part in parts):
        spot.error(
            " or ".join(
                f'"{spot.label}{part}.enabled"' for part in ("", ".logs", ".traces", ".issues")
            )
            + " is required."
        )


def migrations(spot: Spot, value: object) -> None:
    """Take the steps of Durable Object classes."""
    names = checks.list_of(checks.text)
    renamed = checks.record(
        {"from": checks.text, "to": checks.text}, required=["from", "to"], closed=False
    )
    moved = checks.record(
        {"from": checks.text, "from_script": checks.text, "to": checks.text},
        required=["from", "from_script", "to"],
        closed=False,
    )
    checks.list_of(
        checks.record(
            {
                "tag": checks.text,
                "new_classes": names,
                "new_sqlite_classes": names,
                "renamed_classes": checks.list_of(renamed),
                "deleted_classes": names,
                "transferred_classes": checks.list_of(moved),
            },
            required=["tag"],
        )
    )(spot, value)


def code_update_strategy(spot: Spot, value: object) -> None:
    """Take how Durable Objects move to new code."""
    checks.record(
        {"mode": checks.one_of("immediate", "deferred"), "max_delay": checks.between(0, _DAY)},
        required=["mode"],
    )(spot, value)


def unsafe(spot: Spot, value: object) -> None:
    """Take what goes to the API unread: bindings, metadata and a Cap'n Proto schema."""
    binding = checks.record(
        {"name": checks.text, "type": checks.text}, required=["name", "type"], closed=False
    )

    def capnp(inner: Spot, given: object) -> None:
        checks.mapping(inner, given)
        if not isinstance(given, dict):
            return
        if "compiled_schema" in given:
            checks.record({"compiled_schema": checks.text}, closed=False)(inner, given)
            if {"base_path", "source_schemas"} & given.keys():
                inner.error(
                    f'The field "{inner.label}" cannot contain both "compiled_schema" and one of '
                    '"base_path" or "source_schemas".'
                )
        else:
            fields = {"base_path": checks.text, "source_schemas": checks.list_of(checks.text)}
            checks.record(fields, required=list(fields), closed=False)(inner, given)

    checks.record(
        {"bindings": checks.list_of(binding), "metadata": checks.mapping, "capnp": capnp}
    )(spot, value)


def connect(spot: Spot, value: object) -> None:
    """Take the TCP and UDP handlers."""
    port = checks.between(1, 65535, whole=True)
    size = checks.between(0, 2**32 - 1, whole=True)
    fields: dict[str, Check] = {
        "protocol": checks.one_of("tcp", "udp"),
        "port": port,
        "address": checks.text,
    }
    udp = fields | {"idle_timeout_ms": size, "max_pending_bytes": size}
    seen: dict[tuple[object, object], int] = {}

    def handler(inner: Spot, given: object) -> None:
        is_udp = isinstance(given, dict) and given.get("protocol") == "udp"
        checks.record(udp if is_udp else fields, required=["protocol", "port"])(inner, given)
        if isinstance(given, dict) and checks.is_number(given.get("port")):
            pair = (str(given.get("protocol")), given["port"])
            first = seen.setdefault(pair, int(inner.path[-1]))
            if first != inner.path[-1]:
                inner.error(
                    f'"{inner.label}" has the same "protocol" and "port" as '
                    f'"{spot.label}[{first}]".'
                )

    checks.list_of(handler)(spot, value)
