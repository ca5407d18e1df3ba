"""CONVENTIONS' sizes: a file has one subject, a function fits on a screen."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES_OF_A_FILE = 350
LINES_OF_A_FUNCTION = 60


def python_files() -> list[Path]:
    folders = ("src", "tests", "examples", "benchmarks")
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "node_modules" not in path.parts and "data" not in path.parts
    ]


def too_long(source: str) -> Iterator[str]:
    """Name what is over its limit in one file's text."""
    lines = len(source.splitlines())
    if lines > LINES_OF_A_FILE:
        yield f"{lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LINES_OF_A_FUNCTION:
                yield f"line {node.lineno}: {node.name} has {length} lines"


def test_no_file_and_no_function_is_too_long():
    found = [
        f"{path.relative_to(ROOT)}: {what}"
        for path in python_files()
        for what in too_long(path.read_text(encoding="utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\n" * LINES_OF_A_FILE, []),
        ("x = 1\n" * (LINES_OF_A_FILE + 1), ["351 lines"]),
        ("def f():\n" + "    x = 1\n" * (LINES_OF_A_FUNCTION - 1), []),
        ("def f():\n" + "    x = 1\n" * LINES_OF_A_FUNCTION, ["line 1: f has 61 lines"]),
    ],
)
def test_what_is_one_line_over_its_limit_is_named(source: str, expected: list[str]):
    assert list(too_long(source)) == expected
