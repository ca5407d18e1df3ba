"""Answers of the API, and the errors that come of them, without a connection."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from workers_deploy.api.http.answer import Answer, Call, read_answer
from workers_deploy.api.http.explain import final_error
from workers_deploy.api.http.failure import Area, Failure, RequestFailedError
from workers_deploy.errors import ApiError


def read(
    status: int = 200,
    *,
    method: str = "GET",
    area: Area = Area.WORKERS,
    download_to: Path | None = None,
    wall: float = 0.0,
    redact: Callable[[str], str] = str,
    **response: Any,
) -> Answer:
    call = Call(method=method, path="/x", label=f"{method} x", area=area, download_to=download_to)
    answer = httpx.Response(status, **response)
    return read_answer(call, status, answer.headers, answer.content, lambda: wall, redact)


def failure_of(status: int = 200, **response: Any) -> Failure:
    with pytest.raises(RequestFailedError) as caught:
        read(status, **response)
    return caught.value.failure


def error_of(status: int, **response: Any) -> ApiError:
    return final_error([failure_of(status, **response)], seconds=1.0)


def envelope(*errors: object, success: bool = False) -> dict[str, Any]:
    return {"success": success, "errors": list(errors), "messages": None, "result": None}
