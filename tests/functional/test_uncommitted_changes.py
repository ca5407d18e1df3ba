"""Deploys of a checkout that is not as its commit says."""

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

TWO = "export default { fetch() { return new Response('two') } };\n"
THREE = "export default { fetch() { return new Response('three') } };\n"


def test_note_and_tag_say_that_files_are_not_committed(runner: Runner, cloudflare: Cloudflare):
    commit = runner.checkout.commit("Begin")
    runner.checkout.module(TWO)

    run = runner.process("deploy")

    assert run.exit_code == 0, run.log
    annotations = cloudflare.live()["annotations"]
    assert annotations["workers/tag"] == f"{commit}-dirty"
    assert annotations["workers/message"].startswith(f"Begin wd1:{commit[:12]}-dirty:")
    assert "workers/commit_sha" not in annotations
    assert f"index.js is not as in commit {commit[:12]}" in run.log


def test_the_same_changes_deployed_twice_are_unchanged(runner: Runner):
    runner.checkout.commit("Begin")
    runner.checkout.module(TWO)
    assert runner.fast("deploy").outcome == "deployed"

    assert runner.fast("deploy").outcome == "unchanged"


def test_an_older_commit_goes_over_changes_that_nobody_committed(
    runner: Runner, cloudflare: Cloudflare
):
    older = runner.checkout.commit("Begin")
    runner.checkout.module(TWO).commit("Go on")
    runner.checkout.module(THREE)
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.branch_from(older, "old").module()

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert "hello" in cloudflare.live()["modules"][0]["text"]


def test_changes_on_top_of_an_older_commit_go_over_a_newer_one(runner: Runner):
    older = runner.checkout.commit("Begin")
    runner.checkout.module(TWO).commit("Go on")
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.branch_from(older, "old").module(THREE)

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log


def test_a_rollback_to_a_commit_finds_no_version_with_changes_on_top(runner: Runner):
    commit = runner.checkout.commit("Begin")
    runner.checkout.module(TWO)
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module(THREE)
    assert runner.fast("deploy").exit_code == 0

    clean = runner.fast("rollback", version_id=commit)
    dirty = runner.fast("rollback", version_id=f"{commit}-dirty")

    assert clean.exit_code == 2
    assert dirty.exit_code == 0, dirty.log


def test_assets_and_configuration_count_too(full_runner: Runner):
    full_runner.checkout.commit("Begin")
    assert "-dirty" not in _tag(full_runner)
    full_runner.checkout.assets(new_txt="new")
    assert _tag(full_runner).endswith("-dirty")
    full_runner.checkout.commit("Add it")
    full_runner.checkout.config(vars={"GREETING": "hi"})
    assert _tag(full_runner).endswith("-dirty")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_headers", "/*\n  X-Of: shop\n"),
        ("_redirects", "/old /new\n"),
        (".assetsignore", "a.txt\n"),
    ],
)
def test_files_that_say_how_assets_are_served_count_too(full_runner: Runner, name: str, text: str):
    full_runner.checkout.write(f"public/{name}", "# nothing yet\n").commit("Begin")
    assert "-dirty" not in _tag(full_runner)

    full_runner.checkout.write(f"public/{name}", text)

    assert _tag(full_runner).endswith("-dirty")


def _tag(runner: Runner) -> str:
    run = runner.fast("deploy")
    assert run.exit_code == 0, run.log
    return str(runner.cloudflare.live()["annotations"]["workers/tag"])
