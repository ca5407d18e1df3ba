"""Where people read more, from what each CI system says of a run."""

from collections.abc import Mapping

from workers_deploy.ci.build import read_build


def commits_url(env: Mapping[str, str]) -> str | None:
    """Return what the digits of a commit are put behind; None where no variable says it."""
    if env.get("GITHUB_REPOSITORY"):
        server = env.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{env['GITHUB_REPOSITORY']}/commit/"
    project = env.get("CI_PROJECT_URL")
    return f"{project}/-/commit/" if project else read_build(env).commits_url


def run_url(env: Mapping[str, str]) -> str | None:
    """Return where the log of this run can be read; None where no variable says it."""
    if env.get("GITHUB_RUN_ID"):
        server = env.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{env.get('GITHUB_REPOSITORY')}/actions/runs/{env['GITHUB_RUN_ID']}"
    return read_build(env).run_url or env.get("CI_JOB_URL") or env.get("CI_PIPELINE_URL")
