"""The pull request that a run belongs to, from what GitHub, Forgejo and Gitea tell of the event."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workers_deploy.dataclass import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PullRequest:
    """A pull request; `head` is its last commit, 40 hex digits. What the event tells of it."""

    number: int
    head: str | None = None
    title: str | None = None
    url: str | None = None  # of its page
    is_closed: bool = False  # the event is that it was merged or closed


def read_pull_request(env: Mapping[str, str]) -> PullRequest | None:
    """Return the pull request of the event: its own, or the one that was commented on."""
    event = _event(env.get("GITHUB_EVENT_PATH", ""))
    pull = _object(event.get("pull_request"))
    if isinstance(pull.get("number"), int):
        return PullRequest(
            number=pull["number"],
            head=_text(_object(pull.get("head")).get("sha")),
            title=_text(pull.get("title")),
            url=_text(pull.get("html_url")),
            is_closed=event.get("action") == "closed",
        )
    issue = _object(event.get("issue"))
    if "pull_request" in issue and isinstance(issue.get("number"), int):
        return PullRequest(number=issue["number"])
    found = re.fullmatch(r"refs/pull/(\d+)/(?:merge|head)", env.get("GITHUB_REF", ""))
    return PullRequest(number=int(found[1])) if found else None


def _event(file: str) -> Mapping[str, Any]:
    try:
        return _object(json.loads(Path(file).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
