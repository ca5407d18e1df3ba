import time

import httpx
import pytest

from fakes.cloudflare_client import code
from workers_emulator.server.faults import Fault, Kind

SCRIPTS = "/workers/scripts"


def statuses(account):
    return [entry.status for entry in account.server.app.ledger.entries]


@pytest.mark.parametrize(
    ("route", "method", "path", "expected"),
    [
        ("* **", "GET", "/user", True),
        ("GET /user", "GET", "/user", True),
        ("get /user", "GET", "/user", True),
        ("POST /user", "GET", "/user", False),
        ("GET /accounts/{account_id}/workers/scripts", "GET", "/accounts/a/workers/scripts", True),
        ("GET /accounts/*/workers/scripts", "GET", "/accounts/a/workers/scripts/b", False),
        ("PUT scripts/*", "PUT", "/accounts/a/workers/scripts/b", True),
        ("PUT scripts/*", "PUT", "/accounts/a/workers/scripts", False),
        ("POST versions", "POST", "/accounts/a/workers/scripts/b/versions", True),
        ("POST versions", "POST", "/accounts/a/workers/scripts/b/versions/c", False),
        ("* /accounts/**/versions", "POST", "/accounts/a/workers/scripts/b/versions", True),
    ],
)
def test_a_route_is_matched_by_method_and_segments(route, method, path, expected):
    assert Fault(route=route, kind=Kind.RESET).matches(method, path) is expected


def test_a_fault_fires_on_the_nth_request_and_as_often_as_it_says(account):
    account.server.faults({"route": "GET scripts", "kind": "status", "nth": 2, "count": 2})

    for _ in range(4):
        account.ask("GET", SCRIPTS)

    assert statuses(account) == [200, 500, 500, 200]
    assert account.own("GET", "faults").json()[0]["seen"] == 4


def test_a_fault_without_a_count_fires_always(account):
    account.server.faults({"kind": "status", "count": None, "status": 503})

    for _ in range(3):
        account.ask("GET", SCRIPTS)

    assert statuses(account) == [503, 503, 503]


def test_a_status_has_its_code_message_and_headers(account):
    account.server.faults(
        {
            "kind": "status",
            "status": 429,
            "code": 971,
            "message": "slow down",
            "headers": {"Retry-After": "7"},
        }
    )

    answer = account.ask("GET", SCRIPTS)

    assert code(answer) == (429, 971)
    assert answer.json()["errors"][0]["message"] == "slow down"
    assert answer.headers["retry-after"] == "7"
    assert "cf-ray" in answer.headers


def test_an_answer_may_be_html_empty_or_for_an_expired_token(account):
    account.server.faults(
        {"kind": "html", "nth": 1},
        {"kind": "empty", "nth": 2, "status": 204},
        {"kind": "expired-token", "nth": 3},
        {"kind": "html", "nth": 4, "status": 520},
    )

    html, empty, expired, other = (account.ask("GET", SCRIPTS) for _ in range(4))

    assert (html.status_code, html.headers["content-type"]) == (502, "text/html")
    assert (empty.status_code, empty.content) == (204, b"")
    assert code(expired) == (401, 10000)
    assert other.status_code == 520


@pytest.mark.parametrize(("when", "expected"), [("before", []), ("after", ["hello"])])
def test_a_failure_comes_before_the_effect_or_after_it(account, when, expected):
    account.server.faults({"route": "PUT scripts/*", "kind": "status", "when": when})

    answer = account.upload()

    assert answer.status_code == 500
    assert list(account.server.state()["scripts"]) == expected


@pytest.mark.parametrize(("kind", "expected"), [("reset", []), ("lost", ["hello"])])
def test_a_connection_is_reset_before_the_effect_and_an_answer_lost_after_it(
    account, kind, expected
):
    account.server.faults({"route": "PUT scripts/*", "kind": kind})

    with pytest.raises(httpx.TransportError):
        account.upload()

    assert list(account.server.state()["scripts"]) == expected
    assert statuses(account) == [0]


@pytest.mark.parametrize("fault", [{"kind": "reset"}, {"kind": "hang", "seconds": 0.01}])
def test_a_connection_that_a_fault_ends_is_no_error_of_the_server(account, caplog, fault):
    account.server.faults(fault)

    with pytest.raises(httpx.TransportError):
        account.ask("GET", SCRIPTS)
    assert account.ask("GET", SCRIPTS).is_success

    assert caplog.messages == []


def test_a_hanging_answer_lasts_until_the_client_gives_up_or_the_time_is_over(account):
    account.server.faults({"kind": "hang", "nth": 1}, {"kind": "hang", "nth": 2, "seconds": 0.01})

    with pytest.raises(httpx.ReadTimeout):
        account.ask("GET", SCRIPTS, timeout=0.05)
    with pytest.raises(httpx.TransportError) as over:
        account.ask("GET", SCRIPTS)

    assert not isinstance(over.value, httpx.TimeoutException)


def test_a_slow_answer_comes_late(account):
    account.server.faults({"kind": "slow", "seconds": 0.05})
    started = time.monotonic()

    answer = account.ask("GET", SCRIPTS)

    assert answer.is_success
    assert time.monotonic() - started >= 0.05


def test_successes_may_be_null_cut_off_or_without_lists(account):
    account.server.faults(
        {"kind": "null-result", "nth": 1},
        {"kind": "errors-null", "nth": 2},
        {"kind": "malformed", "nth": 3},
    )

    null, lists, cut = (account.ask("GET", SCRIPTS) for _ in range(3))

    assert (null.json()["success"], null.json()["result"]) == (True, None)
    assert (lists.json()["errors"], lists.json()["messages"]) == (None, None)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        cut.json()
    assert cut.status_code == 200


def test_a_refusal_is_not_spoiled(account):
    account.server.faults({"kind": "null-result", "count": None})

    assert code(account.ask("GET", f"{SCRIPTS}/unknown/settings")) == (404, 10007)


def test_stale_reads_answer_what_was_true_before(account):
    settings = f"{SCRIPTS}/hello/script-settings"
    account.upload(metadata={"logpush": False})
    account.server.advance(100)
    account.server.faults(
        {"route": "GET script-settings", "kind": "stale", "seconds": 30, "count": None}
    )
    account.ask("PATCH", settings, json={"logpush": True})

    at_once = account.ask("GET", settings).json()["result"]["logpush"]
    account.server.advance(31)
    later = account.ask("GET", settings).json()["result"]["logpush"]

    assert (at_once, later) == (False, True)


def test_stale_reads_do_not_change_what_a_write_builds_upon(account):
    account.server.faults({"kind": "stale", "seconds": 30, "count": None})
    account.upload()

    account.upload()

    assert len(account.script()["versions"]) == 2


def test_a_fault_can_be_given_as_a_value(account):
    account.server.faults(Fault(route="GET scripts", kind=Kind.EMPTY))

    assert account.ask("GET", SCRIPTS).content == b""
