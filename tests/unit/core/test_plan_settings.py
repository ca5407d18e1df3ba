from fakes.builders import live_of, project
from workers_deploy.core.compare_settings import wanted_subdomain
from workers_deploy.core.plan_settings import settings_steps
from workers_deploy.core.project import SubdomainState
from workers_deploy.core.steps import Action


def test_a_subdomain_that_could_not_be_read_is_left_as_it_is():
    desired = project(subdomain=SubdomainState())
    live = live_of(desired, subdomain=SubdomainState())

    _, (step,), _ = settings_steps(desired, live)

    assert step.action is Action.UNCHANGED


def test_what_is_said_of_a_subdomain_that_could_not_be_read_is_set_alone():
    desired = project(subdomain=SubdomainState(enabled=False))

    wanted = wanted_subdomain(desired, live_of(desired, subdomain=SubdomainState()))

    assert wanted == SubdomainState(enabled=False)
