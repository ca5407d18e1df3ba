"""The emulator against the OpenAPI description, for the 22 endpoints of the specification."""

import httpx
import pytest
import schemathesis
from fakes.cloudflare_client import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from workers_emulator.server import EmulatorServer

SCHEMA_FILE = "tests/data/openapi-workers-scripts.json"
SCRIPT = "/accounts/{account_id}/workers/scripts/{script_name}"
# The specification's endpoints, in its order.
ENDPOINTS = (
    ("POST", "/accounts/{account_id}/workers/assets/upload"),
    ("GET", "/accounts/{account_id}/workers/scripts"),
    ("GET", "/accounts/{account_id}/workers/scripts-search"),
    ("PUT", SCRIPT),
    ("GET", SCRIPT),
    ("DELETE", SCRIPT),
    ("POST", f"{SCRIPT}/assets-upload-session"),
    ("PUT", f"{SCRIPT}/content"),
    ("GET", f"{SCRIPT}/content/v2"),
    ("PATCH", f"{SCRIPT}/script-settings"),
    ("GET", f"{SCRIPT}/script-settings"),
    ("PUT", f"{SCRIPT}/secrets"),
    ("GET", f"{SCRIPT}/secrets"),
    ("GET", f"{SCRIPT}/secrets/{{secret_name}}"),
    ("DELETE", f"{SCRIPT}/secrets/{{secret_name}}"),
    ("PATCH", f"{SCRIPT}/settings"),
    ("GET", f"{SCRIPT}/settings"),
    ("POST", f"{SCRIPT}/subdomain"),
    ("GET", f"{SCRIPT}/subdomain"),
    ("DELETE", f"{SCRIPT}/subdomain"),
    ("PUT", f"{SCRIPT}/usage-model"),
    ("GET", f"{SCRIPT}/usage-model"),
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def _load() -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_path(SCHEMA_FILE)


@pytest.fixture(scope="module")
def server():
    with EmulatorServer(rate_limit=0) as emulator:
        yield emulator


@pytest.fixture
def client(server):
    with httpx.Client() as http:
        yield Client(server, http)


schema = _load()
for _method, _path in ENDPOINTS:
    schema = schema  # noqa: PLW0127


@schema.include(
    func=lambda ctx: (ctx.operation.method.upper(), ctx.operation.path) in ENDPOINTS
).parametrize()
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_the_answer_is_one_that_the_description_knows(case, server, client):
    client.upload("known", {"bindings": [{"type": "secret_text", "name": "S", "text": "x"}]})
    case.path_parameters["account_id"] = server.account_id
    if "script_name" in case.path_parameters:
        case.path_parameters["script_name"] = "known"
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {server.token}"}

    response = case.call(base_url=server.url)

    case.validate_response(response, checks=CHECKS)
