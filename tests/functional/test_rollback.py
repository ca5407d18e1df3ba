"""`rollback`: back to an earlier version, by id or commit, or to the newest that differs."""

import pytest

from fakes.cloudflare import Cloudflare
from fakes.rollbacks import code, rollback
from fakes.runs import Runner


def test_without_a_version_it_goes_to_the_newest_earlier_one(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    run = full_runner.process("rollback")

    assert run.exit_code == 0, run.log
    assert run.outcome == "rolled-back"
    assert run.outputs["changed"] == "true"
    assert cloudflare.live()["id"] == three[1]
    assert cloudflare.writes == ["POST deployments"]
    assert len(cloudflare.versions()) == 3
    assert run.outputs["version-id"] == run.outputs["live-version-id"] == three[1]
    assert run.outputs["previous-version-id"] == three[2]
    assert f"{three[2][:8]} 100 % → {three[1][:8]} 100 % (Number 2)" in run.stdout
    assert "not resources, Durable Object" in run.stdout
    assert f"rollback --script-name shop --version-id {three[2]}" in run.summary


@pytest.mark.parametrize("length", [36, 8])
def test_it_goes_to_the_version_that_is_named(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str], length: int
):
    run = rollback(full_runner, "--version-id", three[0][:length])

    assert run.exit_code == 0, run.log
    assert cloudflare.live()["id"] == three[0]
    versions = [s for s in cloudflare.sent if s.path.endswith("/versions") and s.method == "GET"]
    assert {"deployable": "true"} in [sent.query for sent in versions]


@pytest.mark.parametrize("length", [7, 12, 40])
def test_it_goes_to_the_version_of_a_commit(runner: Runner, cloudflare: Cloudflare, length: int):
    commits = []
    for number in (1, 2, 3):
        runner.checkout.module(code(number))
        commits.append(runner.checkout.commit(f"Number {number}"))
        assert runner.fast("deploy").exit_code == 0

    run = rollback(runner, version_id=commits[0][:length])

    assert run.exit_code == 0, run.log
    assert "'1'" in cloudflare.live()["modules"][0]["text"]


def test_of_a_commits_versions_the_one_that_served_is_taken(runner: Runner, cloudflare: Cloudflare):
    commit = runner.checkout.commit("Begin")
    runner.fast("deploy")
    served = cloudflare.live()["id"]
    runner.checkout.module(code(2))
    runner.checkout.commit("Go on")
    runner.fast("deploy")
    runner.checkout.branch_from(commit, "old").module(code(3))
    assert runner.fast("preview").exit_code == 0

    run = rollback(runner, version_id=commit)

    assert run.exit_code == 0, run.log
    assert cloudflare.live()["id"] == served


def test_a_version_that_is_live_already_is_unchanged(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    run = rollback(full_runner, version_id=three[2])

    assert run.exit_code == 0
    assert run.outcome == "unchanged"
    assert cloudflare.writes == []


@pytest.mark.parametrize("wanted", ["no-such-version", "0" * 12, "abc"])
def test_a_version_that_is_not_there_is_told(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str], wanted: str
):
    run = rollback(full_runner, version_id=wanted)

    assert run.exit_code == 2
    assert "version-id" in run.log
    assert "not among the versions that can be deployed" in run.log
    assert cloudflare.writes == []
    assert run.outputs["live-version-id"] == three[2]


def test_a_version_that_cannot_be_deployed_any_more_is_told(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    object.__setattr__(cloudflare.options, "deployable_versions", 2)

    named = rollback(full_runner, version_id=three[0])
    newest = rollback(full_runner)
    none_left = rollback(full_runner, version_id=three[1])

    assert named.exit_code == 2
    assert newest.exit_code == 0, newest.log
    assert none_left.outcome == "unchanged"
    assert cloudflare.live()["id"] == three[1]


def test_there_may_be_nothing_to_go_back_to(full_runner: Runner, cloudflare: Cloudflare):
    full_runner.fast("deploy")
    cloudflare.forget_requests()

    run = rollback(full_runner)

    assert run.exit_code == 2
    assert "no earlier deployment differs" in run.log
    assert cloudflare.writes == []


def test_a_script_that_does_not_exist_cannot_go_back(full_runner: Runner):
    run = rollback(full_runner)

    assert run.exit_code == 2
    assert "does not exist" in run.log


def test_deployments_of_the_live_version_are_passed_over(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    cloudflare.deploy_version(three[2])
    cloudflare.deploy_version(three[2])

    run = rollback(full_runner)

    assert run.exit_code == 0, run.log
    assert cloudflare.live()["id"] == three[1]


def test_what_a_failed_deploy_was_taken_back_from_is_nothing_to_go_back_to(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    full_runner.checkout.module(code(4))
    failed = full_runner.fast("deploy", probe="http://127.0.0.1:9/", probe_timeout=3)
    assert failed.outcome == "reverted"

    run = rollback(full_runner)

    assert run.exit_code == 0, run.log
    assert cloudflare.live()["id"] == three[1]


def test_a_gradual_rollout_comes_back_with_its_percentages(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    cloudflare.deploy_version(three[0], three[1])
    cloudflare.deploy_version(three[2])

    run = rollback(full_runner)

    assert run.exit_code == 0, run.log
    assert sorted(cloudflare.script()["live_versions"]) == sorted([[three[0], 50], [three[1], 50]])
    assert run.outcome == "rolled-back"


def test_a_gradual_rollout_is_not_ended(
    full_runner: Runner, cloudflare: Cloudflare, three: list[str]
):
    cloudflare.deploy_version(three[2], three[1])
    cloudflare.forget_requests()

    stopped = rollback(full_runner)
    opened = rollback(full_runner, allow="end-rollout", version_id=three[0])

    assert stopped.exit_code == 7, stopped.log
    assert "end-rollout" in stopped.log
    assert opened.exit_code == 0, opened.log
    assert cloudflare.live()["id"] == three[0]
