"""What people are told before the first write."""

from dataclasses import replace

import pytest

from fakes.builders import OTHER_ID, live_of, manifest, missing, module, note_of, project, secret
from workers_deploy.core.live import LiveState
from workers_deploy.core.plan import make_plan
from workers_deploy.core.project import Project, SubdomainState, Triggers

OFF = SubdomainState(enabled=False, previews_enabled=False)
CHANGED = {"modules": (module(content="two"),)}


def notes(desired: Project, live: LiveState) -> tuple[str, ...]:
    return make_plan(desired, live, note_of(desired)).notes


def test_a_plain_deploy_has_no_notes():
    assert notes(project(**CHANGED), live_of(project())) == ()


def test_what_could_not_be_read_is_told_although_nothing_changes():
    live = live_of(project(), unread=("the usage model: 403", "the zone: 404"))

    assert notes(project(), live) == ("not read: the usage model: 403", "not read: the zone: 404")


def test_a_latest_version_that_is_not_live_is_told_with_what_it_blocks():
    assert notes(project(), live_of(project(), latest_version_id=OTHER_ID)) == (
        (
            "the latest version 22222222 is not the live one: until a deploy that changes "
            "something, secrets can't be edited in the dashboard (10215, 10214)"
        ),
    )


REACHED = "a first deploy can't be undone; the public can reach the new script"
HIDDEN = "a first deploy can't be undone; no address leads to the new script"


@pytest.mark.parametrize(
    ("subdomain", "triggers", "note"),
    [
        (SubdomainState(), Triggers(), REACHED),
        (SubdomainState(enabled=True, previews_enabled=False), Triggers(), REACHED),
        (SubdomainState(enabled=False, previews_enabled=True), Triggers(), REACHED),
        (OFF, Triggers(routes=({"pattern": "example.com/*"},)), REACHED),
        (OFF, Triggers(domains=({"hostname": "example.com"},)), REACHED),
        (OFF, Triggers(crons=("0 * * * *",)), HIDDEN),
    ],
)
def test_a_first_deploy_tells_who_can_reach_what_cannot_be_undone(subdomain, triggers, note):
    desired = project(subdomain=subdomain, triggers=triggers)

    assert notes(desired, missing(desired)) == (note,)


def test_secrets_that_assets_alone_have_no_binding_for_are_named():
    was = project(secrets=(secret("A_KEY"), secret("B_KEY")))
    desired = project(main_module=None, modules=(), assets=manifest())

    assert notes(desired, live_of(was)) == (
        (
            "a Worker of assets alone has no bindings: whether Cloudflare keeps the secrets "
            "A_KEY, B_KEY for a later deploy is not known"
        ),
    )
    assert notes(desired, live_of(project())) == ()
    assert notes(project(**CHANGED, secrets=was.secrets), live_of(was)) == ()


def test_migrations_and_dispatch_namespaces_are_told_since_neither_can_be_undone():
    desired = project(migrations=({"tag": "v1", "new_classes": ["A"]},))
    tenant = project(dispatch_namespace="tenants")

    assert notes(desired, live_of(project())) == ("Durable Object migrations can't be undone",)
    assert notes(tenant, missing(tenant)) == (
        (
            "a dispatch namespace has no versions: what is unchanged is sent again, and a deploy "
            "can't be undone"
        ),
    )


@pytest.mark.parametrize(
    ("names", "said"), [(("A",), "A has no value"), (("A", "B"), "A, B have no value")]
)
def test_secrets_of_which_a_plan_knows_the_names_alone_are_named(names, said):
    known = secret("KNOWN")
    unknown = tuple(replace(secret(name), is_known=False) for name in names)

    assert notes(project(secrets=(known, *unknown)), live_of(project(secrets=(known,)))) == (
        f"{said} in this run: planned by name; a deploy needs it",
    )
