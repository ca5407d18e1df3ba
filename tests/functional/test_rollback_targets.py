"""`rollback`: back to an earlier version, by id or commit, or to the newest that differs."""

import pytest

from fakes.cloudflare import Cloudflare
from fakes.rollbacks import code, rollback
from fakes.runs import Runner

FORCED = "Cloudflare is told to go on (force)"


def test_other_secrets_are_told_in_the_plan_and_forced(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    full_runner.knows(NEW_KEY="brand-new-value")
    assert full_runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()

    run = full_runner.process("rollback")

    assert run.exit_code == 0, run.log
    assert f"the version has other secrets than live: {FORCED}" in run.stdout
    assert run.stdout.index(FORCED) < run.stdout.index("▸ Deployment")
    moves = [s for s in cloudflare.sent if s.method == "POST" and s.path.endswith("/deployments")]
    assert [(s.status, s.query) for s in moves] == [(400, {}), (200, {"force": "true"})]
    assert set(cloudflare.secrets()) == {"STRIPE_KEY", "MAIL_KEY"}


def test_a_secrets_other_value_is_told_in_the_plan(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    full_runner.knows(STRIPE_KEY="sk_live_another")
    full_runner.fast("deploy")

    run = rollback(full_runner)

    assert f"the version has other secrets than live: {FORCED}" in run.stdout
    assert cloudflare.secrets()["STRIPE_KEY"] == "sk_live_51Hv0xSecret"


def test_a_rollback_that_is_run_again_says_that_it_brings_back_what_was_left(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    first = rollback(full_runner)

    again = rollback(full_runner)

    assert "rolled back from" not in first.log
    assert f"this brings {three[2][:8]} 100 % again, which it was rolled back from" in again.stdout
    assert again.stdout.index("rolled back from") < again.stdout.index("▸ Deployment")
    assert again.exit_code == 0, again.log
    assert cloudflare.live()["id"] == three[2]


def test_without_secrets_nothing_is_forced(runner: Runner, cloudflare: Cloudflare):
    for number in (1, 2):
        runner.checkout.module(code(number))
        runner.fast("deploy")
    cloudflare.forget_requests()

    run = rollback(runner)

    assert run.exit_code == 0, run.log
    assert "force" not in run.log
    assert cloudflare.one_sent("POST", "/deployments").query == {}


def test_a_rollback_whose_probe_fails_is_taken_back(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    run = rollback(full_runner, probe="http://127.0.0.1:9/", probe_timeout=3)

    assert run.exit_code == 6, run.log
    assert run.outcome == "reverted"
    assert cloudflare.live()["id"] == three[2]
    assert run.outputs["live-version-id"] == three[2]


def test_a_rollback_whose_probe_fails_stays_where_that_is_said(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    run = rollback(full_runner, probe="http://127.0.0.1:9/", probe_timeout=3, on_failure="keep")

    assert run.exit_code == 6
    assert run.outcome == "partial"
    assert cloudflare.live()["id"] == three[1]


def test_who_deploys_meanwhile_is_not_overruled(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    cloudflare.when("GET versions/*", lambda: cloudflare.deploy_version(three[0]), nth=2)

    run = rollback(full_runner)

    assert run.exit_code == 7, run.log
    assert run.outcome == "failed"
    assert cloudflare.live()["id"] == three[0]


@pytest.mark.parametrize("kind", ["lost", "malformed", "reset", "null-result"])
def test_a_lost_answer_moves_traffic_once(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str], kind: str
):
    cloudflare.fail("POST deployments", kind)

    run = rollback(full_runner)

    assert run.exit_code == 0, run.log
    assert cloudflare.live()["id"] == three[1]
    assert len(cloudflare.script()["deployments"]) == 4


def test_a_refused_rollback_changes_nothing(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    cloudflare.fail("POST deployments", "status", status=400, code=10061, message="No such KV.")

    run = rollback(full_runner)

    assert run.exit_code == 4
    assert run.outcome == "failed"
    assert cloudflare.live()["id"] == three[2]


def test_a_dry_run_moves_nothing(full_runner: Runner, cloudflare: Cloudflare, three: list[str]):
    run = full_runner.process("rollback", "--dry-run")

    assert run.exit_code == 0, run.log
    assert run.outcome == "planned"
    assert cloudflare.writes == []
    assert three[1][:8] in run.stdout


def test_after_a_rollback_the_next_deploy_asks_for_a_word(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    rollback(full_runner)
    full_runner.checkout.module(code(4))

    stopped = full_runner.fast("deploy")
    opened = full_runner.fast("deploy", allow="after-rollback")

    assert stopped.exit_code == 7
    assert "after-rollback" in stopped.log
    assert opened.exit_code == 0, opened.log


def test_a_deploy_of_what_a_rollback_made_live_is_unchanged(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    rollback(full_runner)
    full_runner.checkout.module(code(2))
    cloudflare.forget_requests()

    run = full_runner.fast("deploy")

    assert run.outcome == "unchanged", run.log
    assert cloudflare.writes == []


def test_a_checkout_that_was_not_built_will_do(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    (full_runner.checkout.root / "index.js").unlink()
    (full_runner.checkout.root / "public" / "index.html").unlink()

    run = rollback(full_runner)

    assert run.exit_code == 0, run.log


def test_triggers_of_the_configuration_are_not_read(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    """A token that may not read zones can take traffic back all the same."""
    full_runner.checkout.config(routes=["example.com/*"])

    run = rollback(full_runner)

    assert run.exit_code == 0, run.log
    assert not [request for request in cloudflare.requests if "zones" in request]


def test_a_dispatch_namespace_has_nothing_to_go_back_to(runner: Runner, cloudflare: Cloudflare):
    cloudflare.ask("POST", "/workers/dispatch/namespaces", {"name": "tenants"})
    runner.fast("deploy", dispatch_namespace="tenants")

    run = rollback(runner, dispatch_namespace="tenants")

    assert run.exit_code == 2
    assert "no versions to go back to" in run.log
