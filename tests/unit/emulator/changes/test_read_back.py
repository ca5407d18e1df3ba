"""What Cloudflare answers otherwise than it was sent, as captures of the live API show it."""

import pytest

from fakes.cloudflare_client import module

BY_REGION = {"mode": "targeted", "target": [{"type": "region", "region": "aws:eu-west-1"}]}


def version_of(account):
    latest = account.ask("GET", "/workers/scripts/hello/versions").json()["result"]["items"][0]
    path = f"/workers/scripts/hello/versions/{latest['id']}"
    return account.ask("GET", path).json()["result"]


def test_a_placement_by_region_is_answered_as_a_target(account):
    account.upload(metadata={"placement": {"mode": "targeted", "region": "aws:eu-west-1"}})

    script = version_of(account)["resources"]["script"]
    listed = account.ask("GET", "/workers/scripts").json()["result"][0]

    assert (script["placement"], script["placement_mode"]) == (BY_REGION, "targeted")
    assert (listed["placement"], listed["placement_mode"]) == (BY_REGION, "targeted")


@pytest.mark.parametrize(
    "sent",
    [
        {"region": "aws:eu-west-1"},
        {"target": [{"region": "aws:eu-west-1"}]},
        {"mode": "targeted", "target": [{"type": "region", "region": "aws:eu-west-1"}]},
    ],
)
def test_every_way_to_name_a_region_is_answered_the_same(account, sent):
    account.upload(metadata={"placement": sent})

    assert version_of(account)["resources"]["script"]["placement"] == BY_REGION


@pytest.mark.parametrize("key", ["host", "hostname"])
def test_a_placement_by_host_has_a_target_of_its_type(account, key):
    account.upload(metadata={"placement": {key: "db.example.com"}})

    placement = version_of(account)["resources"]["script"]["placement"]
    assert placement == {"mode": "targeted", "target": [{"type": key, key: "db.example.com"}]}


def test_smart_placement_is_answered_as_it_was_sent(account):
    account.upload(metadata={"placement": {"mode": "smart", "hint": "wnam"}})

    script = version_of(account)["resources"]["script"]
    assert script["placement"] == {"mode": "smart", "hint": "wnam"}
    assert script["placement_mode"] == "smart"


def test_settings_answer_a_number_for_the_target(account):
    account.upload(metadata={"placement": {"region": "aws:eu-west-1"}})

    settings = account.ask("GET", "/workers/scripts/hello/settings").json()["result"]

    assert settings["placement"] == {"mode": "targeted", "target": [49]}


@pytest.mark.parametrize("version", ["latest", None])
def test_a_version_placed_by_region_cannot_be_read_as_a_worker_version(account, version):
    account.upload(metadata={"placement": {"region": "aws:eu-west-1"}})
    wanted = version or version_of(account)["id"]

    answer = account.ask("GET", f"/workers/workers/hello/versions/{wanted}")

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["message"] == "invalid placement target type"


def test_a_version_placed_by_host_can_be(account):
    account.upload(metadata={"placement": {"host": "db.example.com"}})

    assert account.ask("GET", "/workers/workers/hello/versions/latest").status_code == 200


def test_bindings_come_back_by_name_with_ids_that_were_not_sent(account):
    account.ask("POST", "/queues", json={"queue_name": "orders"})
    queue = account.ask("GET", "/queues").json()["result"][0]["queue_id"]
    account.upload(
        metadata={
            "bindings": [
                {"type": "queue", "name": "Q", "queue_name": "orders"},
                {"type": "d1", "name": "DB", "id": "d1-id"},
                {"type": "queue", "name": "ELSEWHERE", "queue_name": "other"},
                {"type": "plain_text", "name": "A", "text": "a"},
            ]
        }
    )

    found = version_of(account)["resources"]["bindings"]

    assert [one["name"] for one in found] == ["A", "DB", "ELSEWHERE", "Q"]
    by_name = {one["name"]: one for one in found}
    assert by_name["DB"] == {"type": "d1", "name": "DB", "id": "d1-id", "database_id": "d1-id"}
    assert by_name["Q"]["queue_id"] == queue
    assert len(by_name["ELSEWHERE"]["queue_id"]) == 32


def test_a_durable_object_has_the_id_of_its_namespace_in_every_version(account):
    source = b"export class Room {} export default { fetch() {} };"
    metadata = {
        "bindings": [{"type": "durable_object_namespace", "name": "R", "class_name": "Room"}],
        "migrations": {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Room"]}]},
    }
    account.upload(metadata=metadata, modules=[module(content=source)])
    first = version_of(account)["resources"]["bindings"][0]

    del metadata["migrations"]
    account.upload(metadata=metadata, modules=[module(content=source)])

    assert len(first["namespace_id"]) == 32
    assert version_of(account)["resources"]["bindings"] == [first]


def test_cache_options_and_exports_are_read_with_the_version(account):
    account.upload(metadata={"cache_options": {"enabled": True}})

    runtime = version_of(account)["resources"]["script_runtime"]
    assert runtime["cache_options"] == {"enabled": True}
    assert "assets" not in runtime


def test_what_of_observability_was_not_sent_is_null(account):
    account.upload(
        metadata={
            "observability": {
                "enabled": True,
                "traces": {"enabled": True, "propagation_policy": "accept"},
            }
        }
    )

    answer = account.ask("GET", "/workers/scripts/hello/script-settings").json()["result"]

    assert answer["observability"] == {
        "enabled": True,
        "head_sampling_rate": None,
        "logs": None,
        "traces": {
            "enabled": True,
            "destinations": None,
            "head_sampling_rate": None,
            "persist": None,
            "propagation_policy": None,
        },
    }


def test_tags_come_back_in_an_order_of_their_own(account):
    account.upload()
    body = {"tags": ["b", "a"]}

    answer = account.ask("PATCH", "/workers/scripts/hello/script-settings", json=body)

    assert answer.json()["result"]["tags"] == ["a", "b"]
