"""Endpoints of versions and deployments: what goes out, what comes of the answer."""

import pytest

from fakes.api import bad, good, page
from workers_deploy.api.endpoints.versions import UploadedVersion
from workers_deploy.core.live import LiveDeployment, TrafficShare
from workers_deploy.core.project import (
    Binding,
    Module,
    ModuleType,
)
from workers_deploy.errors import RefusedError, UnansweredError

MODULES = (Module(name="index.js", type=ModuleType.ESM, content=b"export default {}"),)
VERSION_ID = "f5915c74-1cd1-4802-8e0c-e197ff822c03"
VERSION = {
    "id": VERSION_ID,
    "number": 7,
    "startup_time_ms": 12,
    "metadata": {
        "author_email": "ci@example.com",
        "created_on": "2026-11-24T00:00:02.000Z",
        "source": "wrangler",
        "hasPreview": True,
    },
    "annotations": {
        "workers/message": "m",
        "workers/tag": "t",
        "workers/triggered_by": "upload",
    },
    "resources": {
        "script": {
            "etag": "e1",
            "handlers": ["fetch"],
            "last_deployed_from": "wrangler",
            "placement": {"mode": "smart"},
        },
        "script_runtime": {
            "compatibility_date": "2026-11-01",
            "compatibility_flags": ["nodejs_compat"],
            "usage_model": "standard",
            "limits": {"cpu_ms": 50},
            "migration_tag": "v2",
        },
        "bindings": [
            {"name": "KV", "type": "kv_namespace", "namespace_id": "a1"},
            {"name": "S", "type": "secret_text"},
            {"type": "no_name"},
            "odd",
        ],
    },
}
DEPLOYMENT = {
    "id": "d1",
    "source": "wrangler",
    "strategy": "percentage",
    "author_email": "ci@example.com",
    "annotations": {"workers/message": "hi", "workers/triggered_by": "deployment"},
    "created_on": "2026-11-24T00:00:01.000Z",
    "versions": [
        {"version_id": "v1", "percentage": 10},
        {"version_id": "v2", "percentage": 90},
        {"version_id": "odd"},
    ],
}


def test_a_version_is_created_without_traffic(cloudflare, client):
    cloudflare.on("POST /versions", good(VERSION))

    made = client.create_version("hello", {"main_module": "index.js"}, MODULES)

    assert made == UploadedVersion(
        id=VERSION_ID, number=7, startup_time_ms=12, etag="e1", has_preview=True
    )
    assert dict(cloudflare.requests[0].url.params) == {"bindings_inherit": "strict"}


@pytest.mark.parametrize(
    ("exports", "dated"),
    [
        (None, False),
        ({"default": {"type": "worker"}}, False),
        ({"default": {"type": "worker"}, "Flow": {"type": "workflow", "name": "f"}}, True),
    ],
)
def test_an_upload_that_declares_a_workflow_has_the_date_of_its_rules(
    cloudflare, client, exports, dated
):
    cloudflare.on("POST /versions", good(VERSION))
    metadata = {"main_module": "index.js", **({"exports": exports} if exports else {})}

    client.create_version("hello", metadata, MODULES)

    headers = cloudflare.requests[0].headers
    found = headers.get("cloudflare-workers-script-api-date")
    assert found == ("2026-11-09" if dated else None)


def test_a_version_is_read_with_what_serves_and_what_is_bound(cloudflare, client):
    cloudflare.on(f"GET /versions/{VERSION_ID}", good(VERSION))

    read = client.read_version("hello", VERSION_ID)

    version = read.version
    assert (read.migration_tag, read.last_deployed_from) == ("v2", "wrangler")
    assert (version.id, version.number, version.etag) == (VERSION_ID, 7, "e1")
    assert (version.message, version.tag, version.triggered_by) == ("m", "t", "upload")
    assert version.bindings == (
        Binding(name="KV", type="kv_namespace", fields={"namespace_id": "a1"}),
        Binding(name="S", type="secret_text"),
    )
    assert version.secret_names == ("S",)
    assert version.compatibility_flags == ("nodejs_compat",)
    assert (version.limits, version.placement) == ({"cpu_ms": 50}, {"mode": "smart"})
    assert (version.author, version.source) == ("ci@example.com", "wrangler")
    assert (version.usage_model, version.handlers) == ("standard", ("fetch",))


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "v1"},
        {"id": "v1", "metadata": None, "annotations": None, "resources": None},
        {"id": "v1", "resources": {"script": None, "script_runtime": None, "bindings": None}},
        {"id": "v1", "resources": {"script": {"handlers": None}, "bindings": {}}},
    ],
)
def test_a_version_of_which_little_is_told_is_read_all_the_same(cloudflare, client, answer):
    cloudflare.on("GET /versions/v1", good(answer))

    version = client.read_version("hello", "v1").version

    assert (version.id, version.bindings, version.has_preview) == ("v1", (), None)


def test_a_version_that_was_just_made_is_waited_for(cloudflare, client):
    cloudflare.on("GET /versions/v1", bad(404, 100146, "not found"), good({"id": "v1"}))

    assert client.read_version("hello", "v1", is_new=True).version.id == "v1"


def test_an_unknown_version_is_refused_at_once(cloudflare, client):
    cloudflare.on("GET /versions/v1", bad(404, 100146, "not found"))

    with pytest.raises(RefusedError):
        client.read_version("hello", "v1")

    assert len(cloudflare.requests) == 1


def test_versions_are_listed(cloudflare, client):
    cloudflare.on("GET /versions", good({"items": [VERSION]}))

    assert [version.id for version in client.list_versions("hello")] == [VERSION_ID]


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ({"items": "odd"}, "an unknown result"),
        ({"items": None}, "an unknown result"),
        ({}, "an unknown result"),
        (None, "a result that is null"),
        ({"items": [VERSION, {"number": 3}]}, "a list with an unknown item"),
        ({"items": [None, VERSION]}, "a list with an unknown item"),
    ],
)
def test_a_list_that_is_none_or_not_whole_is_malformed(cloudflare, client, result, told):
    cloudflare.on("GET /versions", good(result))

    with pytest.raises(UnansweredError, match=told):
        client.list_versions("hello")


@pytest.mark.parametrize("result", [None, "odd", [1], [{}], [{"id": None}]])
def test_no_account_is_a_verdict_that_only_cloudflare_gives(cloudflare, client, result):
    cloudflare.on("GET /accounts", good(result))

    with pytest.raises(UnansweredError):
        client.list_accounts()


def test_traffic_moves_by_a_deployment(cloudflare, client):
    cloudflare.on("POST /deployments", good(DEPLOYMENT))

    made = client.create_deployment(
        "hello", [TrafficShare(version_id=VERSION_ID, percentage=100.0)], message="hi", force=True
    )

    assert cloudflare.sent_json() == {
        "strategy": "percentage",
        "versions": [{"version_id": VERSION_ID, "percentage": 100}],
        "annotations": {"workers/message": "hi"},
        "code_update_strategy": {"mode": "deferred", "max_delay": 300},
    }
    assert b'"percentage":100}' in cloudflare.bodies[0]
    assert dict(cloudflare.requests[0].url.params) == {"force": "true"}
    assert made.id == "d1"


def test_a_deployment_is_read_with_the_largest_share_first(cloudflare, client):
    cloudflare.on("GET /deployments", good({"deployments": [DEPLOYMENT]}))

    (deployment,) = client.list_deployments("hello")

    assert deployment == LiveDeployment(
        id="d1",
        shares=(
            TrafficShare(version_id="v2", percentage=90.0),
            TrafficShare(version_id="v1", percentage=10.0),
        ),
        created_on="2026-11-24T00:00:01.000Z",
        author="ci@example.com",
        source="wrangler",
        message="hi",
        triggered_by="deployment",
    )


def test_a_fraction_of_traffic_stays_one(cloudflare, client):
    cloudflare.on("POST /deployments", good(DEPLOYMENT))
    shares = [
        TrafficShare(version_id="v1", percentage=0.5),
        TrafficShare(version_id="v2", percentage=99.5),
    ]

    client.create_deployment("hello", shares)

    assert [v["percentage"] for v in cloudflare.sent_json()["versions"]] == [0.5, 99.5]
    assert cloudflare.sent_json()["annotations"] == {}


def test_a_lost_version_is_adopted_and_not_made_twice(cloudflare, client):
    cloudflare.on("POST /versions", page(502))
    adopted = UploadedVersion(id="v9")

    assert client.create_version("hello", {}, MODULES, look=lambda: adopted) is adopted

    assert cloudflare.asked == ["POST /workers/scripts/hello/versions"]


def test_a_success_with_a_null_result_may_have_been_taken(cloudflare, client):
    cloudflare.on("POST /deployments", good(None))
    adopted = LiveDeployment(id="d9", shares=())

    assert client.create_deployment("hello", [], look=lambda: adopted) is adopted


@pytest.mark.parametrize("read", ["list_deployments", "list_versions"])
def test_a_list_whose_result_is_null_is_no_empty_list(cloudflare, client, read):
    """A script without deployments would be deployed without a guard."""
    cloudflare.on("GET ", good(None), good({"items": [], "deployments": []}))

    assert getattr(client, read)("hello") == ()
    assert len(cloudflare.requests) == 2
