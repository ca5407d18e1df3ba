from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from fakes.cloudflare_client import code
from workers_emulator.rules import effects
from workers_emulator.rules.effects import BEHAVIOURS, all_rules
from workers_emulator.rules.rules import Known

SECRET = {"bindings": [{"type": "secret_text", "name": "KEY", "text": "s3cret"}]}


def test_the_state_tells_what_the_api_never_does_and_says_so(account):
    account.upload(metadata=SECRET)

    state = account.own("GET", "state").json()

    version = state["scripts"]["hello"]["versions"][0]
    assert version["secret_names"] == ["KEY"]
    assert version["test_only_secret_values"] == {"KEY": "s3cret"}
    assert state["scripts"] == account.server.state()["scripts"]


def test_requests_are_remembered_with_status_and_count(account):
    account.ask("GET", "/workers/scripts", params={"tags": "a:yes"})
    account.ask("GET", "/workers/scripts")
    account.ask("POST", "/nowhere")

    ledger = account.own("GET", "requests").json()

    path = f"/accounts/{account.server.account_id}/workers/scripts"
    assert ledger["counts"][f"GET {path}"] == 2
    assert [(r["status"], r["query"]) for r in ledger["requests"]] == [
        (200, "tags=a%3Ayes"),
        (200, ""),
        (404, ""),
    ]


def test_a_reset_forgets_all_and_how_far_the_time_was_moved(account):
    account.upload()
    account.own("PUT", "faults", json=[{"kind": "empty"}])
    moved = account.own("PUT", "clock", json={"advance": 1000}).json()["seconds"]

    account.own("POST", "reset")

    assert account.server.state()["scripts"] == {}
    assert account.own("GET", "faults").json() == []
    assert account.own("GET", "requests").json()["total"] == 0
    assert account.own("GET", "clock").json()["seconds"] < moved - 900


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("faults", [{"kind": "unknown"}]),
        ("faults", [{"kind": "empty", "typo": 1}]),
        ("faults", {}),
        ("clock", {"advance": -1}),
        ("clock", {}),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(account, name, body):
    answer = account.own("PUT", name, json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_an_unknown_control_tells_which_there_are(account):
    answer = account.own("GET", "nothing")

    assert answer.status_code == 404
    assert "GET /__emulator__/state" in answer.json()["routes"]


def test_the_assumptions_are_told_with_their_sources(account):
    told = account.own("GET", "assumptions").json()

    assert told["assumed"] == [rule for rule in told["rules"] if rule["known"] == "assumed"]
    assert all(rule["source"] for rule in told["rules"])
    assert "keep-bindings-absent" in {rule["id"] for rule in told["assumed"]}


def test_rules_have_ids_of_their_own_and_are_all_followed_by_code():
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted(_package().rglob("*.py"))
        if path.name != "effects.py"
    )
    ids = [rule.id for rule in all_rules()]

    assert len(ids) == len(set(ids))
    assert [rule.id for rule in BEHAVIOURS if rule.id not in source] == []
    assert {rule.known for rule in all_rules()} == set(Known)


def _package():
    return Path(effects.__file__).parents[1]


def test_elsewhere_the_emulator_says_what_it_is(account):
    answer = account.own("GET", "../")

    assert answer.status_code == 404
    assert "/client/v4" in answer.text


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Authorization": "Bearer wrong"}, (403, 10000)),
        ({"Authorization": "Basic emulator-token"}, (403, 10000)),
        ({"Authorization": ""}, (403, 10000)),
    ],
)
def test_only_the_tokens_that_were_given_are_taken(account, headers, expected):
    assert code(account.ask("GET", "/workers/scripts", headers=headers)) == expected


def test_every_token_that_was_given_is_taken(account_with):
    account = account_with(tokens=("one", "two"))

    for token in ("one", "two"):
        headers = {"Authorization": f"Bearer {token}"}
        assert account.ask("GET", "/workers/scripts", headers=headers).is_success


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "!/accounts/ffffffffffffffffffffffffffffffff/workers/scripts", (403, 10000)),
        ("GET", "!/accounts/not-an-account-id/workers/scripts", (404, 7003)),
        ("GET", "/workers/nothing", (404, 7003)),
        ("POST", "/workers/scripts", (405, 7001)),
        ("GET", "/workers/scripts//settings", (404, 7003)),
    ],
)
def test_what_leads_nowhere_is_refused_in_the_envelope(account, method, path, expected):
    answer = account.ask(method, path)

    assert code(answer) == expected
    assert answer.json()["success"] is False


def test_every_answer_has_the_emulators_time(account):
    before = parsedate_to_datetime(account.ask("GET", "/workers/scripts").headers["date"])
    account.server.advance(3600)
    after = parsedate_to_datetime(account.ask("GET", "/workers/scripts").headers["date"])

    assert after - before >= timedelta(hours=1)


def test_every_answer_has_a_ray_and_the_standing_of_the_rate_limit(account_with):
    account = account_with(rate_limit=10)

    first = account.ask("GET", "/workers/scripts")
    second = account.ask("GET", "/workers/nothing")

    assert first.headers["cf-ray"] != second.headers["cf-ray"]
    assert first.headers["ratelimit"].startswith('"default";r=9;t=')
    assert second.headers["ratelimit"].startswith('"default";r=8;t=')
    assert second.headers["ratelimit-policy"] == '"default";q=10;w=300'


def test_too_many_requests_block_a_token_for_a_whole_window(account_with):
    account = account_with(rate_limit=2)
    other = {"Authorization": "Bearer other"}

    for _ in range(2):
        account.ask("GET", "/workers/scripts")
    over = account.ask("GET", "/workers/scripts")
    account.server.advance(200)
    still = account.ask("GET", "/workers/scripts")
    unaffected = account.ask("GET", "/workers/scripts", headers=other)
    account.server.advance(100)
    again = account.ask("GET", "/workers/scripts")

    assert (code(over), over.headers["retry-after"]) == ((429, 971), "300")
    assert (code(still), still.headers["retry-after"]) == ((429, 971), "100")
    assert code(unaffected) == (403, 10000)
    assert again.is_success


def test_the_budget_is_full_again_after_a_window_and_after_a_reset(account_with):
    account = account_with(rate_limit=2)
    account.ask("GET", "/workers/scripts")
    account.ask("GET", "/workers/scripts")
    account.server.advance(300)
    renewed = account.ask("GET", "/workers/scripts")
    account.ask("GET", "/workers/scripts")
    account.server.reset()

    assert renewed.is_success
    assert account.ask("GET", "/workers/scripts").is_success


def test_asset_uploads_do_not_use_up_the_budget(account_with):
    account = account_with(rate_limit=2, bucket_files=1)

    account.upload_assets({f"/{n}.txt": b"x" for n in range(5)})

    assert account.ask("GET", "/workers/scripts").is_success
    assert [e.status for e in account.server.app.ledger.entries] == [
        200,
        202,
        202,
        202,
        202,
        201,
        200,
    ]
