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
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
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


def complaints_in(envelope: Envelope | None) -> tuple[Complaint, ...]:
    """Return what an envelope complains of, in its order."""
    return tuple(_complaint(error) for error in envelope.errors) if envelope else ()


def _complaint(error: Any) -> Complaint:
    if not isinstance(error, dict):
        return Complaint(text=error if isinstance(error, str) else "")
    code, message = error.get("code"), error.get("message")
    return Complaint(
        code=code if isinstance(code, int) and not isinstance(code, bool) else None,
        text=message if isinstance(message, str) else "",
        notes=(*_chain_of(error), *_details_of(error)),
    )


def _chain_of(error: JsonObject) -> tuple[str, ...]:
    inner = [_complaint(one) for one in objects_of(error.get("error_chain"))]
    return tuple(text for one in inner for text in (one.text, *one.notes) if text)


def _details_of(error: JsonObject) -> tuple[str, ...]:
    """Return `meta.details`: per class why `exports` can't be reconciled (100402)."""
    details = objects_of(object_or_empty(error.get("meta")).get("details"))
    return tuple(
        ": ".join(str(one[key]) for key in ("class", "message", "suggestion") if one.get(key))
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
