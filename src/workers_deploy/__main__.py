"""The composition root: the only reader of the process's arguments, environment and streams.

One border turns errors into an outcome and an exit code; outputs, summary and report are written
whatever happens.
"""

from workers_deploy.early_signals import STOPS, listen

if __name__ == "__main__":
    CAME = listen()  # before all other imports, as start.py does

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from workers_deploy import __version__
from workers_deploy.bug_report import bug_lines, tell_bug
from workers_deploy.ci.base import Reporter
from workers_deploy.ci.debug_log import log_to
from workers_deploy.ci.detect import detect_ci
from workers_deploy.ci.files import import_ahead
from workers_deploy.ci.fork import is_by_dependabot, is_from_fork, is_of_pull_request
from workers_deploy.ci.links import commits_url, run_url
from workers_deploy.ci.origin import preview_alias, read_origin
from workers_deploy.ci.plain import PlainReporter
from workers_deploy.ci.pull_request import read_pull_request
from workers_deploy.ci.secret_advice import (
    advise_on_empty,
    advise_on_token,
    advise_on_unset,
    why_withheld,
)
from workers_deploy.connecting import connect_ahead, wait_for
from workers_deploy.core.outcome import Facts, Outcome, Result
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ApiError, BugError, DeployError, ProblemsError
from workers_deploy.executor.stop import Stop
from workers_deploy.github_run import GitHubRun, Means, read_repository
from workers_deploy.inputs import Inputs, InputsReading, names_of, read_inputs
from workers_deploy.inputs.choices import Command, LogLevel, WithoutCredentials
from workers_deploy.inputs.command_line import CommandLine, Help, read_command_line
from workers_deploy.inputs.values import Advisers, Values, read_values
from workers_deploy.masking import mask_secrets, raw_secrets, show_public_words
from workers_deploy.project.findings import Notice
from workers_deploy.read_checkout import Surroundings, load
from workers_deploy.report.context import RunContext
from workers_deploy.report.text import render_header
from workers_deploy.reporting import Telling

if TYPE_CHECKING:
    from workers_deploy.commands import Session


def run(came: Sequence[int] = ()) -> int:
    """Run the command line of this process and return its exit code.

    `came` are the signals that came before; it grows until this listens itself.
    """
    try:
        stop = _stop_on_signals(came)
        return main(sys.argv[1:], os.environ, sys.stdout, sys.stderr, stop=stop)
    except Exception as error:  # noqa: BLE001 - Python's own traceback would show its text
        sys.stderr.write("\n".join(["✗ Bug", *bug_lines(error), ""]))
        return BugError.exit_code


def main(
    argv: Sequence[str],
    env: Mapping[str, str],
    stdout: TextIO,
    stderr: TextIO,
    *,
    workspace: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
    stop: Stop | None = None,
) -> int:
    """Run one command from start to end.

    Tests give a workspace, a clock (monotonic seconds) and who waits; a process takes its current
    directory, and a stop that listens to signals.
    """
    stop = stop or Stop()
    started = clock()
    workspace = workspace or Path.cwd()
    try:
        typed = read_command_line(argv if _asks_for_anything(argv, env, stdout) else ["--help"])
        if isinstance(typed, Help):
            stdout.write(typed.text)
            return 0
        beginning = _begin(typed, env, (stdout, stderr), workspace, clock, stop)
    except Exception as error:  # noqa: BLE001 - as below, where nothing is known of the inputs yet
        reporter = detect_ci(env, stdout, stderr, clock=clock, now=time.time)
        reading = InputsReading(inputs=Inputs(options={}, env={}))
        telling = _telling(reading.inputs, env, reporter, workspace)
        return _finish(telling, _stopped(reading, BugError(error)), reporter)
    return _run(beginning, env, started=started)


def _asks_for_anything(argv: Sequence[str], env: Mapping[str, str], stdout: TextIO) -> bool:
    """Tell whether something is to be done: who only types the name at a terminal wants to look."""
    if argv or env.get("CI") or not stdout.isatty():
        return True
    return any(env.get(name) for name in names_of("command"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Beginning:
    """Everything that a run starts with."""

    reading: InputsReading
    values: Values
    around: Surroundings
    reporter: PlainReporter
    publish: Callable[[Outcome, RunContext], tuple[str, ...]]


def _begin(
    typed: CommandLine,
    env: Mapping[str, str],
    streams: tuple[TextIO, TextIO],
    workspace: Path,
    clock: Callable[[], float],
    stop: Stop,
) -> _Beginning:
    """Read the inputs and mask what is secret in them, before anything is told."""
    reading = read_inputs(typed.options, env)
    reading = replace(reading, problems=(*typed.problems, *reading.problems))
    debug = _wants_debug(reading, env)
    reporter = detect_ci(env, *streams, clock=clock, now=time.time, debug=debug)
    log_to(reporter, debug=debug)
    advise = Advisers(
        unset=lambda names: advise_on_unset(env, names), empty=lambda: advise_on_empty(env)
    )
    values = read_values(reading.inputs, env, advise)
    mask_secrets(reporter, raw_secrets(env, reading, values))
    if reading.notice:
        reporter.notice(reading.notice)
    for warning in reading.warnings:
        reporter.warning(warning)
    repository, origin = read_repository(env, run_url(env)), read_origin(env)
    github = GitHubRun(
        inputs=reading.inputs,
        repository=repository,
        means=Means(
            reporter=reporter, stop=stop, clock=clock, wall_clock=time.time, rng=random.Random()
        ),
    )
    around = Surroundings(
        workspace=workspace,
        reporter=reporter,
        stop=stop,
        clock=clock,
        now=_now,
        search_path=env.get("PATH", ""),
        missing_token=advise_on_token(env),
        before_first_write=github.start,
        compare=github.is_older,
        pull_request_alias=preview_alias(env, origin),
        origin=origin,
    )
    return _Beginning(
        reading=reading, values=values, around=around, reporter=reporter, publish=github.finish
    )


def _run(beginning: _Beginning, env: Mapping[str, str], *, started: float) -> int:
    reading, around, reporter = beginning.reading, beginning.around, beginning.reporter
    telling = _telling(reading.inputs, env, reporter, around.workspace)
    try:
        outcome = _outcome(reading, beginning.values, env, around, started=started)
    except Exception as error:  # noqa: BLE001 - the one border: a bug is told and reported as one
        outcome = _stopped(reading, BugError(error))
    outcome = replace(outcome, seconds=around.clock() - started)
    return _finish(replace(telling, publish=beginning.publish), outcome, reporter)


def _telling(
    inputs: Inputs, env: Mapping[str, str], reporter: PlainReporter, workspace: Path
) -> Telling:
    return Telling(
        reporter=reporter,
        redact=reporter.redact,
        redact_output=reporter.redact_output,
        workspace=workspace,
        report_dir=workspace / inputs.working_directory / inputs.report_dir,
        run_url=run_url(env),
        commits_url=commits_url(env),
        summary=inputs.summary,
        now=_now,
    )


def _finish(telling: Telling, outcome: Outcome, reporter: PlainReporter) -> int:
    """Tell how the run ended; where that fails, tell it once more by the least that is known."""
    if isinstance(outcome.error, BugError):
        tell_bug(reporter, outcome.error.__cause__)
    try:
        telling.finish(outcome)
    except Exception as error:  # noqa: BLE001 - a report with a bug in it is one, too
        tell_bug(reporter, error)
        outcome = Outcome(
            command=outcome.command, result=outcome.result, error=BugError(error), stage="Report"
        )
        telling.finish(outcome)
    return outcome.exit_code


def _now() -> datetime:
    return datetime.now(UTC)


def _outcome(
    reading: InputsReading,
    values: Values,
    env: Mapping[str, str],
    around: Surroundings,
    *,
    started: float,
) -> Outcome:
    inputs = reading.inputs
    if inputs.command is Command.PREVIEW and _is_closed(env):
        reason = "the pull request is closed, so nothing is uploaded"
        around.reporter.notice(f"skipped: {reason}")
        return Outcome(command=inputs.command.value, result=Result.SKIPPED, reason=reason)
    if inputs.api_token is None and _may_skip(reading, env):
        reason = _why_skipped(inputs, env)
        around.reporter.notice(f"skipped: {reason}")
        return Outcome(command=inputs.command.value, result=Result.SKIPPED, reason=reason)
    header: dict[str, str] = {}
    told: tuple[str, ...] = ()
    connecting = connect_ahead(reading, around, started=started)
    try:
        around.stop.check()
        loaded = load(reading, values, around, started=started)
        told = (*reading.warnings, *map(str, loaded.warnings))
        show_public_words(around.reporter, loaded, raw_secrets(env, reading, values))
        around.stop.check()  # what a signal has broken is no mistake of the project
        problems = [*reading.problems, *values.problems, *loaded.problems]
        if problems:  # else behind the header
            _tell_warnings(around.reporter, loaded.warnings)
        caller = wait_for(connecting, reading, problems)
        from workers_deploy.assemble import assemble  # noqa: PLC0415 - imported meanwhile
        from workers_deploy.commands import run_command  # noqa: PLC0415

        session = assemble(reading, loaded, caller, around)
        header = _header(session, loaded.config_file)
        around.reporter.header(
            render_header(
                version=__version__,
                command=inputs.command.value,
                script_name=None if inputs.command is Command.LIST else session.project.script_name,
                account_id=session.account_id,
                config_file=loaded.config_file,
                environment=inputs.environment,
            )
        )
        _tell_warnings(around.reporter, loaded.warnings)
        import_ahead()
        outcome = run_command(inputs.command, session)
        return replace(outcome, header=header, command=inputs.command.value, project_warnings=told)
    except DeployError as error:
        return replace(_stopped(reading, error), header=header, project_warnings=told)
    finally:
        if connecting.exception() is None:
            connecting.result().connection.close()


def _tell_warnings(reporter: Reporter, warnings: Sequence[Notice]) -> None:
    for warning in warnings:
        reporter.warning(warning.text, place=warning.place)


def _header(session: "Session", config_file: str | None) -> dict[str, str]:
    found = {
        "account": session.account_id,
        "environment": session.inputs.environment,
        "config": config_file,
        "commit": session.project.commit,
        "uncommitted": session.project.uncommitted,
        "subject": session.project.message.partition("\n")[0],
    }
    return {name: text for name, text in found.items() if text}


def _stopped(reading: InputsReading, error: DeployError) -> Outcome:
    stage = "Inputs" if isinstance(error, ProblemsError) else "Live"
    serves = error.live_version_id if isinstance(error, ApiError) else None
    return Outcome(
        command=reading.inputs.command.value,
        result=Result.FAILED,
        facts=Facts(live_version_id=serves),
        error=error,
        stage=stage,
    )


def _is_closed(env: Mapping[str, str]) -> bool:
    pull = read_pull_request(env)
    return pull is not None and pull.is_closed


def _may_skip(reading: InputsReading, env: Mapping[str, str]) -> bool:
    if any(problem.subject == "api-token" for problem in reading.problems):
        return False
    match reading.inputs.without_credentials:
        case WithoutCredentials.SKIP:
            return True
        case WithoutCredentials.AUTO:
            # Not a push of Dependabot's, as after its merge: to deploy nothing must not be green.
            return is_from_fork(env) or (is_by_dependabot(env) and is_of_pull_request(env))
        case WithoutCredentials.ERROR:
            return False


def _why_skipped(inputs: Inputs, env: Mapping[str, str]) -> str:
    if inputs.without_credentials is WithoutCredentials.SKIP:
        return "no api-token is given, and without-credentials is skip"
    return f"no api-token is given: {why_withheld(env)}"


def _wants_debug(reading: InputsReading, env: Mapping[str, str]) -> bool:
    level = reading.inputs.log_level
    return level is LogLevel.DEBUG or (level is None and env.get("RUNNER_DEBUG") == "1")


def _stop_on_signals(came: Sequence[int]) -> Stop:
    stop = Stop()
    for number in STOPS:
        signal.signal(number, lambda received, _: stop.request(received))
    for earlier in came:
        stop.request(earlier)
    return stop


if __name__ == "__main__":
    sys.exit(run(CAME))
