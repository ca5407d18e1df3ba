"""What a run tells, whatever CI system runs it. Adapters know strings only."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from workers_deploy.errors import Place


class Progress(Protocol):
    """The asset upload as it goes; called from several threads."""

    def advance(self, files: int, size: int) -> None:
        """Add files and their raw bytes that were stored now."""


class Reporter(Protocol):
    """One run's voice. What people read passes its redactor first: no masked value gets out.

    Outputs are for machines, and a mask that is an ordinary word would break them: whoever makes
    an output cleans its texts before they are encoded (`report.redaction`).
    """

    def mask(self, value: str) -> None:
        """Keep a value, and its usual encodings, out of everything that follows."""

    def header(self, text: str) -> None:
        """Write the run's first line."""

    def row(self, title: str, lines: Sequence[str], *, mark: str = "▸", folded: str = "") -> None:
        """Write a titled row, further lines indented under the first.

        With `folded` the lines fold where the CI can fold, and this text stands for them.
        """

    def group(self, title: str) -> AbstractContextManager[None]:
        """Fold what is written inside, where the CI can fold."""

    def line(self, text: str) -> None:
        """Write one line as it is: the told waits, the last line."""

    def debug(self, text: str) -> None:
        """Write a line that only debug logs show."""

    def notice(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Annotate with a notice."""

    def warning(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Annotate with a warning."""

    def error(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Annotate with an error."""

    def output(self, name: str, value: str) -> None:
        """Set a step output; its value is clean already."""

    def summary(self, markdown: str) -> None:
        """Publish the job summary."""

    def progress(self, title: str, files: int, size: int) -> AbstractContextManager[Progress]:
        """Show progress over so many files and raw bytes."""
