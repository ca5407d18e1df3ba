"""Where a run comes from: repository and pull request, as CI systems tell them.

The variables are those that wrangler 4.164.0 reads for the same annotations.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from workers_deploy.ci.pull_request import read_pull_request
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
            pull_request_url=url and public_url(url),
        )
    number = env.get("CI_MERGE_REQUEST_IID")  # GitLab
    project = env.get("CI_MERGE_REQUEST_PROJECT_URL") or env.get("CI_PROJECT_URL")
    return Origin(
        repository_url=repository,
        pull_request=number or None,
        pull_request_title=env.get("CI_MERGE_REQUEST_TITLE") or None if number else None,
        pull_request_url=public_url(f"{project}/-/merge_requests/{number}")
        if number and project
        else None,
    )


def _repository(env: Mapping[str, str]) -> str | None:
    named = next((env[name] for name in _REPOSITORY if env.get(name)), None)
    if named is None and env.get("GITHUB_REPOSITORY"):
        server = (env.get("GITHUB_SERVER_URL") or _GITHUB).rstrip("/")
        named = f"{server}/{env['GITHUB_REPOSITORY']}"
    return public_url(named) if named else None


def public_url(url: str) -> str | None:
    """Return a repository's URL as a browser takes it, without credentials; None for others.

    >>> public_url("https://gitlab-ci-token:secret@gitlab.com/acme/shop.git")
    'https://gitlab.com/acme/shop'
    >>> public_url("git@github.com:acme/shop.git")
    'https://github.com/acme/shop'
    >>> public_url("file:///srv/git/shop") is None
    True
    """
    text = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", url.strip())
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        netloc = f"{host}:{parts.port}" if parts.port else host
    except ValueError:
        return None
    if parts.scheme not in {"https", "http"} or not host:
        return None
    path = parts.path.removesuffix("/").removesuffix(".git")
    return urlunsplit((parts.scheme, netloc, path, "", ""))
