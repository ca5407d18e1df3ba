"""Reading triggers: only the kinds that a project names, and whom their names belong to."""

import threading

import pytest

from fakes.api import Cloudflare, FakeTime, bad, client_of, good
from fakes.patience import PATIENCE
from workers_deploy.api.live.script import read_live_state
from workers_deploy.api.live.triggers import read_triggers
from workers_deploy.core.project import Triggers
from workers_deploy.errors import RefusedError

ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
ALL = Triggers(
    crons=("0 * * * *",),
    routes=({"pattern": "example.com/*", "zone_id": ZONE},),
    domains=({"hostname": "app.example.com"},),
    queue_consumers=({"queue": "orders", "settings": {}},),
    workflows=({"name": "flow", "class_name": "Flow", "script_name": "shop"},),
)


def queue(*consumers):
    return good([{"queue_id": "q1", "queue_name": "orders", "consumers": list(consumers)}])


@pytest.fixture
def cloudflare():
    """An account where nothing leads to the script `shop` yet."""
    fake = Cloudflare()
    fake.on("GET /schedules", good({"schedules": []}))
    fake.on(
        "GET /zones",
        lambda request: good(
            [{"id": ZONE, "name": "example.com"}]
            if request.url.params["name"] == "example.com"
            else []
        ),
    )
    fake.on(f"GET /zones/{ZONE}/workers/routes", good([]))
    fake.on("GET /environments/production/routes", good([]))
    fake.on("GET /workers/domains", good([]))
    fake.on(f"GET /zones/{ZONE}/dns_records", good([]))
    fake.on("GET /queues", queue())
    fake.on("GET /workflows/flow", bad(404, 10200, "workflow.not_found"))
    return fake


def read(cloudflare, **wanted):
    with client_of(cloudflare, FakeTime()) as client:
        return read_triggers(client, "shop", Triggers(**wanted))


def test_nothing_wanted_is_nothing_asked(cloudflare):
    assert read(cloudflare).triggers == Triggers()
    assert cloudflare.requests == []


def test_every_kind_that_is_wanted_is_there_afterwards(cloudflare):
    with client_of(cloudflare, FakeTime()) as client:
        found = read_triggers(client, "shop", ALL).triggers

    assert found == Triggers(
        crons=(),
        routes=(),
        domains=(),
        queue_consumers=({"queue": "orders", "queue_id": "q1"},),
        workflows=(),
    )
    assert all(asked.startswith("GET ") for asked in cloudflare.asked)


def test_the_kinds_are_read_at_once(cloudflare):
    """The first request of each kind waits for the four others: one by one, it would hang."""
    barrier = threading.Barrier(5)
    first = [
        "/schedules",
        "/workers/domains",
        "/queues",
        "/workflows/flow",
        f"{ZONE}/workers/routes",
    ]

    def answer(request):
        end = next((end for end in first if request.url.path.endswith(end)), None)
        if end is not None:
            barrier.wait(timeout=PATIENCE)
        return cloudflare(request)

    with client_of(answer, FakeTime()) as client:
        assert read_triggers(client, "shop", ALL).triggers.crons == ()


def test_crons_of_a_script_that_does_not_exist_are_none_at_all(cloudflare):
    cloudflare.on("GET /schedules", bad(404, 10007, "does not exist"))

    assert read(cloudflare, crons=()).triggers.crons == ()


def test_crons_that_may_not_be_read_stop_the_run(cloudflare):
    cloudflare.on("GET /schedules", bad(403, 10000, "no"))

    with pytest.raises(RefusedError):
        read(cloudflare, crons=())


def test_routes_of_a_zone_are_those_of_all_scripts(cloudflare):
    ours = {"id": "r1", "pattern": "example.com/a", "script": "shop"}
    others = {"id": "r2", "pattern": "example.com/b", "script": "blog"}
    off = {"id": "r3", "pattern": "example.com/c", "script": None}
    cloudflare.on(f"GET /zones/{ZONE}/workers/routes", good([ours, others, off]))

    found = read(cloudflare, routes=({"pattern": "example.com/a"},)).triggers.routes

    assert found == (
        {**ours, "zone_id": ZONE},
        {**others, "zone_id": ZONE},
        {"id": "r3", "pattern": "example.com/c", "zone_id": ZONE},
    )


def test_routes_of_the_script_in_other_zones_are_known_since_they_would_go(cloudflare):
    cloudflare.on(
        "GET /environments/production/routes",
        good([{"id": "r9", "pattern": "other.test/*", "zone_name": "other.test"}]),
    )

    found = read(cloudflare, routes=ALL.routes).triggers.routes

    assert found == (
        {"id": "r9", "pattern": "other.test/*", "zone_name": "other.test", "script": "shop"},
    )


@pytest.mark.parametrize("answer", [bad(403, 10000, "no"), bad(404, 10090, "no such service")])
def test_a_script_or_a_token_without_other_zones_has_no_routes_there(cloudflare, answer):
    cloudflare.on("GET /environments/production/routes", answer)

    assert read(cloudflare, routes=ALL.routes).triggers.routes == ()


def test_routes_that_may_not_be_read_stop_the_run_with_the_permission_named(cloudflare):
    cloudflare.on(f"GET /zones/{ZONE}/workers/routes", bad(403, 10000, "Authentication error"))

    with pytest.raises(RefusedError) as caught:
        read(cloudflare, routes=ALL.routes)

    assert "Zone > Workers Routes > Edit" in (caught.value.hint or "")


def test_a_zone_that_the_token_does_not_see_is_told(cloudflare):
    found = read(
        cloudflare,
        routes=({"pattern": "example.org/*"},),
        domains=({"hostname": "www.example.org"},),
    )

    assert (found.triggers.routes, found.triggers.domains) == ((), ())
    assert sorted(sentence.split(" is none")[0] for sentence in found.unread) == [
        "the zone of the route example.org/*",
        "the zone of www.example.org",
    ]


def test_a_domain_is_reported_with_whom_it_belongs_to(cloudflare):
    domain = {
        "id": "d1",
        "hostname": "app.example.com",
        "service": "blog",
        "zone_id": ZONE,
        "zone_name": "example.com",
    }
    cloudflare.on("GET /workers/domains", good([domain, {**domain, "hostname": "x.example.com"}]))

    found = read(cloudflare, domains=({"hostname": "App.example.com"},)).triggers.domains

    assert found == ({**domain, "hostname": "App.example.com"},)
    assert cloudflare.asked == ["GET /workers/domains"]


def test_a_hostname_with_an_address_in_dns_belongs_to_something_else(cloudflare):
    cloudflare.on(f"GET /zones/{ZONE}/dns_records", good([{"type": "CNAME"}, {"type": "TXT"}]))

    (found,) = read(cloudflare, domains=ALL.domains).triggers.domains

    assert found == {
        "hostname": "app.example.com",
        "service": None,
        "zone_id": ZONE,
        "dns_records": "CNAME",
    }


def test_dns_records_that_may_not_be_read_are_left_to_the_write(cloudflare):
    cloudflare.on(f"GET /zones/{ZONE}/dns_records", bad(403, 10000, "no"))

    assert read(cloudflare, domains=ALL.domains).triggers.domains == ()


def test_a_queue_that_the_account_does_not_have_is_missing(cloudflare):
    cloudflare.on("GET /queues", good([]))

    assert read(cloudflare, queue_consumers=ALL.queue_consumers).triggers.queue_consumers == ()


@pytest.mark.parametrize("key", ["script_name", "script", "service"])
def test_our_consumer_of_a_queue_has_its_id(cloudflare, key):
    ours = {"consumer_id": "c1", "type": "worker", key: "shop", "settings": {"batch_size": 5}}
    cloudflare.on("GET /queues", queue({"type": "worker", key: "blog"}, ours))

    (found,) = read(cloudflare, queue_consumers=ALL.queue_consumers).triggers.queue_consumers

    assert found == {
        "queue": "orders",
        "queue_id": "q1",
        "type": "worker",
        "script_name": "shop",
        "settings": {"batch_size": 5},
        "dead_letter_queue": None,
        "consumer_id": "c1",
    }


@pytest.mark.parametrize(
    ("consumer", "script"),
    [
        ({"consumer_id": "c1", "type": "worker", "script": "blog"}, "blog"),
        ({"consumer_id": "c1", "type": "http_pull"}, None),
    ],
)
def test_the_consumer_of_another_has_no_id_of_ours(cloudflare, consumer, script):
    cloudflare.on("GET /queues", queue(consumer))

    (found,) = read(cloudflare, queue_consumers=ALL.queue_consumers).triggers.queue_consumers

    assert "consumer_id" not in found
    assert (found["type"], found["script_name"]) == (consumer["type"], script)


def test_a_workflow_is_read_in_one_request_where_no_setting_is_wanted(cloudflare):
    workflow = {"name": "flow", "class_name": "Flow", "script_name": "blog"}
    cloudflare.on("GET /workflows/flow", good({**workflow, "instances": {}}))

    assert read(cloudflare, workflows=ALL.workflows).triggers.workflows == (workflow,)
    assert cloudflare.asked == ["GET /workflows/flow"]


def test_settings_of_a_workflow_are_those_of_its_newest_version(cloudflare):
    workflow = {"name": "flow", "class_name": "Flow", "script_name": "shop"}
    cloudflare.on("GET /workflows/flow", good(workflow))
    cloudflare.on(
        "GET /workflows/flow/versions",
        good([{"id": "v", "limits": {"steps": 5}, "concurrency": None}]),
    )

    found = read(cloudflare, workflows=({**workflow, "limits": {"steps": 9}},)).triggers.workflows

    assert found == ({**workflow, "limits": {"steps": 5}},)


def test_live_has_the_triggers_that_a_project_names_also_without_a_script(cloudflare):
    for end in ("deployments", "versions", "script-settings"):
        cloudflare.on(f"GET /{end}", bad(404, 10007, "does not exist"))
    cloudflare.on("GET /schedules", bad(404, 10007, "does not exist"))
    cloudflare.on(
        "GET /workers/domains", good([{"hostname": "app.example.com", "service": "blog"}])
    )

    with client_of(cloudflare, FakeTime()) as client:
        state = read_live_state(client, "shop", triggers=ALL)

    assert not state.exists
    assert state.triggers.domains == ({"hostname": "app.example.com", "service": "blog"},)
    assert state.triggers.crons == ()


def test_live_is_read_without_triggers_where_a_project_names_none(cloudflare):
    for end in ("deployments", "versions", "script-settings"):
        cloudflare.on(f"GET /{end}", bad(404, 10007, "does not exist"))

    with client_of(cloudflare, FakeTime()) as client:
        state = read_live_state(client, "shop", triggers=Triggers())

    assert state.triggers == Triggers()
    assert len(cloudflare.requests) == 2
