"""What JSON can hold and no text or stack can: each is answered as any other wrong value."""

import json

import pytest

from fakes.cloudflare_client import code, form, module

HALF = "\ud800"  # of a surrogate pair
DEEP = "[" * 300 + "]" * 300
SCRIPT = "/workers/scripts/hello"
JSON = {"Content-Type": "application/json"}


def answer_of(response):
    assert response.headers["content-type"] == "application/json"
    return json.loads(response.content.decode("utf-8"))  # strictly


@pytest.mark.parametrize("versions", [False, True])
def test_a_completion_token_that_is_no_text_is_none(account, versions):
    account.upload()

    answer = account.upload(metadata={"assets": {"jwt": HALF}}, versions=versions)

    assert code(answer) == (400, 10305)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"{SCRIPT}/secrets", {"name": HALF, "text": HALF, "type": "secret_text"}),
        ("PATCH", f"{SCRIPT}/script-settings", {"tags": [HALF]}),
        ("POST", "/workers/workers", {"name": "other", "tags": [HALF]}),
        ("POST", "/queues", {"queue_name": HALF}),
        ("PUT", "/workflows/w", {"script_name": "hello", "class_name": "W", "limits": {HALF: 1}}),
    ],
)
def test_an_answer_with_half_a_character_is_utf_8_and_json(account, method, path, body):
    account.upload()

    answer = account.ask(method, path, content=json.dumps(body).encode(), headers=JSON)

    assert answer.status_code < 500
    assert set(answer_of(answer)) >= {"success", "errors", "messages", "result"}


def test_half_a_character_comes_back_as_it_was_sent(account):
    account.upload(metadata={"bindings": [{"name": "J", "type": "json", "json": {HALF: HALF}}]})

    (binding,) = answer_of(account.ask("GET", f"{SCRIPT}/settings"))["result"]["bindings"]

    assert binding["json"] == {HALF: HALF}


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        ("PATCH", f"{SCRIPT}/script-settings", "logpush"),
        ("PUT", f"{SCRIPT}/usage-model", "user_limits"),
        ("PUT", "/workers/account-settings", "x"),
    ],
)
def test_a_body_that_is_nested_too_deeply_is_refused(account, method, path, key):
    account.upload()
    body = f'{{"{key}": {DEEP}}}'.encode()

    assert code(account.ask(method, path, content=body, headers=JSON)) == (400, 10026)


def test_metadata_that_is_nested_too_deeply_is_refused(account):
    metadata = f'{{"main_module": "index.js", "x": {DEEP}}}'.encode()
    parts = [("metadata", (None, metadata, "application/json")), *form(None, module())]

    assert code(account.ask("PUT", SCRIPT, files=parts)) == (400, 10006)
