"""Where a run comes from, by the variables of CI systems."""

import json
from pathlib import Path

import pytest

from workers_deploy.ci.origin import read_origin
from workers_deploy.ci.repository_url import public_url
from workers_deploy.core.project import Origin

GITHUB = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_SERVER_URL": "https://github.com"}
SHOP = "https://github.com/acme/shop"


def test_a_pull_request_of_github_is_told_by_its_event(tmp_path: Path):
    event = tmp_path / "event.json"
    pull = {"number": 17, "title": "Fix the cart", "html_url": f"{SHOP}/pull/17"}
    event.write_text(json.dumps({"pull_request": pull}))

    assert read_origin(GITHUB | {"GITHUB_EVENT_PATH": str(event)}) == Origin(
        repository_url=SHOP,
        pull_request="17",
        pull_request_title="Fix the cart",
        pull_request_url=f"{SHOP}/pull/17",
    )


def test_without_an_event_the_ref_names_it():
    assert read_origin(GITHUB | {"GITHUB_REF": "refs/pull/17/merge"}) == Origin(
        repository_url=SHOP, pull_request="17", pull_request_url=f"{SHOP}/pull/17"
    )


def test_a_merge_request_of_gitlab():
    env = {
        "CI_PROJECT_URL": "https://gitlab.com/acme/shop",
        "CI_MERGE_REQUEST_IID": "5",
        "CI_MERGE_REQUEST_TITLE": "Fix the cart",
    }

    assert read_origin(env) == Origin(
        repository_url="https://gitlab.com/acme/shop",
        pull_request="5",
        pull_request_title="Fix the cart",
        pull_request_url="https://gitlab.com/acme/shop/-/merge_requests/5",
    )


def test_a_push_has_a_repository_alone():
    assert read_origin(GITHUB) == Origin(repository_url=SHOP)
    assert read_origin({}) == Origin()


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://user:secret@example.com:8443/a/b.git?x=1#y", "https://example.com:8443/a/b"),
        ("ssh://git@example.com/a/b.git", "https://example.com/a/b"),
        ("git@example.com:a/b", "https://example.com/a/b"),
        ("/srv/git/a", None),
        ("https://[broken", None),
        ("https://", None),
    ],
)
def test_a_url_is_shown_without_credentials_or_not_at_all(url: str, public: str | None):
    assert public_url(url) == public
