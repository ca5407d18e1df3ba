from dataclasses import replace

import pytest

from fakes.builders import live_of, missing, note_of, project
from workers_deploy.core.demands import unmet_demands
from workers_deploy.core.guards import check_hosts
from workers_deploy.core.plan import make_plan
from workers_deploy.core.plan_triggers import (
    foreign_hosts,
    foreign_queues,
    foreign_workflows,
    trigger_steps,
)
from workers_deploy.core.project import Triggers
from workers_deploy.core.steps import Action, AttachDomain, PutQueueConsumer, PutRoutes
from workers_deploy.errors import GuardError

DOMAIN = {"hostname": "app.example.com"}
ROUTE = {"pattern": "example.com/*"}
CONSUMER = {"queue": "orders", "settings": {"batch_size": 10}, "dead_letter_queue": "dlq"}
WORKFLOW = {"name": "flow", "class_name": "Flow", "script_name": "shop"}
QUEUE = {"queue": "orders", "queue_id": "q1"}
OURS = {**QUEUE, "type": "worker", "script_name": "shop", "consumer_id": "c1"}
THEIRS = {**QUEUE, "type": "worker", "script_name": "blog"}


def desired(**triggers):
    return project(triggers=Triggers(**triggers))


def actual(wanted, **triggers):
    return live_of(wanted, triggers=Triggers(**triggers))


def steps(wanted, **triggers):
    return trigger_steps(wanted, actual(wanted, **triggers))


def step(wanted, **triggers):
    (found,) = steps(wanted, **triggers)
    return found


def told(one):
    return [(c.action.value, c.kind, c.name, c.detail) for c in one.changes]


def test_what_is_live_as_wanted_is_not_written():
    wanted = desired(
        crons=("0 * * * *",),
        routes=(ROUTE,),
        domains=({**DOMAIN, "previews_enabled": False},),
        queue_consumers=(CONSUMER,),
        workflows=(WORKFLOW,),
    )

    found = steps(
        wanted,
        crons=("0 * * * *",),
        routes=({**ROUTE, "script": "shop", "id": "r1"},),
        domains=({**DOMAIN, "service": "shop"},),
        queue_consumers=(
            {**OURS, "settings": {"batch_size": 10, "max_retries": 3}}
            | {"dead_letter_queue": "dlq"},
        ),
        workflows=(WORKFLOW,),
    )

    assert [one.action for one in found] == [Action.UNCHANGED] * 5


def test_a_new_script_gets_all_that_it_names():
    wanted = desired(
        crons=("0 * * * *",),
        routes=(ROUTE,),
        domains=(DOMAIN,),
        queue_consumers=(CONSUMER,),
        workflows=(WORKFLOW,),
    )
    live = replace(missing(wanted), triggers=Triggers(crons=(), queue_consumers=(QUEUE,)))

    found = make_plan(wanted, live, note_of(wanted)).steps

    triggers = [one for one in found if type(one).__name__.startswith(("Put", "Attach"))]
    assert [told(one) for one in triggers] == [
        [("create", "cron", "0 * * * *", "")],
        [("create", "route", "example.com/*", "")],
        [("create", "domain", "app.example.com", "")],
        [("create", "queue consumer", "orders", "")],
        [("create", "workflow", "flow", "")],
    ]


def test_a_project_that_names_no_trigger_touches_none():
    assert steps(desired(), crons=("0 * * * *",), routes=({**ROUTE, "script": "shop"},)) == []


def test_a_dispatch_namespace_has_no_triggers():
    wanted = replace(desired(crons=("0 * * * *",)), dispatch_namespace="ns")

    assert steps(wanted) == []


def test_crons_that_are_named_no_more_go():
    found = step(desired(crons=()), crons=("0 * * * *",))

    assert told(found) == [("delete", "cron", "0 * * * *", "")]


def test_routes_of_the_script_that_are_not_named_go_in_other_zones_too():
    found = step(
        desired(routes=(ROUTE,)),
        routes=(
            {**ROUTE, "script": "shop"},
            {"pattern": "other.test/*", "script": "shop", "zone_name": "other.test"},
            {"pattern": "example.com/blog/*", "script": "blog"},
        ),
    )

    assert told(found) == [("delete", "route", "other.test/*", "")]
    assert not found.takes_over


@pytest.mark.parametrize(
    ("route", "owner"),
    [
        ({**ROUTE, "script": "blog"}, "the script blog"),
        (ROUTE, "a route that keeps Workers off"),
    ],
)
def test_a_route_that_leads_elsewhere_is_taken_only_if_allowed(route, owner):
    wanted = desired(routes=(ROUTE,))

    found = step(wanted, routes=(route,))

    assert isinstance(found, PutRoutes)
    assert found.takes_over
    assert told(found) == [("update", "route", "example.com/*", f"taken from {owner}")]
    assert list(foreign_hosts(wanted, actual(wanted, routes=(route,)))) == [
        ("example.com/*", owner)
    ]


@pytest.mark.parametrize(
    ("domain", "owner"),
    [
        ({**DOMAIN, "service": "blog"}, "the script blog"),
        ({**DOMAIN, "service": None, "dns_records": "A, AAAA"}, "DNS records (A, AAAA)"),
    ],
)
def test_a_domain_that_leads_elsewhere_is_taken_only_if_allowed(domain, owner):
    wanted = desired(domains=(DOMAIN,))
    live = actual(wanted, domains=(domain,))

    found = step(wanted, domains=(domain,))

    assert isinstance(found, AttachDomain)
    assert found.takes_over
    assert told(found) == [("update", "domain", "app.example.com", f"taken from {owner}")]
    with pytest.raises(GuardError, match=r"app\.example\.com belongs to") as caught:
        check_hosts(wanted, live, allow={"older-commit"})
    assert caught.value.word == "take-domain"
    assert owner in caught.value.message
    check_hosts(wanted, live, allow={"take-domain"})


def test_hosts_of_our_own_and_new_ones_need_no_word():
    wanted = desired(domains=(DOMAIN,), routes=(ROUTE,))

    check_hosts(wanted, actual(wanted), allow=())
    check_hosts(
        wanted,
        actual(
            wanted, domains=({**DOMAIN, "service": "shop"},), routes=({**ROUTE, "script": "shop"},)
        ),
        allow=(),
    )


@pytest.mark.parametrize("allowed", [True, False])
def test_dns_records_that_could_not_be_read_are_taken_if_allowed(allowed):
    wanted = replace(desired(domains=(DOMAIN,)), takes_domains=allowed)

    found = step(wanted)

    assert isinstance(found, AttachDomain)
    assert found.takes_over is allowed


@pytest.mark.parametrize(
    ("live", "details"),
    [
        ({"enabled": True, "previews_enabled": True}, ["previews_enabled false"]),
        ({"enabled": False}, ["enabled true"]),
        ({}, []),
    ],
)
def test_switches_of_a_domain_are_compared_where_they_are_reported(live, details):
    wanted = desired(domains=({**DOMAIN, "enabled": True, "previews_enabled": False},))

    found = step(wanted, domains=({**DOMAIN, "service": "shop", **live},))

    assert [change.detail for change in found.changes] == details


def test_a_changed_setting_of_a_queue_consumer_is_named():
    live = {**OURS, "settings": {"batch_size": 5}, "dead_letter_queue": "old"}

    found = step(desired(queue_consumers=(CONSUMER,)), queue_consumers=(live,))

    assert isinstance(found, PutQueueConsumer)
    assert told(found) == [("update", "queue consumer", "orders", "batch_size, dead_letter_queue")]
    assert (found.queue_id, found.consumer_id) == ("q1", "c1")


@pytest.mark.parametrize(
    ("live", "problem", "hint"),
    [
        (THEIRS, "the script blog consumes", "wrangler queues consumer worker remove orders blog"),
        (
            {**QUEUE, "type": "http_pull", "script_name": None},
            "a client over HTTP consumes",
            "wrangler queues consumer http remove orders",
        ),
    ],
)
def test_a_queue_of_another_consumer_is_a_problem_with_the_way_out(live, problem, hint):
    wanted = desired(queue_consumers=(CONSUMER,))

    (found,) = unmet_demands(wanted, actual(wanted, queue_consumers=(live,)))

    assert found.subject == "queue orders"
    assert problem in found.message
    assert (found.hint or "").endswith(hint)


def test_our_queues_and_free_ones_are_nobody_elses():
    wanted = desired(queue_consumers=(CONSUMER,))

    assert list(foreign_queues(wanted, actual(wanted, queue_consumers=(OURS,)))) == []
    assert list(foreign_queues(wanted, actual(wanted, queue_consumers=(QUEUE,)))) == []


def test_a_queue_that_the_account_lacks_is_a_problem_once_queues_were_read():
    wanted = desired(queue_consumers=(CONSUMER,))

    (found,) = unmet_demands(wanted, actual(wanted, queue_consumers=()))

    assert found.subject == "queue orders"
    assert "wrangler queues create orders" in (found.hint or "")
    assert unmet_demands(wanted, actual(wanted)) == ()


def test_a_workflow_of_another_script_is_a_problem_with_the_way_out():
    wanted = desired(workflows=(WORKFLOW,))

    (found,) = unmet_demands(
        wanted, actual(wanted, workflows=({**WORKFLOW, "script_name": "blog"},))
    )

    assert (found.subject, found.message) == ("workflow flow", "belongs to the script blog")
    assert "wrangler workflows delete flow" in (found.hint or "")


@pytest.mark.parametrize(
    "live", [WORKFLOW, {**WORKFLOW, "script_name": "gone", "script_deleted": True}]
)
def test_our_workflow_and_one_whose_script_is_gone_are_free(live):
    wanted = desired(workflows=(WORKFLOW,))

    assert list(foreign_workflows(wanted, actual(wanted, workflows=(live,)))) == []


@pytest.mark.parametrize(
    ("wanted", "live", "told_as"),
    [
        ({"class_name": "Flow2"}, {}, "class_name"),
        ({"limits": {"steps": 5}}, {}, "limits"),
        ({"limits": {"steps": 5}}, {"limits": {"steps": 5}}, None),
        ({"schedules": [{"cron": "0 0 * * *"}]}, {"schedules": []}, "schedules"),
        (
            {"schedules": [{"cron": "0 0 * * *"}]},
            {"schedules": [{"cron": "0 0 * * *", "next_instance": "2026-11-25"}]},
            None,
        ),
        (
            {"default_retention": {"success_retention": "2 days"}},
            {"default_retention": {"success_retention": 172_800_000}},
            None,
        ),
        (
            {"default_retention": {"success_retention": "2 days"}},
            {"default_retention": {"success_retention": 1000}},
            "default_retention",
        ),
        ({"default_retention": "odd"}, {}, "default_retention"),
        ({"jurisdiction": "eu"}, {}, None),
    ],
)
def test_settings_of_a_workflow_are_compared_with_what_is_reported(wanted, live, told_as):
    found = step(desired(workflows=({**WORKFLOW, **wanted},)), workflows=({**WORKFLOW, **live},))

    assert told(found) == ([("update", "workflow", "flow", told_as)] if told_as else [])
