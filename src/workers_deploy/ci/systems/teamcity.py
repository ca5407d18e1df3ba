"""TeamCity: service messages on stdout for blocks, problems, parameters and artifacts.

The messages and their escapes: jetbrains.com/help/teamcity/service-messages.html.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from os.path import relpath
from typing import Final

from workers_deploy.ci.base import Results
from workers_deploy.ci.plain import OneStreamReporter, format_annotation
from workers_deploy.errors import Place
from workers_deploy.report.encode import variable_of

_ESCAPES: Final = {"|": "||", "'": "|'", "\n": "|n", "\r": "|r", "[": "|[", "]": "|]"}
MAX_PROBLEM: Final = 4000  # characters of a build problem; the server cuts what is longer


class TeamCityReporter(OneStreamReporter):
    """A plain reporter whose groups are blocks, and whose errors are build problems."""

    folds = True

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold what is written inside."""
        name = " ".join(self._out.clean(title).split())
        self._out.command(_message("blockOpened", name=name))
        try:
            yield
        finally:
            self._out.command(_message("blockClosed", name=name))

    def warning(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Write a line that the build log marks as a warning."""
        text = self._out.clean(format_annotation("", message, title, place))
        self._out.command(_message("message", text=text, status="WARNING"))

    def error(self, message: str, *, title: str = "", place: Place | None = None) -> None:
        """Report a build problem; one that was there in the last build keeps its identity."""
        text = self._out.clean(format_annotation("", message, title, place))
        identity = f"workers-deploy-{sha256(text.encode(errors='replace')).hexdigest()[:12]}"
        self._out.command(
            _message("buildProblem", description=text[:MAX_PROBLEM], identity=identity)
        )

    def publish(self, results: Results) -> None:
        """Set parameters for the build's later steps, and publish the report as an artifact."""
        for name, value in results.variables.items():
            self._out.command(
                _message("setParameter", name=f"env.{variable_of(name)}", value=value)
            )
        folder = relpath(results.report_dir, results.workspace)
        if results.summary is not None:
            rule = _escaped(f"{self._out.clean(folder)} => workers-deploy-report")
            self._out.command(f"##teamcity[publishArtifacts '{rule}']")


def _message(kind: str, **attributes: str) -> str:
    r"""Return a message in one line.

    >>> _message("blockOpened", name="it's [50 %]\nä")
    "##teamcity[blockOpened name='it|'s |[50 %|]|n|0x00e4']"
    """
    given = "".join(f" {name}='{_escaped(value)}'" for name, value in attributes.items())
    return f"##teamcity[{kind}{given}]"


def _escaped(text: str) -> str:
    return "".join(_escaped_char(char) for char in text)


def _escaped_char(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isascii():
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    codes = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"|0x{code}" for code in codes)
