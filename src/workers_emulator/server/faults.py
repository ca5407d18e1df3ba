"""A plan of failures: by route, by nth call, by kind; before the effect or after it."""

import json
from collections.abc import Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from workers_emulator.requests.envelope import Answer, failed, json_answer


class Kind(StrEnum):
    """How a request fails."""

    STATUS = "status"  # an error envelope with `status`, `code`, `message`
    HTML = "html"  # a gateway's page
    EMPTY = "empty"  # `status` without a body
    RESET = "reset"  # the connection is reset
    LOST = "lost"  # the effect happens, then the connection is reset
    HANG = "hang"  # no answer for `seconds`, or ever
    SLOW = "slow"  # the answer comes `seconds` late
    STALE = "stale"  # reads answer what was true `seconds` ago
    EXPIRED_TOKEN = "expired-token"  # noqa: S105 -- a kind of failure: 401 as for an old token
    NULL_RESULT = "null-result"  # success with `result: null`
    ERRORS_NULL = "errors-null"  # success with `errors: null` and `messages: null`
    MALFORMED = "malformed"  # a success that is cut off in the middle of its JSON


# These are done to an answer, so the request has its effect whatever `when` says.
_DONE_TO_ANSWERS = frozenset({Kind.LOST, Kind.NULL_RESULT, Kind.ERRORS_NULL, Kind.MALFORMED})


class Fault(BaseModel):
    """One failure: fires on `count` matching requests from the `nth` on (None: on all of them).

    `route` is `METHOD path`: the path without `/client/v4`, `*` and `{name}` stand for one
    segment, `**` for any number; a path that does not start with a slash is the end of one
    (`POST versions`). `*` as method is any. Seconds are real seconds, but for `stale`, which
    goes by the emulator's clock.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    route: str = "* **"
    kind: Kind
    nth: Annotated[int, Field(ge=1)] = 1
    count: Annotated[int, Field(ge=1)] | None = 1
    when: Literal["before", "after"] = "before"
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    code: int = 10013
    message: str = "An unexpected error occurred."
    headers: dict[str, str] = {}
    seconds: Annotated[float, Field(ge=0)] | None = None

    @property
    def after(self) -> bool:
        """Whether the request has its effect first."""
        return self.when == "after" or self.kind in _DONE_TO_ANSWERS

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is of this fault's route."""
        wanted, _, pattern = self.route.partition(" ")
        if not fnmatchcase(method, wanted.upper()):
            return False
        rooted = pattern if pattern.startswith("/") else f"/**/{pattern}"
        return _fits(rooted.strip("/").split("/"), path.strip("/").split("/"))


def _fits(pattern: Sequence[str], segments: Sequence[str]) -> bool:
    if not pattern:
        return not segments
    first, *rest = pattern
    if first == "**":
        return any(_fits(rest, segments[skip:]) for skip in range(len(segments) + 1))
    if not segments:
        return False
    is_same = first.startswith("{") or fnmatchcase(segments[0], first)
    return is_same and _fits(rest, segments[1:])


class Faults:
    """The faults that are planned, and how many requests each has seen."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []
        self._seen: list[int] = []

    def plan(self, faults: Sequence[Fault]) -> None:
        """Replace the plan; counting starts anew."""
        self._planned = list(faults)
        self._seen = [0] * len(faults)

    def take(self, method: str, path: str) -> list[Fault]:
        """Return what fires for this request, and count it."""
        firing = []
        for index, fault in enumerate(self._planned):
            if not fault.matches(method, path):
                continue
            self._seen[index] += 1
            past = self._seen[index] - fault.nth
            if past >= 0 and (fault.count is None or past < fault.count):
                firing.append(fault)
        return firing

    def as_json(self) -> list[dict[str, object]]:
        """Return the plan with the number of matching requests so far."""
        return [
            fault.model_dump(mode="json", exclude_unset=True) | {"seen": seen}
            for fault, seen in zip(self._planned, self._seen, strict=True)
        ]

    @property
    def stale_seconds(self) -> float:
        """How long former states must be kept for stale reads."""
        stale = [f.seconds or 0.0 for f in self._planned if f.kind is Kind.STALE]
        return max(stale, default=0.0)


def failing_answer(fault: Fault) -> Answer | None:
    """Return the answer that a fault gives in the place of the real one, if it gives one."""
    match fault.kind:
        case Kind.STATUS:
            error = {"code": fault.code, "message": fault.message}
            return _with_headers(failed(fault.status or 500, [error]), fault)
        case Kind.EXPIRED_TOKEN:
            error = {"code": 10000, "message": "Authentication error: the token is expired"}
            return _with_headers(failed(401, [error]), fault)
        case Kind.HTML:
            page = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>\n"
            html = Answer(
                status=fault.status or 502, body=page, headers={"Content-Type": "text/html"}
            )
            return _with_headers(html, fault)
        case Kind.EMPTY:
            return _with_headers(Answer(status=fault.status or 200), fault)
        case _:
            return None


def _with_headers(answer: Answer, fault: Fault) -> Answer:
    headers = {**answer.headers, **fault.headers}
    return Answer(status=answer.status, body=answer.body, headers=headers)


def spoil(answer: Answer, kind: Kind) -> Answer:
    """Return a success as this kind of fault leaves it; refusals stay as they are."""
    if not 200 <= answer.status < 300 or not answer.body:
        return answer
    if kind is Kind.MALFORMED:
        return Answer(
            status=answer.status, body=answer.body[: len(answer.body) // 2], headers=answer.headers
        )
    changes = {"result": None} if kind is Kind.NULL_RESULT else {"errors": None, "messages": None}
    return json_answer(_json(answer) | changes, status=answer.status)


def _json(answer: Answer) -> dict[str, object]:
    value: dict[str, object] = json.loads(answer.body)
    return value
