"""The input `script-settings`: a JSON object in the API's own fields, checked before it is sent.

What the API demands of a field is demanded here, as far as its reference says it; what is inside of
a field beyond that is Cloudflare's to judge. Neither values nor unknown names are repeated.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from workers_deploy.inputs.texts import Invalid, parse_json_object

MAX_TAG_BYTES: Final = 128  # the page of error 100102


def parse_script_settings(value: object) -> Mapping[str, Any]:
    """Take a JSON object of script settings; all that is wrong with it is told at once."""
    settings = parse_json_object(value)
    flaws = []
    if any(name not in _CHECKS for name in settings):
        flaws.append(f"has a field that is none of {', '.join(_CHECKS)}")
    for name, check in _CHECKS.items():
        if settings.get(name) is not None:
            flaws += check(settings[name])
    if flaws:
        raise Invalid("; ".join(flaws))
    return settings


def _check_logpush(value: object) -> Iterator[str]:
    if not isinstance(value, bool):
        yield "logpush is neither true nor false"


def _check_observability(value: object) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "observability is no object"
        return
    yield from _missing("observability", value, "enabled")
    logs = value.get("logs")
    if isinstance(logs, dict):
        yield from _missing("observability.logs", logs, "enabled", "invocation_logs")
    elif logs is not None:
        yield "observability.logs is no object"


def _check_tags(value: object) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        yield "tags is no list of texts"
        return
    size = max((len(tag.encode(errors="replace")) for tag in value), default=0)
    if size > MAX_TAG_BYTES:
        yield f"tags has one of {size} bytes; Cloudflare takes {MAX_TAG_BYTES} at most"


def _check_consumers(name: str) -> Callable[[object], Iterator[str]]:
    def check(value: object) -> Iterator[str]:
        good = isinstance(value, list) and all(
            isinstance(one, dict) and one.get("service") and isinstance(one["service"], str)
            for one in value
        )
        if not good:
            yield f"{name} is no list of objects, each with a service"

    return check


def _missing(where: str, value: Mapping[str, Any], *names: str) -> Iterator[str]:
    for name in names:
        if not isinstance(value.get(name), bool):
            yield f"{where} needs {name}, true or false: the API refuses it without"


_CHECKS: Mapping[str, Callable[[object], Iterator[str]]] = {
    "logpush": _check_logpush,
    "observability": _check_observability,
    "tags": _check_tags,
    "tail_consumers": _check_consumers("tail_consumers"),
    "streaming_tail_consumers": _check_consumers("streaming_tail_consumers"),
}
