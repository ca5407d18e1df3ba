"""What the whole suite shares: it tells how many cells of the failure matrix held."""

import pytest
from hypothesis import settings

# A busy machine makes no test fail: hypothesis would give each example 200 ms.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.stats.get("passed", ())
    cells = sum(value for r in reports for name, value in r.user_properties if name == "cells")
    if cells:
        terminalreporter.write_line(f"matrix of failures: {cells} cells held")
