"""No client, process or wait of a test gives up because the machine is busy."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
HTTPX = {"Client", "delete", "get", "patch", "post", "put", "request", "stream"}
# What ends after the seconds that it is given: a process, a thread, an event.
WAITS = {"communicate", "join", "poll", "run", "wait"}


def calls() -> Iterator[tuple[str, ast.Call, ast.Attribute]]:
    """Yield each call of a method in the tests, with the place where it stands."""
    for file in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield f"{file.relative_to(TESTS)}:{node.lineno}", node, node.func


def named(call: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in call.keywords if word.arg == name), None)


def test_every_http_client_of_a_test_is_patient():
    """httpx gives up after 5 s unless it is told otherwise."""
    hasty = [
        place
        for place, call, method in calls()
        if ast.unparse(method.value) == "httpx" and method.attr in HTTPX
        if named(call, "transport") is None  # nothing waits there
        if ast.unparse(named(call, "timeout") or ast.Constant(None)) != "PATIENCE"
    ]

    assert hasty == []


def test_no_wait_of_a_test_ends_after_some_seconds():
    """Under a second it is a look between two others; what should never end may say FOREVER."""
    hasty = [
        f"{place} {ast.unparse(seconds)}"
        for place, call, method in calls()
        if method.attr in WAITS
        for seconds in [named(call, "timeout"), *call.args[:1]]
        if isinstance(seconds, ast.Constant) and isinstance(seconds.value, int | float)
        if seconds.value >= 1
    ]

    assert hasty == []
