"""A call and its answer: what was asked for, told from every way of getting something else."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workers_deploy.api.http.body import Body
from workers_deploy.api.http.envelope import (
    Redact,
    complaints_in,
    is_broken_json,
    parse_envelope,
    retry_after_seconds,
)
from workers_deploy.api.http.failure import (
    Area,
    Complaint,
    Failure,
    Kind,
    RequestFailedError,
    kind_of,
)
from workers_deploy.dataclass import dataclass

LONGEST_IN_LOG = 160  # characters of a message
_RAY_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request: `path` is below the base URL, `label` the words for it in log and errors."""

    method: str
    path: str
    label: str
    area: Area = Area.WORKERS
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: Body | None = field(default=None, repr=False)
    bearer: str | None = field(default=None, repr=False)  # instead of the API token
    # A file for the body of a success that is no envelope but a script: it may be large.
    download_to: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A success. `result` is the envelope's, or None where the body is empty or downloaded.

    A body that was downloaded is in the call's file, and `content` is empty.
    """

    call: Call
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    result: Any = field(default=None, repr=False)

    def malformed(self, what: str) -> RequestFailedError:
        """Return the failure of an answer that says success but not what is needed."""
        return RequestFailedError(
            Failure(
                request=self.call.label,
                kind=Kind.MALFORMED,
                problem=f"{self.status} from Cloudflare, but {what}",
                short=what,
                status=self.status,
                ray_id=ray_id_of(self.headers),
                area=self.call.area,
            )
        )


def read_answer(
    call: Call,
    status: int,
    headers: Mapping[str, str],
    content: bytes,
    wall_clock: Callable[[], float],
    redact: Redact = str,
) -> Answer:
    """Return a success, or raise what the status and the envelope say, cleaned by `redact`."""
    answer = Answer(call=call, status=status, headers=headers, content=content)
    if 200 <= status < 300 and (call.download_to is not None or status in (204, 205)):
        return answer
    # DELETE script "has no response body on a successful delete" (official SDK).
    if 200 <= status < 300 and not content and call.method == "DELETE":
        return answer
    envelope = parse_envelope(content)
    if 200 <= status < 300 and envelope is not None and not envelope.is_refusal:
        return Answer(
            call=call, status=status, headers=headers, content=content, result=envelope.result
        )
    if 200 <= status < 300 and (envelope is None or not envelope.errors):
        raise answer.malformed(_what_it_is(content))
    complaints = complaints_in(envelope, redact)
    kind = kind_of(status, complaints, area=call.area)
    if kind is Kind.REFUSED and is_broken_json(content):
        kind = Kind.MALFORMED  # what it would have said is not known
    is_challenge = headers.get("cf-mitigated", "").lower() == "challenge"
    raise RequestFailedError(
        Failure(
            request=call.label,
            kind=Kind.REFUSED if is_challenge else kind,
            problem=_problem(status, complaints, content, is_challenge=is_challenge),
            short=str(status),
            status=status,
            complaints=complaints,
            ray_id=ray_id_of(headers),
            retry_after=retry_after_seconds(headers, wall_clock),
            is_challenge=is_challenge,
            area=call.area,
        )
    )


def ray_id_of(headers: Mapping[str, str]) -> str | None:
    """Return Cloudflare's id of a request, which its support asks for."""
    found = headers.get("cf-ray", "")
    return found if _RAY_ID.fullmatch(found) else None


def _problem(
    status: int, complaints: Sequence[Complaint], content: bytes, *, is_challenge: bool
) -> str:
    if is_challenge:
        return f"{status}, a firewall's challenge page instead of an answer"
    first = next((c for c in complaints if c.code is not None), None)
    if first is not None:
        return f"{status} from Cloudflare, {first.code} {one_line(first.text)}".rstrip()
    if 300 <= status < 400 and not is_broken_json(content):
        return f"{status}, a redirect instead of an answer"
    if 200 <= status < 500 and not complaints:
        return f"{status} from Cloudflare, {_what_it_is(content)}"
    return f"{status} from Cloudflare"


def one_line(text: str) -> str:
    """Return a message as the log shows it: its first line, and not too much of that."""
    first = text.strip().split("\n", 1)[0]
    return first if len(first) <= LONGEST_IN_LOG else f"{first[:LONGEST_IN_LOG]}…"


def _what_it_is(content: bytes) -> str:
    if not content.strip():
        return "an empty body"
    if content.lstrip()[:1] == b"<":
        return "a page of HTML instead of JSON"
    if is_broken_json(content):
        return "JSON that is cut off or broken"
    if content.lstrip()[:1] in (b"{", b"["):
        return "JSON that is no answer"
    return "a text instead of JSON"
