import pytest

from fakes.cloudflare_client import code, module

ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
ROUTES = f"!/zones/{ZONE}/workers/routes"
SCRIPT = "/workers/scripts/hello"
QUEUE_CODE = b"export default { fetch() {}, queue(batch) {} }"


def result(answer):
    assert answer.is_success, answer.text
    return answer.json()["result"]


def test_cron_schedules_are_replaced_and_cleared(account_with):
    account = account_with(max_crons=2)
    account.upload()
    account.upload("other")
    path = f"{SCRIPT}/schedules"

    first = result(account.ask("PUT", path, json=[{"cron": "0 0 * * MON"}]))
    account.server.advance(60)
    second = result(account.ask("PUT", path, json=[{"cron": "0 0 * * MON"}, {"cron": "* * * * *"}]))
    others = account.ask("PUT", "/workers/scripts/other/schedules", json=[{"cron": "* * * * *"}])
    result(account.ask("PUT", path, json=[]))

    assert second["schedules"][0] == first["schedules"][0]
    assert code(others) == (400, 10072)
    assert result(account.ask("GET", path)) == {"schedules": []}


@pytest.mark.parametrize("body", [[{}], {}, ["* * * * *"]])
def test_schedules_that_cannot_be_read_are_refused(account, body):
    account.upload()

    assert code(account.ask("PUT", f"{SCRIPT}/schedules", json=body)) == (400, 10026)


def test_routes_of_a_zone_are_created_changed_and_deleted(account):
    account.upload()
    body = {"pattern": "*.example.com/a/*", "script": "hello"}

    route = result(account.ask("POST", ROUTES, json=body))
    one = f"{ROUTES}/{route['id']}"
    changed = result(account.ask("PUT", one, json={"pattern": "example.com/b"}))

    assert route["pattern"] == "*.example.com/a/*"
    assert result(account.ask("GET", one)) == changed == {
        "id": route["id"], "pattern": "example.com/b"
    }  # fmt: skip
    assert result(account.ask("GET", ROUTES)) == [changed]
    assert result(account.ask("DELETE", one)) == {"id": route["id"]}
    assert code(account.ask("GET", one)) == (404, 10009)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"pattern": "example.org/*"}, (400, 10022)),
        ({"pattern": "not a pattern"}, (400, 10022)),
        ({"pattern": "example.com/*", "script": "unknown"}, (400, 10019)),
        ({"pattern": "example.com/taken"}, (409, 10020)),
        ({}, (400, 10026)),
    ],
)
def test_a_route_that_cannot_be_is_refused(account, body, expected):
    account.ask("POST", ROUTES, json={"pattern": "example.com/taken"})

    assert code(account.ask("POST", ROUTES, json=body)) == expected


def test_a_zone_of_someone_else_is_unknown(account):
    unknown = f"!/zones/{'f' * 32}/workers/routes"

    assert code(account.ask("GET", unknown)) == (404, 10082)
    assert result(account.ask("GET", "!/zones", params={"account.id": "f" * 32})) == []
    assert result(account.ask("GET", "!/zones", params={"name": "example.org"})) == []


def test_the_routes_of_a_script_are_replaced_as_a_whole(account):
    account.upload()
    account.upload("other")
    account.ask("POST", ROUTES, json={"pattern": "example.com/other", "script": "other"})
    path = f"{SCRIPT}/routes"

    first = result(
        account.ask(
            "PUT",
            path,
            json=[
                {"pattern": "example.com/a", "zone_name": "example.com"},
                {"pattern": "https://www.example.com/b", "zone_id": ZONE},
            ],
        )
    )
    second = result(account.ask("PUT", path, json=[{"pattern": "example.com/a"}]))
    theirs = account.ask("PUT", path, json=[{"pattern": "example.com/other"}])
    nowhere = account.ask("PUT", path, json=[{"pattern": "example.org/*"}])
    no_zone = account.ask("PUT", path, json=[{"pattern": "example.com/*", "zone_id": "f" * 32}])

    assert second[0]["id"] == first[0]["id"]
    assert code(theirs) == (409, 10020)
    assert (code(nowhere), code(no_zone)) == ((404, 10082), (404, 10082))
    assert [(r["pattern"], r["script"]) for r in account.server.state()["routes"]] == [
        ("example.com/other", "other"),
        ("example.com/a", "hello"),
    ]
    listed = account.ask("GET", "/workers/scripts").json()["result"]
    assert [route["pattern"] for route in listed[0]["routes"]] == ["example.com/a"]


def test_the_routes_of_a_service_are_listed_over_all_zones(account):
    account.upload()
    account.ask("POST", ROUTES, json={"pattern": "example.com/a", "script": "hello"})
    path = "/workers/services/{}/environments/production/routes"

    named = account.ask("GET", path.format("hello"), params={"show_zonename": "true"})
    plain = account.ask("GET", path.format("hello"))

    assert result(named)[0]["zone_name"] == "example.com"
    assert "zone_name" not in result(plain)[0]
    assert code(account.ask("GET", path.format("unknown"))) == (404, 10090)


def test_a_custom_domain_is_attached_listed_and_detached(account):
    account.upload()
    body = {"hostname": "App.example.com", "service": "hello", "zone_name": "example.com"}

    domain = result(account.ask("PUT", "/workers/domains", json=body))
    again = result(account.ask("PUT", "/workers/domains", json={**body, "enabled": False}))
    one = f"/workers/domains/{domain['id']}"

    assert (domain["hostname"], domain["zone_id"]) == ("app.example.com", ZONE)
    assert (again["id"], again["enabled"]) == (domain["id"], False)
    assert result(account.ask("GET", "/workers/domains", params={"service": "hello"})) == [again]
    assert result(account.ask("GET", "/workers/domains", params={"service": "x"})) == []
    assert result(account.ask("GET", one)) == again
    assert result(account.ask("DELETE", one)) is None
    assert code(account.ask("GET", one)) == (404, 100114)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"hostname": ""}, (400, 100111)),
        ({"hostname": "app.example.org"}, (400, 100112)),
        ({"zone_id": "f" * 32}, (400, 100112)),
        ({"zone_name": "example.org"}, (400, 100112)),
        ({"service": "unknown"}, (404, 10007)),
        ({"service": None}, (404, 10007)),
        ({"hostname": "taken.example.com"}, (409, 100116)),
        ({"hostname": "dns.example.com"}, (409, 100117)),
    ],
)
def test_a_custom_domain_that_cannot_be_is_refused(account, change, expected):
    account.upload()
    account.upload("other")
    taken = {"hostname": "taken.example.com", "service": "other"}
    account.ask("PUT", "/workers/domains", json=taken)
    record = {"name": "dns.example.com", "type": "A", "content": "192.0.2.1"}
    account.ask("POST", f"!/zones/{ZONE}/dns_records", json=record)
    body = {"hostname": "app.example.com", "service": "hello", **change}

    assert code(account.ask("PUT", "/workers/domains", json=body)) == expected


def test_domains_and_records_are_taken_over_only_on_request(account):
    account.upload()
    account.upload("other")
    taken = {"hostname": "taken.example.com", "service": "other"}
    account.ask("PUT", "/workers/domains", json=taken)
    record = {"name": "dns.example.com", "type": "A", "content": "192.0.2.1"}
    account.ask("POST", f"!/zones/{ZONE}/dns_records", json=record)
    origins = [{"hostname": "taken.example.com"}, {"hostname": "dns.example.com"}]
    path = f"{SCRIPT}/domains"

    change = result(
        account.ask("POST", f"{path}/changeset", json=[*origins, {"hostname": "example.com"}])
    )
    refused = account.ask("PUT", f"{path}/records", json={"origins": origins})
    overrides = {"override_existing_origin": True, "override_existing_dns_record": True}
    result(account.ask("PUT", f"{path}/records", json={"origins": origins, **overrides}))
    cleared = result(
        account.ask("POST", f"{path}/changeset", params={"replace_state": "true"}, json=[])
    )

    assert [entry["hostname"] for entry in change["added"]] == ["example.com"]
    assert change["updated"][0]["modified"] is True
    assert change["conflicting"] == [{"hostname": "dns.example.com"}]
    assert change["removed"] == []
    assert code(refused) == (409, 100116)
    assert {d["hostname"]: d["service"] for d in account.server.state()["domains"]} == {
        "taken.example.com": "hello",
        "dns.example.com": "hello",
    }
    assert len(cleared["removed"]) == 2
    records = account.ask("GET", f"!/zones/{ZONE}/dns_records", params={"name": "dns.example.com"})
    assert [entry["type"] for entry in result(records)] == ["A"]


def test_a_deleted_script_leaves_no_routes_and_domains(account):
    account.upload()
    account.ask("POST", ROUTES, json={"pattern": "example.com/*", "script": "hello"})
    body = {"hostname": "app.example.com", "service": "hello"}
    account.ask("PUT", "/workers/domains", json=body)

    account.ask("DELETE", SCRIPT)

    state = account.server.state()
    assert (state["routes"], state["domains"]) == ([], [])


def test_queues_and_their_consumers_are_kept(account):
    account.upload(modules=[module(content=QUEUE_CODE)], metadata={
        "bindings": [{"type": "queue", "name": "Q", "queue_name": "jobs"}]
    })  # fmt: skip
    queue = result(account.ask("POST", "/queues", json={"queue_name": "jobs"}))
    path = f"/queues/{queue['queue_id']}"
    consumer = {"type": "worker", "script_name": "hello", "settings": {"batch_size": 5}}

    made = result(account.ask("POST", f"{path}/consumers", json=consumer))
    one = f"{path}/consumers/{made['consumer_id']}"
    changed = result(account.ask("PUT", one, json={**consumer, "settings": {"batch_size": 9}}))
    result(account.ask("PATCH", path, json={"settings": {"delivery_delay": 5}}))

    (listed,) = result(account.ask("GET", "/queues", params={"name": "jobs"}))
    assert listed["consumers"] == [changed] == result(account.ask("GET", f"{path}/consumers"))
    assert (changed["consumer_id"], changed["settings"]) == (made["consumer_id"], {"batch_size": 9})
    assert listed["producers"][0]["script"] == "hello"
    assert result(account.ask("GET", path))["settings"] == {"delivery_delay": 5}
    assert code(account.ask("POST", f"{path}/consumers", json=consumer)) == (400, 11004)
    result(account.ask("DELETE", one))
    assert code(account.ask("PUT", one, json=consumer)) == (404, 11000)
    result(account.ask("DELETE", path))
    assert result(account.ask("GET", "/queues")) == []
    assert code(account.ask("GET", path)) == (404, 11000)


def test_queues_and_consumers_that_cannot_be_are_refused(account):
    account.upload()
    queue = result(account.ask("POST", "/queues", json={"queue_name": "jobs"}))
    consumers = f"/queues/{queue['queue_id']}/consumers"
    worker = {"type": "worker", "script_name": "hello"}

    assert code(account.ask("POST", "/queues", json={"queue_name": "jobs"})) == (409, 11009)
    assert code(account.ask("POST", "/queues", json={})) == (400, 10026)
    assert code(account.ask("POST", consumers, json=worker)) == (400, 11001)
    unknown = {**worker, "script_name": "unknown"}
    assert code(account.ask("POST", consumers, json=unknown)) == (404, 10007)
    assert result(account.ask("POST", consumers, json={"type": "http_pull"}))["type"] == "http_pull"


def test_workflows_are_put_read_and_deleted(account):
    account.upload()
    body = {"script_name": "hello", "class_name": "Flow", "limits": {"steps": 5}}
    path = "/workflows/flow"

    assert code(account.ask("GET", path)) == (404, 10200)
    made = result(account.ask("PUT", path, json=body))
    again = result(account.ask("PUT", path, json={**body, "class_name": "Other"}))

    assert (again["id"], again["created_on"]) == (made["id"], made["created_on"])
    assert result(account.ask("GET", path))["class_name"] == "Other"
    assert [w["name"] for w in result(account.ask("GET", "/workflows"))] == ["flow"]
    versions = result(account.ask("GET", f"{path}/versions"))
    assert versions[0]["limits"] == {"steps": 5}
    unknown = {**body, "script_name": "unknown"}
    assert code(account.ask("PUT", path, json=unknown)) == (404, 10007)
    result(account.ask("DELETE", path))
    assert code(account.ask("GET", path)) == (404, 10200)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("3 days", 259_200_000), ("1 hour", 3_600_000), (5, 5), ("soon", "soon")],
)
def test_durations_of_a_workflow_are_told_in_milliseconds(account, given, expected):
    account.upload()
    body = {"script_name": "hello", "class_name": "Flow", "default_retention": {"success": given}}

    account.ask("PUT", "/workflows/flow", json=body)

    (version,) = result(account.ask("GET", "/workflows/flow/versions"))
    assert version["default_retention"] == {"success": expected}


def test_other_products_are_known_as_far_as_a_deploy_asks(account):
    kv = result(account.ask("POST", "/storage/kv/namespaces", json={"title": "cache"}))
    d1 = result(account.ask("POST", "/d1/database", json={"name": "db"}))
    result(account.ask("POST", "/r2/buckets", json={"name": "pictures"}))

    assert result(account.ask("GET", "/storage/kv/namespaces")) == [kv]
    assert result(account.ask("GET", "/d1/database", params={"name": "db"})) == [d1]
    assert result(account.ask("GET", "/d1/database", params={"name": "no"})) == []
    assert result(account.ask("GET", f"/d1/database/{d1['uuid']}")) == d1
    assert result(account.ask("GET", "/r2/buckets")) == {"buckets": [{"name": "pictures"}]}
    assert result(account.ask("GET", "/r2/buckets/any"))["name"] == "any"
    assert result(account.ask("GET", "/d1/database/any"))["uuid"] == "any"
    assert code(account.ask("POST", "/r2/buckets", json={"name": 5})) == (400, 10026)


def test_unknown_resources_are_unknown_where_they_are_checked(account_with):
    account = account_with(check_resources=True)

    assert account.ask("GET", "/r2/buckets/any").status_code == 404
    assert account.ask("GET", "/d1/database/any").status_code == 404


def test_the_token_its_user_and_its_account_are_told(account):
    account_id = account.server.account_id

    assert result(account.ask("GET", "!/user"))["email"] == "ci@example.com"
    assert result(account.ask("GET", "!/user/tokens/verify"))["status"] == "active"
    assert result(account.ask("GET", "/tokens/verify"))["status"] == "active"
    assert [a["id"] for a in result(account.ask("GET", "!/accounts"))] == [account_id]
    assert result(account.ask("GET", ""))["id"] == account_id
    (membership,) = result(account.ask("GET", "!/memberships"))
    assert membership["account"]["id"] == account_id


def test_account_settings_are_changed(account):
    path = "/workers/account-settings"

    changed = result(account.ask("PUT", path, json={"green_compute": True, "unknown": 1}))

    assert changed == result(account.ask("GET", path))
    assert changed == {"default_usage_model": "standard", "green_compute": True}
