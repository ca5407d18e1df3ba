"""What goes back after a run failed, what stays and why, and what someone has edited since."""

from typing import Any

import pytest

from fakes.builders import deployment
from workers_deploy.core.attribution.undo_plan import (
    are_former,
    former_settings,
    set_by,
    settings_were_edited,
    trigger_is_as_before,
    trigger_was_edited,
    undo_plan,
)
from workers_deploy.core.project import ScriptSettings, SubdomainState, Triggers, UsageModel
from workers_deploy.core.steps import (
    Action,
    AttachDomain,
    CreateDeployment,
    PatchScriptSettings,
    PutQueueConsumer,
    PutRoutes,
    PutSchedules,
    PutUsageModel,
    PutWorkflow,
    SetSubdomain,
    Trigger,
)

WRITE: dict[str, Any] = {"action": Action.UPDATE, "title": "Step"}
ON = SubdomainState(enabled=True, previews_enabled=False)
DOMAIN = {"hostname": "shop.example.com"}
ROUTE = {"pattern": "example.com/*"}
CONSUMER = {"queue": "orders", "settings": {"batch_size": 10}}
FORMER_CONSUMER = {**CONSUMER, "consumer_id": "c1", "settings": {"batch_size": 5}}
WORKFLOW = {"name": "flow", "class_name": "Flow", "script_name": "shop"}
FORMER_WORKFLOW = {**WORKFLOW, "class_name": "OldFlow"}
STAY = "triggers stay as they were set"
SET_TOO = "the other run may have set it too"
UNREAD = "what it was could not be read"


def settings_step(
    settings: ScriptSettings, former: ScriptSettings | None = None
) -> PatchScriptSettings:
    return PatchScriptSettings(**WRITE, settings=settings, former=former or ScriptSettings())


def subdomain_step(former: SubdomainState) -> SetSubdomain:
    return SetSubdomain(**WRITE, state=ON, former=former)


def usage_step(former: UsageModel | None) -> PutUsageModel:
    return PutUsageModel(**WRITE, usage_model=UsageModel(cpu_ms=50), former=former)


MOVE = CreateDeployment(**WRITE, message="", former=deployment())
SETTINGS = settings_step(ScriptSettings(logpush=True), ScriptSettings(logpush=False))
SUBDOMAIN = subdomain_step(ON)
USAGE = usage_step(UsageModel(cpu_ms=10))
CRONS = PutSchedules(**WRITE, crons=("0 * * * *",), former=("5 * * * *",))


def undone(*done, existed: bool = True, others=None, **changes) -> list[tuple[Any, str]]:
    plan = undo_plan(done, existed=existed, others=others, **changes)
    return [(undo.step, undo.reason) for undo in plan]


def test_settings_go_back_in_reverse_order_and_triggers_stay():
    assert undone(SETTINGS, SUBDOMAIN, USAGE, MOVE, CRONS) == [
        (CRONS, STAY),
        (USAGE, ""),
        (SUBDOMAIN, ""),
        (SETTINGS, ""),
    ]


def test_after_a_failed_check_triggers_go_back_too():
    assert undone(SETTINGS, CRONS, with_triggers=True) == [(CRONS, ""), (SETTINGS, "")]


def test_a_new_script_has_no_settings_to_go_back_to():
    assert undone(SETTINGS, SUBDOMAIN, CRONS, existed=False) == [(CRONS, STAY)]


def test_what_was_set_already_is_not_this_runs_to_put_back():
    found = (SUBDOMAIN, CRONS)

    assert undone(SETTINGS, SUBDOMAIN, USAGE, CRONS, found_set=found) == [
        (USAGE, ""),
        (SETTINGS, ""),
    ]


@pytest.mark.parametrize(
    ("message", "reason"),
    [("Go wd1:a1b2c3d4e5f6:c:a:s", SET_TOO), ("by hand", ""), (None, "")],
)
def test_what_another_run_of_the_project_may_have_set_too_stays(message, reason):
    assert undone(SETTINGS, others=deployment(message=message)) == [(SETTINGS, reason)]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (subdomain_step(SubdomainState()), UNREAD),
        (subdomain_step(SubdomainState(enabled=True)), UNREAD),
        (subdomain_step(SubdomainState(previews_enabled=True)), UNREAD),
        (subdomain_step(SubdomainState(enabled=False, previews_enabled=False)), ""),
        (usage_step(None), UNREAD),
        (usage_step(UsageModel()), ""),
        (settings_step(ScriptSettings(logpush=True)), ""),
    ],
)
def test_what_was_never_read_cannot_go_back(step, reason):
    assert undone(step) == [(step, reason)]


@pytest.mark.parametrize(
    ("sent", "former", "back"),
    [
        ({"logpush": True}, {"logpush": False, "tags": ("a",)}, {"logpush": False}),
        ({"logpush": True}, {}, {"logpush": False}),
        ({"observability": {"enabled": True}}, {}, {"observability": {}}),
        ({"tags": ("a",)}, {}, {"tags": ()}),
        ({"tags": ()}, {"tags": ("a",)}, {"tags": ("a",)}),
        ({"tail_consumers": ({"service": "tail"},)}, {}, {"tail_consumers": ()}),
    ],
)
def test_only_what_was_set_goes_back_and_what_never_was_set_is_emptied(sent, former, back):
    step = settings_step(ScriptSettings(**sent), ScriptSettings(**former))

    assert former_settings(step) == ScriptSettings(**back)


@pytest.mark.parametrize(
    "live",
    [
        {"logpush": True},  # as it was set
        {"logpush": False},  # as it was before
        {},  # what is off is not answered
        {"logpush": True, "tags": ("theirs",)},  # another setting
    ],
)
def test_a_setting_as_it_was_set_or_before_was_edited_by_nobody(live):
    assert not settings_were_edited(SETTINGS, ScriptSettings(**live), None)


@pytest.mark.parametrize(
    ("live", "read_back", "is_edited"),
    [
        (("theirs",), None, True),
        (("ours",), None, False),
        (("ours", "more"), None, True),
        (("ours", "more"), ("ours", "more"), False),  # Cloudflare added it
        (("ours",), ("ours", "more"), True),
        (("former",), ("ours", "more"), False),
    ],
)
def test_how_a_setting_was_read_back_is_how_it_was_set(live, read_back, is_edited):
    step = settings_step(ScriptSettings(tags=("ours",)), ScriptSettings(tags=("former",)))
    as_read_back = None if read_back is None else ScriptSettings(tags=read_back)

    assert settings_were_edited(step, ScriptSettings(tags=live), as_read_back) is is_edited


def test_one_edited_setting_of_several_is_an_edit():
    step = settings_step(ScriptSettings(logpush=True, tags=("ours",)))

    assert settings_were_edited(step, ScriptSettings(logpush=True, tags=("theirs",)), None)


@pytest.mark.parametrize(
    ("former", "live", "is_same"),
    [
        ({"logpush": False}, {"logpush": None}, True),
        ({"logpush": False}, {"logpush": True}, False),
        ({"observability": {}}, {"observability": {"enabled": False}}, True),
        ({"observability": {}}, {"observability": {"enabled": True}}, False),
        ({"observability": {"enabled": True}}, {"observability": {"enabled": True}}, True),
        ({"tags": ("a",)}, {"tags": ()}, False),
        ({"tags": ()}, {"tags": ("a",)}, False),
        ({}, {"logpush": True}, True),  # was not set by the run
        ({"logpush": False, "tags": ("a",)}, {"logpush": False, "tags": ("b",)}, False),
    ],
)
def test_what_was_never_set_is_as_what_is_off(former, live, is_same):
    assert are_former(ScriptSettings(**former), ScriptSettings(**live)) is is_same


def routes_step(*former: dict[str, Any]) -> PutRoutes:
    return PutRoutes(**WRITE, routes=(ROUTE,), former=former)


def domain_step(former: dict[str, Any] | None) -> AttachDomain:
    return AttachDomain(**WRITE, domain=DOMAIN, takes_over=False, former=former)


def consumer_step(former: dict[str, Any] | None) -> PutQueueConsumer:
    return PutQueueConsumer(
        **WRITE, queue_id="q1", consumer_id=None, consumer=CONSUMER, former=former
    )


def workflow_step(former: dict[str, Any] | None) -> PutWorkflow:
    return PutWorkflow(**WRITE, workflow=WORKFLOW, former=former)


@pytest.mark.parametrize(
    ("step", "triggers"),
    [
        (CRONS, {"crons": ("0 * * * *",)}),
        (routes_step(), {"routes": (ROUTE,)}),
        (domain_step(None), {"domains": (DOMAIN,)}),
        (consumer_step(None), {"queue_consumers": (CONSUMER,)}),
        (workflow_step(None), {"workflows": (WORKFLOW,)}),
    ],
)
def test_a_trigger_is_read_again_by_what_it_set(step: Trigger, triggers):
    assert set_by(step) == Triggers(**triggers)


OURS_ROUTE = {**ROUTE, "script": "shop"}
THEIR_ROUTE = {**ROUTE, "script": "blog"}
OTHER_ROUTE = {"pattern": "other.example.com/*", "script": "shop"}
OURS_DOMAIN = {**DOMAIN, "service": "shop"}
THEIR_DOMAIN = {**DOMAIN, "service": "blog"}
OURS_CONSUMER = {**CONSUMER, "type": "worker", "consumer_id": "c1"}
FREE_QUEUE = {"queue": "orders", "queue_id": "q1"}


@pytest.mark.parametrize(
    ("step", "live", "is_edited"),
    [
        (CRONS, {"crons": ("0 * * * *",)}, False),
        (CRONS, {"crons": ("5 * * * *",)}, False),
        (CRONS, {"crons": ("7 * * * *",)}, True),
        (CRONS, {"crons": None}, True),
        (PutSchedules(**WRITE, crons=("0 * * * *",)), {"crons": None}, False),
        (routes_step(OTHER_ROUTE), {"routes": (OURS_ROUTE,)}, False),
        (routes_step(OTHER_ROUTE), {"routes": (OTHER_ROUTE,)}, False),
        (routes_step(OTHER_ROUTE), {"routes": (OTHER_ROUTE, THEIR_ROUTE)}, False),
        (routes_step(OTHER_ROUTE), {"routes": (OTHER_ROUTE, OURS_ROUTE)}, True),
        (routes_step(OTHER_ROUTE), {"routes": None}, True),
        (routes_step(), {"routes": None}, False),
        (routes_step(THEIR_ROUTE), {"routes": (THEIR_ROUTE,)}, False),
        (domain_step(None), {"domains": (OURS_DOMAIN,)}, False),
        (domain_step(None), {"domains": ()}, False),
        (domain_step(None), {"domains": (THEIR_DOMAIN,)}, True),
        (domain_step(THEIR_DOMAIN), {"domains": (THEIR_DOMAIN,)}, False),
        (domain_step(THEIR_DOMAIN), {"domains": None}, True),
        (consumer_step(None), {"queue_consumers": (OURS_CONSUMER,)}, False),
        (consumer_step(None), {"queue_consumers": (FREE_QUEUE,)}, False),
        (consumer_step(None), {"queue_consumers": ()}, False),
        (consumer_step(None), {"queue_consumers": (FORMER_CONSUMER,)}, True),
        (consumer_step(FORMER_CONSUMER), {"queue_consumers": (FORMER_CONSUMER,)}, False),
        (consumer_step(FORMER_CONSUMER), {"queue_consumers": (FREE_QUEUE,)}, True),
        (workflow_step(None), {"workflows": (WORKFLOW,)}, False),
        (workflow_step(None), {"workflows": ()}, False),
        (workflow_step(None), {"workflows": (FORMER_WORKFLOW,)}, True),
        (workflow_step(FORMER_WORKFLOW), {"workflows": (FORMER_WORKFLOW,)}, False),
        (workflow_step(FORMER_WORKFLOW), {"workflows": None}, True),
    ],
)
def test_a_trigger_that_is_neither_as_set_nor_as_before_was_edited(step, live, is_edited):
    assert trigger_was_edited(step, Triggers(**live), "shop") is is_edited


OURS = {"pattern": "example.com/ours", "script": "shop"}
THEIRS = {"pattern": "example.com/theirs", "script": "blog"}
TAKEN = {**THEIRS, "script": "shop"}


@pytest.mark.parametrize(
    ("live", "expected"),
    [((OURS, THEIRS), True), ((OURS, TAKEN), False), ((OURS,), False)],
    ids=["as before", "not yet back", "a route that was theirs is gone"],
)
def test_routes_are_as_before_only_with_what_they_took_from_others(
    live: tuple[dict[str, str], ...], expected: bool
):
    step = PutRoutes(**WRITE, routes=(OURS, TAKEN), takes_over=True, former=(OURS, THEIRS))

    assert trigger_is_as_before(step, Triggers(routes=live), "shop") is expected


def test_crons_are_as_before_where_all_of_them_are():
    step = PutSchedules(**WRITE, crons=("1 * * * *",))

    assert trigger_is_as_before(step, Triggers(crons=()), "shop")
    assert not trigger_is_as_before(step, Triggers(crons=("1 * * * *",)), "shop")
