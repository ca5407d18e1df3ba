"""What the whole suite shares: how much chaos there is, and the table of what held."""

import pytest
from hypothesis import settings

from fakes.chaos_size import OPTION, Table, is_full

# No test fails by chance: hypothesis would give each example 200 ms, and draw others each time.
settings.register_profile("unhurried", deadline=None, derandomize=True)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        OPTION, choices=("sample", "full"), default="sample", help="how much of tests/chaos to try"
    )


@pytest.fixture(scope="session")
def full_chaos(pytestconfig: pytest.Config) -> bool:
    """Whether every fault, seed and moment is tried (`make chaos`)."""
    return is_full(pytestconfig)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    table = Table()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            table.add(report)
    for line in table.lines():
        terminalreporter.write_line(line)
