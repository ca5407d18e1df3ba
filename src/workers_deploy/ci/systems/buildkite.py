"""Buildkite: log groups by their marks, and annotation and meta-data through its agent.

The agent's program is on the machine, and in a container only where it is mounted
(`mount-buildkite-agent: true` of the docker plugin). buildkite.com/docs/agent/cli.
"""

import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from shutil import which
from typing import Final

from workers_deploy.ci.base import Results
from workers_deploy.ci.plain import OneStreamReporter

MAX_ANNOTATION_BYTES: Final = 2**20
SECONDS: Final = 10.0  # for one call of the agent, which asks Buildkite's API
AT_ONCE: Final = 4


class BuildkiteReporter(OneStreamReporter):
    """A plain reporter whose groups fold; results go to the build's page and to later steps."""

    folds = True

    def header(self, text: str) -> None:
        """Begin a group that is open: without one, the last closed group would be opened."""
        self._out.command(f"+++ {' '.join(self._out.clean(text).split())}")

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold what is written inside; a group ends where the next one begins."""
        self._out.command(f"--- {' '.join(self._out.clean(title).split())}")
        try:
            yield
        finally:
            self._out.command("+++ workers-deploy")

    def publish(self, results: Results) -> None:
        """Annotate the build with the summary, and keep the outputs as its meta-data."""
        agent = which("buildkite-agent", path=self._env.get("PATH", ""))
        if agent is None:
            self.notice(
                "no annotation and no meta-data: buildkite-agent is not in this container; "
                "the docker plugin mounts it with mount-buildkite-agent: true"
            )
            return
        calls = [
            (["meta-data", "set", self._key(name)], value)
            for name, value in results.variables.items()
            if value
        ]
        if results.summary is not None:
            style = "error" if results.is_failure else "success"
            context = f"workers-deploy {self._step()} {results.report_dir.name}"
            calls.append(
                (["annotate", "--style", style, "--context", context], _cut(results.summary))
            )
        with ThreadPoolExecutor(AT_ONCE) as pool:
            failed = [
                name for name in pool.map(lambda call: self._call(agent, *call), calls) if name
            ]
        if failed:
            self.warning(f"buildkite-agent failed: {', '.join(sorted({*failed}))}")

    def _step(self) -> str:
        return self._env.get("BUILDKITE_STEP_KEY") or self._env.get("BUILDKITE_STEP_ID", "")

    def _key(self, name: str) -> str:
        """Return the key of an output: with the step's key where it has one, as steps may share."""
        step = self._env.get("BUILDKITE_STEP_KEY")
        return ":".join(["workers-deploy", *([step] if step else []), name])

    def _call(self, agent: str, arguments: Sequence[str], text: str) -> str:
        """Give a text to the agent, by its standard input; return what could not be done.

        Of a run's environment the agent gets what is its own, and no secret of the deploy.
        """
        own = {
            name: value
            for name, value in self._env.items()
            if name.startswith("BUILDKITE") or name in {"PATH", "HOME"}
        }
        try:
            subprocess.run(  # noqa: S603 - the agent's own program
                [agent, *arguments],
                input=text.encode(errors="replace"),
                env=own,
                check=True,
                timeout=SECONDS,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except (OSError, subprocess.SubprocessError):
            return arguments[0]
        return ""


def _cut(markdown: str) -> str:
    text = markdown.encode(errors="replace")
    return text[:MAX_ANNOTATION_BYTES].decode(errors="ignore")
