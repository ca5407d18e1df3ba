"""What is told at the end of a run: outputs, summary, report files, last lines; on failure too."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from workers_deploy import __version__
from workers_deploy.ci.base import Reporter, Results
from workers_deploy.ci.files import ReportContent, write_report
from workers_deploy.core.outcome import Outcome
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Problem, ProblemsError
from workers_deploy.report.context import RunContext
from workers_deploy.report.junit import junit_cases
from workers_deploy.report.markdown import render_summary
from workers_deploy.report.record import outputs_of, report_record
from workers_deploy.report.redaction import redact_outcome
from workers_deploy.report.text import (
    failure_message,
    render_failure,
    render_last_line,
    render_problems,
    with_way_out,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """Where the end of a run is told."""

    reporter: Reporter
    redact: Callable[[str], str]
    redact_output: Callable[[str], str]  # leaves public words readable
    workspace: Path
    report_dir: Path
    run_url: str | None
    commits_url: str | None = None  # what a commit's digits are put behind
    summary: bool
    now: Callable[[], datetime]
    # Tells the outcome elsewhere too; returns what could not be told, as warnings.
    publish: Callable[[Outcome, RunContext], tuple[str, ...]] = lambda _outcome, _context: ()

    def finish(self, outcome: Outcome) -> None:
        """Write outputs, summary and report, then say how the run ended."""
        safe = redact_outcome(outcome, self.redact, self.redact_output)
        context = RunContext(
            version=__version__,
            finished_at=self.now(),
            run_url=self.run_url and self.redact(self.run_url),
            commit_url=self._commit_url(safe),
        )
        summary = self.redact(render_summary(safe, context))
        outputs = outputs_of(safe, report_path=self._report_path())
        warnings = write_report(
            self.report_dir,
            workspace=self.workspace,
            content=ReportContent(
                record=report_record(safe, context),
                summary=summary,
                outputs=outputs,
                cases=junit_cases(safe),
            ),
            euid=os.geteuid(),
        )
        self.reporter.publish(
            Results(
                outputs=outputs,
                summary=summary if self.summary else None,
                report_dir=self.report_dir,
                workspace=self.workspace,
                is_failure=outcome.error is not None,
            )
        )
        for warning in (*safe.warnings, *warnings, *self.publish(safe, context)):
            self.reporter.warning(warning)
        self._tell_end(safe)

    def _commit_url(self, outcome: Outcome) -> str | None:
        commit = outcome.header.get("commit")
        return self.redact(f"{self.commits_url}{commit}") if self.commits_url and commit else None

    def _report_path(self) -> str:
        return self.redact_output(os.path.relpath(self.report_dir / "report.json", self.workspace))

    def _tell_end(self, outcome: Outcome) -> None:
        error = outcome.error
        if error is None:
            self.reporter.line(render_last_line(outcome))
            return
        # Where a log shows annotations, too, a row with the same words would say it twice.
        annotated = self.reporter.annotates
        if isinstance(error, ProblemsError):
            self.reporter.line(render_problems(error, annotated=annotated))
            for problem in error.problems:
                self.reporter.error(
                    with_way_out(_told(problem), problem.hint, problem.block),
                    title=problem.subject,
                    place=problem.place,
                )
            return
        self.reporter.error(
            with_way_out(failure_message(error), error.hint),
            title=outcome.stage or "",
            place=error.place,
        )
        row = render_failure(outcome, annotated=annotated)
        self.reporter.row(row.title, row.lines, mark=row.mark)


def _told(problem: Problem) -> str:
    """Name what is wrong: GitHub's log shows no titles, and a place names it already."""
    return problem.message if problem.place else f"{problem.subject}: {problem.message}"
