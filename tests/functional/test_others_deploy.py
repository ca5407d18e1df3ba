"""Someone else deploys, edits or uploads while a run goes on: theirs is told, and never lost."""

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.others import OTHER, upload_another
from fakes.runs import Runner

MINE = "export default { fetch() { return new Response('mine'); } };\n"
VARIABLE = {"type": "plain_text", "name": "FOREIGN", "text": "1"}
BAD_PROBE = {"probe": "http://127.0.0.1:9/nothing", "probe_timeout": 2}


@pytest.fixture
def deployed(runner: Runner, cloudflare: Cloudflare) -> Runner:
    assert runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    return runner


def test_a_return_gives_the_traffic_to_who_deployed_right_before(
    deployed: Runner, cloudflare: Cloudflare
):
    theirs = upload_another(cloudflare, VARIABLE)
    deployed.checkout.module(MINE)
    cloudflare.when("POST deployments", lambda: cloudflare.deploy_version(theirs))

    run = deployed.fast("deploy", **BAD_PROBE)

    assert (run.exit_code, run.outcome) == (6, "reverted"), run.log
    assert cloudflare.live()["id"] == theirs == run.outputs["live-version-id"]
    assert "deployed right before this run" in run.log


def test_a_deploy_that_took_the_place_of_another_says_so(deployed: Runner, cloudflare: Cloudflare):
    theirs = upload_another(cloudflare, VARIABLE)
    deployed.checkout.module(MINE)
    cloudflare.when("POST deployments", lambda: cloudflare.deploy_version(theirs))

    run = deployed.fast("deploy")

    assert run.exit_code == 0, run.log
    assert f"deployed {theirs[:8]} 100 % right before this run moved traffic" in run.log


def test_a_version_of_ours_that_someone_deployed_again_is_theirs(
    deployed: Runner, cloudflare: Cloudflare
):
    deployed.checkout.module(MINE)

    def deploy_again() -> None:
        cloudflare.deploy_version(cloudflare.live()["id"])

    cloudflare.when("GET versions/*", deploy_again, nth=2)  # the check's

    run = deployed.fast("deploy", **BAD_PROBE)

    assert (run.exit_code, run.outcome) == (6, "partial"), run.log
    assert "deployed meanwhile, so traffic was not returned" in run.log


def test_who_comes_second_sets_no_setting(deployed: Runner, cloudflare: Cloudflare):
    theirs = upload_another(cloudflare, VARIABLE)
    deployed.checkout.module(MINE).config(logpush=True)
    cloudflare.when("POST versions", lambda: cloudflare.deploy_version(theirs))

    run = deployed.fast("deploy")

    assert run.exit_code == 7, run.log
    assert "live moved meanwhile" in run.log
    told = f"version {theirs[:8]}: ci@example.com deployed meanwhile; this run changed nothing"
    assert run.report["live"].startswith(told), run.log
    assert "PATCH script-settings" not in cloudflare.writes
    assert cloudflare.live()["id"] == theirs


def test_what_stays_of_a_narrow_deploy_that_was_overtaken_is_told(
    live: Runner, cloudflare: Cloudflare
):
    """Settings made a version, and someone deployed before the secrets were to make another."""
    former = cloudflare.live()["id"]
    live.checkout.config(logpush=False, vars={"GREETING": "salve"})
    live.knows(STRIPE_KEY="sk_live_another_value")
    cloudflare.when("GET deployments", lambda: cloudflare.deploy_version(former), nth=4)

    run = live.fast("deploy", only="settings,secrets")

    assert (run.exit_code, run.outcome) == (7, "partial"), run.log
    assert cloudflare.live()["id"] == former == run.outputs["live-version-id"]
    assert cloudflare.script()["settings"]["logpush"] is False
    ours = cloudflare.versions()[-1]["id"]
    assert run.report["live"] == (
        f"version {former[:8]}: ci@example.com deployed meanwhile; version {ours[:8]} of this "
        "run served until then; not put back: logpush false"
    )


def test_a_request_is_not_sent_again_over_a_deploy_that_came_in_its_wait(
    deployed: Runner, cloudflare: Cloudflare
):
    theirs = upload_another(cloudflare, VARIABLE)
    deployed.checkout.module(MINE)
    cloudflare.when("POST deployments", lambda: cloudflare.deploy_version(theirs))
    cloudflare.fail("POST deployments", "status", status=429)

    run = deployed.fast("deploy")

    assert (run.exit_code, run.outcome) == (7, "failed"), run.log
    assert cloudflare.live()["id"] == theirs
    assert cloudflare.writes.count("POST deployments") == 1


def test_code_alone_brings_no_version_live_that_came_meanwhile(
    deployed: Runner, cloudflare: Cloudflare
):
    deployed.checkout.module(MINE)
    # The second read of deployments is the guard's, which sees that traffic did not move.
    cloudflare.when("GET deployments", lambda: upload_another(cloudflare, VARIABLE), nth=2)
    before = cloudflare.live()["id"]

    run = deployed.fast("deploy", only="code")

    assert (run.exit_code, run.outcome) == (7, "failed"), run.log
    assert "the latest version moved meanwhile" in run.log
    assert cloudflare.live()["id"] == before
    assert cloudflare.writes == []


def test_settings_that_someone_edited_since_stay(deployed: Runner, cloudflare: Cloudflare):
    deployed.checkout.module(MINE).config(observability={"enabled": True})
    edited = {"enabled": True, "head_sampling_rate": 0.1}

    def edit() -> None:
        cloudflare.ask("PATCH", "/workers/scripts/shop/script-settings", {"observability": edited})

    cloudflare.when("POST deployments", edit)
    cloudflare.fail("POST deployments", "status", status=400, code=1)

    run = deployed.fast("deploy")

    assert run.outcome == "partial", run.log
    assert cloudflare.script()["settings"]["observability"] == edited
    assert "settings (someone has changed it since)" in run.log


def test_a_rollout_that_someone_began_is_no_rollback(deployed: Runner, cloudflare: Cloudflare):
    old = cloudflare.live()["id"]
    deployed.checkout.module(MINE)
    assert deployed.fast("deploy").exit_code == 0
    cloudflare.deploy_version(old, cloudflare.live()["id"])
    deployed.checkout.module(OTHER)

    run = deployed.fast("deploy", allow="end-rollout")

    assert run.exit_code == 0, run.log


def test_triggers_that_are_gone_again_are_told(
    runner: Runner, account: Cloudflare, triggered: Checkout
):
    assert triggered is runner.checkout

    def clear() -> None:
        account.ask("PUT", "/workers/scripts/shop/schedules", [])

    account.when("PUT flow", clear)
    account.when("PUT workflows/*", clear)

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert "is not read as it was set" in run.log


def test_a_refused_rollback_says_nothing_of_an_upload(deployed: Runner, cloudflare: Cloudflare):
    deployed.checkout.module(MINE)
    assert deployed.fast("deploy").exit_code == 0
    cloudflare.fail("POST deployments", "status", status=400, code=1)

    run = deployed.fast("rollback")

    assert (run.exit_code, run.outcome) == (4, "failed"), run.log
    assert "is uploaded and gets no traffic" not in run.log


def test_reading_until_equal_is_told_where_it_takes_long(deployed: Runner, cloudflare: Cloudflare):
    deployed.checkout.config(logpush=True)
    cloudflare.fail("GET script-settings", "stale", seconds=8, nth=2, count=None)

    run = deployed.fast("deploy")

    assert run.exit_code == 0, run.log
    told = "live is not as planned yet (logpush was set to true and reads false), reading again"
    assert run.log.count(told) == 1
