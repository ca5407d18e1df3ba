"""The official Python SDK against the emulator, beyond scripts; and what it makes of refusals."""

import base64
from collections.abc import Iterator

import cloudflare
import pytest
from cloudflare import Cloudflare

from fakes.official_sdk import ES_MODULE, HELLO, upload
from workers_emulator.server.server import EmulatorServer


@pytest.fixture
def emulator() -> Iterator[EmulatorServer]:
    with EmulatorServer() as server:
        yield server


@pytest.fixture
def sdk(emulator: EmulatorServer) -> Iterator[Cloudflare]:
    with Cloudflare(api_token=emulator.token, base_url=emulator.url, max_retries=0) as client:
        yield client


def test_the_account_is_read_and_its_subdomain_registered(sdk, emulator):
    account = {"account_id": emulator.account_id}

    sdk.workers.subdomains.update(subdomain="renamed", **account)

    assert sdk.workers.subdomains.get(**account).subdomain == "renamed"
    assert sdk.user.tokens.verify().status == "active"
    assert [item.id for item in sdk.accounts.list()] == [emulator.account_id]


def test_routes_domains_and_queues_lead_to_a_script(sdk, emulator):
    upload(sdk, emulator, code=b"export default { fetch() {}, queue(batch) {} }")
    zone = next(iter(sdk.zones.list(name="example.com")))
    account = {"account_id": emulator.account_id}

    sdk.workers.routes.create(zone_id=zone.id, pattern="example.com/*", script="hello")
    sdk.workers.domains.update(
        hostname="app.example.com", service="hello", zone_id=zone.id, **account
    )
    queue = sdk.queues.create(queue_name="jobs", **account)
    sdk.queues.consumers.create(queue.queue_id, script_name="hello", type="worker", **account)

    state = emulator.state()
    assert [route["script"] for route in state["routes"]] == ["hello"]
    assert [domain["hostname"] for domain in state["domains"]] == ["app.example.com"]
    assert state["queues"][0]["consumers"][0]["script"] == "hello"


def test_the_beta_resource_makes_and_deploys_a_version_in_json(sdk, emulator):
    account = {"account_id": emulator.account_id}
    workers = sdk.workers.beta.workers

    worker = workers.create(name="hello", subdomain={"enabled": True}, **account)
    version = workers.versions.create(
        worker.id,
        deploy=True,
        main_module="index.js",
        modules=[
            {
                "name": "index.js",
                "content_type": ES_MODULE,
                "content_base64": base64.b64encode(HELLO).decode(),
            }
        ],
        **account,
    )
    read = workers.get("hello", **account)

    script = emulator.state()["scripts"]["hello"]
    assert script["live_versions"] == [[version.id, 100]]
    assert script["versions"][0]["modules"][0]["text"] == HELLO.decode()
    assert read.subdomain.enabled is True
    assert read.subdomain.url == f"{emulator.origin}/__emulator__/run/hello/"


def test_a_script_of_a_dispatch_namespace_is_uploaded_and_deleted(sdk, emulator):
    account = {"account_id": emulator.account_id}
    namespaces = sdk.workers_for_platforms.dispatch.namespaces

    namespaces.create(name="tenants", **account)
    namespaces.scripts.update(
        "customer",
        dispatch_namespace="tenants",
        metadata={"main_module": "index.js"},
        files=[("index.js", HELLO, ES_MODULE)],
        **account,
    )
    held = emulator.state()["dispatch_namespaces"]["tenants"]
    namespaces.scripts.delete("customer", dispatch_namespace="tenants", **account)

    assert list(held) == ["customer"]
    assert emulator.state()["scripts"] == {}
    assert emulator.state()["dispatch_namespaces"]["tenants"] == {}


def test_a_refusal_is_the_sdks_own_exception_with_cloudflares_code(sdk, emulator):
    with pytest.raises(cloudflare.NotFoundError) as raised:
        sdk.workers.scripts.settings.get("unknown", account_id=emulator.account_id)

    assert raised.value.errors[0].code == 10007


def test_a_wrong_token_is_refused(emulator):
    with (
        Cloudflare(api_token="wrong", base_url=emulator.url) as client,
        pytest.raises(cloudflare.PermissionDeniedError) as raised,
    ):
        client.workers.scripts.list(account_id=emulator.account_id)

    assert raised.value.errors[0].code == 10000


def test_the_sdk_retries_what_the_rate_limit_refuses(emulator):
    emulator.faults({"route": "GET scripts", "kind": "status", "status": 429,
                     "headers": {"Retry-After": "0.01"}})  # fmt: skip

    with Cloudflare(api_token=emulator.token, base_url=emulator.url, max_retries=1) as client:
        listed = client.workers.scripts.list(account_id=emulator.account_id)

    assert list(listed) == []
    assert [entry.status for entry in emulator.app.ledger.entries] == [429, 200]
