"""Finds out which CI system runs us, by the variables that each documents for it."""

from collections.abc import Callable, Mapping
from typing import TextIO

from workers_deploy.ci.plain import PlainReporter
from workers_deploy.ci.systems.github import GitHubReporter
from workers_deploy.ci.systems.gitlab import GitLabReporter


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
    if env.get("GITHUB_ACTIONS") == "true":
        return GitHubReporter(env, stdout, clock=clock, debug=debug)
    if env.get("GITLAB_CI") == "true":
        return GitLabReporter(stdout, clock=clock, now=now, debug=debug)
    return PlainReporter(
        stdout, stderr, clock=clock, debug=debug, is_terminal=_is_terminal(env, stderr)
    )


def _is_terminal(env: Mapping[str, str], stream: TextIO) -> bool:
    return stream.isatty() and env.get("TERM") != "dumb" and not env.get("CI")
