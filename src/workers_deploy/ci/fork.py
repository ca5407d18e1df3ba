"""Whether a run is one that gets no secrets, by design: of a fork, or Dependabot's.

Dependabot's branches are in the repository itself. Its runs have secrets of their own, and a
token that only reads unless the job's `permissions` say more; also when a person runs them again
(docs.github.com, "Troubleshooting Dependabot on GitHub Actions").
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from workers_deploy.ci.build import read_build

FORK_SECRETS: Final = "a pull request from a fork gets no secrets"
DEPENDABOT_SECRETS: Final = (
    "a run by Dependabot gets only Dependabot's own secrets: add it in Settings > Secrets and "
    "variables > Dependabot"
)


def is_from_fork(env: Mapping[str, str]) -> bool:
    """Tell whether the change comes from another repository than the one that is built.

    GitHub, Forgejo and Gitea write the event to a file; GitLab has two variables.
    """
    if is_of_pull_request(env):
        return _head_is_foreign(env.get("GITHUB_EVENT_PATH", ""), env.get("GITHUB_REPOSITORY"))
    if read_build(env).is_from_fork:
        return True
    source = env.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID")
    return source is not None and source != env.get("CI_MERGE_REQUEST_PROJECT_ID")


def is_by_dependabot(env: Mapping[str, str]) -> bool:
    """Tell whether Dependabot made the event, a push as well as a pull request."""
    return env.get("GITHUB_ACTOR") == "dependabot[bot]"


def is_of_pull_request(env: Mapping[str, str]) -> bool:
    """Tell whether GitHub, Forgejo or Gitea runs this for a pull request."""
    return env.get("GITHUB_EVENT_NAME", "").startswith("pull_request")


def _head_is_foreign(event_file: str, repository: str | None) -> bool:
    try:
        event = json.loads(Path(event_file).read_text(encoding="utf-8"))
        # A fork that was deleted since leaves `repo` null.
        head = event["pull_request"]["head"]["repo"] or {}
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return False
    return bool(head.get("full_name") != repository)
