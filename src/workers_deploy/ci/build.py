"""What CI systems other than GitHub and GitLab say of a build, by their documented variables.

Who hosts the repository is known by its host, or by the system where that says it; where it is not
known, there is no link rather than a guessed one.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from workers_deploy.ci.repository_url import public_url
from workers_deploy.ci.system import System, system_of
from workers_deploy.dataclass import dataclass

Env = Mapping[str, str]

# What stands between a repository's URL and a commit's digits, or a pull request's number.
_PATHS: Final = {
    "github.com": ("commit", "pull"),
    "gitlab.com": ("-/commit", "-/merge_requests"),
    "bitbucket.org": ("commits", "pull-requests"),
    "codeberg.org": ("commit", "pulls"),
    "dev.azure.com": ("commit", "pullrequest"),
}
# Of a forge on a host of its own, by the name that Woodpecker has for it (CI_FORGE_TYPE).
_FORGES: Final = {
    "github": _PATHS["github.com"],
    "gitlab": _PATHS["gitlab.com"],
    "gitea": _PATHS["codeberg.org"],
    "forgejo": _PATHS["codeberg.org"],
    "bitbucket": _PATHS["bitbucket.org"],
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Build:
    """A build, and the pull request that it is of; `head` is that one's last commit."""

    run_url: str | None = None
    repository_url: str | None = None
    forge: str | None = None
    pull_request: str | None = None  # its number
    title: str | None = None
    page: str | None = None  # of the pull request
    head: str | None = None
    is_from_fork: bool = False

    @property
    def commits_url(self) -> str | None:
        """Return what a commit's digits are put behind; None where the forge is not known."""
        paths = self._paths()
        return f"{self.repository_url}/{paths[0]}/" if paths else None

    @property
    def pull_request_url(self) -> str | None:
        """Return the page of the pull request."""
        paths = self._paths()
        if self.page or not (self.pull_request and paths):
            return self.page
        return f"{self.repository_url}/{paths[1]}/{self.pull_request}"

    def _paths(self) -> tuple[str, str] | None:
        host = urlsplit(self.repository_url or "").hostname or ""
        return _FORGES.get(self.forge or "") or _PATHS.get(host)


def read_build(env: Env) -> Build:
    """Return what the system says; nothing of GitHub and GitLab, whose facts are in files."""
    system = system_of(env)
    return _READERS[system](env) if system in _READERS else Build()


def _azure(env: Env) -> Build:
    """See learn.microsoft.com/azure/devops/pipelines/build/variables."""
    collection = env.get("SYSTEM_COLLECTIONURI") or env.get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI")
    project, build = env.get("SYSTEM_TEAMPROJECT"), env.get("BUILD_BUILDID")
    run = None
    if collection and project and build:
        run = f"{collection.rstrip('/')}/{quote(project)}/_build/results?buildId={build}"
    return Build(
        run_url=run,
        repository_url=public_url(env.get("BUILD_REPOSITORY_URI", "")),
        pull_request=env.get("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER")
        or env.get("SYSTEM_PULLREQUEST_PULLREQUESTID")
        or None,
        head=env.get("SYSTEM_PULLREQUEST_SOURCECOMMITID") or None,
        is_from_fork=env.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() == "true",
    )


def _buildkite(env: Env) -> Build:
    """See buildkite.com/docs/pipelines/environment-variables."""
    run, job = env.get("BUILDKITE_BUILD_URL"), env.get("BUILDKITE_JOB_ID")
    number = env.get("BUILDKITE_PULL_REQUEST")
    repository = public_url(env.get("BUILDKITE_REPO", ""))
    head = public_url(env.get("BUILDKITE_PULL_REQUEST_REPO", ""))
    return Build(
        run_url=f"{run}#{job}" if run and job else run,
        repository_url=repository,
        pull_request=number if number != "false" else None,
        is_from_fork=head is not None and head != repository,
    )


def _circleci(env: Env) -> Build:
    """See circleci.com/docs/variables; `CIRCLE_PR_NUMBER` is set for forks alone."""
    page = env.get("CIRCLE_PULL_REQUEST") or None
    number = re.search(r"/(\d+)/?$", page or "")
    return Build(
        run_url=env.get("CIRCLE_BUILD_URL"),
        repository_url=public_url(env.get("CIRCLE_REPOSITORY_URL", "")),
        pull_request=number[1] if number else None,
        page=page and public_url(page),
        is_from_fork=bool(env.get("CIRCLE_PR_NUMBER")),
    )


def _bitbucket(env: Env) -> Build:
    """See support.atlassian.com, "Variables and secrets"; forks run in their own account."""
    repository = public_url(
        env.get("BITBUCKET_GIT_HTTP_ORIGIN") or env.get("BITBUCKET_GIT_SSH_ORIGIN") or ""
    )
    number = env.get("BITBUCKET_BUILD_NUMBER")
    return Build(
        run_url=f"{repository}/pipelines/results/{number}" if repository else None,
        repository_url=repository,
        forge="bitbucket",
        pull_request=env.get("BITBUCKET_PR_ID") or None,
    )


def _woodpecker(env: Env) -> Build:
    """See woodpecker-ci.org/docs/usage/environment."""
    number = env.get("CI_COMMIT_PULL_REQUEST") or None
    return Build(
        run_url=env.get("CI_STEP_URL") or env.get("CI_PIPELINE_URL"),
        repository_url=public_url(env.get("CI_REPO_URL") or env.get("CI_REPO_CLONE_URL") or ""),
        forge=env.get("CI_FORGE_TYPE"),
        pull_request=number,
        page=public_url(env.get("CI_PIPELINE_FORGE_URL", "")) if number else None,
    )


def _drone(env: Env) -> Build:
    """See docs.drone.io/pipeline/environment/reference."""
    return Build(
        run_url=env.get("DRONE_BUILD_LINK"),
        repository_url=public_url(env.get("DRONE_REPO_LINK") or env.get("DRONE_REMOTE_URL") or ""),
        pull_request=env.get("DRONE_PULL_REQUEST") or None,
        title=env.get("DRONE_PULL_REQUEST_TITLE") or None,
    )


def _jenkins(env: Env) -> Build:
    """See jenkins.io, "Using environment variables", and the Branch API's `CHANGE_*`."""
    number = env.get("CHANGE_ID") or None
    return Build(
        run_url=env.get("RUN_DISPLAY_URL") or env.get("BUILD_URL"),
        repository_url=public_url(env.get("GIT_URL", "")),
        pull_request=number,
        title=env.get("CHANGE_TITLE") or None if number else None,
        page=public_url(env.get("CHANGE_URL", "")) if number else None,
        is_from_fork=bool(env.get("CHANGE_FORK")),
    )


def _teamcity(env: Env) -> Build:
    """See jetbrains.com/help/teamcity/predefined-build-parameters.html."""
    return Build(run_url=env.get("BUILD_URL"))


_READERS: Final[Mapping[System | None, Callable[[Env], Build]]] = {
    System.AZURE: _azure,
    System.BUILDKITE: _buildkite,
    System.CIRCLECI: _circleci,
    System.BITBUCKET: _bitbucket,
    System.WOODPECKER: _woodpecker,
    System.DRONE: _drone,
    System.JENKINS: _jenkins,
    System.TEAMCITY: _teamcity,
}
