"""Cloudflare's envelope: `{success, errors, messages, result}`, and what comes in its place.

Lenient on purpose: fields may be null, texts instead of objects, or missing.
"""

import json
import math
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

from pydantic import Field

from workers_deploy.api.http.failure import Complaint
from workers_deploy.api.http.models import JsonObject, WireModel, object_or_empty, objects_of
from workers_deploy.api.http.rate_budget import left_of

LONGEST_WAIT: Final = 86400.0  # seconds
# Of what a server complains of; an answer may be one message of 16 MiB.
MAX_COMPLAINTS: Final = 50
MAX_TEXT: Final = 8_000  # characters, once it is clean; before that:
MAX_RAW_TEXT: Final = 64_000
MAX_CHAIN: Final = 5  # causes of causes

Redact = Callable[[str], str]


class Envelope(WireModel):
    """`{success, errors, messages, result}`, or the `{code, error}` of some endpoints."""

    success: bool | None = None
    errors: list[Any] = Field(default_factory=list)
    result: Any = None

    @property
    def is_refusal(self) -> bool:
        """Tell whether it says no; some endpoints say so with status 200."""
        return self.success is False or (self.success is None and bool(self.errors))


def parse_envelope(content: bytes) -> Envelope | None:
    """Return the envelope of a body; None where the body is none (HTML, text, empty)."""
    value = _json(content)
    if not isinstance(value, dict):
        return None
    if "error" in value and "success" not in value:
        text = value["error"] if isinstance(value["error"], str) else ""
        return Envelope(success=False, errors=[{"code": value.get("code"), "message": text}])
    if not {"success", "errors", "result"} & value.keys():
        return None
    errors = value.get("errors")
    success = value.get("success")
    return Envelope(
        success=success if isinstance(success, bool) else None,
        errors=errors if isinstance(errors, list) else [],
        result=value.get("result"),
    )


def is_broken_json(content: bytes) -> bool:
    """Tell whether a body begins as JSON and is none: cut off, or garbled on its way."""
    return content.lstrip()[:1] in (b"{", b"[") and _json(content) is None


def _json(content: bytes) -> Any:
    """Return what a body says as JSON, of finite numbers; None where it is none."""
    try:
        value = json.loads(content, parse_constant=_no_number, parse_float=_finite)
        if b"\\u" not in content and content.isascii():
            return value
        # Half a character (`\ud800`) is text to Python, but nothing that can be sent or written.
        whole = json.dumps(value, ensure_ascii=False).encode(errors="replace")
        return json.loads(whole, parse_float=_finite)
    except (ValueError, RecursionError):
        return None


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    return number


def complaints_in(envelope: Envelope | None, redact: Redact) -> tuple[Complaint, ...]:
    """Return what an envelope complains of, in its order; its texts clean and bounded.

    They are cleaned right here: whoever cuts a text may cut a secret in two, and no mask fits then.
    """
    errors = envelope.errors[:MAX_COMPLAINTS] if envelope else ()
    return tuple(_complaint(error, redact) for error in errors)


def _complaint(error: Any, redact: Redact, depth: int = 0) -> Complaint:
    if not isinstance(error, dict):
        return Complaint(text=_clean(error, redact))
    code = error.get("code")
    return Complaint(
        code=code if isinstance(code, int) and not isinstance(code, bool) else None,
        text=_clean(error.get("message"), redact),
        notes=(*_chain_of(error, redact, depth), *_details_of(error, redact)),
    )


def _clean(text: Any, redact: Redact) -> str:
    if not isinstance(text, str):
        return ""
    clean = redact(text[:MAX_RAW_TEXT])
    return clean if len(clean) <= MAX_TEXT else f"{clean[:MAX_TEXT]}…"


def _chain_of(error: JsonObject, redact: Redact, depth: int) -> tuple[str, ...]:
    if depth == MAX_CHAIN:
        return ()
    chain = objects_of(error.get("error_chain"))[:MAX_COMPLAINTS]
    inner = [_complaint(one, redact, depth + 1) for one in chain]
    return tuple(text for one in inner for text in (one.text, *one.notes) if text)


def _details_of(error: JsonObject, redact: Redact) -> tuple[str, ...]:
    """Return `meta.details`: per class why `exports` can't be reconciled (100402)."""
    details = objects_of(object_or_empty(error.get("meta")).get("details"))[:MAX_COMPLAINTS]
    return tuple(
        _clean(
            ": ".join(str(one[key]) for key in ("class", "message", "suggestion") if one.get(key)),
            redact,
        )
        for one in details
    )


def retry_after_seconds(
    headers: Mapping[str, str], wall_clock: Callable[[], float]
) -> float | None:
    """Return how long to wait: Retry-After as seconds or date, else what `Ratelimit` says.

    A date is measured against the answer's own Date header: a wrong clock here does no harm. What
    is no number of seconds (`nan`, `inf`) says nothing, and nothing says more than a day.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        left = left_of(headers)
        return left.seconds if left is not None and left.requests == 0 else None
    try:
        seconds = float(value)
    except ValueError:
        at = _seconds_of_date(value)
        if at is None:
            return None
        now = _seconds_of_date(headers.get("date", ""))
        seconds = at - (wall_clock() if now is None else now)
    return min(max(seconds, 0.0), LONGEST_WAIT) if math.isfinite(seconds) else None


def _seconds_of_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
