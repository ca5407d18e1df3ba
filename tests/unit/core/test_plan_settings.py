import pytest

from fakes.builders import live_of, project
from workers_deploy.core.compare_settings import wanted_subdomain
from workers_deploy.core.plan_settings import settings_steps
from workers_deploy.core.project import ScriptSettings, SubdomainState, UsageModel
from workers_deploy.core.steps import (
    Action,
    Change,
    PatchScriptSettings,
    PutUsageModel,
    SetSubdomain,
)


def test_a_subdomain_that_could_not_be_read_is_left_as_it_is():
    desired = project(subdomain=SubdomainState())
    live = live_of(desired, subdomain=SubdomainState())

    _, (step,), _ = settings_steps(desired, live)

    assert step.action is Action.UNCHANGED


def test_what_is_said_of_a_subdomain_that_could_not_be_read_is_set_alone():
    desired = project(subdomain=SubdomainState(enabled=False))

    wanted = wanted_subdomain(desired, live_of(desired, subdomain=SubdomainState()))

    assert wanted == SubdomainState(enabled=False)


def test_each_step_has_what_it_sends_what_people_read_and_what_was_there():
    was = ScriptSettings(logpush=False, tags=("team",))
    live = live_of(project(), script_settings=was, usage_model=UsageModel(cpu_ms=10))
    desired = project(
        script_settings=ScriptSettings(logpush=True, tags=("team",)),
        subdomain=SubdomainState(enabled=False),
        usage_model=UsageModel(cpu_ms=50),
    )

    (settings,), (subdomain,), (usage_model,) = settings_steps(desired, live)

    def updated(kind: str, before: str, after: str, name: str = "") -> Change:
        return Change(action=Action.UPDATE, kind=kind, name=name, before=before, after=after)

    assert settings == PatchScriptSettings(
        action=Action.UPDATE,
        title="Settings",
        changes=(updated("settings", "false", "true", "logpush"),),
        settings=ScriptSettings(logpush=True),
        former=was,
    )
    urls = Change(action=Action.UNCHANGED, kind="preview URLs", before="on", after="on")
    assert subdomain == SetSubdomain(
        action=Action.UPDATE,
        title="Subdomain",
        changes=(updated("workers.dev", "on", "off"), urls),
        state=SubdomainState(enabled=False, previews_enabled=True),
        former=SubdomainState(enabled=True, previews_enabled=True),
    )
    assert usage_model == PutUsageModel(
        action=Action.UPDATE,
        title="Usage model",
        changes=(updated("usage model", "10", "50", "cpu_ms"),),
        usage_model=UsageModel(cpu_ms=50),
        former=UsageModel(cpu_ms=10),
    )


@pytest.mark.parametrize("said", [UsageModel(), UsageModel(cpu_ms=10)])
def test_a_usage_model_that_is_so_already_is_not_written(said):
    live = live_of(project(), usage_model=UsageModel(usage_model="standard", cpu_ms=10))

    _, _, (step,) = settings_steps(project(usage_model=said), live)

    assert (step.action, step.changes) == (Action.UNCHANGED, ())
