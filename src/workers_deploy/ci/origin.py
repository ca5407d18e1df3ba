"""Where a run comes from: repository and pull request, as CI systems tell them.

For GitHub and GitLab the variables are those that wrangler 4.164.0 reads for the same annotations.
"""

from collections.abc import Mapping

from workers_deploy.ci.build import read_build
from workers_deploy.ci.pull_request import read_pull_request
from workers_deploy.ci.repository_url import public_url
from workers_deploy.ci.system import System, system_of
from workers_deploy.core.project import Origin

_REPOSITORY = (
    "CI_PROJECT_URL",
    "CI_REPOSITORY_URL",
    "CIRCLE_REPOSITORY_URL",
    "BUILDKITE_REPO",
    "BITBUCKET_GIT_HTTP_ORIGIN",
    "BITBUCKET_GIT_SSH_ORIGIN",
)
_GITHUB = "https://github.com"


def read_origin(env: Mapping[str, str]) -> Origin:
    """Return what the CI system says; nothing where there is none."""
    repository = _repository(env)
    pull = read_pull_request(env)
    if pull is not None:
        url = pull.url or (f"{repository}/pull/{pull.number}" if repository else None)
        return Origin(
            repository_url=repository,
            pull_request=str(pull.number),
            pull_request_title=pull.title,
            pull_request_head=pull.head,
            pull_request_url=url and public_url(url),
        )
    build = read_build(env)
    if build.repository_url or build.pull_request:
        return Origin(
            repository_url=build.repository_url or repository,
            pull_request=build.pull_request,
            pull_request_title=build.title,
            pull_request_head=build.head,
            pull_request_url=build.pull_request_url,
        )
    number = env.get("CI_MERGE_REQUEST_IID")  # GitLab
    project = env.get("CI_MERGE_REQUEST_PROJECT_URL") or env.get("CI_PROJECT_URL")
    return Origin(
        repository_url=repository,
        pull_request=number or None,
        pull_request_title=env.get("CI_MERGE_REQUEST_TITLE") or None if number else None,
        # Where the pipeline is of the merged result; else the commit itself is checked out.
        pull_request_head=env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or None,
        pull_request_url=public_url(f"{project}/-/merge_requests/{number}")
        if number and project
        else None,
    )


def preview_alias(env: Mapping[str, str], origin: Origin) -> str | None:
    """Return the alias of a pull request's preview, in the forge's own word.

    >>> preview_alias({"GITLAB_CI": "true"}, Origin(pull_request="5"))
    'mr-5'
    >>> preview_alias({"BUILDKITE": "true"}, Origin(pull_request="17"))
    'pr-17'
    """
    number = origin.pull_request
    if number is None or not number.isdecimal():
        return None
    return f"{'mr' if system_of(env) is System.GITLAB else 'pr'}-{number}"


def _repository(env: Mapping[str, str]) -> str | None:
    named = next((env[name] for name in _REPOSITORY if env.get(name)), None)
    if named is None and env.get("GITHUB_REPOSITORY"):
        server = (env.get("GITHUB_SERVER_URL") or _GITHUB).rstrip("/")
        named = f"{server}/{env['GITHUB_REPOSITORY']}"
    return public_url(named) if named else None
