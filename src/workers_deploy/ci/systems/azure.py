"""Azure Pipelines: logging commands on stdout for groups, issues, masks, variables and summary.

The commands, and that `%`, line breaks, `;` and `]` are escaped, are those of Microsoft's own task
library (learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands; azure-pipelines-
task-lib, taskcommand.ts).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os.path import relpath
from pathlib import Path
from typing import Final

from workers_deploy.ci.base import Results
from workers_deploy.ci.plain import OneStreamReporter
from workers_deploy.ci.redactor import lines_to_mask
from workers_deploy.errors import Place

_IN_TEXT: Final = {"%": "%AZP25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY: Final = _IN_TEXT | {"]": "%5D", ";": "%3B"}


class AzureReporter(OneStreamReporter):
    """A plain reporter with Azure's groups, issues and variables."""

    folds = True
    annotates = True

    _depth = 0

    def mask(self, value: str) -> None:
        """Mask here and in the agent, for what other steps show; a mask there is one line."""
        super().mask(value)
        for mask in lines_to_mask(value):
            self._out.command(_vso("task.setsecret", mask))

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold what is written inside; Azure has no groups in groups."""
        heading = " ".join(self._out.clean(title).split())
        self._out.command(heading if self._depth else f"##[group]{heading}")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._out.command("##[endgroup]")

    def debug(self, text: str) -> None:
        """Write a line in the colour of debug lines, if it was asked for."""
        if self._debug:
            self._out.command(f"##[debug]{' '.join(self._out.clean(text).split())}")

    def warning(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Log an issue: it stands on the run's page, and beside the file in a pull request."""
        self._issue("warning", message, title, place)

    def error(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Log an issue of the graver kind."""
        self._issue("error", message, title, place)

    def publish(self, results: Results) -> None:
        """Set output variables, `$(STEP.deployment-url)`, and attach the summary to the run."""
        for name, value in results.variables.items():
            self._out.command(_vso("task.setvariable", value, variable=name, isOutput="true"))
        if results.summary is not None:
            self._out.command(_vso("task.uploadsummary", self._on_the_agent(results)))

    def _on_the_agent(self, results: Results) -> str:
        """Return the summary's path for the agent, which may stand outside of our container."""
        file = results.report_dir / "summary.md"
        sources = self._env.get("BUILD_SOURCESDIRECTORY")
        if sources is None or Path(sources).is_dir():
            return str(file)
        return str(Path(sources) / relpath(file, results.workspace))

    def _issue(self, kind: str, message: str, title: str, place: Place | None) -> None:
        text = self._out.clean(f"{title}: {message}" if title else message)
        where = {} if place is None else {"sourcepath": place.file}
        if place is not None and place.line:
            where |= {"linenumber": str(place.line), "columnnumber": str(place.column or 1)}
        clean = {name: self._out.clean(value) for name, value in where.items()}
        self._out.command(_vso("task.logissue", text, type=kind, **clean))


def _vso(command: str, text: str, **properties: str) -> str:
    r"""Return a command in one line.

    >>> _vso("task.logissue", "50 %\n", type="error", sourcepath="a;b")
    '##vso[task.logissue type=error;sourcepath=a%3Bb;]50 %AZP25%0A'
    """
    given = "".join(
        f"{name}={_escaped(value, _IN_PROPERTY)};" for name, value in properties.items()
    )
    return f"##vso[{command}{' ' if given else ''}{given}]{_escaped(text, _IN_TEXT)}"


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(char, char) for char in text)
