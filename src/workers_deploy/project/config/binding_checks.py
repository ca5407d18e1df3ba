"""The checks of fields of bindings that have rules of their own."""

import re
from collections.abc import Mapping

from workers_deploy.project.config import checks
from workers_deploy.project.config.checks import Check, Spot

_R2_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_WORKFLOW = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")

addresses: Check = checks.list_of(checks.text)
outbound: Check = checks.record(
    {
        "service": checks.text,
        "environment": checks.text,
        "parameters": checks.list_of(checks.text),
    },
    required=["service"],
    closed=False,
)
rate_limit: Check = checks.record(
    {"limit": checks.number, "period": checks.one_of(10, 60)}, required=["limit", "period"]
)


def bucket_name(spot: Spot, value: object) -> None:
    """Take the name of an R2 bucket."""
    checks.text(spot, value)
    if isinstance(value, str) and not _R2_BUCKET.fullmatch(value):
        spot.error(
            f'"{spot.label}" is invalid. Bucket names must begin and end with an alphanumeric '
            "character, only contain lowercase letters, numbers, and hyphens, and be between 3 "
            "and 63 characters long."
        )


def workflow_name(spot: Spot, value: object) -> None:
    """Take the name of a workflow."""
    checks.text(spot, value)
    if isinstance(value, str) and not _WORKFLOW.fullmatch(value):
        spot.error(
            f'"{spot.label}" is invalid. Workflow names must be 1-64 characters long, start with '
            "a letter, number, or underscore, and may only contain letters, numbers, underscores, "
            "or hyphens."
        )


def only_remote(spot: Spot, value: object) -> None:
    """Take `remote` of a kind that has no local stand-in."""
    checks.boolean(spot, value)
    if value is False:
        spot.error(f'"{spot.label}" can\'t be false: this kind always accesses remote resources.')


def _schedules(spot: Spot, value: object) -> None:
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) and item for item in items):
        spot.error(f'"{spot.label}" should be a non-empty string or array of non-empty strings.')


def _retention(spot: Spot, value: object) -> None:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
    if not is_whole and not (isinstance(value, str) and value):
        spot.error(
            f'"{spot.label}" must be a positive integer of milliseconds or a duration string such '
            'as "3 days".'
        )


_AT_LEAST_ONE = checks.between(1, 2**53, whole=True)
# What bindings and exports of a workflow may say about it.
WORKFLOW_SETTINGS: Mapping[str, Check] = {
    "limits": checks.record({"steps": _AT_LEAST_ONE}),
    "concurrency": checks.record({"limit": _AT_LEAST_ONE}),
    "schedules": _schedules,
    "default_retention": checks.record(
        {"success_retention": _retention, "error_retention": _retention}
    ),
    "jurisdiction": checks.one_of("eu", "fedramp", "us"),
}


def one_address_field(spot: Spot, item: object) -> None:
    """Refuse a mail binding that says its destination in two ways."""
    both = {"destination_address", "allowed_destination_addresses"}
    if isinstance(item, dict) and both <= item.keys():
        spot.error(
            f'"{spot.label}" bindings should have either a "destination_address" or '
            '"allowed_destination_addresses" field, but not both.'
        )


def environment_of_a_script(spot: Spot, item: object) -> None:
    """Refuse a Durable Object's environment without its script."""
    if isinstance(item, dict) and "environment" in item and "script_name" not in item:
        spot.error(f'"{spot.label}" should have a "script_name" field if "environment" is present.')


def stream_or_pipeline(spot: Spot, item: object) -> None:
    """Refuse a pipeline that names neither."""
    if isinstance(item, dict) and not (item.get("stream") or item.get("pipeline")):
        spot.error(f'"{spot.label}" bindings must have a string "stream" field.')


def tunnel_or_network(spot: Spot, item: object) -> None:
    """Refuse a private network that names both or neither."""
    if isinstance(item, dict) and ("tunnel_id" in item) == ("network_id" in item):
        spot.error(
            f'"{spot.label}" bindings must have either a "tunnel_id" or "network_id" field, '
            "but not both."
        )
