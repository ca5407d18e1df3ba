"""Cloudflare's JSON envelope, and answers as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workers_emulator.requests.json_text import write_json
from workers_emulator.rules.rules import Known, Problem, Refusal

_PAGES = "https://developers.cloudflare.com/workers/platform/error-codes/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One HTTP answer; `more_headers` may have a name twice, as Set-Cookie needs it."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    more_headers: tuple[tuple[str, str], ...] = ()


def ok(result: Any, *, status: int = 200, info: Mapping[str, Any] | None = None) -> Answer:
    """Return a success with this result; `info` becomes `result_info`."""
    envelope = {"success": True, "errors": [], "messages": [], "result": result}
    if info is not None:
        envelope["result_info"] = info
    return json_answer(envelope, status=status)


def paged(items: Sequence[Any], *, page: int, per_page: int) -> Answer:
    """Return one page of the items with `result_info`."""
    start = (page - 1) * per_page
    chosen = items[start : start + per_page]
    return ok(chosen, info=page_info(len(chosen), len(items), page=page, per_page=per_page))


def page_info(count: int, total: int, *, page: int, per_page: int) -> dict[str, int]:
    """Return `result_info` as Cloudflare words it."""
    return {
        "count": count,
        "page": page,
        "per_page": per_page,
        "total_count": total,
        "total_pages": -(-total // per_page),
    }


def refused(refusal: Refusal) -> Answer:
    """Return the envelope of a refusal, one error per problem."""
    errors = [_error(problem) for problem in refusal.problems]
    return failed(refusal.status, errors)


def failed(status: int, errors: Sequence[Mapping[str, Any]]) -> Answer:
    """Return a failure with these errors."""
    envelope = {"success": False, "errors": errors, "messages": [], "result": None}
    return json_answer(envelope, status=status)


def json_answer(value: Any, *, status: int = 200) -> Answer:
    """Return the value as JSON."""
    return Answer(
        status=status, body=write_json(value), headers={"Content-Type": "application/json"}
    )


def _error(problem: Problem) -> dict[str, Any]:
    entry: dict[str, Any] = {"code": problem.rule.code, "message": problem.message}
    if problem.rule.known is Known.DOCUMENTED:
        entry["documentation_url"] = f"{_PAGES}{problem.rule.code}"
    return entry
