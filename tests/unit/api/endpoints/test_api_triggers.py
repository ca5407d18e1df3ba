"""Endpoints of triggers: what goes out, and what is made of the answer."""

import pytest

from fakes.api import Cloudflare, FakeTime, bad, client_of, good, page
from workers_deploy.errors import RefusedError, UnansweredError

ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
ZONES = f"/client/v4/zones/{ZONE}/workers/routes"
ROUTES = ({"pattern": "example.com/a/*"}, {"pattern": "example.com/b/*", "zone_id": ZONE})
CONSUMER = {
    "queue": "orders",
    "settings": {"batch_size": 10, "max_wait_time_ms": 5000},
    "dead_letter_queue": "dlq",
}


@pytest.fixture
def cloudflare():
    """An account with the zone example.com."""
    fake = Cloudflare()
    fake.on(
        "GET /zones",
        lambda request: good(
            [{"id": ZONE, "name": "example.com"}]
            if request.url.params["name"] == "example.com"
            else []
        ),
    )
    return fake


def call(cloudflare, method, *args, **options):
    with client_of(cloudflare, FakeTime()) as client:
        return getattr(client, method)(*args, **options)


def test_schedules_are_a_bare_array_that_replaces_all(cloudflare):
    cloudflare.on("PUT /schedules", good({"schedules": []}))

    call(cloudflare, "put_schedules", "hello", ("0 * * * *", "5 4 * * 1"))

    assert cloudflare.asked == ["PUT /workers/scripts/hello/schedules"]
    assert cloudflare.sent_json() == [{"cron": "0 * * * *"}, {"cron": "5 4 * * 1"}]


def test_schedules_are_read_as_expressions(cloudflare):
    cloudflare.on("GET /schedules", good({"schedules": [{"cron": "0 * * * *"}, {"odd": 1}, 7]}))

    assert call(cloudflare, "read_schedules", "hello") == ("0 * * * *",)


def test_a_domain_is_attached_in_the_zone_that_it_is_in(cloudflare):
    cloudflare.on("PUT /workers/domains", good({"hostname": "app.example.com"}))

    call(cloudflare, "attach_domain", "hello", {"hostname": "app.example.com"}, takes_over=False)

    assert cloudflare.sent_json() == {
        "hostname": "app.example.com",
        "service": "hello",
        "zone_id": ZONE,
    }


@pytest.mark.parametrize("zone", [{"zone_id": "z"}, {"zone_name": "example.com"}])
def test_a_domain_whose_zone_is_configured_needs_no_look_up(cloudflare, zone):
    cloudflare.on("PUT /workers/domains", good({"hostname": "app.example.com"}))
    domain = {"hostname": "app.example.com", "previews_enabled": False, **zone}

    call(cloudflare, "attach_domain", "hello", domain, takes_over=False)

    assert len(cloudflare.requests) == 1
    assert cloudflare.sent_json() == {**domain, "service": "hello"}


def test_a_domain_whose_zone_the_token_does_not_see_is_left_to_cloudflare(cloudflare):
    cloudflare.on("PUT /workers/domains", good({"hostname": "app.example.org"}))

    call(cloudflare, "attach_domain", "hello", {"hostname": "app.example.org"}, takes_over=False)

    assert cloudflare.sent_json() == {"hostname": "app.example.org", "service": "hello"}


def test_a_domain_is_taken_over_only_where_that_is_asked_for(cloudflare):
    cloudflare.on("PUT /workers/domains", good({"hostname": "app.example.com"}))
    domain = {"hostname": "app.example.com", "zone_id": ZONE}

    call(cloudflare, "attach_domain", "hello", domain, takes_over=True)

    sent = cloudflare.sent_json()
    assert sent["override_existing_origin"] is True
    assert sent["override_existing_dns_record"] is True


@pytest.mark.parametrize("code", [100116, 100117])
def test_a_hostname_of_something_else_is_a_refusal_that_names_the_way(cloudflare, code):
    cloudflare.on("PUT /workers/domains", bad(409, code, "conflict"))
    domain = {"hostname": "app.example.com", "zone_id": ZONE}

    with pytest.raises(RefusedError) as caught:
        call(cloudflare, "attach_domain", "hello", domain, takes_over=False)

    assert caught.value.code == code
    assert "allow: take-domain" in (caught.value.hint or "")


def test_a_new_queue_consumer_is_posted_as_recorded(cloudflare):
    cloudflare.on("POST /queues/q1/consumers", good({"consumer_id": "c1"}))

    call(cloudflare, "put_queue_consumer", "hello", "q1", None, CONSUMER)

    assert cloudflare.asked == ["POST /queues/q1/consumers"]
    assert cloudflare.sent_json() == {
        "type": "worker",
        "script_name": "hello",
        "settings": {"batch_size": 10, "max_wait_time_ms": 5000},
        "dead_letter_queue": "dlq",
    }


def test_a_known_queue_consumer_is_put(cloudflare):
    cloudflare.on("PUT /queues/q1/consumers/c1", good({"consumer_id": "c1"}))

    call(cloudflare, "put_queue_consumer", "hello", "q1", "c1", CONSUMER)

    assert cloudflare.asked == ["PUT /queues/q1/consumers/c1"]


def test_a_consumer_whose_answer_is_lost_is_looked_for(cloudflare):
    cloudflare.on("POST /queues/q1/consumers", page(502))
    cloudflare.on(
        "GET /queues",
        good([{"queue_id": "q1", "queue_name": "orders", "consumers": [{"script": "hello"}]}]),
    )

    call(cloudflare, "put_queue_consumer", "hello", "q1", None, CONSUMER)

    assert cloudflare.asked == ["POST /queues/q1/consumers", "GET /queues"]


@pytest.mark.parametrize("queues", [[], [{"queue_id": "q1", "queue_name": "orders"}]])
def test_a_consumer_that_was_not_taken_is_posted_again(cloudflare, queues):
    cloudflare.on("POST /queues/q1/consumers", page(502), good({"consumer_id": "c1"}))
    cloudflare.on("GET /queues", good(queues))

    call(cloudflare, "put_queue_consumer", "hello", "q1", None, CONSUMER)

    assert cloudflare.asked.count("POST /queues/q1/consumers") == 2


def test_a_queue_with_another_consumer_says_what_to_do(cloudflare):
    cloudflare.on("POST /queues/q1/consumers", bad(400, 11004, "has a consumer"))

    with pytest.raises(RefusedError) as caught:
        call(cloudflare, "put_queue_consumer", "hello", "q1", None, CONSUMER)

    assert "a queue has one" in (caught.value.hint or "")


def test_a_workflow_is_put_under_its_name(cloudflare):
    cloudflare.on("PUT /workflows/orders", good({"name": "orders"}))
    workflow = {"name": "orders", "class_name": "Orders", "script_name": "hello"}

    call(cloudflare, "put_workflow", {**workflow, "limits": {"steps": 5}})

    assert cloudflare.asked == ["PUT /workflows/orders"]
    assert cloudflare.sent_json() == {
        "class_name": "Orders",
        "script_name": "hello",
        "limits": {"steps": 5},
    }


@pytest.mark.parametrize("answer", [bad(404, 10200, "workflow.not_found"), bad(404)])
def test_an_unknown_workflow_is_none(cloudflare, answer):
    cloudflare.on("GET /workflows/orders", answer)

    assert call(cloudflare, "read_workflow", "orders") is None


def test_a_workflow_that_may_not_be_read_is_a_refusal(cloudflare):
    cloudflare.on("GET /workflows/orders", bad(403, 10000, "no"))

    with pytest.raises(RefusedError):
        call(cloudflare, "read_workflow", "orders")


def test_a_workflow_without_versions_has_no_settings(cloudflare):
    cloudflare.on("GET /workflows/orders/versions", good([]))

    assert call(cloudflare, "read_workflow_settings", "orders").as_core() == {}


def test_a_trigger_that_is_never_answered_is_told_as_such(cloudflare):
    cloudflare.on("PUT /schedules", page(503))

    with pytest.raises(UnansweredError):
        call(cloudflare, "put_schedules", "hello", ("0 * * * *",))

    assert len(cloudflare.requests) == 5
