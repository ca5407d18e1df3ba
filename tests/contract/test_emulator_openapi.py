"""The emulator against the OpenAPI description, for the 22 endpoints of the specification."""

import re

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fakes.cloudflare_client import Client, form, module
from fakes.patience import PATIENCE
from fakes.specification import ENDPOINTS, SCRIPT
from workers_emulator.server.server import EmulatorServer

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_path("tests/data/openapi-workers-scripts.json")
# Wrong bodies for these are trees of hundreds of fields that take minutes to make; what is wrong
# about an upload is tested by hand in tests/unit/emulator.
LARGE = {("PUT", SCRIPT), ("PATCH", f"{SCRIPT}/settings"), ("PUT", f"{SCRIPT}/content")}


@pytest.fixture(scope="module")
def server():
    with EmulatorServer(rate_limit=0) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def client(server):
    with httpx.Client(timeout=PATIENCE) as http:
        yield Client(server, http)


def send(case, server):
    case.path_parameters["account_id"] = server.account_id
    if "script_name" in case.path_parameters:
        case.path_parameters["script_name"] = "known"
    headers = {"Authorization": f"Bearer {server.token}"}
    return case.call(base_url=server.url, headers=headers, timeout=PATIENCE)


def check_many(method, path, mode, server, client):
    operation = SCHEMA[path][method]

    @settings(
        max_examples=10 if (method, path) in LARGE else 15,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def answers_as_described(case):
        response = send(case, server)

        case.validate_response(response, checks=CHECKS)

    client.upload("known", {"bindings": [{"type": "secret_text", "name": "S", "text": "x"}]})
    answers_as_described()


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_requests_that_fit_the_description_get_an_answer_that_fits_it(method, path, server, client):
    check_many(method, path, GenerationMode.POSITIVE, server, client)


@pytest.mark.parametrize(("method", "path"), [e for e in ENDPOINTS if e not in LARGE])
def test_requests_that_do_not_fit_get_an_answer_that_does(method, path, server, client):
    check_many(method, path, GenerationMode.NEGATIVE, server, client)


def walk(client):
    """Each endpoint once, with a request that it accepts."""
    script = "/workers/scripts/walked"
    session = client.ask(
        "POST",
        f"{script}/assets-upload-session",
        json={"manifest": {"/index.html": {"hash": "a" * 32, "size": 2}}},
    )
    yield session
    yield client.send_bucket(session.json()["result"]["jwt"], {"a" * 32: b"hi"})
    yield client.upload("walked", FULL_METADATA)
    yield client.ask("GET", "/workers/scripts")
    yield client.ask("GET", "/workers/scripts-search", params={"name": "walk"})
    yield client.ask("GET", script)
    yield client.ask("GET", f"{script}/content/v2")
    yield client.ask("PUT", f"{script}/content", files=form({"main_module": "index.js"}, module()))
    yield client.ask("PATCH", f"{script}/script-settings", json=SCRIPT_SETTINGS)
    yield client.ask("GET", f"{script}/script-settings")
    yield client.ask("PUT", f"{script}/secrets", json=SECRET)
    yield client.ask("GET", f"{script}/secrets")
    yield client.ask("GET", f"{script}/secrets/TOKEN")
    yield client.ask("DELETE", f"{script}/secrets/TOKEN")
    settings_part = ("settings", (None, b'{"compatibility_flags": []}', "application/json"))
    yield client.ask("PATCH", f"{script}/settings", files=[settings_part])
    yield client.ask("GET", f"{script}/settings")
    yield client.ask("POST", f"{script}/subdomain", json={"enabled": True})
    yield client.ask("GET", f"{script}/subdomain")
    yield client.ask("DELETE", f"{script}/subdomain")
    yield client.ask("PUT", f"{script}/usage-model", json={"usage_model": "standard"})
    yield client.ask("GET", f"{script}/usage-model")
    yield client.ask("DELETE", script)


SECRET = {"name": "TOKEN", "text": "s3cret", "type": "secret_text"}
SCRIPT_SETTINGS = {
    "logpush": True,
    "tags": ["team:web"],
    "observability": {"enabled": True, "logs": {"enabled": True, "invocation_logs": False}},
    "tail_consumers": [],
}
FULL_METADATA = {
    "bindings": [
        {"type": "plain_text", "name": "VAR", "text": "value"},
        {"type": "json", "name": "JSON", "json": {"a": 1}},
        {"type": "d1", "name": "DB", "id": "11111111-2222-3333-4444-555555555555"},
        {"type": "durable_object_namespace", "name": "DO", "class_name": "fetch"},
    ],
    "migrations": {"new_tag": "v1", "new_sqlite_classes": ["fetch"]},
    "placement": {"mode": "smart"},
    "limits": {"cpu_ms": 50},
    "compatibility_flags": ["nodejs_compat"],
    "observability": {"enabled": False},
}


def test_a_successful_answer_of_each_endpoint_fits_the_description(client):
    asked = []

    for response in walk(client):
        path = re.sub(r"^/client/v4/accounts/\w+", "/accounts/{account_id}", response.url.path)
        path = re.sub(r"/walked", "/{script_name}", re.sub(r"/TOKEN", "/{secret_name}", path))
        asked.append((response.request.method, path))
        response.request.read()  # a streamed form is not kept for who validates it
        assert response.is_success, response.text
        SCHEMA[path][response.request.method].validate_response(response)

    assert sorted(asked) == sorted(ENDPOINTS)


def test_logs_that_are_not_said_whole_are_answered_whole(server, client):
    client.upload("known", {})
    path = f"/accounts/{server.account_id}/workers/scripts/known/script-settings"
    sent = {"observability": {"enabled": False, "logs": {"persist": False}}}

    answer = httpx.patch(
        server.url + path,
        json=sent,
        headers={"Authorization": f"Bearer {server.token}"},
        timeout=PATIENCE,
    ).json()

    logs = answer["result"]["observability"]["logs"]
    assert (logs["enabled"], logs["invocation_logs"], logs["persist"]) == (False, True, False)
