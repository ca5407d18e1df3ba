"""A delete is verified by reading until the script is gone."""

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

DEPLOYMENTS = "GET deployments"


@pytest.fixture
def deployed(runner: Runner, cloudflare: Cloudflare) -> Runner:
    assert runner.fast("deploy").exit_code == 0
    cloudflare.advance(60)
    return runner


def test_a_script_that_is_seen_for_a_while_is_read_until_it_is_gone(
    deployed: Runner, cloudflare: Cloudflare
):
    cloudflare.fail(DEPLOYMENTS, "stale", seconds=5, nth=2, count=None)

    run = deployed.fast("delete", confirm="shop")

    assert (run.exit_code, run.outcome) == (0, "deleted"), run.log
    assert cloudflare.requests.count("GET /workers/scripts/shop/deployments") > 2


def test_a_script_that_still_serves_after_a_delete_is_no_success(
    deployed: Runner, cloudflare: Cloudflare
):
    cloudflare.faults(
        {"route": "DELETE workers/scripts/shop", "kind": "null-result", "count": None},
        {"route": DEPLOYMENTS, "kind": "stale", "seconds": 10_000, "nth": 2, "count": None},
    )

    run = deployed.fast("delete", confirm="shop")

    assert run.exit_code == 6, run.log
    assert "still serves" in run.log


def test_a_delete_that_can_not_be_verified_warns(deployed: Runner, cloudflare: Cloudflare):
    cloudflare.fail(DEPLOYMENTS, "status", status=403, code=10000, nth=2, count=None)

    run = deployed.fast("delete", confirm="shop")

    assert (run.exit_code, run.outcome) == (0, "deleted"), run.log
    assert "could not be verified" in run.log
