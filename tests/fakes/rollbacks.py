"""What tests of `rollback` share."""

from typing import Any

from fakes.runs import Run, Runner


def code(number: int) -> str:
    return f"export default {{ fetch() {{ return new Response('{number}') }} }};\n"


def rollback(runner: Runner, *argv: str, **inputs: Any) -> Run:
    return runner.fast("rollback", *argv, **inputs)
