"""What stops a run before its first write, and the word that opens it."""

import shutil

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner

TWO = "export default { fetch() { return new Response('two') } };\n"
THREE = "export default { fetch() { return new Response('three') } };\n"


def assert_stopped(run: Run, cloudflare: Cloudflare, word: str) -> None:
    assert run.exit_code == 7, run.log
    assert run.outcome == "failed"
    assert cloudflare.writes == []
    assert word in run.log


@pytest.fixture
def two_versions(runner: Runner, cloudflare: Cloudflare) -> Runner:
    """Two deploys; the checkout holds a third state."""
    runner.fast("deploy")
    runner.checkout.module(TWO)
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module(THREE)
    cloudflare.forget_requests()
    return runner


def test_a_gradual_rollout_is_not_ended(two_versions: Runner, cloudflare: Cloudflare):
    one, two = (version["id"] for version in cloudflare.versions())
    cloudflare.deploy_version(two, one)
    cloudflare.forget_requests()

    stopped = two_versions.process("deploy")
    assert_stopped(stopped, cloudflare, "end-rollout")
    opened = two_versions.fast("deploy", allow="end-rollout")

    assert opened.exit_code == 0, opened.log
    assert "three" in cloudflare.live()["modules"][0]["text"]


def test_a_migration_in_a_rollout_says_to_end_it_first(
    two_versions: Runner, cloudflare: Cloudflare
):
    one, two = (version["id"] for version in cloudflare.versions())
    cloudflare.deploy_version(two, one)
    two_versions.checkout.module(f"export class Counter {{}}\n{THREE}").config(
        migrations=[{"tag": "v1", "new_sqlite_classes": ["Counter"]}]
    )

    run = two_versions.fast("deploy", allow="end-rollout")

    assert run.exit_code == 4, run.log
    assert run.outcome == "failed"
    assert "Durable Object migration needs all traffic on one version" in run.log
    assert "End the rollout first, with `rollback` and a `version-id`; then deploy." in run.log


def test_a_history_without_the_live_commit_may_have_been_rewritten(runner: Runner):
    live = runner.checkout.commit("Begin")
    assert runner.fast("deploy").exit_code == 0
    shutil.rmtree(runner.checkout.root / ".git")
    runner.checkout.module(TWO).commit("Begin anew")

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert f"the history here does not reach commit {live[:12]}" in run.log
    assert "fetch-depth: 0, unless the history was rewritten" in run.log


def test_a_rollback_by_someone_is_not_overruled(two_versions: Runner, cloudflare: Cloudflare):
    cloudflare.deploy_version(cloudflare.versions()[0]["id"], message="Rollback")
    cloudflare.forget_requests()

    stopped = two_versions.fast("deploy")
    assert_stopped(stopped, cloudflare, "after-rollback")
    opened = two_versions.fast("deploy", allow="after-rollback")

    assert opened.exit_code == 0, opened.log


def test_the_state_that_was_rolled_back_is_not_deployed_again(
    two_versions: Runner, cloudflare: Cloudflare
):
    two_versions.checkout.module(TWO)
    cloudflare.deploy_version(cloudflare.versions()[0]["id"], message="Rollback")
    cloudflare.forget_requests()

    run = two_versions.fast("deploy")

    assert_stopped(run, cloudflare, "after-rollback")


def test_a_commit_after_the_one_that_was_rolled_back_is_deployed(
    runner: Runner, cloudflare: Cloudflare
):
    runner.checkout.commit("Begin")
    assert runner.fast("deploy").exit_code == 0
    bad = runner.checkout.module(TWO).commit("Break it")
    assert runner.fast("deploy").exit_code == 0
    assert runner.fast("rollback").exit_code == 0
    cloudflare.forget_requests()

    again = runner.fast("deploy")
    assert_stopped(again, cloudflare, "after-rollback")
    assert f"of commit {bad[:12]}" in again.log
    runner.checkout.module(THREE).commit("Fix it")
    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert f"commit {bad[:12]} was rolled back" in run.log
    assert "three" in cloudflare.live()["modules"][0]["text"]


@pytest.mark.parametrize("rollbacks", [3, 5])
def test_a_rollback_that_went_back_and_forth_holds(
    runner: Runner, cloudflare: Cloudflare, rollbacks: int
):
    first = runner.checkout.commit("Begin")
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module(TWO).commit("Go on")
    assert runner.fast("deploy").exit_code == 0
    bad = runner.checkout.module(THREE).commit("Break it")
    assert runner.fast("deploy").exit_code == 0
    for _ in range(rollbacks):
        assert runner.fast("rollback").exit_code == 0
    assert "two" in cloudflare.live()["modules"][0]["text"]
    cloudflare.forget_requests()

    again = runner.fast("deploy")
    assert_stopped(again, cloudflare, "after-rollback")
    assert f"of commit {bad[:12]}" in again.log
    runner.checkout.branch_from(first, "beside").module("// beside\n" + THREE).commit("Beside it")
    assert_stopped(runner.fast("deploy"), cloudflare, "after-rollback")


def test_a_commit_before_the_one_that_was_rolled_back_is_not_deployed(
    runner: Runner, cloudflare: Cloudflare
):
    runner.checkout.commit("Begin")
    assert runner.fast("deploy").exit_code == 0
    between = runner.checkout.module(TWO).commit("Go on")
    runner.checkout.module(THREE).commit("Break it")
    assert runner.fast("deploy").exit_code == 0
    assert runner.fast("rollback").exit_code == 0
    runner.checkout.branch_from(between, "between").module(TWO)
    cloudflare.forget_requests()

    run = runner.fast("deploy")

    assert_stopped(run, cloudflare, "after-rollback")


def test_a_commit_beside_the_one_that_was_rolled_back_is_not_deployed_unasked(
    runner: Runner, cloudflare: Cloudflare
):
    first = runner.checkout.commit("Begin")
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module(TWO).commit("Break it")
    assert runner.fast("deploy").exit_code == 0
    assert runner.fast("rollback").exit_code == 0
    runner.checkout.branch_from(first, "beside").module(THREE).commit("Beside it")
    cloudflare.forget_requests()

    run = runner.fast("deploy")

    assert_stopped(run, cloudflare, "after-rollback")


def test_after_a_guard_was_opened_the_next_run_needs_no_word(
    two_versions: Runner, cloudflare: Cloudflare
):
    cloudflare.deploy_version(cloudflare.versions()[0]["id"], message="Rollback")
    two_versions.fast("deploy", allow="after-rollback")
    two_versions.checkout.module(TWO)

    run = two_versions.fast("deploy")

    assert run.exit_code == 0, run.log


def test_an_older_commit_is_not_deployed_over_a_newer_one(runner: Runner, cloudflare: Cloudflare):
    older = runner.checkout.commit("Begin")
    runner.checkout.module(TWO)
    newer = runner.checkout.commit("Go on")
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.branch_from(older, "old").pack().module()
    cloudflare.forget_requests()

    stopped = runner.process("deploy")

    assert_stopped(stopped, cloudflare, "older-commit")
    assert newer[:12] in stopped.log
    opened = runner.fast("deploy", allow="older-commit")
    assert opened.exit_code == 0, opened.log
    assert "two" not in cloudflare.live()["modules"][0]["text"]


def test_a_newer_commit_and_one_beside_it_are_deployed(runner: Runner, cloudflare: Cloudflare):
    first = runner.checkout.commit("Begin")
    runner.checkout.module(TWO)
    runner.checkout.commit("Go on")
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.branch_from(first, "beside").module(THREE)
    runner.checkout.commit("Beside it")

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert "three" in cloudflare.live()["modules"][0]["text"]


def test_the_same_commit_is_deployed_again_with_other_inputs(runner: Runner):
    runner.checkout.commit("Begin")
    assert runner.fast("deploy").exit_code == 0

    run = runner.fast("deploy", vars="NEW=1")

    assert run.exit_code == 0, run.log
    assert run.outcome == "deployed"


def test_the_commit_is_in_message_tag_and_note(runner: Runner, cloudflare: Cloudflare):
    commit = runner.checkout.commit("Fix the cart\n\nMore of it.")

    runner.fast("deploy")

    annotations = cloudflare.live()["annotations"]
    assert annotations["workers/message"].startswith(f"Fix the cart wd1:{commit[:12]}:")
    assert annotations["workers/tag"] == commit


def test_who_deploys_between_plan_and_deployment_is_not_overruled(
    two_versions: Runner, cloudflare: Cloudflare
):
    theirs = cloudflare.versions()[0]["id"]
    two_versions.checkout.config(logpush=True)
    cloudflare.when("POST versions", lambda: cloudflare.deploy_version(theirs))

    run = two_versions.fast("deploy")

    assert run.exit_code == 7, run.log
    assert run.outcome == "failed"
    assert cloudflare.live()["id"] == theirs
    assert cloudflare.script()["settings"]["logpush"] is False
    assert run.outputs["live-version-id"] == theirs
    assert f"live: version {theirs[:8]}" in run.log
    assert "run again" in run.log


def test_who_deploys_before_a_put_is_not_overruled(runner: Runner, cloudflare: Cloudflare):
    worker = 'addEventListener("fetch", (e) => e.respondWith(new Response("{}")));\n'
    for text in ("one", "two"):
        runner.checkout.module(worker.replace("{}", text))
        assert runner.fast("deploy").exit_code == 0
    runner.checkout.module(worker.replace("{}", "three"))
    theirs = cloudflare.versions()[0]["id"]
    cloudflare.forget_requests()
    # the second read is the guard's, right before the PUT
    cloudflare.when("GET deployments", lambda: cloudflare.deploy_version(theirs), nth=2)

    run = runner.fast("deploy")

    assert run.exit_code == 7, run.log
    assert cloudflare.live()["id"] == theirs
    assert "PUT script" not in cloudflare.writes


def test_plan_and_dry_run_tell_what_a_guard_would_stop(
    two_versions: Runner, cloudflare: Cloudflare
):
    one, two = (version["id"] for version in cloudflare.versions())
    cloudflare.deploy_version(two, one)
    cloudflare.forget_requests()

    run = two_versions.fast("deploy", dry_run=True)

    assert_stopped(run, cloudflare, "end-rollout")
