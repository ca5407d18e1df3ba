"""What live lacks is told with its name, what is wrong, where, and the way out."""

import pytest

from fakes.builders import live_of, missing, project, secret, variable, version_of
from workers_deploy.core.demands import unmet_demands
from workers_deploy.core.project import Binding, SubdomainState, Triggers
from workers_deploy.core.steps import Scope
from workers_deploy.errors import Place, Problem, ProblemKind

PLACE = Place(file="wrangler.jsonc", line=7)
CREATE_IT = (
    "create the resource (dashboard or wrangler) and write its id into the configuration; "
    "nothing is created silently"
)
CONSUMER = {"queue": "orders"}
QUEUE = {"queue": "orders", "queue_id": "q1"}
WORKFLOW = {"name": "flow", "class_name": "Flow"}
PLAIN = project()


def inherited(name="CACHE", kind=None):
    return Binding(name=name, type="inherit", inherits=kind, locate=lambda: PLACE)


def problem(subject, message, hint, place=None):
    return Problem(
        kind=ProblemKind.PROJECT, subject=subject, message=message, hint=hint, place=place
    )


def live_with(*bindings, **changes):
    return live_of(PLAIN, version=version_of(PLAIN, bindings=bindings), **changes)


NO_SECRET = problem(
    "secret API_KEY",
    "required by the configuration, neither given nor on the script",
    "name it in the input secrets, with API_KEY under env:",
)


@pytest.mark.parametrize(
    ("wanted", "on_script", "told"),
    [
        ({}, "API_KEY", ()),
        ({"secrets": (secret("API_KEY"),)}, "", ()),
        ({}, "OTHER", (NO_SECRET,)),
        ({"prune_secrets": True}, "API_KEY", (NO_SECRET,)),
        ({"prune_secrets": True, "secrets": (secret("API_KEY"),)}, "", ()),
    ],
)
def test_a_required_secret_is_given_or_on_the_script_and_stays_there(wanted, on_script, told):
    bindings = [Binding(name=name, type="secret_text") for name in on_script.split()]

    found = unmet_demands(project(required_secrets=("API_KEY",), **wanted), live_with(*bindings))

    assert found == told


def test_a_variable_does_not_replace_a_live_secret_by_mistake():
    live = live_with(Binding(name="KEY", type="secret_text"))
    shadows = project(bindings=(variable("KEY"), variable("OTHER")))
    keeps = project(bindings=(inherited("KEY"),))

    assert unmet_demands(shadows, live) == (
        problem(
            "KEY",
            "a plain_text of this name would replace a live secret",
            "rename it, or delete the secret first",
        ),
    )
    assert unmet_demands(keeps, live) == ()


@pytest.mark.parametrize(
    ("kind", "live", "lacks"),
    [
        ("kv_namespace", live_with(), "no kv_namespace of this name"),
        ("kv_namespace", missing(PLAIN), "no kv_namespace of this name"),
        (None, live_with(), "no binding of this name"),
        (
            "kv_namespace",
            live_with(Binding(name="CACHE", type="d1")),
            "no kv_namespace of this name, but a d1",
        ),
        ("kv_namespace", live_with(Binding(name="CACHE", type="kv_namespace")), None),
        (None, live_with(Binding(name="CACHE", type="d1")), None),
    ],
)
def test_a_binding_without_an_id_keeps_what_live_has_and_nothing_is_created(kind, live, lacks):
    message = f"has no id in the configuration, and live has {lacks}"
    told = () if lacks is None else (problem("CACHE", message, CREATE_IT, PLACE),)

    assert unmet_demands(project(bindings=(inherited(kind=kind),)), live) == told


@pytest.mark.parametrize(
    ("said", "read", "unknown"),
    [
        ({"enabled": True}, {}, "preview URLs are"),
        ({"previews_enabled": False}, {}, "workers.dev is"),
        ({"enabled": True}, {"previews_enabled": True}, None),
        ({}, {}, None),
    ],
)
def test_of_two_fields_that_are_set_together_both_must_be_known(said, read, unknown):
    live = live_of(PLAIN, subdomain=SubdomainState(**read))
    told = (
        ()
        if unknown is None
        else (
            problem(
                "workers.dev",
                f"whether {unknown} on could not be read, and both are set together",
                "give both inputs, workers-dev and preview-urls, or a token that may read them",
            ),
        )
    )

    assert unmet_demands(project(subdomain=SubdomainState(**said)), live) == told


@pytest.mark.parametrize(
    ("queues", "message", "hint"),
    [
        (
            (),
            "the account has no such queue to consume from",
            "create it: wrangler queues create orders",
        ),
        (
            ({**QUEUE, "type": "worker", "script_name": "blog"},),
            "the script blog consumes from it, and a queue has one consumer",
            "remove that one first: wrangler queues consumer worker remove orders blog",
        ),
        (
            ({**QUEUE, "type": "http_pull"},),
            "a client over HTTP consumes from it, and a queue has one consumer",
            "remove that one first: wrangler queues consumer http remove orders",
        ),
    ],
    ids=["no queue", "a script", "over HTTP"],
)
def test_a_queue_has_one_consumer(queues, message, hint):
    wanted = project(triggers=Triggers(queue_consumers=(CONSUMER,)))
    live = live_of(PLAIN, triggers=Triggers(queue_consumers=queues))

    assert unmet_demands(wanted, live) == (problem("queue orders", message, hint),)


def test_a_workflow_belongs_to_one_script():
    wanted = project(triggers=Triggers(workflows=(WORKFLOW,)))
    live = live_of(PLAIN, triggers=Triggers(workflows=({**WORKFLOW, "script_name": "blog"},)))

    assert unmet_demands(wanted, live) == (
        problem(
            "workflow flow",
            "belongs to the script blog",
            "give it another name here, or delete that one first: wrangler workflows delete flow",
        ),
    )


WRONG_IN_ALL = project(
    required_secrets=("API_KEY",),
    bindings=(variable("KEY"), inherited()),
    subdomain=SubdomainState(enabled=True),
    triggers=Triggers(queue_consumers=(CONSUMER,)),
)


@pytest.mark.parametrize(
    ("scopes", "subjects"),
    [
        ((), ["secret API_KEY", "KEY", "CACHE", "workers.dev", "queue orders"]),
        ((Scope.SECRETS,), ["secret API_KEY"]),
        ((Scope.SETTINGS,), ["KEY", "CACHE"]),
        ((Scope.SUBDOMAIN, Scope.TRIGGERS), ["workers.dev", "queue orders"]),
        ((Scope.CODE,), []),
    ],
)
def test_a_deploy_of_a_part_demands_only_what_that_part_needs(scopes, subjects):
    live = live_with(
        Binding(name="KEY", type="secret_text"),
        subdomain=SubdomainState(),
        triggers=Triggers(queue_consumers=()),
    )

    assert [one.subject for one in unmet_demands(WRONG_IN_ALL, live, scopes)] == subjects
