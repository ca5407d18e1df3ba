"""CI systems that read the variables of a step from a file, and whose logs have no language.

CircleCI sources `$BASH_ENV` before each later step of the job. Bitbucket reads
`$BITBUCKET_PIPELINES_VARIABLES_PATH`, for the names under the step's `output-variables`. Drone's
and Harness' plugins write `$DRONE_OUTPUT`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from workers_deploy.ci.base import Results
from workers_deploy.ci.plain import OneStreamReporter
from workers_deploy.ci.system import System, system_of
from workers_deploy.report.encode import render_lines, render_shell

Render = Callable[[Mapping[str, str]], str]

# The variable that names the file, and how variables are written in it.
_FILES: Final[Mapping[System | None, tuple[str, Render]]] = {
    System.CIRCLECI: ("BASH_ENV", render_shell),
    System.BITBUCKET: ("BITBUCKET_PIPELINES_VARIABLES_PATH", render_lines),
    System.DRONE: ("DRONE_OUTPUT", render_lines),
}


class VariablesFileReporter(OneStreamReporter):
    """A plain reporter that appends the outputs to the file that a variable names."""

    def publish(self, results: Results) -> None:
        """Append the outputs."""
        variable, render = _FILES[system_of(self._env)]
        file = self._env.get(variable)
        if not file:
            return  # the step does without, as where the container was not given the file
        try:
            with Path(file).open("a", encoding="utf-8", errors="replace") as written:
                written.write(render(results.variables))
        except OSError as error:
            self.warning(f"{variable} can't be written: {error.strerror}")
