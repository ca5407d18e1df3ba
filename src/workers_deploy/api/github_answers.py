"""What an answer of GitHub's API holds, where it holds what it should."""

import json
from collections.abc import Mapping
from typing import Any

import httpx


def _read_json(answer: httpx.Response) -> Any:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None


def read_object(answer: httpx.Response) -> Mapping[str, Any]:
    """Return the object that it holds, an empty one where it holds none."""
    found = _read_json(answer)
    return found if isinstance(found, dict) else {}


def read_objects(answer: httpx.Response) -> list[Mapping[str, Any]]:
    """Return the objects of the list that it holds."""
    found = _read_json(answer)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
