"""GitLab CI: sections that fold. Masks are set in its settings only, outputs are dotenv files."""

from collections.abc import Iterator
from contextlib import contextmanager

from workers_deploy.ci.plain import OneStreamReporter


class GitLabReporter(OneStreamReporter):
    """A plain reporter whose groups are collapsed sections (docs.gitlab.com/ci/jobs/job_logs)."""

    folds = True

    _sections = 0

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold what is written inside."""
        self._sections += 1
        name = f"workers_deploy_{self._sections}"
        heading = " ".join(self._out.clean(title).split())
        self._out.command(self._marker("start", f"{name}[collapsed=true]") + heading)
        try:
            yield
        finally:
            self._out.command(self._marker("end", name))

    def _marker(self, edge: str, name: str) -> str:
        return f"\x1b[0Ksection_{edge}:{int(self._now())}:{name}\r\x1b[0K"
