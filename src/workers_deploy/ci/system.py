"""Which CI system runs us, by the variables that each documents for it."""

from collections.abc import Mapping
from enum import StrEnum


class System(StrEnum):
    """A CI system, by its own name. Forgejo and Gitea speak GitHub's language."""

    GITHUB = "GitHub Actions"
    GITLAB = "GitLab CI"
    AZURE = "Azure Pipelines"
    BUILDKITE = "Buildkite"
    CIRCLECI = "CircleCI"
    BITBUCKET = "Bitbucket Pipelines"
    WOODPECKER = "Woodpecker"
    DRONE = "Drone"
    JENKINS = "Jenkins"
    TEAMCITY = "TeamCity"
    OTHER = "another CI system"


# Woodpecker sets Drone's variables as well, so it stands before it.
_MARKS = (
    (System.GITHUB, "GITHUB_ACTIONS", "true"),
    (System.GITLAB, "GITLAB_CI", "true"),
    (System.AZURE, "TF_BUILD", "True"),
    (System.BUILDKITE, "BUILDKITE", "true"),
    (System.CIRCLECI, "CIRCLECI", "true"),
    (System.BITBUCKET, "BITBUCKET_BUILD_NUMBER", None),
    (System.WOODPECKER, "CI", "woodpecker"),
    (System.WOODPECKER, "CI_SYSTEM_NAME", "woodpecker"),
    (System.DRONE, "DRONE", "true"),
    (System.JENKINS, "JENKINS_URL", None),
    (System.TEAMCITY, "TEAMCITY_VERSION", None),
)


def system_of(env: Mapping[str, str]) -> System | None:
    """Return the CI system that set `env`; None where no variable speaks of one.

    >>> system_of({"CI": "true", "BUILDKITE": "true"})
    <System.BUILDKITE: 'Buildkite'>
    """
    for system, variable, value in _MARKS:
        found = env.get(variable)
        if found and (value is None or found == value):
            return system
    return System.OTHER if env.get("CI") not in {None, "", "false", "0"} else None
