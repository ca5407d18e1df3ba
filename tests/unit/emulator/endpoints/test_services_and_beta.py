import base64
import json

import pytest

from fakes.cloudflare_client import ES_MODULE, HELLO, code, module

WORKERS = "/workers/workers"
KEY = {"type": "secret_text", "name": "KEY", "text": "s3cret"}


def result(answer):
    assert answer.is_success, answer.text
    return answer.json()["result"]


def encoded(content=HELLO, name="index.js", content_type=ES_MODULE):
    text = base64.b64encode(content).decode()
    return {"name": name, "content_type": content_type, "content_base64": text}


def test_a_script_is_a_service_with_one_environment(account):
    account.upload(metadata={"migrations": {"new_tag": "v1", "new_classes": ["A"]}, "tags": ["t"]})

    service = result(account.ask("GET", "/workers/services/hello"))

    script = service["default_environment"]["script"]
    assert service["default_environment"]["environment"] == "production"
    assert (script["migration_tag"], script["tags"]) == ("v1", ["t"])
    assert script["last_deployed_from"] == "api"
    assert code(account.ask("GET", "/workers/services/unknown")) == (404, 10090)


@pytest.mark.parametrize(
    ("agent", "expected"),
    [("wrangler/4.164.0", "wrangler"), ("Terraform/1", "terraform"), ("curl/8", "api")],
)
def test_the_client_is_told_as_what_deployed_last(account, agent, expected):
    account.ask("GET", "/user", headers={})
    account._http.headers["User-Agent"] = agent

    account.upload()

    assert account.script()["script"]["last_deployed_from"] == expected
    assert account.script()["versions"][0]["metadata"]["source"] == expected


def test_a_service_is_deleted_as_wrangler_does(account):
    account.upload()

    assert result(account.ask("DELETE", "/workers/services/hello")) is None
    assert code(account.ask("DELETE", "/workers/services/hello")) == (404, 10090)


def test_what_refers_to_a_script_is_told(account):
    account.upload("target")
    binding = {"type": "service", "name": "TARGET", "service": "target"}
    account.upload("user", {"bindings": [binding], "tail_consumers": [{"service": "target"}]})

    references = result(account.ask("GET", "/workers/scripts/target/references"))
    tails = result(account.ask("GET", "/workers/tails/by-consumer/target"))

    assert references["services"]["incoming"][0]["service"] == "user"
    assert tails[0]["producer"]["script"] == "user"
    assert result(account.ask("GET", "/workers/scripts/user/references")) == {}


def test_tails_are_opened_listed_and_closed(account):
    account.upload()
    path = "/workers/scripts/hello/tails"

    tail = result(account.ask("POST", path, json={}))

    assert tail["url"].startswith("ws://127.0.0.1")
    assert result(account.ask("GET", path)) == [tail]
    assert result(account.ask("DELETE", f"{path}/{tail['id']}")) is None
    assert code(account.ask("DELETE", f"{path}/{tail['id']}")) == (403, 10058)


def test_a_worker_is_found_by_name_and_by_tag_and_reports_where_it_runs(account):
    account.upload()

    by_name = result(account.ask("GET", f"{WORKERS}/hello"))
    by_tag = result(account.ask("GET", f"{WORKERS}/{by_name['id']}"))

    assert by_name == by_tag
    assert by_name["subdomain"]["url"] == f"{account.server.origin}/__emulator__/run/hello/"
    assert by_name["subdomain"]["preview_url_suffix"] == "-hello.emulator.workers.dev"
    assert code(account.ask("GET", f"{WORKERS}/unknown")) == (404, 10007)
    assert [w["name"] for w in result(account.ask("GET", WORKERS))] == ["hello"]


def test_a_worker_is_created_edited_replaced_and_deleted(account):
    account.upload("tailer")
    body = {
        "name": "hello",
        "logpush": True,
        "tail_consumers": [{"name": "tailer"}],
        "subdomain": {"enabled": True},
    }

    created = result(account.ask("POST", WORKERS, json=body))
    edited = result(account.ask("PATCH", f"{WORKERS}/hello", json={"tags": ["a"]}))
    replaced = result(account.ask("PUT", f"{WORKERS}/hello", json={"name": "hello"}))

    assert created["deployed_on"] is None
    assert (edited["logpush"], edited["tags"], edited["subdomain"]["enabled"]) == (
        True,
        ["a"],
        True,
    )
    assert edited["tail_consumers"] == [{"name": "tailer"}]
    assert (replaced["logpush"], replaced["tags"]) == (False, [])
    assert replaced["subdomain"]["enabled"] is False
    assert code(account.ask("POST", WORKERS, json=body)) == (409, 10040)
    assert result(account.ask("DELETE", f"{WORKERS}/hello")) is None
    assert code(account.ask("POST", WORKERS, json={})) == (400, 10026)
    assert code(account.ask("POST", WORKERS, json={"name": "Bad Name"})) == (400, 10016)


def test_a_worker_tells_what_refers_to_it(account):
    account.upload()
    account.upload("user", {"bindings": [{"type": "service", "name": "S", "service": "hello"}]})
    account.ask("PUT", "/workers/domains", json={"hostname": "app.example.com", "service": "hello"})

    references = result(account.ask("GET", f"{WORKERS}/hello"))["references"]

    assert [item["name"] for item in references["workers"]] == ["user"]
    assert [item["hostname"] for item in references["domains"]] == ["app.example.com"]


def test_a_version_in_json_is_uploaded_and_with_deploy_live(account):
    account.ask("POST", WORKERS, json={"name": "hello", "subdomain": {"previews_enabled": True}})
    path = f"{WORKERS}/hello/versions"
    body = {"main_module": "index.js", "modules": [encoded()], "bindings": [KEY]}

    waiting = result(account.ask("POST", path, json=body))
    before = account.script()["live_versions"]
    live = result(account.ask("POST", path, params={"deploy": "true"}, json=body))
    read = result(account.ask("GET", f"{path}/{live['id']}", params={"include": "modules"}))

    assert before == []
    assert account.script()["live_versions"] == [[live["id"], 100]]
    assert waiting["urls"] == [
        f"{account.server.origin}/__emulator__/run/{waiting['id'][:8]}-hello/"
    ]
    assert read["modules"] == [encoded()]
    assert read["bindings"] == [{"type": "secret_text", "name": "KEY"}]
    assert "modules" not in result(account.ask("GET", f"{path}/latest"))
    assert [v["number"] for v in result(account.ask("GET", path))] == [2, 1]


def test_header_and_redirect_rules_come_as_modules(account):
    token = account.upload_assets({"/a.txt": b"1"})
    account.ask("POST", WORKERS, json={"name": "hello"})
    rules = encoded(b"/*\n  X-A: b\n", "_headers", "text/plain")
    assets = {"jwt": token, "config": {"html_handling": "none"}}
    body = {"modules": [rules], "assets": assets, "placement": {"mode": "smart"}}

    answer = result(account.ask("POST", f"{WORKERS}/hello/versions", json=body))

    config = {"html_handling": "none", "_headers": "/*\n  X-A: b\n"}
    assert answer["assets"] == {"config": config}
    assert answer["placement"] == {"mode": "smart"}
    assert account.script()["versions"][0]["modules"] == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"modules": [{**encoded(), "content_base64": "?"}]}, (400, 10026)),
        ({"main_module": "index.js", "modules": "none"}, (400, 10026)),
        ({"main_module": "index.js"}, (400, 10021)),
        ({"main_module": "index.js", "modules": [encoded()], "migrations": {"new_tag": "v1"}},
         (400, 10211)),
    ],
)  # fmt: skip
def test_a_version_in_json_that_cannot_be_is_refused(account, body, expected):
    account.ask("POST", WORKERS, json={"name": "hello"})

    assert code(account.ask("POST", f"{WORKERS}/hello/versions", json=body)) == expected


def test_a_patch_of_the_latest_version_makes_one_without_traffic(account):
    account.upload(metadata={"bindings": [KEY, {**KEY, "name": "GONE"}]})
    live = account.script()["live_versions"]
    env = {"NEW": {"type": "secret_text", "text": "n"}, "GONE": None}
    annotations = {"workers/message": "env", "workers/tag": None}

    answer = result(
        account.ask(
            "PATCH",
            f"{WORKERS}/hello/versions/latest",
            json={"env": env, "annotations": annotations},
            headers={"Content-Type": "application/merge-patch+json"},
        )
    )

    version = account.script()["versions"][-1]
    assert version["id"] == answer["id"]
    assert version["test_only_secret_values"] == {"KEY": "s3cret", "NEW": "n"}
    assert version["annotations"]["workers/message"] == "env"
    assert account.script()["live_versions"] == live


def test_a_worker_without_versions_has_no_latest_one(account):
    account.ask("POST", WORKERS, json={"name": "hello"})

    answer = account.ask("PATCH", f"{WORKERS}/hello/versions/latest", json={})

    assert code(answer) == (404, 10222)
    assert code(account.ask("GET", f"{WORKERS}/hello/versions/unknown")) == (404, 100146)


def test_a_version_is_deleted_unless_it_is_the_latest_or_live(account):
    for _ in range(2):
        account.upload()
    account.upload(versions=True)
    old, live, latest = (version["id"] for version in account.script()["versions"])
    path = f"{WORKERS}/hello/versions"

    assert code(account.ask("DELETE", f"{path}/{latest}")) == (400, 10339)
    assert code(account.ask("DELETE", f"{path}/{live}")) == (400, 10339)
    assert result(account.ask("DELETE", f"{path}/{old}")) is None
    assert [v["id"] for v in account.script()["versions"]] == [live, latest]


TENANT = "/workers/dispatch/namespaces/tenants/scripts/customer"


def upload_tenant(account, **metadata):
    full = {"main_module": "index.js", **metadata}
    part = ("metadata", (None, json.dumps(full).encode(), "application/json"))
    return account.ask("PUT", TENANT, files=[part, module()])


def test_a_script_of_a_namespace_is_apart_from_the_accounts(account):
    upload_tenant(account, bindings=[KEY])

    read = result(account.ask("GET", TENANT))

    assert (read["script"]["id"], read["dispatch_namespace"]) == ("customer", "tenants")
    assert result(account.ask("GET", "/workers/scripts")) == []
    assert [s["id"] for s in result(account.ask("GET", TENANT.rpartition("/")[0]))] == ["customer"]
    assert result(account.ask("GET", f"{TENANT}/bindings")) == [
        {"type": "secret_text", "name": "KEY"}
    ]
    assert result(account.ask("GET", f"{TENANT}/secrets"))[0]["name"] == "KEY"
    assert result(account.ask("GET", f"{TENANT}/settings"))["bindings"][0]["name"] == "KEY"
    assert b"hello" in account.ask("GET", f"{TENANT}/content").content


def test_a_script_of_a_namespace_is_edited(account):
    upload_tenant(account)

    result(account.ask("PUT", f"{TENANT}/secrets", json=KEY))
    result(account.ask("PUT", f"{TENANT}/tags", json=["a", "b"]))
    result(account.ask("PUT", f"{TENANT}/tags/c"))
    result(account.ask("DELETE", f"{TENANT}/tags/a"))

    held = account.server.state()["dispatch_namespaces"]["tenants"]["customer"]
    assert held["settings"]["tags"] == ["b", "c"] == result(account.ask("GET", f"{TENANT}/tags"))
    assert held["versions"][-1]["secret_names"] == ["KEY"]
    assert code(account.ask("PUT", f"{TENANT}/tags", json="a")) == (400, 10026)


def test_assets_of_a_script_of_a_namespace_are_its_own(account):
    token = account.upload_assets(
        {"/a.txt": b"1"}, "customer", where="dispatch/namespaces/tenants/"
    )

    elsewhere = account.upload("customer", {"main_module": None, "assets": {"jwt": token}}, [])

    assert upload_tenant(account, assets={"jwt": token}).is_success
    assert code(elsewhere) == (400, 10305)


def test_namespaces_are_created_listed_and_deleted_with_their_scripts(account):
    namespaces = "/workers/dispatch/namespaces"
    upload_tenant(account)

    made = result(account.ask("POST", namespaces, json={"name": "more"}))
    one = result(account.ask("GET", f"{namespaces}/tenants"))
    result(account.ask("DELETE", f"{namespaces}/tenants"))

    assert made["namespace_name"] == "more"
    assert one["script_count"] == 1
    assert [n["namespace_name"] for n in result(account.ask("GET", namespaces))] == ["more"]
    assert code(account.ask("GET", f"{namespaces}/tenants")) == (404, 100119)
    assert code(upload_tenant(account)) == (404, 100119)
    assert code(account.ask("GET", TENANT)) == (404, 10092)
    assert code(account.ask("POST", namespaces, json={"name": 5})) == (400, 10026)
