"""Every endpoint: what goes out, and what is made of the answer."""

import httpx
import pytest

from fakes.api import ACCOUNT, Cloudflare, FakeTime, bad, client_of, good, page
from workers_deploy.api.caller import ScriptPath
from workers_deploy.api.scripts import UploadedScript
from workers_deploy.api.secrets import SecretName
from workers_deploy.api.settings import Account
from workers_deploy.api.versions import UploadedVersion
from workers_deploy.core.live import LiveDeployment, TrafficShare
from workers_deploy.core.project import (
    Binding,
    Module,
    ModuleType,
    ScriptSettings,
    Secret,
    SubdomainState,
    UsageModel,
)
from workers_deploy.errors import RefusedError, UnansweredError

HELLO = ScriptPath(name="hello")
IN_NAMESPACE = ScriptPath(name="hello", dispatch_namespace="ns")
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


@pytest.fixture
def cloudflare():
    return Cloudflare()


@pytest.fixture
def client(cloudflare):
    with client_of(cloudflare, FakeTime()) as client:
        yield client


SENT = [
    ("list_deployments", ("hello",), {}, "GET /workers/scripts/hello/deployments", ""),
    ("list_versions", ("hello",), {}, "GET /workers/scripts/hello/versions", ""),
    (
        "list_versions",
        ("hello",),
        {"deployable": True, "per_page": 1},
        "GET /workers/scripts/hello/versions",
        "deployable=true&per_page=1",
    ),
    ("read_references", (HELLO,), {}, "GET /workers/scripts/hello/references", ""),
    ("list_scripts", (), {}, "GET /workers/scripts", ""),
    ("delete_subdomain", ("hello",), {}, "DELETE /workers/scripts/hello/subdomain", ""),
    ("list_secrets", (HELLO,), {}, "GET /workers/scripts/hello/secrets", ""),
    (
        "list_secrets",
        (IN_NAMESPACE,),
        {},
        "GET /workers/dispatch/namespaces/ns/scripts/hello/secrets",
        "",
    ),
    (
        "delete_secret",
        (HELLO, "A B"),
        {},
        "DELETE /workers/scripts/hello/secrets/A B",
        "url_encoded=true",
    ),
    ("delete_script", (HELLO,), {}, "DELETE /workers/scripts/hello", ""),
    ("delete_script", (HELLO,), {"force": True}, "DELETE /workers/scripts/hello", "force=true"),
    ("download_script", (HELLO,), {}, "GET /workers/scripts/hello/content/v2", ""),
    ("read_script", (HELLO,), {}, "GET /workers/scripts/hello", ""),
]


@pytest.mark.parametrize(("method", "args", "options", "asked", "query"), SENT)
def test_endpoints_without_a_body_are_asked_where_they_are(
    cloudflare, client, method, args, options, asked, query
):
    cloudflare.on(f"{asked.split()[0]} ", good(None))

    getattr(client, method)(*args, **options)

    assert cloudflare.asked == [asked]
    assert cloudflare.requests[0].url.query.decode() == query


def test_a_name_with_a_slash_stays_one_segment(cloudflare, client):
    cloudflare.on("GET ", good({"name": "a/b", "type": "secret_text"}))

    client.read_secret(HELLO, "a/b")

    assert b"/secrets/a%2Fb?" in cloudflare.requests[0].url.raw_path


def test_put_script_makes_a_version_that_serves(cloudflare, client):
    cloudflare.on(
        "PUT /hello",
        good(
            {
                "id": "hello",
                "tag": "t1",
                "etag": "e1",
                "deployment_id": VERSION_ID.replace("-", ""),
                "startup_time_ms": 3,
                "migration_tag": "v2",
            }
        ),
    )

    made = client.put_script(HELLO, {"main_module": "index.js"}, MODULES)

    assert made == UploadedScript(
        version_id=VERSION_ID, tag="t1", etag="e1", startup_time_ms=3, migration_tag="v2"
    )
    assert dict(cloudflare.requests[0].url.params) == {
        "excludeScript": "true",
        "bindings_inherit": "strict",
    }
    assert cloudflare.requests[0].headers["content-type"].startswith("multipart/form-data;")
    assert b'name="metadata"\r\n\r\n{"main_module":"index.js"}' in cloudflare.bodies[0]


def test_a_script_of_a_dispatch_namespace_is_put_there(cloudflare, client):
    cloudflare.on("PUT /hello", good({"id": "hello"}))

    assert client.put_script(IN_NAMESPACE, {}, MODULES).version_id is None

    assert cloudflare.asked == ["PUT /workers/dispatch/namespaces/ns/scripts/hello"]


def test_put_content_sends_the_code_only(cloudflare, client):
    cloudflare.on("PUT /content", good({"id": "hello", "etag": "e2"}))

    assert client.put_content(HELLO, {"main_module": "index.js"}, MODULES).etag == "e2"


def test_a_version_is_created_without_traffic(cloudflare, client):
    cloudflare.on("POST /versions", good(VERSION))

    made = client.create_version("hello", {"main_module": "index.js"}, MODULES)

    assert made == UploadedVersion(
        id=VERSION_ID, number=7, startup_time_ms=12, etag="e1", has_preview=True
    )
    assert dict(cloudflare.requests[0].url.params) == {"bindings_inherit": "strict"}


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


def test_versions_are_listed_and_odd_items_left_out(cloudflare, client):
    cloudflare.on("GET /versions", good({"items": [VERSION, {"number": 3}, None]}))

    assert [version.id for version in client.list_versions("hello")] == [VERSION_ID]


def test_a_list_that_is_no_list_is_malformed(cloudflare, client):
    cloudflare.on("GET /versions", good({"items": "odd"}))

    with pytest.raises(UnansweredError, match="an unknown result"):
        client.list_versions("hello")


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


def test_script_settings_are_read_with_null_as_nothing(cloudflare, client):
    cloudflare.on(
        "GET /script-settings",
        good({"logpush": None, "observability": None, "tags": None, "tail_consumers": None}),
    )

    assert client.read_script_settings(HELLO) == ScriptSettings(
        logpush=False, observability=None, tags=(), tail_consumers=(), streaming_tail_consumers=()
    )


def test_only_settings_that_are_said_are_patched(cloudflare, client):
    cloudflare.on("PATCH /script-settings", good({"logpush": True, "tags": ["a:b"]}))

    patched = client.patch_script_settings(
        HELLO, ScriptSettings(logpush=True, tags=("a:b",), observability={"enabled": False})
    )

    assert cloudflare.sent_json() == {
        "logpush": True,
        "observability": {"enabled": False},
        "tags": ["a:b"],
    }
    assert cloudflare.requests[0].headers["content-type"] == "application/json"
    assert patched.logpush is True


def test_versioned_settings_are_read(cloudflare, client):
    cloudflare.on(
        "GET /settings",
        good(
            {
                "bindings": [{"name": "A", "type": "plain_text", "text": "x"}],
                "compatibility_date": "2026-01-01",
                "compatibility_flags": None,
                "placement": {},
                "logpush": True,
            }
        ),
    )

    settings = client.read_settings(HELLO)

    assert settings.bindings[0].as_json() == {"name": "A", "type": "plain_text", "text": "x"}
    assert (settings.compatibility_flags, settings.placement) == ((), {})
    assert settings.script_settings.logpush is True


def test_versioned_settings_are_patched_as_a_form(cloudflare, client):
    cloudflare.on("PATCH /settings", good({}))

    client.patch_settings(HELLO, {"placement": {"mode": "smart"}})

    assert cloudflare.requests[0].headers["content-type"].startswith("multipart/form-data;")
    assert b'name="settings"\r\n\r\n{"placement":{"mode":"smart"}}' in cloudflare.bodies[0]


def test_workers_dev_is_read_and_always_set_with_both_fields(cloudflare, client):
    cloudflare.on("GET /subdomain", good({"enabled": True, "previews_enabled": None}))
    cloudflare.on("POST /subdomain", good({"enabled": True, "previews_enabled": False}))

    assert client.read_subdomain("hello") == SubdomainState(enabled=True)
    assert client.set_subdomain("hello", enabled=True, previews_enabled=False) == SubdomainState(
        enabled=True, previews_enabled=False
    )

    assert cloudflare.sent_json() == {"enabled": True, "previews_enabled": False}
    assert "cloudflare-workers-script-api-date" in cloudflare.requests[-1].headers


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (UsageModel(usage_model="standard"), {"usage_model": "standard"}),
        (UsageModel(cpu_ms=50), {"user_limits": {"cpu_ms": 50}}),
    ],
)
def test_the_usage_model_is_put_as_far_as_it_is_said(cloudflare, client, model, body):
    cloudflare.on(
        "PUT /usage-model", good({"usage_model": "standard", "user_limits": {"cpu_ms": 50}})
    )

    put = client.put_usage_model("hello", model)

    assert cloudflare.sent_json() == body
    assert put == UsageModel(usage_model="standard", cpu_ms=50)


def test_the_usage_model_may_have_no_limit(cloudflare, client):
    cloudflare.on("GET /usage-model", good({"usage_model": "standard", "user_limits": None}))

    assert client.read_usage_model("hello") == UsageModel(usage_model="standard")


def test_the_accounts_subdomain_may_be_missing(cloudflare, client):
    cloudflare.on("GET /workers/subdomain", bad(404, 10007, "no subdomain"))

    assert client.read_account_subdomain() is None


def test_the_accounts_subdomain_is_read(cloudflare, client):
    cloudflare.on("GET /workers/subdomain", good({"subdomain": "acme"}))

    assert client.read_account_subdomain() == "acme"


def test_another_refusal_of_the_accounts_subdomain_is_one(cloudflare, client):
    cloudflare.on("GET /workers/subdomain", bad(403, 10023, "no"))

    with pytest.raises(RefusedError):
        client.read_account_subdomain()


def test_accounts_are_listed_without_an_account_in_the_path(cloudflare, client):
    cloudflare.on("GET /accounts", good([{"id": ACCOUNT, "name": None}]))

    assert client.list_accounts() == (Account(id=ACCOUNT, name=""),)

    assert cloudflare.requests[0].url.path == "/client/v4/accounts"


def test_a_worker_is_read_with_its_url(cloudflare, client):
    cloudflare.on(
        "GET /workers/workers/hello",
        good({"id": "t1", "subdomain": {"enabled": True, "url": "https://hello.acme.workers.dev"}}),
    )

    worker = client.read_worker("hello")

    assert (worker.id, worker.url) == ("t1", "https://hello.acme.workers.dev")
    assert worker.subdomain == SubdomainState(enabled=True)


def test_a_worker_without_a_subdomain_has_no_url(cloudflare, client):
    cloudflare.on("GET /workers/workers/hello", good({"id": "t1", "subdomain": None}))

    assert client.read_worker("hello").url is None


def test_secrets_are_listed_by_name(cloudflare, client):
    cloudflare.on("GET /secrets", good([{"name": "A", "type": "secret_text"}]))

    assert client.list_secrets(HELLO) == (SecretName(name="A", type="secret_text"),)


def test_a_secret_that_is_not_there_is_none(cloudflare, client):
    cloudflare.on("GET /secrets/A", bad(404, 10056, "no binding"))

    assert client.read_secret(HELLO, "A") is None


def test_a_secret_that_is_gone_already_is_deleted(cloudflare, client):
    cloudflare.on("DELETE /secrets/A", bad(404, 10056, "no binding"))
    cloudflare.on("DELETE /secrets/B", good(None))

    assert (client.delete_secret(HELLO, "A"), client.delete_secret(HELLO, "B")) == (False, True)


@pytest.mark.parametrize("method", ["read_secret", "delete_secret"])
def test_other_refusals_of_a_secret_are_errors(cloudflare, client, method):
    cloudflare.on("GET /secrets/A", bad(404, 10007, "no script"))
    cloudflare.on("DELETE /secrets/A", bad(400, 10215, "latest is not deployed"))

    with pytest.raises(RefusedError):
        getattr(client, method)(HELLO, "A")


def test_a_secret_is_put(cloudflare, client):
    cloudflare.on("PUT /secrets", good({"name": "A", "type": "secret_text"}))

    client.put_secret(HELLO, Secret(name="A", value="v"))

    assert cloudflare.sent_json() == {"name": "A", "text": "v", "type": "secret_text"}


def test_secrets_are_set_and_deleted_in_one_patch(cloudflare, client):
    cloudflare.on("PATCH /secrets-bulk", good({}))

    client.patch_secrets(HELLO, [Secret(name="A", value="v")], gone=["B"])

    assert cloudflare.sent_json() == {
        "secrets": {"A": {"name": "A", "text": "v", "type": "secret_text"}, "B": None}
    }
    assert cloudflare.requests[0].headers["content-type"] == "application/merge-patch+json"


def test_scripts_are_listed(cloudflare, client):
    cloudflare.on("GET /workers/scripts", good([{"id": "hello", "handlers": ["fetch"]}, "odd"]))

    (script,) = client.list_scripts()

    assert (script.name, script.handlers) == ("hello", ("fetch",))


def test_a_search_reads_all_pages(cloudflare, client):
    found = [{"id": f"t{n}", "script_name": f"hello-{n}"} for n in range(3)]
    cloudflare.on("GET /scripts-search", good(found[:2]), good(found[2:]))

    names = [script.name for script in client.search_scripts("hello", per_page=2)]

    assert names == ["hello-0", "hello-1", "hello-2"]
    assert cloudflare.requests[1].url.params["page"] == "2"


def test_a_download_says_what_it_is(cloudflare, client):
    headers = {"content-type": "multipart/form-data; boundary=B", "cf-entrypoint": "index.js"}
    cloudflare.on("GET /content/v2", httpx.Response(200, content=b"--B--", headers=headers))

    raw = client.download_script(HELLO)

    assert (raw.content, raw.main_module) == (b"--B--", "index.js")
    assert raw.content_type == "multipart/form-data; boundary=B"


def test_a_download_of_assets_only_is_empty(cloudflare, client):
    cloudflare.on("GET /content/v2", httpx.Response(204))

    assert client.download_script(HELLO).content == b""


def test_references_are_a_mapping(cloudflare, client):
    cloudflare.on("GET /references", good({"services": {"incoming": []}}))

    assert client.read_references(HELLO) == {"services": {"incoming": []}}


def test_a_delete_that_answers_nothing_is_done(cloudflare, client):
    cloudflare.on("DELETE /hello", httpx.Response(200))

    assert client.delete_script(HELLO) is True

    assert len(cloudflare.requests) == 1


def test_a_script_that_is_gone_after_a_lost_answer_is_deleted(cloudflare, client):
    cloudflare.on("DELETE /hello", page(502), bad(404, 10007, "does not exist"))

    assert client.delete_script(HELLO) is False


def test_a_script_that_others_need_is_not_deleted(cloudflare, client):
    cloudflare.on("DELETE /hello", bad(400, 10142, "others bind to it"))

    with pytest.raises(RefusedError):
        client.delete_script(HELLO)
