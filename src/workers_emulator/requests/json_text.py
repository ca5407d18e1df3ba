r"""JSON of clients, in both directions: nothing that JSON can hold breaks an answer.

A text may hold half of a surrogate pair (`"\ud800"`), which is no character, and a value may be
nested more deeply than what works with it.
"""

import json
from typing import Any

MAX_DEPTH = 200  # pydantic writes 255 levels


def parse_json(content: bytes | str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is none, or nested too deeply.

    """
    try:
        value = json.loads(content)
    except RecursionError as exc:
        raise ValueError("it is nested too deeply") from exc
    if _is_too_deep(value):
        raise ValueError("it is nested too deeply")
    return value


def write_json(value: Any) -> bytes:
    r"""Return the value as UTF-8; what is no character stays written as JSON writes it.

    >>> write_json(["ü\ud800"]).decode()
    '["ü\\ud800"]'
    """
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace")


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
