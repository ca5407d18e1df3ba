"""CI systems that read the variables of a step from a file, and whose logs have no language.

CircleCI sources `$BASH_ENV` before each later step of the job. Bitbucket reads
`$BITBUCKET_PIPELINES_VARIABLES_PATH`, for the names under the step's `output-variables`. Drone's
and Harness' plugins write `$DRONE_OUTPUT`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from workers_deploy.ci.base import Results
from workers_deploy.ci.plain import PlainReporter

Render = Callable[[Mapping[str, str]], str]


class VariablesFileReporter(PlainReporter):
    """A plain reporter that appends the outputs to the file that a variable names."""

    def __init__(
        self,
        env: Mapping[str, str],
        stdout: TextIO,
        *,
        variable: str,
        render: Render,
        clock: Callable[[], float],
        debug: bool = False,
    ) -> None:
        super().__init__(stdout, stdout, clock=clock, debug=debug)
        self._variable, self._render = variable, render
        self._file = env.get(variable)

    def publish(self, results: Results) -> None:
        """Append the outputs."""
        if not self._file:
            return  # the step does without, as where the container was not given the file
        try:
            with Path(self._file).open("a", encoding="utf-8", errors="replace") as file:
                file.write(self._render(results.variables))
        except OSError as error:
            self.warning(f"{self._variable} can't be written: {error.strerror}")
