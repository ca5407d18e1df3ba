"""Zones and routes: by the account where the token may, else zone by zone."""

import pytest

from fakes.api import ACCOUNT, Cloudflare, FakeTime, bad, client_of, good, page
from workers_deploy.errors import RefusedError

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


def test_routes_are_put_at_once_as_wrangler_puts_them(cloudflare):
    cloudflare.on("PUT /routes", good([]))

    call(cloudflare, "put_routes", "hello", ROUTES)

    assert cloudflare.asked == ["PUT /workers/scripts/hello/routes"]
    assert cloudflare.sent_json() == list(ROUTES)


@pytest.mark.parametrize("refusal", [bad(403, 10000, "Authentication error"), bad(403)])
def test_a_token_of_single_zones_sets_routes_zone_by_zone(cloudflare, refusal):
    cloudflare.on("PUT /hello/routes", refusal)
    cloudflare.on(
        f"GET /zones/{ZONE}/workers/routes",
        good(
            [
                {"id": "r1", "pattern": "example.com/a/*", "script": "hello"},
                {"id": "r2", "pattern": "example.com/old/*", "script": "hello"},
                {"id": "r3", "pattern": "example.com/other/*", "script": "other"},
            ]
        ),
    )
    cloudflare.on(f"POST /zones/{ZONE}/workers/routes", good({"pattern": "example.com/b/*"}))
    cloudflare.on(f"DELETE /zones/{ZONE}/workers/routes/r2", good({"id": "r2"}))

    call(cloudflare, "put_routes", "hello", ROUTES)

    writes = [asked for asked in cloudflare.asked if not asked.startswith("GET")]
    assert writes == [
        "PUT /workers/scripts/hello/routes",
        f"POST {ZONES}",
        f"DELETE {ZONES}/r2",
    ]
    assert cloudflare.sent_json(-2) == {"pattern": "example.com/b/*", "script": "hello"}


def test_a_route_that_is_gone_already_is_no_failure(cloudflare):
    cloudflare.on(f"DELETE /zones/{ZONE}/workers/routes/r2", bad(404, 10009, "not found"))

    call(cloudflare, "delete_route", ZONE, "r2")

    assert len(cloudflare.requests) == 1


def test_a_route_that_cannot_be_deleted_is_one(cloudflare):
    cloudflare.on(f"DELETE /zones/{ZONE}/workers/routes/r2", bad(403, 10000, "no"))

    with pytest.raises(RefusedError, match="refused DELETE zone routes"):
        call(cloudflare, "delete_route", ZONE, "r2")


def test_a_refused_route_that_is_no_matter_of_rights_is_told_at_once(cloudflare):
    cloudflare.on("PUT /routes", bad(409, 10020, "exists"))

    with pytest.raises(RefusedError) as caught:
        call(cloudflare, "put_routes", "hello", ROUTES)

    assert caught.value.code == 10020
    assert "allow: take-domain" in (caught.value.hint or "")
    assert len(cloudflare.requests) == 1


def test_a_route_of_another_script_is_refused_before_any_route_is_written(cloudflare):
    cloudflare.on("PUT /hello/routes", bad(403, 10000, "Authentication error"))
    cloudflare.on(
        f"GET /zones/{ZONE}/workers/routes",
        good([{"id": "r1", "pattern": "example.com/b/*", "script": "blog"}]),
    )

    with pytest.raises(RefusedError, match="the script blog") as caught:
        call(cloudflare, "put_routes", "hello", ROUTES)

    assert "allow: take-domain" in (caught.value.hint or "")
    assert [asked for asked in cloudflare.asked if not asked.startswith("GET")] == [
        "PUT /workers/scripts/hello/routes"
    ]


def test_a_route_that_keeps_workers_off_is_not_overruled(cloudflare):
    cloudflare.on("PUT /hello/routes", bad(403, 10000, "Authentication error"))
    cloudflare.on(
        f"GET /zones/{ZONE}/workers/routes", good([{"id": "r1", "pattern": "example.com/b/*"}])
    )

    with pytest.raises(RefusedError, match="keeps Workers off"):
        call(cloudflare, "put_routes", "hello", ROUTES)


def test_a_taken_route_leads_to_the_script_before_all_are_put(cloudflare):
    cloudflare.on(
        f"GET /zones/{ZONE}/workers/routes",
        good(
            [
                {"id": "r1", "pattern": "example.com/a/*", "script": "hello"},
                {"id": "r2", "pattern": "example.com/b/*", "script": "blog"},
            ]
        ),
    )
    cloudflare.on(f"PUT /zones/{ZONE}/workers/routes/r2", good({}))
    cloudflare.on("PUT /hello/routes", good([]))

    call(cloudflare, "put_routes", "hello", ROUTES, takes_over=True)

    writes = [asked for asked in cloudflare.asked if not asked.startswith("GET")]
    assert writes == [f"PUT {ZONES}/r2", "PUT /workers/scripts/hello/routes"]


def test_taking_routes_by_a_token_of_single_zones_is_done_once(cloudflare):
    cloudflare.on(
        f"GET /zones/{ZONE}/workers/routes",
        good(
            [
                {"id": f"r{n}", "pattern": r["pattern"], "script": "hello"}
                for n, r in enumerate(ROUTES)
            ]
        ),
    )
    cloudflare.on("PUT /hello/routes", bad(403, 10000, "Authentication error"))

    call(cloudflare, "put_routes", "hello", ROUTES, takes_over=True)

    assert cloudflare.asked.count(f"GET {ZONES}") == 1


def test_a_zone_that_the_token_does_not_see_is_named_with_the_way_out(cloudflare):
    cloudflare.on("PUT /hello/routes", bad(403, 10000, "Authentication error"))

    with pytest.raises(RefusedError, match=r"example\.org/\*") as caught:
        call(cloudflare, "put_routes", "hello", ({"pattern": "example.org/*"},))

    assert "zone_id" in (caught.value.hint or "")


def test_a_route_whose_answer_is_lost_is_looked_for(cloudflare):
    cloudflare.on(f"POST /zones/{ZONE}/workers/routes", page(502))
    cloudflare.on(
        f"GET /zones/{ZONE}/workers/routes",
        good([{"pattern": "example.com/*", "script": "hello"}]),
    )

    call(cloudflare, "create_route", ZONE, "example.com/*", "hello")

    assert cloudflare.asked == [f"POST {ZONES}", f"GET {ZONES}"]


def test_a_route_whose_answer_is_lost_and_that_is_not_there_is_sent_again(cloudflare):
    cloudflare.on(
        f"POST /zones/{ZONE}/workers/routes", page(502), good({"pattern": "example.com/*"})
    )
    cloudflare.on(f"GET /zones/{ZONE}/workers/routes", good([]))

    call(cloudflare, "create_route", ZONE, "example.com/*", "hello")

    assert cloudflare.asked == [f"POST {ZONES}", f"GET {ZONES}", f"POST {ZONES}"]


def test_the_routes_of_a_script_are_read_with_their_zones(cloudflare):
    cloudflare.on("GET /routes", good([{"pattern": "a.example/*", "zone_name": "a.example"}]))

    (route,) = call(cloudflare, "list_script_routes", "hello")

    assert (route.pattern, route.zone_name) == ("a.example/*", "a.example")
    assert cloudflare.requests[0].url.params["show_zonename"] == "true"


def test_zones_are_found_by_id_by_name_and_by_the_longest_name_that_fits(cloudflare):
    cloudflare.on(
        "GET /zones",
        lambda request: good(
            [{"id": f"id of {name}", "name": name}]
            if (name := request.url.params["name"]) in ("example.com", "shop.example.com")
            else []
        ),
    )
    places = (
        {"pattern": "https://*.shop.example.com/*"},
        {"hostname": "www.example.com"},
        {"hostname": "by.name.test", "zone_name": "Example.com"},
        {"pattern": "given.test/*", "zone_id": "given"},
        {"hostname": "nowhere.test"},
    )

    found = call(cloudflare, "find_zone_ids", places)

    assert found == {
        "https://*.shop.example.com/*": "id of shop.example.com",
        "www.example.com": "id of example.com",
        "by.name.test": "id of example.com",
        "given.test/*": "given",
    }
    names = sorted(request.url.params["name"] for request in cloudflare.requests)
    assert names == ["example.com", "nowhere.test", "shop.example.com", "www.example.com"]
    assert {request.url.params["account.id"] for request in cloudflare.requests} == {ACCOUNT}


def test_only_records_that_give_an_address_count(cloudflare):
    cloudflare.on(
        f"GET /zones/{ZONE}/dns_records",
        good(
            [
                {"type": "MX", "name": "example.com"},
                {"type": "AAAA", "name": "example.com"},
                {"type": "A", "name": "example.com"},
                {"type": "A", "name": "other.example.com"},
            ]
        ),
    )

    assert call(cloudflare, "read_address_records", ZONE, "example.com") == ("A", "AAAA")
