"""Endpoints of scripts: what goes out, and what is made of the answer."""

import httpx
import pytest

from fakes.api import bad, good, page
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.scripts import UploadedScript
from workers_deploy.core.project import (
    Module,
    ModuleType,
    SubdomainState,
)
from workers_deploy.errors import RefusedError

HELLO = ScriptPath(name="hello")
IN_NAMESPACE = ScriptPath(name="hello", dispatch_namespace="ns")
MODULES = (Module(name="index.js", type=ModuleType.ESM, content=b"export default {}"),)
VERSION_ID = "f5915c74-1cd1-4802-8e0c-e197ff822c03"
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
]


@pytest.mark.parametrize(("method", "args", "options", "asked", "query"), SENT)
def test_endpoints_without_a_body_are_asked_where_they_are(
    cloudflare, client, method, args, options, asked, query
):
    lists = {"list_deployments": {"deployments": []}, "list_versions": {"items": []}}
    result = lists.get(method)
    cloudflare.on(f"{asked.split()[0]} ", good(result))

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


def test_a_download_says_what_it_is(cloudflare, client, tmp_path):
    headers = {"content-type": "multipart/form-data; boundary=B", "cf-entrypoint": "index.js"}
    cloudflare.on("GET /content/v2", httpx.Response(200, content=b"--B--", headers=headers))

    raw = client.download_script(HELLO, tmp_path / "answer")

    assert raw.file.read_bytes() == b"--B--"
    assert (raw.size, raw.main_module) == (5, "index.js")
    assert raw.content_type == "multipart/form-data; boundary=B"


@pytest.mark.parametrize(
    ("method", "path"), [("download_script", "/hello/content/v2"), ("read_script", "/hello")]
)
def test_a_script_is_downloaded_from_where_it_is(cloudflare, client, tmp_path, method, path):
    cloudflare.on(f"GET {path}", httpx.Response(204))

    getattr(client, method)(HELLO, tmp_path / "answer")

    assert cloudflare.requests[-1].url.path.endswith(f"/workers/scripts{path}")


def test_a_download_of_assets_only_is_empty(cloudflare, client, tmp_path):
    cloudflare.on("GET /content/v2", httpx.Response(204))

    assert client.download_script(HELLO, tmp_path / "answer").size == 0


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
