"""What is told of an exception that nobody expected."""

import sys
import traceback
from pathlib import Path

from workers_deploy import __version__
from workers_deploy.ci.plain import PlainReporter

ISSUES = "https://github.com/workers-deploy/workers-deploy/issues"


def tell_bug(reporter: PlainReporter, error: BaseException | None) -> None:
    """Tell it in the log."""
    reporter.row("Bug", bug_lines(error), mark="✗")


def bug_lines(error: BaseException | None) -> list[str]:
    """Return what it was and where it happened; the exception's own text may hold a value."""
    frames = traceback.extract_tb(error.__traceback__ if error else None)
    return [
        type(error).__name__,
        *(f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames),
        f"workers-deploy {__version__}, Python {sys.version.split()[0]}",
        f"please report it: {ISSUES}",
    ]
