"""A probe's path is refused where no URL will be known to ask it on, and nowhere else."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.builders import OTHER_ID, live_of, missing, module, note_of, project, version_of
from workers_deploy.core.live import LiveState, TrafficShare
from workers_deploy.core.plan import make_plan
from workers_deploy.core.plan_commands import make_rollback_plan
from workers_deploy.core.plan_only import make_narrow_plan
from workers_deploy.core.project import ProbeTarget, Project, SubdomainState, Triggers
from workers_deploy.core.steps import Plan, Probe, Scope
from workers_deploy.errors import ProblemsError

IS_OFF = r"workers\.dev is off"
URL, PATH = "HTTPS://shop.example.com/health", "/health"
OFF = SubdomainState(enabled=False, previews_enabled=False)
HOST = "shop.example.com"
DOMAIN = Triggers(domains=({"hostname": HOST},))
ATTACHED = Triggers(domains=({"hostname": HOST, "service": "shop"},))
ROUTE = Triggers(routes=({"pattern": "example.com/*"},))


def probing(*targets: str, **changes: Any) -> Project:
    target = ProbeTarget(targets=targets, statuses=(range(200, 400),), timeout=60)
    defaults = {"modules": (module(content="two"),), "subdomain": OFF, "probe": target}
    return project(**(defaults | changes))


def planned(desired: Project, live: LiveState | None = None) -> Plan:
    return make_plan(desired, live or live_of(project()), note_of(desired))


def asks(plan: Plan) -> bool:
    return any(isinstance(step, Probe) for step in plan.steps)


@pytest.mark.parametrize("targets", [(PATH,), (URL, PATH), ("health",), ("/https://a.example",)])
def test_a_path_without_workers_dev_and_domains_is_refused(targets):
    with pytest.raises(ProblemsError, match=IS_OFF) as caught:
        planned(probing(*targets))

    assert caught.value.exit_code == 2
    assert [problem.subject for problem in caught.value.problems] == ["probe"]


def test_routes_are_no_url_to_ask_a_path_on():
    desired = probing(PATH, subdomain=SubdomainState(), triggers=ROUTE)

    with pytest.raises(ProblemsError, match=IS_OFF):
        planned(desired, missing(desired))


@pytest.mark.parametrize(
    ("desired", "live"),
    [
        (probing(URL), live_of(project())),
        (probing(PATH, subdomain=SubdomainState()), live_of(project())),
        (probing(PATH, subdomain=SubdomainState(enabled=True)), live_of(project(), subdomain=OFF)),
        (
            probing(PATH, subdomain=SubdomainState()),
            replace(missing(project()), url="https://shop.acme.workers.dev"),
        ),
        (probing(PATH, triggers=DOMAIN), live_of(project())),
        (probing(PATH, triggers=DOMAIN), missing(project())),
        (probing(PATH, triggers=DOMAIN), live_of(project(), triggers=ATTACHED)),
        (
            probing(PATH, subdomain=SubdomainState()),
            live_of(project(), subdomain=SubdomainState()),
        ),
    ],
    ids=[
        "a whole URL",
        "workers.dev is on",
        "workers.dev is turned on",
        "a first deploy turns it on",
        "a domain is planned",
        "a domain of a first deploy is planned",
        "a domain is there",
        "whether workers.dev is on could not be read",
    ],
)
def test_what_may_come_to_have_a_url_is_asked(desired: Project, live: LiveState):
    assert asks(planned(desired, live))


@pytest.mark.parametrize("state", [SubdomainState(), SubdomainState(enabled=True)])
def test_a_path_is_refused_where_the_url_could_not_be_read(state: SubdomainState):
    desired = probing(PATH, subdomain=state)

    with pytest.raises(ProblemsError, match="could not be read"):
        planned(desired, live_of(project(), subdomain=state, url=None))
    with pytest.raises(ProblemsError, match="could not be read"):
        planned(desired, missing(project()))


def test_a_run_that_changes_nothing_asks_nothing_and_so_is_not_refused():
    desired = probing(PATH)

    assert not planned(desired, live_of(desired, subdomain=OFF)).writes


def test_a_path_into_a_dispatch_namespace_is_refused():
    desired = probing(PATH, dispatch_namespace="tenants", subdomain=SubdomainState())
    live = missing(desired)

    with pytest.raises(ProblemsError, match="dispatch namespace"):
        planned(desired, live)

    assert asks(planned(probing(URL, dispatch_namespace="tenants"), live))


def narrow(desired: Project, live: LiveState, *scopes: Scope) -> Plan:
    return make_narrow_plan(desired, live, note_of(desired), scopes)


def test_only_asks_where_what_it_sets_has_a_url():
    turned_on = probing(PATH, subdomain=SubdomainState(enabled=True))
    off = live_of(project(), subdomain=OFF)

    assert asks(narrow(turned_on, off, Scope.CODE, Scope.SUBDOMAIN))
    assert asks(narrow(probing(PATH, triggers=DOMAIN), off, Scope.CODE, Scope.TRIGGERS))
    # What a narrow deploy does not set stays as it is.
    assert asks(narrow(probing(PATH), live_of(project()), Scope.CODE))
    for scopes in ((Scope.CODE,), (Scope.CODE, Scope.SETTINGS)):
        with pytest.raises(ProblemsError, match=IS_OFF):
            narrow(turned_on, off, *scopes)


def test_only_of_parts_that_are_not_asked_is_not_refused():
    assert narrow(probing(PATH), live_of(project()), Scope.SUBDOMAIN).writes


def rolled_back(live: LiveState) -> Plan:
    target = version_of(project(), id_=OTHER_ID)
    shares = (TrafficShare(version_id=OTHER_ID, percentage=100),)
    return make_rollback_plan(live, probing(PATH), shares, [target])


def test_a_rollback_asks_on_the_urls_that_are_there():
    assert asks(rolled_back(live_of(project())))
    assert asks(rolled_back(live_of(project(), subdomain=OFF, triggers=ATTACHED)))
    with pytest.raises(ProblemsError, match=IS_OFF):
        rolled_back(live_of(project(), subdomain=OFF))


@pytest.mark.parametrize(
    ("desired", "live", "why", "hint"),
    [
        (
            probing(PATH, dispatch_namespace="tenants"),
            missing(project()),
            "a script in a dispatch namespace has none",
            "write whole URLs, of what dispatches to the script",
        ),
        (
            probing(PATH, subdomain=SubdomainState(enabled=True)),
            live_of(project(), url=None),
            "which one that is could not be read",
            (
                "write whole URLs (https://host/path), or run again with a token that may read "
                "workers.dev"
            ),
        ),
        (
            probing(PATH),
            live_of(project()),
            (
                "there will be none: workers.dev is off, and no custom domain that the "
                "configuration names leads to the script"
            ),
            "write whole URLs (https://host/path), or turn workers-dev on",
        ),
    ],
)
def test_why_there_is_no_url_is_said_with_the_way_out(desired, live, why, hint):
    with pytest.raises(ProblemsError) as caught:
        planned(desired, live)

    (problem,) = caught.value.problems
    assert problem.message == f"asks a path, which is one on deployment-url, and {why}"
    assert problem.hint == hint
