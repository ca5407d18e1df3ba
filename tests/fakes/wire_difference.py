"""Two runs' requests side by side: what one sent and the other did not, or otherwise.

Only writes are compared: what each client reads before it writes is its own affair.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakes.recordings import Exchange, Part

# Headers that say what a request means. The others say who asks (User-Agent, Accept-Language,
# Sec-Fetch-Mode) or how the connection is kept.
MEANING = (
    "authorization",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "expect",
    "cloudflare-workers-script-api-date",
    "metricsenabled",
)
NOTHING = "(not sent)"
_QUEUE = re.compile(r"/queues/[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One place where the two differ: `place` as "PUT scripts/{name} metadata.limits"."""

    place: str
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        return f"{self.place}\n    ours   {self.ours!r:.300}\n    theirs {self.theirs!r:.300}"


def differences(ours: Sequence[Exchange], theirs: Sequence[Exchange]) -> list[Difference]:
    """Return every difference between two runs' writes."""
    left, right = _requests(ours), _requests(theirs)
    found = list(_order([*left], [*right]))
    for label in dict.fromkeys((*left, *right)):
        if label not in left or label not in right:
            found.append(
                Difference(
                    place=label,
                    ours=left.get(label, NOTHING),
                    theirs=right.get(label, NOTHING),
                )
            )
            continue
        found += _compare(label, left[label], right[label])
    return found


def _order(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Difference]:
    """Compare the order of what both send; buckets of assets have none, they go at once."""
    both = {label for label in ours if label in theirs and "assets/upload" not in label}
    left, right = ([label for label in side if label in both] for side in (ours, theirs))
    if left != right:
        yield Difference(place="order", ours=left, theirs=right)


def _compare(
    label: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> Iterator[Difference]:
    for place in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(place, NOTHING), theirs.get(place, NOTHING)
        if one != other or type(one) is not type(other):
            yield Difference(place=f"{label} {place}", ours=one, theirs=other)


def _requests(exchanges: Sequence[Exchange]) -> dict[str, dict[str, Any]]:
    """Return each write, by label; buckets of assets by what they hold, since they go at once."""
    made = _versions_of(exchanges)
    found: dict[str, dict[str, Any]] = {}
    for exchange in exchanges:
        if not exchange.writes:
            continue
        label = label_of(exchange)
        count = sum(known.partition(" #")[0] == label for known in found)
        found[f"{label} #{count + 1}" if count else label] = dict(_flatten(exchange, made))
    return found


def label_of(exchange: Exchange) -> str:
    """Return what the request is for, as "POST versions"; the script itself is "script"."""
    if exchange.path == "/workers/assets/upload":
        first = exchange.parts[0].name if exchange.parts else "nothing"
        return f"POST assets/upload of {first}"
    if exchange.path.startswith("/workers/assets/upload/"):
        return "POST assets/upload/{hash}"
    segments = _QUEUE.sub("/queues/{id}", exchange.path).strip("/").split("/")
    at = segments.index("scripts") if "scripts" in segments else -1
    end = "/".join(segments[at + 2 :]) if at >= 0 else "/".join(segments)
    return f"{exchange.method} {end or 'script'}"


def _versions_of(exchanges: Sequence[Exchange]) -> dict[str, str]:
    uploads = [one for one in exchanges if one.path.endswith("/versions") and one.writes]
    return {one.answer["result"]["id"]: "<the new version>" for one in uploads if one.answer}


def _flatten(exchange: Exchange, made: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    yield "path", _QUEUE.sub("/queues/{id}", exchange.path)
    for name, value in exchange.query.items():
        yield f"query.{name}", value
    for name in MEANING:
        if name in exchange.headers:
            yield f"header.{name}", _header(name, exchange.headers[name])
    if exchange.json is not None:
        yield from _leaves("body", exchange.json, made)
    if exchange.is_form:
        yield "part names", [part.name for part in exchange.parts]
        for part in exchange.parts:
            yield from _part(part)


def _part(part: Part) -> Iterator[tuple[str, Any]]:
    yield f"part {part.name} headers", part.headers
    if part.name.endswith(".js") and part.content is not None:
        yield f"part {part.name} code", part.content.decode()
        return
    if part.name != "metadata":
        yield f"part {part.name} length", part.length
        yield f"part {part.name} digest", part.digest
        return
    assert part.content is not None
    metadata = json.loads(part.content)
    if metadata.get("assets", {}).get("jwt"):
        metadata["assets"]["jwt"] = "<jwt>"
    for key, value in metadata.items():
        yield from _leaves(f"metadata.{key}", value, {})


def _leaves(place: str, value: Any, made: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield what a body says, by place; a binding, and a list of plain values, is one thing."""
    if isinstance(value, Mapping) and value and ".bindings." not in place:
        for key, item in value.items():
            yield from _leaves(f"{place}.{key}", item, made)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for index, item in enumerate(value):
            yield from _leaves(f"{place}.{index}", item, made)
    else:
        yield place, made.get(value, value) if isinstance(value, str) else value


def _header(name: str, value: str) -> str:
    match name:
        case "authorization":
            # An asset token is a JWT; the recording shows it by its name.
            token = value.removeprefix("Bearer ")
            is_session = token.startswith("<jwt") or token.count(".") == 2
            return "Bearer of the session" if is_session else "Bearer of the API"
        case "content-type":
            return value.partition("; boundary=")[0]
        case _:
            return value
