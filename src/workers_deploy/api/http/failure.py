"""What came back instead of an answer: one value for every way a request can fail, and its kind.

Which kinds are tried again, and how, is decided in `retry.py`; what people read is made in
`error_table.py`. Nothing here holds a body, a header or a token.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from workers_deploy.dataclass import dataclass


class Area(StrEnum):
    """Cloudflare's product behind an endpoint: its error codes are unique only within one."""

    WORKERS = "workers"
    ASSETS = "assets"
    ACCOUNT = "account"
    QUEUES = "queues"
    WORKFLOWS = "workflows"
    ZONES = "zones"


class Kind(StrEnum):
    """What a failure means for the request."""

    UNSENT = "unsent"  # no connection: Cloudflare never saw it
    UNTRUSTED = "untrusted"  # TLS refused the other side
    LOST = "lost"  # sent, and then no answer: it may have been taken
    SERVER = "server"  # 5xx: it may have been taken
    MALFORMED = "malformed"  # 2xx without a usable answer: it may have been taken
    THROTTLED = "throttled"
    BUSY = "busy"  # someone else edits the script at the same time
    STARTUP = "startup"  # the start-up CPU limit, which identical code passes a moment later
    LAGGING = "lagging"  # a version that was just made is not found yet
    REFUSED = "refused"


AMBIGUOUS = frozenset({Kind.LOST, Kind.SERVER, Kind.MALFORMED})
UNANSWERED = AMBIGUOUS | {Kind.UNSENT, Kind.UNTRUSTED, Kind.THROTTLED}

# "Internal error", "unexpected error", "entitlement check failed" (error code pages); an HTTP
# status of 500 is documented for each.
_SERVER_CODES = frozenset({10002, 10013, 10014})
_STARTUP_CPU = re.compile(r"startup.*\bcpu\b|\bcpu\b.*startup", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """One entry of an envelope's `errors`, with what `error_chain` and `meta` add in `notes`."""

    code: int | None = None
    text: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A request that failed. `problem` is for the log line, `short` for a count of tries."""

    request: str
    kind: Kind
    problem: str
    short: str
    status: int | None = None
    complaints: tuple[Complaint, ...] = ()
    ray_id: str | None = None
    retry_after: float | None = None  # seconds
    is_challenge: bool = False
    area: Area = Area.WORKERS

    @property
    def code(self) -> int | None:
        """Return the code to act upon: the first one that there is."""
        return next((c.code for c in self.complaints if c.code is not None), None)


class RequestFailedError(Exception):
    """Carries a `Failure` from the connection to the retry policy; never leaves `api`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.request}: {failure.problem}")
        self.failure = failure


def kind_of(status: int, complaints: Sequence[Complaint], *, area: Area) -> Kind:
    """Return what an answer that is no success means (ERRORS, "Retry rule")."""
    codes = {c.code for c in complaints}
    text = " ".join(c.text for c in complaints)
    # A token that asks too often is answered 10000 too, the code of a wrong token
    # (cloudflare/wrangler-action#372): only the text tells them apart.
    if status == 429 or 971 in codes or (10000 in codes and "rate limit" in text.lower()):
        return Kind.THROTTLED
    if status >= 500:
        return Kind.SERVER
    if area in (Area.WORKERS, Area.ASSETS):
        return _kind_by_code(codes, text)
    return Kind.REFUSED


def _kind_by_code(codes: set[int | None], text: str) -> Kind:
    if codes & _SERVER_CODES:
        return Kind.SERVER
    if 10035 in codes:
        return Kind.BUSY
    if 10021 in codes and _STARTUP_CPU.search(text):
        return Kind.STARTUP
    if 100146 in codes:
        return Kind.LAGGING
    return Kind.REFUSED
