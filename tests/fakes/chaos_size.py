"""How much of the chaos is tried: a sample with every `make test`, all of it with `make chaos`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

OPTION = "--chaos"
Cell = TypeVar("Cell")


def is_full(config: pytest.Config) -> bool:
    """Whether everything is tried."""
    return bool(config.getoption(OPTION) == "full")


def share_of(cells: Sequence[Cell], *, turn: int, of: int, full: bool) -> list[Cell]:
    """Return every `of`-th cell from the `turn`-th on, or all; all turns together are all cells.

    >>> share_of("abcdef", turn=4, of=3, full=False)
    ['b', 'e']
    """
    return list(cells) if full else list(cells[turn % of :: of])


@dataclass(slots=True)
class Row:
    """One line of the table: a file of tests."""

    cells: int = 0
    held: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Table:
    """What was tried and what held, by file."""

    rows: dict[str, Row] = field(default_factory=lambda: defaultdict(Row))

    def add(self, report: pytest.TestReport) -> None:
        """Count a test: it is one cell, unless it says how many it holds."""
        name = report.nodeid.partition("::")[0]
        if "/chaos/" not in name or report.when != "call":
            return
        said = [int(str(value)) for key, value in report.user_properties if key == "cells"]
        cells = sum(said) or 1
        row = self.rows[name.rpartition("/")[2].removeprefix("test_").removesuffix(".py")]
        row.cells += cells
        row.held += cells if report.passed else 0
        row.seconds += report.duration

    def lines(self) -> Iterable[str]:
        """Write it: cells, held, seconds."""
        if not self.rows:
            return
        yield f"{'chaos':24}{'cells':>8}{'held':>8}{'seconds':>9}"
        for name, row in sorted(self.rows.items()):
            yield f"{name.replace('_', ' '):24}{row.cells:8,}{row.held:8,}{row.seconds:9.0f}"
        rows = self.rows.values()
        total = sum(row.cells for row in rows), sum(row.held for row in rows)
        yield f"{'in all':24}{total[0]:8,}{total[1]:8,}{sum(row.seconds for row in rows):9.0f}"
