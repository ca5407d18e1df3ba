"""GitHub's API: what is sent, found again, and told as a reason where it can't be."""

import re

import httpx
import pytest

from fakes.api import FakeTime, make_retrier
from fakes.github_api import REPOSITORY, TOKEN, GitHubApi
from fakes.streamed import Streamed
from workers_deploy.api.github import GitHub, NotDone

MARKER = "<!-- workers-deploy script=shop environment= -->"
PAYLOAD = {"workers_deploy_run": "17.1"}
COMMENT = "/issues/7/comments"


@pytest.fixture
def api():
    return GitHubApi()


@pytest.fixture
def time():
    return FakeTime()


def github_of(api, time, *, token=TOKEN, api_url="https://github.test/api/v3", transport=None):
    return GitHub(
        api_url=api_url,
        token=token,
        repository=REPOSITORY,
        retrier=make_retrier(time, seconds=15.0, max_attempts=3),
        wall_clock=lambda: 0.0,
        transport=transport or api.transport(),
    )


@pytest.fixture
def github(api, time):
    made = github_of(api, time)
    yield made
    made.close()


def deploy(github):
    return github.create_deployment(
        ref="c" * 40,
        environment="production",
        description="d" * 200,
        payload=PAYLOAD,
        transient=False,
    )


def test_the_first_comment_is_written_and_the_next_ones_edit_it(github, api):
    assert github.upsert_comment(7, [MARKER], f"{MARKER}\none") is None
    assert github.upsert_comment(7, [MARKER], f"{MARKER}\ntwo") is None

    assert [comment["body"] for comment in api.comments[7]] == [f"{MARKER}\ntwo"]
    assert api.requests == [
        f"GET {COMMENT}",
        f"POST {COMMENT}",
        f"GET {COMMENT}",
        "PATCH /issues/comments/1",
    ]
    assert api.authorizations == {f"Bearer {TOKEN}"}


def test_a_comment_is_found_on_a_later_page_and_by_its_beginning_only(github, api):
    others = [{"id": 1000 + n, "body": f"see {MARKER}"} for n in range(250)]
    api.comments[7] = [*others, {"id": 5, "body": f"{MARKER}\r\nold"}]

    assert github.upsert_comment(7, [MARKER], f"{MARKER}\nnew") is None

    assert api.comments[7][-1] == {"id": 5, "body": f"{MARKER}\nnew"}
    assert api.requests == [f"GET {COMMENT}"] * 3 + ["PATCH /issues/comments/5"]


def test_the_search_for_a_comment_has_an_end(github, api):
    api.comments[7] = [{"id": 1000 + n, "body": "words"} for n in range(3001)]

    assert github.upsert_comment(7, [MARKER], MARKER) is None

    assert api.requests == [f"GET {COMMENT}"] * 30 + [f"POST {COMMENT}"]


def test_a_server_without_pages_is_asked_once(github, api):
    api.is_paged = False
    api.comments[7] = [{"id": n, "body": "words"} for n in range(100)]

    assert github.upsert_comment(7, [MARKER], MARKER) is None

    assert api.requests == [f"GET {COMMENT}", f"POST {COMMENT}"]


@pytest.mark.parametrize("status", [403, 404])
def test_a_comment_that_may_not_be_edited_is_followed_by_one_of_our_own(github, api, status):
    api.comments[7] = [{"id": 5, "body": MARKER}]
    api.fail("PATCH .*", status)

    assert github.upsert_comment(7, [MARKER], f"{MARKER}\nnew") is None

    assert len(api.comments[7]) == 2


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "did not accept github-token"),
        (403, "pull-requests: write"),
        (404, "pull-requests: write"),
        (410, r"refused it \(410\): issues are off"),
    ],
)
def test_a_comment_that_may_not_be_written_is_a_reason(github, api, status, words):
    api.fail(f"POST {COMMENT}", status, message="issues are off")

    found = github.upsert_comment(7, [MARKER], MARKER)

    assert isinstance(found, NotDone)
    assert re.search(words, found.reason)
    assert api.requests == [f"GET {COMMENT}", f"POST {COMMENT}"]


def test_comments_that_may_not_be_read_are_a_reason(github, api):
    api.fail(f"GET {COMMENT}", 403)

    found = github.upsert_comment(7, [MARKER], MARKER)

    assert isinstance(found, NotDone)
    assert api.requests == [f"GET {COMMENT}"]


def test_a_comment_whose_answer_is_lost_is_not_written_twice(github, api, time):
    def lose(request):
        status, headers, body = api.answer(
            request.method, str(request.url), request.read(), request.headers["authorization"]
        )
        if request.method == "POST":
            raise httpx.ReadError("gone")
        return httpx.Response(status, headers=headers, json=body)

    losing = github_of(api, time, transport=Streamed(lose))

    assert losing.upsert_comment(7, [MARKER], MARKER) is None
    assert len(api.comments[7]) == 1


def test_a_server_that_stumbles_is_asked_again(github, api, time):
    api.fail(f"GET {COMMENT}", 502, 0)

    assert github.upsert_comment(7, [MARKER], MARKER) is None
    assert api.requests.count(f"GET {COMMENT}") == 3
    assert len(time.slept) == 2


def test_a_server_that_never_answers_is_a_reason_after_a_few_tries(github, api):
    api.fail(f"GET {COMMENT}", 503, 503, 503)

    found = github.upsert_comment(7, [MARKER], MARKER)

    assert isinstance(found, NotDone)
    assert "3 tries" in found.reason
    assert "github.test" in found.reason
    assert "Cloudflare" not in found.reason


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (429, {"Retry-After": "900"}),
        (403, {"Retry-After": "900"}),
        (403, {"X-RateLimit-Remaining": "0", "Retry-After": "900"}),
    ],
)
def test_a_limit_that_lasts_longer_than_we_wait_is_a_reason_at_once(
    github, api, time, status, headers
):
    api.fail(f"GET {COMMENT}", status, headers=headers)

    assert isinstance(github.upsert_comment(7, [MARKER], MARKER), NotDone)
    assert time.slept == []


def test_a_short_limit_is_waited_for(github, api, time):
    api.fail(f"GET {COMMENT}", 403, headers={"X-RateLimit-Remaining": "0", "Retry-After": "2"})

    assert github.upsert_comment(7, [MARKER], MARKER) is None
    assert time.slept == [2.0]


def test_no_connection_is_a_reason(api, time):
    def refuse(request):
        raise httpx.ConnectError("refused")

    github = github_of(api, time, transport=Streamed(refuse))

    found = github.upsert_comment(7, [MARKER], MARKER)

    assert isinstance(found, NotDone)
    assert "no connection" in found.reason


@pytest.mark.parametrize("token", ["täken", "a\nb"])
def test_a_token_that_fits_in_no_header_is_a_reason_that_does_not_show_it(api, time, token):
    def refuse(request):
        raise httpx.LocalProtocolError(f"Illegal header value {token}")

    github = github_of(api, time, token=token, transport=Streamed(refuse))

    found = github.upsert_comment(7, [MARKER], MARKER)

    assert isinstance(found, NotDone)
    assert token not in found.reason
    assert token not in repr(github)


def test_a_deployment_is_made_without_waiting_for_checks(github, api):
    made = deploy(github)

    assert made == 1
    assert api.deployments == [
        {
            "id": 1,
            "ref": "c" * 40,
            "environment": "production",
            "description": "d" * 140,
            "payload": PAYLOAD,
            "transient_environment": False,
            "auto_merge": False,
            "required_contexts": [],
        }
    ]


def test_a_deployment_whose_answer_is_lost_is_found_again(api, time):
    def lose(request):
        status, headers, body = api.answer(
            request.method, str(request.url), request.read(), request.headers["authorization"]
        )
        if request.method == "POST":
            return httpx.Response(502)
        return httpx.Response(status, headers=headers, json=body)

    github = github_of(api, time, transport=Streamed(lose))

    assert deploy(github) == 1
    assert len(api.deployments) == 1


def test_a_deployment_of_another_run_is_not_taken_for_ours(github, api):
    api.deployments.append({"id": 90, "ref": "c" * 40, "payload": {"workers_deploy_run": "3.1"}})
    api.fail("POST /deployments", 502)

    made = deploy(github)

    assert made == 1
    assert [one["id"] for one in api.deployments] == [90, 1]


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "deployments: write"), (404, "deployments: write"), (409, "refused it (409): conflict")],
)
def test_a_deployment_that_is_refused_is_a_reason(github, api, status, words):
    api.fail("POST /deployments", status, message="conflict")

    made = deploy(github)

    assert isinstance(made, NotDone)
    assert words in made.reason


@pytest.mark.parametrize("content", [b'{"message": "Auto-merged"}', b"<html>", b"[1]"])
def test_an_answer_without_a_deployment_is_a_reason(api, time, content):
    transport = Streamed(lambda _: httpx.Response(202, content=content))

    made = deploy(github_of(api, time, transport=transport))

    assert isinstance(made, NotDone)


def test_a_status_says_where_to_look(github, api):
    github.set_deployment_status(
        4,
        "success",
        description="deployed",
        environment_url="https://shop.acme.workers.dev",
        log_url="https://github.test/run",
    )
    github.set_deployment_status(4, "in_progress")

    assert api.statuses == [
        {
            "deployment": 4,
            "state": "success",
            "description": "deployed",
            "auto_inactive": True,
            "environment_url": "https://shop.acme.workers.dev",
            "log_url": "https://github.test/run",
        },
        {"deployment": 4, "state": "in_progress", "description": "", "auto_inactive": True},
    ]


def test_a_status_that_is_refused_is_a_reason(github, api):
    api.fail("POST .*/statuses", 403)

    found = github.set_deployment_status(4, "success")

    assert isinstance(found, NotDone)
    assert "deployments: write" in found.reason


@pytest.mark.parametrize(
    ("status", "expected"),
    [("ahead", True), ("identical", True), ("behind", False), ("diverged", False), ("odd", None)],
)
def test_ancestry_is_what_compare_says(github, api, status, expected):
    api.compared["aaa...bbb"] = status

    assert github.is_ancestor("aaa", "bbb") is expected
    assert api.requests == ["GET /compare/aaa...bbb"]


def test_ancestry_of_an_unknown_commit_is_not_known(github):
    assert github.is_ancestor("aaa", "bbb") is None


def test_the_token_does_not_follow_a_redirect(api, time):
    seen = []

    def redirect(request):
        seen.append(request.url.host)
        return httpx.Response(301, headers={"Location": "https://evil.test/"})

    github = github_of(api, time, transport=Streamed(redirect))

    assert github.is_ancestor("aaa", "bbb") is None
    assert seen == ["github.test"]
