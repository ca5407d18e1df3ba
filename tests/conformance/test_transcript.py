"""A transcript tells what the API answered, and nothing of whose account it was."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.names import PREFIX
from conformance.recorder import recording
from conformance.redaction import Redactor
from conformance.transcript import EMULATED, NEVER, REAL, Transcript, render_last_run
from fakes.patience import PATIENCE

pytestmark = pytest.mark.of_the_emulator
ACCOUNT = "0123456789abcdef0123456789abcdef"
SCRIPT = f"/accounts/{ACCOUNT}/workers/scripts/{PREFIX}0a1b2c3d-kept"
BEGAN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def redactor() -> Redactor:
    return Redactor({ACCOUNT: "<account>", "acme.example": "<zone>", "a-token": "<token>"})


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (SCRIPT, f"/accounts/<account>/workers/scripts/{PREFIX}kept"),
        ("someone+ci@acme.example.org at 192.0.2.7", "<email> at <ip>"),
        ("https://a.acme.example/b of hello.acme.workers.dev", None),
        ("Bearer a-token, eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl", "Bearer <token>, <jwt>"),
        ("2026-11-24T10:20:30.123456Z", "<time>"),
        ("placement of aws:us-east-1", "placement of aws:us-east-1"),
    ],
)
def test_what_tells_of_the_account_is_replaced(text: str, kept: str | None):
    expected = kept or "https://a.<zone>/b of hello.<subdomain>.workers.dev"

    assert redactor().text(text) == expected


def test_the_same_id_has_the_same_number_all_through_a_run():
    one, other = "4bf50b90-3b1c-4d50-a5f0-5ba4e5ba0d3f", "f" * 32
    redact = redactor()

    assert redact.text(f"{one} {other} {one}") == "<id 1> <id 2> <id 1>"
    assert redact.text(other) == "<id 2>"


def test_of_a_secret_only_the_name_is_kept_and_of_people_nothing():
    secret = {"type": "secret_text", "name": "KEY", "text": "sk_live"}
    variable = {"type": "plain_text", "name": "GREETING", "text": "hello"}

    kept = redactor().tree({"bindings": [secret, variable], "author_email": "a@b.example"})

    assert kept == {
        "bindings": [secret | {"text": "<redacted>"}, variable],
        "author_email": "<redacted>",
    }


def test_of_what_is_not_the_scenarios_only_the_number_is_kept():
    ours = {"id": f"{PREFIX}0a1b2c3d-kept"}
    answer = {"success": True, "result": [{"id": "shop"}, ours, {"id": "api"}]}
    account = {"result": {"name": "Acme"}}

    kept = redactor().answer(f"/accounts/{ACCOUNT}/workers/scripts", answer)

    assert kept["result"] == [{"id": f"{PREFIX}kept"}, "<2 left out>"]
    assert redactor().answer(f"/accounts/{ACCOUNT}", account) == {"result": "<left out>"}
    assert redactor().answer(SCRIPT, account) == account


class Api(httpx.BaseTransport):
    """Answers whatever is asked; loses what is asked of /lost."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/lost"):
            raise httpx.ReadError("gone")
        headers = {"CF-Ray": "8f-FRA", "Content-Encoding": "identity"}
        return httpx.Response(201, json={"result": {"text": "hello"}}, headers=headers)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the recorder notes; behind it stands an API of this process."""
    real = httpx.Client
    monkeypatch.setattr(
        "conformance.recorder.httpx.Client", lambda **_: real(transport=Api(), timeout=PATIENCE)
    )
    return []


def test_a_request_is_handed_on_and_noted_with_its_answer(noted: list[dict[str, Any]]):
    form = {"metadata": (None, json.dumps({"account": ACCOUNT})), "index.js": ("index.js", b"code")}

    with recording("https://api.example/client/v4", redactor(), noted.append) as url:
        put = httpx.put(f"{url}{SCRIPT}", files=form, timeout=PATIENCE)
        agent = {"User-Agent": "workers-deploy/1.0.0"}
        get = httpx.get(f"{url}{SCRIPT}?a=1", headers=agent, timeout=PATIENCE)
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{url}{SCRIPT}/lost", timeout=PATIENCE)

    assert (put.status_code, get.json()) == (201, {"result": {"text": "hello"}})
    assert put.headers["CF-Ray"] == "8f-FRA"
    path = f"/client/v4/accounts/<account>/workers/scripts/{PREFIX}kept"
    assert noted == [
        {
            "by": "another client",
            "request": f"PUT {path}",
            "sent": {"metadata": {"account": "<account>"}, "index.js": "<4 bytes>"},
            "status": 201,
            "answer": {"result": {"text": "hello"}},
        },
        {
            "by": "workers-deploy",
            "request": f"GET {path}?a=1",
            "sent": None,
            "status": 201,
            "answer": {"result": {"text": "hello"}},
        },
        {
            "by": "another client",
            "request": f"GET {path}/lost",
            "sent": None,
            "lost": "ReadError",
        },
    ]


def write_run(folder: Path, name: str, *, on: str, day: int, **results: str) -> Transcript:
    transcript = Transcript(file=folder / f"{name}.jsonl", results=results)
    transcript.begin(
        on=on, began=BEGAN.replace(day=day), version="1.2.3", left_out=("routes_are_made",)
    )
    transcript.note({"request": "GET /zones", "status": 200})
    return transcript


def test_a_run_on_the_emulator_is_no_run_on_a_real_account(tmp_path: Path):
    write_run(tmp_path, "emulated", on=EMULATED, day=24, a_scenario="passed").end()

    assert render_last_run(tmp_path) == NEVER


def test_the_last_run_on_a_real_account_is_told_with_what_failed(tmp_path: Path):
    write_run(tmp_path, "former", on=REAL, day=22, a_first_deploy="failed").end()
    last = write_run(tmp_path, "last", on=REAL, day=23, a_cron="failed", a_first_deploy="passed")
    last.end()
    write_run(tmp_path, "emulated", on=EMULATED, day=24, a_cron="passed").end()

    told = render_last_run(tmp_path)

    assert "On 2026-11-23T09:30:00+00:00, with version 1.2.3:\n1 passed, 1 failed, 1 were" in told
    assert "- failed: a cron\n" in told
    assert "- left out: routes are made\n" in told
    assert "`last.jsonl`" in told


def test_a_run_that_was_killed_is_told_as_such(tmp_path: Path):
    write_run(tmp_path, "killed", on=REAL, day=23, a_cron="passed")

    assert "did not come to its end" in render_last_run(tmp_path)
