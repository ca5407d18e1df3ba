"""Finds out which CI system runs us, by the variables that each documents for it."""

from collections.abc import Callable, Mapping
from typing import TextIO

from workers_deploy.ci.plain import OneStreamReporter, PlainReporter
from workers_deploy.ci.system import System, system_of


def detect_ci(
    env: Mapping[str, str],
    stdout: TextIO,
    stderr: TextIO,
    *,
    clock: Callable[[], float],
    now: Callable[[], float],
    debug: bool = False,
) -> PlainReporter:
    """Return the reporter of the CI system that set `env`; any other place gets the plain one.

    Forgejo and Gitea set GITHUB_ACTIONS too and read the same commands and files.
    `clock` counts seconds from anywhere, `now` since 1970.
    """
    system = system_of(env)
    if system is not None:
        reporter = _reporter_of(system)
        return reporter(env, stdout, clock=clock, now=now, debug=debug)
    if not (stdout.isatty() or stderr.isatty()):
        return PlainReporter(stdout, stderr, clock=clock, debug=debug)
    from workers_deploy.ci.terminal import TerminalReporter  # noqa: PLC0415

    has_bar = _is_terminal(env, stderr)
    return TerminalReporter(env, stdout, stderr, clock=clock, debug=debug, has_bar=has_bar)


def _reporter_of(system: System) -> type[OneStreamReporter]:
    """Return the reporter's class; of all the systems a run imports its own alone."""
    found: type[OneStreamReporter] = OneStreamReporter
    match system:
        case System.GITHUB:
            from workers_deploy.ci.systems.github import GitHubReporter  # noqa: PLC0415

            found = GitHubReporter
        case System.GITLAB:
            from workers_deploy.ci.systems.gitlab import GitLabReporter  # noqa: PLC0415

            found = GitLabReporter
        case System.AZURE:
            from workers_deploy.ci.systems.azure import AzureReporter  # noqa: PLC0415

            found = AzureReporter
        case System.BUILDKITE:
            from workers_deploy.ci.systems.buildkite import BuildkiteReporter  # noqa: PLC0415

            found = BuildkiteReporter
        case System.TEAMCITY:
            from workers_deploy.ci.systems.teamcity import TeamCityReporter  # noqa: PLC0415

            found = TeamCityReporter
        case System.CIRCLECI | System.BITBUCKET | System.DRONE:
            from workers_deploy.ci.systems.variables_file import VariablesFileReporter  # noqa: PLC0415

            found = VariablesFileReporter
        case _:
            pass
    return found


def _is_terminal(env: Mapping[str, str], stream: TextIO) -> bool:
    return stream.isatty() and env.get("TERM") != "dumb"
