"""Script settings, workers.dev and the usage model: what is wanted, and what that changes."""

import pytest

from fakes.builders import live_of, missing, project
from workers_deploy.core.compare_settings import (
    compare_settings,
    compare_subdomain,
    compare_usage_model,
    differs,
    laid_over,
    only_set,
    settings_are_set,
    subdomain_is_set,
    wanted_settings,
    wanted_subdomain,
    without_nulls,
)
from workers_deploy.core.project import ScriptSettings, SubdomainState, Triggers, UsageModel
from workers_deploy.core.steps import Action, Change

TAIL = {"service": "logs"}
ON, OFF = SubdomainState(enabled=True), SubdomainState(enabled=False)


@pytest.mark.parametrize(
    ("wanted", "actual", "differ"),
    [
        ({"logs": {"enabled": True}}, {"enabled": True, "logs": {"enabled": True}}, False),
        ({"logs": {"enabled": True}}, {"enabled": True, "logs": {"enabled": False}}, True),
        ({"enabled": True}, None, True),
        ({"enabled": True}, True, True),
        (True, {"enabled": True}, True),
        ((TAIL,), [{"service": "logs", "environment": "production"}], False),
        (("a", "b"), ["b", "a"], False),
        (("a", "c"), ("a", "b"), True),
        (("a",), ("a", "b"), True),
        (("a", "b"), ("a",), True),
        (("a",), None, True),
        ("a", ("a",), True),
        ((), None, False),
        (False, None, False),
        (True, None, True),
        (None, True, True),
    ],
)
def test_more_fields_and_any_order_are_no_difference(wanted, actual, differ):
    assert differs(wanted, actual) is differ


def test_only_settings_that_differ_are_sent():
    said = ScriptSettings(logpush=True, tags=("a",), tail_consumers=(TAIL,))
    live = ScriptSettings(logpush=False, tags=("a",), tail_consumers=())

    wanted = wanted_settings(
        project(script_settings=said), live_of(project(), script_settings=live)
    )

    assert wanted == ScriptSettings(logpush=True, tail_consumers=(TAIL,))


def test_observability_keeps_what_live_has_set_and_leaves_out_what_is_null():
    actual = {
        "enabled": True,
        "head_sampling_rate": None,
        "logs": {"enabled": True, "destinations": None, "invocation_logs": True},
    }
    said = {"logs": {"invocation_logs": False}, "traces": {"enabled": True}}

    wanted = wanted_settings(
        project(script_settings=ScriptSettings(observability=said)),
        live_of(project(), script_settings=ScriptSettings(observability=actual)),
    )

    assert wanted.observability == {
        "enabled": True,
        "logs": {"enabled": True, "invocation_logs": False},
        "traces": {"enabled": True},
    }


@pytest.mark.parametrize(
    ("base", "top", "merged"),
    [
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
        ({"logs": True}, {"logs": {"enabled": True}}, {"logs": {"enabled": True}}),
        ({"logs": {"enabled": True}}, {"logs": False}, {"logs": False}),
        ({"logs": {"enabled": True}}, {"logs": {}}, {"logs": {"enabled": True}}),
    ],
)
def test_what_is_said_lies_over_what_was_there(base, top, merged):
    assert laid_over(base, top) == merged


def test_laying_over_leaves_both_sides_as_they_are():
    base, top = {"logs": {"enabled": True}}, {"logs": {"persist": False}}

    laid_over(base, top)

    assert (base, top) == ({"logs": {"enabled": True}}, {"logs": {"persist": False}})


def test_nulls_go_at_every_depth_and_nothing_else_does():
    answered = {"a": None, "b": False, "c": {"d": None, "e": 0, "f": {"g": None}}, "h": [None]}

    assert without_nulls(answered) == {"b": False, "c": {"e": 0, "f": {}}, "h": [None]}


@pytest.mark.parametrize(
    ("said", "service_tags", "live", "wanted"),
    [
        (None, (), ("team",), None),
        (("new",), (), ("team",), ("new",)),
        ((), (), ("team",), ()),
        (None, ("cf:service=shop",), ("team",), ("team", "cf:service=shop")),
        (None, ("cf:service=shop",), None, ("cf:service=shop",)),
        # What the configuration says replaces live's tags, and never the project's own.
        (("new",), ("cf:service=shop",), ("team",), ("new", "cf:service=shop")),
        (
            None,
            ("cf:environment=eu=1",),
            ("cf:environment=us", "cf:service=shop"),
            ("cf:service=shop", "cf:environment=eu=1"),
        ),
    ],
)
def test_tags_of_the_service_replace_their_own_kind_alone(said, service_tags, live, wanted):
    desired = project(script_settings=ScriptSettings(tags=said), service_tags=service_tags)
    state = live_of(desired, script_settings=ScriptSettings(tags=live))

    assert wanted_settings(desired, state).tags == wanted


def test_each_setting_is_said_with_both_values():
    wanted = ScriptSettings(logpush=True, tail_consumers=())

    changes = compare_settings(wanted, ScriptSettings(tail_consumers=(TAIL,)))

    def setting(name: str, before: str, after: str) -> Change:
        return Change(action=Action.UPDATE, kind="settings", name=name, before=before, after=after)

    assert changes == (
        setting("logpush", "not set", "true"),
        setting("tail_consumers", "service: logs", "none"),
    )


@pytest.mark.parametrize(
    ("said", "triggers", "wanted"),
    [
        (SubdomainState(), Triggers(), (True, True)),
        (SubdomainState(), Triggers(routes=({"pattern": "example.com/*"},)), (False, False)),
        (SubdomainState(), Triggers(domains=({"hostname": "example.com"},)), (False, False)),
        (SubdomainState(), Triggers(routes=(), domains=()), (True, True)),
        (OFF, Triggers(), (False, False)),
        (ON, Triggers(routes=({"pattern": "example.com/*"},)), (True, True)),
        (SubdomainState(previews_enabled=False), Triggers(), (True, False)),
    ],
)
def test_a_first_deploy_answers_on_workers_dev_unless_it_has_routes(said, triggers, wanted):
    desired = project(subdomain=said, triggers=triggers)

    found = wanted_subdomain(desired, missing(desired))

    assert (found.enabled, found.previews_enabled) == wanted


@pytest.mark.parametrize(
    ("before", "after", "action", "texts"),
    [
        (None, True, Action.CREATE, (None, "on")),
        (False, True, Action.UPDATE, ("off", "on")),
        (True, False, Action.UPDATE, ("on", "off")),
        (True, True, Action.UNCHANGED, ("on", "on")),
        (None, None, Action.UNCHANGED, (None, None)),
    ],
)
def test_workers_dev_and_preview_urls_are_said_to_be_on_or_off(before, after, action, texts):
    def both(enabled: bool | None) -> SubdomainState:
        return SubdomainState(enabled=enabled, previews_enabled=enabled)

    assert compare_subdomain(both(after), both(before)) == tuple(
        Change(action=action, kind=kind, before=texts[0], after=texts[1])
        for kind in ("workers.dev", "preview URLs")
    )


def usage(name: str, before: str, after: str) -> Change:
    return Change(action=Action.UPDATE, kind="usage model", name=name, before=before, after=after)


@pytest.mark.parametrize(
    ("wanted", "live", "changes"),
    [
        (
            UsageModel(usage_model="standard", cpu_ms=50),
            None,
            (usage("usage_model", "not set", "standard"), usage("cpu_ms", "not set", "50")),
        ),
        (
            UsageModel(usage_model="standard", cpu_ms=50),
            UsageModel(usage_model="standard", cpu_ms=10),
            (usage("cpu_ms", "10", "50"),),
        ),
        (UsageModel(usage_model="standard"), UsageModel(usage_model="standard", cpu_ms=10), ()),
    ],
)
def test_the_usage_model_is_compared_where_something_is_said(wanted, live, changes):
    assert compare_usage_model(wanted, live) == changes


@pytest.mark.parametrize(
    ("wanted", "live", "are_set"),
    [
        (ScriptSettings(), ScriptSettings(logpush=True), True),
        (ScriptSettings(logpush=True), ScriptSettings(logpush=True, tags=("a",)), True),
        (ScriptSettings(logpush=True), ScriptSettings(logpush=False), False),
        (ScriptSettings(logpush=True, tags=("a",)), ScriptSettings(logpush=True), False),
        (ScriptSettings(logpush=False), ScriptSettings(), True),
    ],
)
def test_settings_are_set_once_live_has_all_that_were_written(wanted, live, are_set):
    assert settings_are_set(wanted, live) is are_set


@pytest.mark.parametrize(
    ("wanted", "live", "is_set"),
    [
        (SubdomainState(), OFF, True),
        (ON, SubdomainState(enabled=True, previews_enabled=False), True),
        (ON, OFF, False),
        (SubdomainState(enabled=True, previews_enabled=True), ON, False),
        (OFF, SubdomainState(), False),
    ],
)
def test_workers_dev_is_set_once_live_has_what_was_written(wanted, live, is_set):
    assert subdomain_is_set(wanted, live) is is_set


def test_only_settings_that_a_run_wrote_are_put_back():
    former = ScriptSettings(logpush=False, tags=("a",), observability={"enabled": True})
    written = ScriptSettings(logpush=True, observability={"enabled": False})

    assert only_set(former, by=written) == ScriptSettings(
        logpush=False, observability={"enabled": True}
    )
