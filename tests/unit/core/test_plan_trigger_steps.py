"""Each trigger's step: what is sent, what people read, and what was there and can be put back."""

from typing import Any

import pytest

from fakes.builders import live_of, project
from workers_deploy.core.plan_triggers import foreign_hosts, retention_ms, trigger_steps
from workers_deploy.core.project import Triggers
from workers_deploy.core.steps import (
    Action,
    AttachDomain,
    Change,
    PutQueueConsumer,
    PutRoutes,
    PutSchedules,
    PutWorkflow,
    Step,
)

DOMAIN = {"hostname": "app.example.com"}
QUEUE = {"queue": "orders", "queue_id": "q1"}
WORKFLOW = {"name": "flow", "class_name": "Flow", "script_name": "shop"}


def step(wanted: Triggers, live: Triggers) -> Step:
    desired = project(triggers=wanted)
    (found,) = trigger_steps(desired, live_of(desired, triggers=live))
    return found


def change(action: Action, kind: str, name: str, detail: str = "") -> Change:
    return Change(action=action, kind=kind, name=name, detail=detail)


def test_crons_are_set_as_a_whole():
    assert step(Triggers(crons=("new", "both")), Triggers(crons=("both", "old"))) == PutSchedules(
        action=Action.UPDATE,
        title="Schedules",
        changes=(change(Action.CREATE, "cron", "new"), change(Action.DELETE, "cron", "old")),
        crons=("new", "both"),
        former=("both", "old"),
    )


def test_routes_are_set_as_a_whole_and_what_a_taken_one_led_to_is_known():
    def route(pattern: str, script: str) -> dict[str, Any]:
        return {"pattern": pattern, "script": script}

    ours, old = route("ours/*", "shop"), route("old/*", "shop")
    taken, foreign = route("taken/*", "blog"), route("foreign/*", "blog")
    wanted = ({"pattern": "ours/*"}, {"pattern": "taken/*"}, {"pattern": "new/*"})

    found = step(Triggers(routes=wanted), Triggers(routes=(ours, old, taken, foreign)))

    assert found == PutRoutes(
        action=Action.UPDATE,
        title="Routes",
        changes=(
            change(Action.CREATE, "route", "new/*"),
            change(Action.UPDATE, "route", "taken/*", "taken from the script blog"),
            change(Action.DELETE, "route", "old/*"),
        ),
        routes=wanted,
        takes_over=True,
        former=(ours, old, taken),
    )


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (None, change(Action.CREATE, "domain", "app.example.com")),
        (
            {**DOMAIN, "service": "blog"},
            change(Action.UPDATE, "domain", "app.example.com", "taken from the script blog"),
        ),
        (
            {**DOMAIN, "service": "shop", "enabled": False},
            change(Action.UPDATE, "domain", "app.example.com", "enabled true"),
        ),
    ],
)
def test_a_domain_is_attached_one_by_one(live, expected):
    wanted = {**DOMAIN, "enabled": True}

    found = step(Triggers(domains=(wanted,)), Triggers(domains=(live,) if live else ()))

    assert found == AttachDomain(
        action=Action.UPDATE,
        title="Domain",
        changes=(expected,),
        domain=wanted,
        takes_over="taken" in expected.detail,
        former=live,
    )


def test_dns_records_that_a_domain_would_replace_are_named_as_far_as_they_are_known():
    desired = project(triggers=Triggers(domains=(DOMAIN,)))
    live = live_of(desired, triggers=Triggers(domains=({**DOMAIN, "service": None},)))

    assert list(foreign_hosts(desired, live)) == [
        ("app.example.com", "DNS records (of an unknown kind)")
    ]


@pytest.mark.parametrize(
    ("consumer", "live", "expected"),
    [
        (
            {"settings": {"batch_size": 10, "max_retries": 3}, "dead_letter_queue": "dlq"},
            {"settings": {"batch_size": 5, "max_retries": 3}, "dead_letter_queue": "dlq"},
            "batch_size",
        ),
        (
            {"settings": {"batch_size": 10}, "dead_letter_queue": "new"},
            {"settings": {"batch_size": 10}, "dead_letter_queue": "old"},
            "dead_letter_queue",
        ),
        (
            {"settings": {"batch_size": 10, "max_retries": 3}},
            {"settings": None, "dead_letter_queue": "dlq"},
            "batch_size, max_retries",
        ),
        ({"settings": None, "dead_letter_queue": "new"}, {}, "dead_letter_queue"),
    ],
)
def test_a_queues_consumer_is_changed_where_it_differs(consumer, live, expected):
    wanted = {"queue": "orders", **consumer}
    former = {**QUEUE, "type": "worker", "consumer_id": "c1", **live}

    found = step(Triggers(queue_consumers=(wanted,)), Triggers(queue_consumers=(former,)))

    assert found == PutQueueConsumer(
        action=Action.UPDATE,
        title="Queue consumer",
        changes=(change(Action.UPDATE, "queue consumer", "orders", expected),),
        queue_id="q1",
        consumer_id="c1",
        consumer=wanted,
        former=former,
    )


def test_a_queue_without_a_consumer_gets_one():
    wanted = {"queue": "orders", "settings": {"batch_size": 10}}

    found = step(Triggers(queue_consumers=(wanted,)), Triggers(queue_consumers=(QUEUE,)))

    assert found == PutQueueConsumer(
        action=Action.UPDATE,
        title="Queue consumer",
        changes=(change(Action.CREATE, "queue consumer", "orders"),),
        queue_id="q1",
        consumer_id=None,
        consumer=wanted,
        former=None,
    )


def test_a_queue_that_does_not_exist_has_no_id():
    """Before anything is written, unmet_demands makes it a problem."""
    found = step(Triggers(queue_consumers=({"queue": "orders"},)), Triggers(queue_consumers=()))

    assert isinstance(found, PutQueueConsumer)
    assert (found.queue_id, found.consumer_id) == ("", None)


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (None, change(Action.CREATE, "workflow", "flow")),
        (
            {**WORKFLOW, "class_name": "Old", "limits": {"steps": 1}},
            change(Action.UPDATE, "workflow", "flow", "class_name, limits"),
        ),
    ],
)
def test_a_workflow_is_made_or_changed_by_its_name(live, expected):
    wanted = {**WORKFLOW, "limits": {"steps": 5}}

    found = step(Triggers(workflows=(wanted,)), Triggers(workflows=(live,) if live else ()))

    assert found == PutWorkflow(
        action=Action.UPDATE,
        title="Workflow",
        changes=(expected,),
        workflow=wanted,
        former=live,
    )


@pytest.mark.parametrize(
    ("written", "reported"),
    [
        ("1 second", 1_000),
        ("5 minutes", 300_000),
        ("2 hours", 7_200_000),
        ("1 day", 86_400_000),
        ("1 week", 604_800_000),
        (1000, 1000),
        ("soon", "soon"),
        ("1 day or so", "1 day or so"),
    ],
)
def test_a_retention_is_compared_in_milliseconds(written, reported):
    assert retention_ms(written) == reported
