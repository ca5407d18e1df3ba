"""Reads that a deploy can do without: one more try at most, and nothing waits long for them."""

import json

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

FEW = 12.0  # seconds that a run may wait for all of them


@pytest.fixture
def deployed(runner: Runner, cloudflare: Cloudflare) -> Runner:
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module("export default { fetch() { return new Response('two') } };\n")
    runner.time.slept.clear()
    cloudflare.forget_requests()
    return runner


def test_a_read_that_hangs_leaves_its_substitute_time_of_its_own(
    deployed: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("GET workers/workers/*", "hang", count=None)

    run = deployed.fast("preview", request_timeout=1)

    assert (run.exit_code, run.outcome) == (0, "previewed"), run.log
    assert run.outputs["preview-url"].endswith("-shop.acme.workers.dev"), run.outputs
    assert "deadline" not in run.log


@pytest.mark.parametrize("command", ["deploy", "preview", "show"])
def test_flags_that_cannot_be_read_are_asked_for_twice(
    deployed: Runner, cloudflare: Cloudflare, command: str
):
    fault = {"kind": "status", "status": 500, "code": 10013, "count": None}
    cloudflare.faults(
        {"route": "GET workers/workers/*", **fault}, {"route": "GET subdomain", **fault}
    )

    run = deployed.fast(command)

    assert run.exit_code == 0, run.log
    # Two tries for the plan; `show` asks this endpoint by itself, once.
    tries = cloudflare.requests.count("GET /workers/scripts/shop/subdomain")
    assert tries <= (3 if command == "show" else 2)
    assert sum(deployed.time.slept) < FEW


def test_zones_that_are_not_answered_do_not_keep_a_domain_back(
    deployed: Runner, cloudflare: Cloudflare
):
    deployed.checkout.config(routes=[{"pattern": "shop.example.com", "custom_domain": True}])
    cloudflare.fail("GET /zones", "status", status=500, code=10013, count=None)

    run = deployed.fast("deploy")

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert "https://shop.example.com" in json.loads(run.outputs["urls"])
    assert sum(deployed.time.slept) < FEW
