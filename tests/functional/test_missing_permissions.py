"""Tokens that lack a permission: the error names it, and the bindings that need it."""

from pathlib import Path
from typing import Any

import pytest

from fakes.checkout import Checkout, worker
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner
from workers_emulator.state.rights import TEMPLATE, Right, Rights

LIMITED = "limited-token-4711"
KV = [{"binding": "CACHE", "id": "a" * 32}, {"binding": "SESSIONS", "id": "b" * 32}]
D1 = [{"binding": "DB", "database_id": "c" * 32}]
STORE = [{"binding": "KEY", "store_id": "d" * 32, "secret_name": "key"}]
QUEUES = {"producers": [{"binding": "ORDERS", "queue": "orders"}]}
VPC = [{"binding": "INTERNAL", "service_id": "e" * 32}]
TUNNEL = [{"binding": "OFFICE", "tunnel_id": "f" * 32}]


class Limited:
    """Runs with a token that has some rights, in an account where `shop` is deployed."""

    def __init__(self, checkout: Checkout, files: Path) -> None:
        self._checkout = checkout
        self._files = files

    def run(
        self, rights: Rights, *argv: str, options: dict[str, Any] | None = None, **config: Any
    ) -> tuple[Run, Cloudflare]:
        with Cloudflare(limited_tokens={LIMITED: rights}, **(options or {})) as cloudflare:
            runner = Runner(self._checkout, cloudflare, self._files)
            assert runner.fast("deploy").exit_code == 0
            cloudflare.forget_requests()
            self._checkout.config(**config)
            env = {"CLOUDFLARE_API_TOKEN": LIMITED}
            run = runner.fast(*(argv or ("deploy",)), env=env)
            runner.assert_nothing_leaked(run, {LIMITED})
            return run, cloudflare


@pytest.fixture
def limited(tmp_path: Path) -> Limited:
    return Limited(worker(tmp_path / "checkout"), tmp_path / "files")


@pytest.mark.parametrize(
    ("config", "code", "lacks", "where"),
    [
        (
            {"kv_namespaces": KV},
            "10023",
            "lacks Account > Workers KV Storage > Edit, which CACHE, SESSIONS need",
            "wrangler.json:6:5",
        ),
        (
            {"d1_databases": D1},
            "10023",
            "lacks Account > D1 > Edit, which DB needs",
            "wrangler.json:6:5",
        ),
        (
            {"secrets_store_secrets": STORE},
            "10021",
            "lacks Account > Account Secrets Store > Edit, which KEY needs",
            "wrangler.json:6:5",
        ),
        (
            {"queues": QUEUES},
            "10023",
            "lacks Account > Queues > Edit, which ORDERS needs",
            "wrangler.json:7:7",
        ),
        (
            {"vpc_services": VPC},
            "10000",
            "lacks Account > Connectivity Directory > Bind, which INTERNAL needs",
            "wrangler.json:6:5",
        ),
        (
            {"vpc_networks": TUNNEL},
            "10000",
            "lacks Account > Connectivity Directory > Admin, which OFFICE needs",
            "wrangler.json:6:5",
        ),
    ],
)
def test_a_binding_without_its_permission_is_named(
    limited: Limited, config: dict[str, Any], code: str, lacks: str, where: str
):
    run, cloudflare = limited.run(frozenset({Right.SCRIPTS}), **config)

    assert run.exit_code == 4, run.log
    assert run.outcome == "failed"
    assert run.outputs["error-code"] == code
    assert lacks in run.log
    assert where in run.log
    assert "API Tokens > Edit" in run.log
    assert cloudflare.writes == ["POST versions"]


def test_with_the_permissions_of_the_template_kv_is_bound(limited: Limited):
    run, _ = limited.run(TEMPLATE, kv_namespaces=KV)

    assert run.exit_code == 0, run.log


@pytest.mark.parametrize(
    ("right", "code"), [(Right.CONNECTIVITY, 4), (Right.CONNECTIVITY_ADMIN, 0)]
)
def test_a_tunnel_takes_more_than_a_service(limited: Limited, right: Right, code: int):
    rights = frozenset({Right.SCRIPTS, right})

    service, _ = limited.run(rights, vpc_services=VPC)
    tunnel, _ = limited.run(rights, vpc_networks=TUNNEL)

    assert service.exit_code == 0, service.log
    assert tunnel.exit_code == code, tunnel.log


def test_a_token_that_may_only_read_says_what_it_lacks_to_write(limited: Limited):
    run, _ = limited.run(frozenset({Right.SCRIPTS_READ}), vars={"NEW": "1"})

    assert run.exit_code == 4, run.log
    assert "lacks Account > Workers Scripts > Edit" in run.log


def test_a_token_that_may_only_read_is_enough_for_a_plan(limited: Limited):
    run, _ = limited.run(frozenset({Right.SCRIPTS_READ}), "plan", vars={"NEW": "1"})

    assert run.exit_code == 0, run.log


def test_routes_without_their_permission_stop_the_run_before_its_first_write(limited: Limited):
    zone = "023e105f4ecef8ad9ca31a8372d0c353"
    routes = [{"pattern": "shop.example.com/*", "zone_id": zone}]

    run, cloudflare = limited.run(frozenset({Right.SCRIPTS}), routes=routes)

    assert run.exit_code == 4, run.log
    assert "lacks Zone > Workers Routes > Edit for this zone" in run.log
    assert cloudflare.writes == []


def test_a_first_deploy_whose_address_is_refused_says_that_it_is_live(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("POST scripts/*/subdomain", "status", status=403, code=10000, message="No.")

    run = runner.fast("deploy")

    assert run.exit_code == 4, run.log
    assert run.outcome == "partial"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_a_zone_of_another_account_is_named_with_what_to_check(checkout: Checkout, runner: Runner):
    checkout.config(routes=[{"pattern": "shop.example.net/*", "zone_id": "f" * 32}])

    run = runner.fast("deploy")

    assert run.exit_code == 4, run.log
    assert run.outputs["error-code"] == "10082"
    assert "Check `zone_id` or `zone_name` of the route" in run.log
    assert "api-base-url" not in run.log


def test_queues_without_their_permission_stop_the_run_before_its_first_write(limited: Limited):
    consumers = {"consumers": [{"queue": "orders"}]}

    run, cloudflare = limited.run(frozenset({Right.SCRIPTS}), queues=consumers)

    assert run.exit_code == 4, run.log
    assert "lacks Account > Queues > Edit" in run.log
    assert cloudflare.writes == []


@pytest.mark.parametrize(
    ("config", "code", "says"),
    [
        ({"d1_databases": D1}, "10181", "a D1 database that doesn't exist"),
        (
            {"services": [{"binding": "S", "service": "missing"}]},
            "10144",
            "a script that doesn't exist",
        ),
        (
            {"hyperdrive": [{"binding": "H", "id": "0" * 32}]},
            "10157",
            "a Hyperdrive configuration that doesn't exist",
        ),
        (
            {"vectorize": [{"binding": "V", "index_name": "pictures"}]},
            "10159",
            "a Vectorize index that doesn't exist",
        ),
        (
            {"mtls_certificates": [{"binding": "M", "certificate_id": "0" * 32}]},
            "100143",
            "an mTLS certificate that doesn't exist",
        ),
        ({"secrets_store_secrets": STORE}, "10182", "a secret that the Secrets Store doesn't have"),
    ],
)
def test_a_target_that_is_missing_is_no_matter_of_the_token(
    limited: Limited, config: dict[str, Any], code: str, says: str
):
    everything = frozenset(Right)

    run, _ = limited.run(everything, options={"check_resources": True}, **config)

    assert run.exit_code == 4, run.log
    assert run.outputs["error-code"] == code
    assert says.lower() in run.log.lower()
    assert "token" not in run.log.split("✗")[-1]


def test_r2_that_nobody_enabled_is_said(limited: Limited):
    buckets = [{"binding": "R2", "bucket_name": "pictures"}]

    run, _ = limited.run(frozenset(Right), options={"has_r2": False}, r2_buckets=buckets)

    assert run.outputs["error-code"] == "10136"
    assert "Enable R2 in the dashboard" in run.log


REFUSED_ZONES = {"kind": "status", "status": 403, "code": 10000, "message": "Authentication error"}


def test_a_token_that_may_not_list_zones_can_attach_a_domain(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.config(routes=[{"pattern": "shop.example.com", "custom_domain": True}])
    cloudflare.faults({"route": "GET /zones", "count": None, **REFUSED_ZONES})

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert [one["hostname"] for one in cloudflare.state()["domains"]] == ["shop.example.com"]
    assert "whether something else has it was not checked" in run.log


def test_a_route_without_the_right_to_list_zones_goes_where_the_script_may_have_it(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.config(routes=["example.com/*"])
    cloudflare.faults({"route": "GET /zones", "count": None, **REFUSED_ZONES})

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert [one["pattern"] for one in cloudflare.state()["routes"]] == ["example.com/*"]


def test_a_route_that_is_set_by_zone_says_which_right_is_missing(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.config(routes=["example.com/*"])
    cloudflare.faults(
        {"route": "GET /zones", "count": None, **REFUSED_ZONES},
        {"route": "PUT routes", "count": None, **REFUSED_ZONES},
    )

    run = runner.fast("deploy")

    assert run.exit_code == 4, run.log
    assert "Zone > Zone > Read" in run.log
    assert "Zone > Workers Routes > Edit" in run.log
