"""What a run tells, whatever CI system runs it. Adapters know strings only."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """What a run leaves for later steps and for its reader; clean already."""

    outputs: Mapping[str, str]
    summary: str | None  # Markdown; None where the input `summary` is false
    report_dir: Path  # where the same is written to files
    workspace: Path
    is_failure: bool = False

    @property
    def variables(self) -> Mapping[str, str]:
        """Return the outputs without `plan`: it may be larger than a variable can be."""
        return {name: value for name, value in self.outputs.items() if name != "plan"}


class Progress(Protocol):
    """The asset upload as it goes; called from several threads."""

    def advance(self, files: int, size: int) -> None:
        """Add files and their raw bytes that were stored now."""


class Reporter(Protocol):
    """One run's voice. What people read passes its redactor first: no masked value gets out.

    Outputs are for machines, and a mask that is an ordinary word would break them: whoever makes
    an output cleans its texts before they are encoded (`report.redaction`).
    """

    annotates: bool  # whether the log shows `error` by itself

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

    def publish(self, results: Results) -> None:
        """Hand the outputs and the job summary to the CI system, where it takes them."""

    def progress(self, title: str, files: int, size: int) -> AbstractContextManager[Progress]:
        """Show progress over so many files and raw bytes."""
