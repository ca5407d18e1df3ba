"""What is wrong with what is live after a deploy, and what only reads otherwise, in words."""

import pytest

from fakes.builders import LIVE_ID, OTHER_ID, deployment, live_of, project, secret, variable
from workers_deploy.core.check import (
    mismatches,
    settings_read_otherwise,
    subdomain_reads_otherwise,
    triggers_read_otherwise,
    usage_model_reads_otherwise,
)
from workers_deploy.core.live import LiveDeployment, TrafficShare
from workers_deploy.core.project import ScriptSettings, SubdomainState, Triggers, UsageModel
from workers_deploy.core.steps import Action, CheckLive

DESIRED = project(bindings=(variable("GREETING"),), secrets=(secret("KEY"), secret("OLD")))
LIVE = live_of(DESIRED)
ALL = (TrafficShare(version_id=LIVE_ID, percentage=100),)


def check(wanted=DESIRED, **changes):
    defaults = {"secret_names": (), "action": Action.CREATE, "title": "Check"}
    return CheckLive(project=wanted, **(defaults | changes))


def test_what_is_live_as_it_was_set_is_right():
    step = check(
        secret_names=("KEY", "OLD"), gone_secrets=("GONE",), binding_names=("KEY", "GREETING")
    )

    assert mismatches(step, LIVE, ALL) == ()


@pytest.mark.parametrize(
    ("live", "wrong"),
    [
        (deployment(OTHER_ID), "live is 22222222 100 % instead of 11111111 100 %"),
        (
            deployment(LIVE_ID, OTHER_ID),
            "live is 11111111 50 %, 22222222 50 % instead of 11111111 100 %",
        ),
        (None, "no deployment is live"),
    ],
)
def test_another_version_that_serves_is_wrong(live, wrong):
    found = live_of(DESIRED, deployment=live)

    assert mismatches(check(), found, ALL) == (wrong,)
    assert mismatches(check(), found, ()) == ()


def test_a_deployment_without_versions_serves_nothing():
    nothing = live_of(DESIRED, deployment=LiveDeployment(id="d", shares=()))

    assert mismatches(check(), nothing, ALL) == ("live is nothing instead of 11111111 100 %",)


def test_every_secret_and_binding_that_is_missing_or_left_is_named():
    step = check(
        secret_names=("KEY", "A", "B"), gone_secrets=("OLD", "GONE"), binding_names=("KEY", "C")
    )

    assert mismatches(step, LIVE, ALL) == (
        "secret A is missing",
        "secret B is missing",
        "secret OLD is still there",
        "binding C is missing",
    )


def test_bindings_of_a_version_that_was_not_read_are_not_missing():
    unread = live_of(DESIRED, versions=())

    assert mismatches(check(binding_names=("C",)), unread, ()) == ()


def test_only_triggers_that_are_not_as_set_read_otherwise():
    wanted = project(triggers=Triggers(crons=("0 * * * *", "5 * * * *"), routes=()))
    live = live_of(wanted, triggers=Triggers(crons=("0 * * * *",), routes=()))

    assert triggers_read_otherwise(check(wanted), live) == (
        "cron 5 * * * * is not read as it was set",
    )


@pytest.mark.parametrize(
    ("sent", "read", "told"),
    [
        ({"logpush": True}, {"logpush": True}, ()),
        ({"logpush": True}, {"logpush": False}, ("logpush was set to true and reads false",)),
        ({"logpush": True}, {"logpush": None}, ()),
        ({"logpush": None}, {"logpush": True}, ()),
        ({"tags": ("a", "b")}, {"tags": ("b", "a")}, ()),
        (
            {"observability": {"enabled": True, "logs": {"persist": True}}},
            {"observability": {"enabled": False, "logs": {"persist": False}, "more": 1}},
            (
                "observability.enabled was set to true and reads false",
                "observability.logs.persist was set to true and reads false",
            ),
        ),
        ({"observability": {"enabled": True}}, {"observability": {}}, ()),
        (
            {"observability": {"logs": {"persist": True}}},
            {"observability": {"logs": True}},
            ("observability.logs was set to persist: true and reads true",),
        ),
    ],
)
def test_a_setting_that_reads_otherwise_is_told_with_both_values(sent, read, told):
    assert settings_read_otherwise(ScriptSettings(**sent), ScriptSettings(**read)) == told


def test_workers_dev_and_preview_urls_are_told_by_the_names_that_people_know():
    sent = SubdomainState(enabled=True, previews_enabled=False)
    read = SubdomainState(enabled=False, previews_enabled=True)

    assert subdomain_reads_otherwise(sent, sent) == ()
    assert subdomain_reads_otherwise(sent, read) == (
        "workers.dev was set to true and reads false",
        "preview URLs was set to false and reads true",
    )


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (None, ()),
        (UsageModel(usage_model="standard", cpu_ms=50), ()),
        (UsageModel(usage_model="standard"), ()),
        (
            UsageModel(usage_model="bundled", cpu_ms=10),
            (
                "usage_model was set to standard and reads bundled",
                "cpu_ms was set to 50 and reads 10",
            ),
        ),
    ],
)
def test_a_usage_model_is_compared_as_far_as_it_is_read(read, told):
    sent = UsageModel(usage_model="standard", cpu_ms=50)

    assert usage_model_reads_otherwise(sent, read) == told
