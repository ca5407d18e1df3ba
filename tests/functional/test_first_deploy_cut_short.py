"""A first deploy that ended between the upload and workers.dev is finished by the next one."""

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

SUBDOMAIN = "POST subdomain"


def cut_short(runner: Runner, cloudflare: Cloudflare) -> None:
    """Leave a script that is uploaded and has no address yet."""
    cloudflare.fail(SUBDOMAIN, "status", status=500, code=10013, count=None)
    run = runner.fast("deploy", max_attempts=1)
    assert (run.exit_code, run.outcome) == (5, "partial"), run.log
    assert cloudflare.script()["subdomain"]["enabled"] is False
    cloudflare.faults()


def test_the_next_deploy_turns_workers_dev_on(runner: Runner, cloudflare: Cloudflare):
    cut_short(runner, cloudflare)

    run = runner.fast("deploy")

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert cloudflare.script()["subdomain"]["enabled"] is True
    assert run.outputs["deployment-url"]
    assert "`workers_dev: false` keeps it off" in run.log


def test_what_is_configured_off_stays_off(runner: Runner, cloudflare: Cloudflare):
    cut_short(runner, cloudflare)

    run = runner.fast("deploy", workers_dev=False)

    assert run.outcome == "unchanged", run.log
    assert cloudflare.script()["subdomain"]["enabled"] is False


def test_what_was_turned_off_after_more_than_one_deploy_stays_off(
    runner: Runner, cloudflare: Cloudflare
):
    runner.fast("deploy")
    runner.checkout.module("export default { fetch() { return new Response('two') } };\n")
    runner.fast("deploy")
    cloudflare.ask(
        "POST", "/workers/scripts/shop/subdomain", {"enabled": False, "previews_enabled": False}
    )

    run = runner.fast("deploy")

    assert run.outcome == "unchanged", run.log
    assert cloudflare.script()["subdomain"]["enabled"] is False


@pytest.mark.parametrize("status", [403, 500])
def test_settings_that_cannot_be_read_do_not_end_a_first_deploy(
    runner: Runner, cloudflare: Cloudflare, status: int
):
    runner.checkout.config(observability={"enabled": True})
    cloudflare.fail("GET script-settings", "status", status=status, code=10013, nth=2, count=None)

    run = runner.fast("deploy")

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert cloudflare.script()["subdomain"]["enabled"] is True
    assert cloudflare.script()["settings"]["observability"]["enabled"] is True
