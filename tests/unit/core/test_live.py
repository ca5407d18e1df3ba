"""What a state of Cloudflare says at a glance: who serves, where, and with which secrets."""

import pytest

from fakes.builders import (
    LIVE_ID,
    OTHER_ID,
    live_of,
    missing,
    project,
    secret,
    variable,
    version_of,
)
from workers_deploy.core.live import LiveDeployment, LiveVersion, TrafficShare, render_shares
from workers_deploy.core.project import Binding, Triggers

DESIRED = project(bindings=(variable(),), secrets=(secret("B"), secret("A")))


def share(version_id, percentage):
    return TrafficShare(version_id=version_id, percentage=percentage)


def test_shares_are_written_as_people_read_them():
    shares = [share(LIVE_ID, 97.5), share(OTHER_ID, 2.5)]

    assert render_shares(shares) == "11111111 97.5 %, 22222222 2.5 %"
    assert render_shares([]) == ""


def test_a_version_at_no_traffic_does_not_serve():
    half = share(OTHER_ID, 0.5)
    deployed = LiveDeployment(id="d", shares=(share(LIVE_ID, 0), half))

    assert deployed.serving == (half,)


def test_secrets_of_every_kind_are_named_in_order_and_nothing_else_is():
    key = Binding(name="0_KEY", type="secret_key")
    live = version_of(DESIRED, bindings=(*version_of(DESIRED).bindings, key))

    assert live.secret_names == ("0_KEY", "A", "B")
    assert live_of(DESIRED, version=live).secret_names == ("0_KEY", "A", "B")


def test_a_namespace_has_secrets_without_versions():
    tenant = live_of(DESIRED, versions=(), namespace_secrets=("C",))

    assert tenant.live is None
    assert tenant.secret_names == ("C",)


def test_the_version_with_the_largest_share_counts():
    first, second = LiveVersion(id=LIVE_ID), LiveVersion(id=OTHER_ID)

    assert live_of(DESIRED, versions=(first, second)).live is first


@pytest.mark.parametrize(("latest", "is_live"), [(LIVE_ID, True), (OTHER_ID, False), (None, True)])
def test_an_upload_without_traffic_is_not_live(latest, is_live):
    assert live_of(DESIRED, latest_version_id=latest).latest_is_live is is_live


def test_of_a_script_that_does_not_exist_nothing_waits_for_traffic():
    assert missing(DESIRED).latest_is_live


def test_only_domains_of_the_script_itself_are_its_urls():
    domains = (
        {"hostname": "shop.example.com", "service": "shop"},
        {"hostname": "blog.example.com", "service": "blog"},
        {"hostname": "free.example.com"},
    )

    assert live_of(DESIRED, triggers=Triggers(domains=domains)).domain_urls == (
        "https://shop.example.com",
    )
    assert live_of(DESIRED).domain_urls == ()
