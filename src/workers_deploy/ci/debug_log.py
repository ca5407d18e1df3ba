"""The log for maintainers, on its way to where people read."""

import logging

from workers_deploy.ci.plain import PlainReporter


def log_to(reporter: PlainReporter, *, debug: bool) -> None:
    """Send the debug log through the reporter, or nowhere."""
    logger = logging.getLogger("workers_deploy")
    logger.propagate = False
    logger.handlers[:] = [_ReporterHandler(reporter)] if debug else [logging.NullHandler()]
    logger.setLevel(logging.DEBUG if debug else logging.CRITICAL)


class _ReporterHandler(logging.Handler):
    """Sends the debug log through the reporter, and so through its redactor."""

    def __init__(self, reporter: PlainReporter) -> None:
        super().__init__()
        self._reporter = reporter

    def emit(self, record: logging.LogRecord) -> None:
        self._reporter.debug(record.getMessage())
