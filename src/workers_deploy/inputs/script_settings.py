"""The input `script-settings`: a JSON object in the API's own fields, checked before it is sent.

What the API demands of a field is demanded here, as far as its reference says it; what is inside of
a field beyond that is Cloudflare's to judge. Neither values nor unknown names are repeated.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from workers_deploy.inputs.texts import Invalid, parse_json_object

MAX_TAG_BYTES: Final = 128  # the page of error 100102


def parse_script_settings(value: object) -> Mapping[str, Any]:
    """Take a JSON object of script settings."""
    settings = parse_json_object(value)
    if any(name not in _CHECKS for name in settings):
        raise Invalid(f"has a field that is none of {', '.join(_CHECKS)}")
    for name, check in _CHECKS.items():
        if settings.get(name) is not None:
            check(settings[name])
    return settings


def _check_logpush(value: object) -> None:
    _demand(isinstance(value, bool), "logpush is neither true nor false")


def _check_observability(value: object) -> None:
    if not isinstance(value, dict):
        raise Invalid("observability is no object")
    _demand_booleans("observability", value, "enabled")
    logs = value.get("logs")
    if logs is not None:
        _demand(isinstance(logs, dict), "observability.logs is no object")
        _demand_booleans("observability.logs", logs, "enabled", "invocation_logs")


def _check_tags(value: object) -> None:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise Invalid("tags is no list of texts")
    sizes = [len(tag.encode(errors="replace")) for tag in value]
    _demand(
        max(sizes, default=0) <= MAX_TAG_BYTES,
        f"tags has one of {max(sizes, default=0)} bytes; Cloudflare takes {MAX_TAG_BYTES} at most",
    )


def _check_consumers(name: str) -> Callable[[object], None]:
    def check(value: object) -> None:
        good = isinstance(value, list) and all(
            isinstance(one, dict) and one.get("service") and isinstance(one["service"], str)
            for one in value
        )
        _demand(good, f"{name} is no list of objects, each with a service")

    return check


def _demand_booleans(where: str, value: Mapping[str, Any], *names: str) -> None:
    for name in names:
        _demand(
            isinstance(value.get(name), bool),
            f"{where} needs {name}, true or false: the API refuses it without",
        )


def _demand(good: bool, message: str) -> None:
    if not good:
        raise Invalid(message)


_CHECKS: Mapping[str, Callable[[object], None]] = {
    "logpush": _check_logpush,
    "observability": _check_observability,
    "tags": _check_tags,
    "tail_consumers": _check_consumers("tail_consumers"),
    "streaming_tail_consumers": _check_consumers("streaming_tail_consumers"),
}
