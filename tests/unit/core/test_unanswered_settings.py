"""Settings that Cloudflare never answers, and a first deploy that did not come to its settings."""

from typing import Any

import pytest

from fakes.builders import deployment, live_of, missing, module, note_of, project, version_of
from workers_deploy.core.compare_settings import (
    beside_upload,
    unanswered_settings,
    wanted_settings,
    wanted_subdomain,
    was_cut_short,
)
from workers_deploy.core.live import LiveState
from workers_deploy.core.plan import make_plan
from workers_deploy.core.plan_settings import settings_steps
from workers_deploy.core.project import Project, ScriptSettings, SubdomainState
from workers_deploy.core.steps import PatchScriptSettings

OFF = SubdomainState(enabled=False, previews_enabled=False)
SENT = {"enabled": True, "traces": {"enabled": True, "propagation_policy": "all"}}
ANSWERED = {"enabled": True, "traces": {"enabled": True, "persist": None}}


def observed(value: dict[str, Any] | None) -> ScriptSettings:
    return ScriptSettings(observability=value, logpush=False)


@pytest.mark.parametrize(
    ("answered", "by_note", "wanted"),
    [
        (ANSWERED, True, None),
        # Without a note that says so, it may not be as it shall be.
        (ANSWERED, False, SENT),
        # What is answered and differs is written, with what is never answered.
        (
            {**ANSWERED, "enabled": False},
            True,
            SENT,
        ),
        ({"enabled": True}, True, SENT),
        (None, True, SENT),
    ],
)
def test_what_is_never_answered_is_known_by_the_note(answered, by_note, wanted):
    desired = project(script_settings=observed(SENT))
    live = live_of(desired, script_settings=observed(answered))

    assert wanted_settings(desired, live, by_note=by_note).observability == wanted


def test_a_note_stands_for_what_is_never_answered_and_for_nothing_else():
    policy, traces = {"traces": {"propagation_policy": "all"}}, {"traces": {"enabled": True}}

    def wanted(said: dict[str, Any], answered: dict[str, Any], **by: bool) -> Any:
        desired = project(script_settings=observed(said))
        live = live_of(desired, script_settings=observed(answered))
        return wanted_settings(desired, live, **by).observability

    assert wanted(policy, {"enabled": True}, by_note=True) == {"enabled": True, **policy}
    assert wanted(traces, traces, by_note=True) is None
    assert wanted(policy, traces) is not None


def test_without_a_word_on_the_note_it_says_nothing():
    desired = project(script_settings=observed(SENT))
    live = live_of(desired, script_settings=observed(ANSWERED))

    assert wanted_settings(desired, live).observability == SENT
    assert len(settings_steps(desired, live)[0]) == 1


@pytest.mark.parametrize("value", [None, {}, {"traces": None}, {"traces": {"enabled": True}}])
def test_settings_that_are_answered_need_no_note(value):
    assert unanswered_settings(ScriptSettings(observability=value)) == {}


def test_what_is_never_answered_is_all_that_the_note_has_to_know():
    assert unanswered_settings(ScriptSettings(observability=SENT, logpush=True)) == {
        "observability": {"traces": {"propagation_policy": "all"}}
    }


def test_a_deploy_of_the_same_code_does_not_set_again_what_is_never_answered():
    desired = project(script_settings=observed(SENT))
    live = live_of(desired, script_settings=observed(ANSWERED))

    def sets(wanted: Project) -> bool:
        steps = make_plan(wanted, live, note_of(wanted)).steps
        return any(isinstance(step, PatchScriptSettings) for step in steps)

    assert not sets(desired)
    assert sets(project(script_settings=observed(SENT), modules=(module(content="two"),)))


def test_an_upload_carries_all_settings_but_the_tags():
    settings = ScriptSettings(logpush=True, tags=("team",), observability=SENT)

    assert beside_upload(settings) == ScriptSettings(tags=("team",))


@pytest.mark.parametrize(
    ("changes", "exists", "with_upload"),
    [
        ({}, False, True),
        ({"main_module": None, "modules": ()}, False, False),
        ({}, True, False),
    ],
)
def test_only_the_upload_of_a_new_script_carries_settings(changes, exists, with_upload):
    desired = project(script_settings=ScriptSettings(logpush=True), **changes)
    live = live_of(desired) if exists else missing(desired)

    (step,), _, _ = settings_steps(desired, live)

    assert isinstance(step, PatchScriptSettings)
    assert step.with_upload is with_upload


def cut_short(**changes: Any) -> LiveState:
    return live_of(project(), **({"subdomain": OFF, "former_deployments": ()} | changes))


@pytest.mark.parametrize(
    ("live", "is_so"),
    [
        (cut_short(), True),
        (cut_short(subdomain=SubdomainState(enabled=False)), True),
        (cut_short(former_deployments=(deployment(),)), False),
        (cut_short(subdomain=SubdomainState(enabled=True, previews_enabled=False)), False),
        (cut_short(subdomain=SubdomainState(enabled=False, previews_enabled=True)), False),
        (cut_short(subdomain=SubdomainState()), False),  # not read
        (cut_short(version=version_of(project(), message="By hand")), False),
        (cut_short(versions=()), False),
        (cut_short(deployment=None), False),
        (missing(project()), False),
    ],
)
def test_a_first_deploy_of_ours_with_everything_off_was_cut_short(live, is_so):
    assert was_cut_short(live) is is_so


def test_what_a_first_deploy_did_not_come_to_is_turned_on_and_told():
    quiet, said_off = project(subdomain=SubdomainState()), project(subdomain=OFF)
    changed = {"modules": (module(content="two"),)}
    on = SubdomainState(enabled=True, previews_enabled=True)

    assert wanted_subdomain(quiet, cut_short()) == on
    assert make_plan(quiet, cut_short(), note_of(quiet)).notes == (
        (
            "the only deploy so far ended before it came to workers.dev, or somebody turned it "
            "off: it is turned on, as in a first deploy; `workers_dev: false` keeps it off"
        ),
    )
    assert wanted_subdomain(said_off, cut_short()) == OFF
    stays_off = project(subdomain=OFF, **changed)
    assert make_plan(stays_off, cut_short(), note_of(stays_off)).notes == ()
