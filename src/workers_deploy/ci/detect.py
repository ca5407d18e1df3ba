"""Finds out which CI system runs us, by the variables that each documents for it."""

from collections.abc import Callable, Mapping
from typing import Final, TextIO

from workers_deploy.ci.plain import PlainReporter
from workers_deploy.ci.system import System, system_of
from workers_deploy.report.encode import render_lines, render_shell

# The variable that names the file, and how variables are written in it.
_VARIABLES: Final = {
    System.CIRCLECI: ("BASH_ENV", render_shell),
    System.BITBUCKET: ("BITBUCKET_PIPELINES_VARIABLES_PATH", render_lines),
    System.DRONE: ("DRONE_OUTPUT", render_lines),
}


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
    if system is None:
        if not (stdout.isatty() or stderr.isatty()):
            return PlainReporter(stdout, stderr, clock=clock, debug=debug)
        from workers_deploy.ci.terminal import TerminalReporter  # noqa: PLC0415

        has_bar = _is_terminal(env, stderr)
        return TerminalReporter(env, stdout, stderr, clock=clock, debug=debug, has_bar=has_bar)
    if system in _VARIABLES:
        from workers_deploy.ci.systems.variables_file import VariablesFileReporter  # noqa: PLC0415

        variable, render = _VARIABLES[system]
        return VariablesFileReporter(
            env, stdout, variable=variable, render=render, clock=clock, debug=debug
        )
    return _with_a_language(system, env, stdout, clock=clock, now=now, debug=debug)


def _with_a_language(
    system: System,
    env: Mapping[str, str],
    stdout: TextIO,
    *,
    clock: Callable[[], float],
    now: Callable[[], float],
    debug: bool,
) -> PlainReporter:
    """Return the reporter of a system whose log has marks of its own; one stream, in one order."""
    match system:
        case System.GITHUB:
            from workers_deploy.ci.systems.github import GitHubReporter  # noqa: PLC0415

            return GitHubReporter(env, stdout, clock=clock, debug=debug)
        case System.GITLAB:
            from workers_deploy.ci.systems.gitlab import GitLabReporter  # noqa: PLC0415

            return GitLabReporter(stdout, clock=clock, now=now, debug=debug)
        case System.AZURE:
            from workers_deploy.ci.systems.azure import AzureReporter  # noqa: PLC0415

            return AzureReporter(env, stdout, clock=clock, debug=debug)
        case System.BUILDKITE:
            from workers_deploy.ci.systems.buildkite import BuildkiteReporter  # noqa: PLC0415

            return BuildkiteReporter(env, stdout, clock=clock, debug=debug)
        case System.TEAMCITY:
            from workers_deploy.ci.systems.teamcity import TeamCityReporter  # noqa: PLC0415

            return TeamCityReporter(stdout, clock=clock, debug=debug)
        case _:
            return PlainReporter(stdout, stdout, clock=clock, debug=debug)


def _is_terminal(env: Mapping[str, str], stream: TextIO) -> bool:
    return stream.isatty() and env.get("TERM") != "dumb"
