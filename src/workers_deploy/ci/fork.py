"""Whether this run belongs to a pull request from a fork: those get no secrets, by design."""

import json
from collections.abc import Mapping
from pathlib import Path

from workers_deploy.ci.build import read_build


def is_from_fork(env: Mapping[str, str]) -> bool:
    """Tell whether the change comes from another repository than the one that is built.

    GitHub, Forgejo and Gitea write the event to a file; GitLab has two variables.
    """
    if env.get("GITHUB_EVENT_NAME", "").startswith("pull_request"):
        return _head_is_foreign(env.get("GITHUB_EVENT_PATH", ""), env.get("GITHUB_REPOSITORY"))
    if read_build(env).is_from_fork:
        return True
    source = env.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID")
    return source is not None and source != env.get("CI_MERGE_REQUEST_PROJECT_ID")


def _head_is_foreign(event_file: str, repository: str | None) -> bool:
    try:
        event = json.loads(Path(event_file).read_text(encoding="utf-8"))
        # A fork that was deleted since leaves `repo` null.
        head = event["pull_request"]["head"]["repo"] or {}
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return False
    return bool(head.get("full_name") != repository)
