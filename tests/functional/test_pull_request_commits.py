"""CI systems check a pull request out as a merge that no branch has: its last commit is shown."""

import json
from pathlib import Path

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

SUBJECT = "Fix the cart"
TITLE = "Carts that add up"
TWO = "export default { fetch() { return new Response('two') } };\n"


@pytest.fixture
def head(runner: Runner) -> str:
    """A pull request's last commit; the branch that it goes to is checked out, and deployed."""
    begin = runner.checkout.commit("Begin")
    head = runner.checkout.branch_from(begin, "topic").module(TWO).commit(SUBJECT)
    runner.checkout.branch_from(begin, "main").module()
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module(TWO).write("README.md", "of main\n")
    return head


def event(folder: Path, head: str) -> dict[str, str]:
    file = folder / "event.json"
    pull = {"number": 17, "title": TITLE, "head": {"sha": head}}
    file.write_text(json.dumps({"pull_request": pull}), encoding="utf-8")
    return {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(file)}


@pytest.mark.parametrize(("shallow", "subject"), [(False, SUBJECT), (True, TITLE)])
def test_a_preview_carries_the_last_commit_of_its_pull_request(
    runner: Runner,
    cloudflare: Cloudflare,
    tmp_path: Path,
    head: str,
    shallow: bool,
    subject: str,
):
    merge = runner.checkout.merge(head, shallow=shallow)

    run = runner.process("preview", ci="github", comment=False, env=event(tmp_path, head))

    assert run.exit_code == 0, run.log
    annotations = cloudflare.versions()[-1]["annotations"]
    assert annotations["workers/tag"] == head
    assert annotations["workers/message"].startswith(f"{subject} wd1:preview wd1:{head[:12]}:")
    assert annotations["workers/commit_sha"] == head
    assert f"· {subject}" in run.summary
    assert merge[:12] not in run.shown()


def test_a_plan_shows_it_too(runner: Runner, tmp_path: Path, head: str):
    runner.checkout.merge(head)

    run = runner.fast("plan", ci="github", comment=False, env=event(tmp_path, head))

    assert run.exit_code == 0, run.log
    assert head[:12] in run.step_summary
    assert SUBJECT in run.step_summary


def test_so_does_a_merged_result_of_gitlab(runner: Runner, cloudflare: Cloudflare, head: str):
    runner.checkout.merge(head)
    env = {"CI_MERGE_REQUEST_IID": "5", "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": head}

    run = runner.fast("preview", ci="gitlab", env=env)

    assert run.exit_code == 0, run.log
    assert cloudflare.versions()[-1]["annotations"]["workers/tag"] == head


def test_what_else_is_checked_out_keeps_its_own_commit(
    runner: Runner, cloudflare: Cloudflare, tmp_path: Path, head: str
):
    other = runner.checkout.commit("Something else")

    run = runner.fast("preview", ci="github", comment=False, env=event(tmp_path, head))

    assert run.exit_code == 0, run.log
    assert cloudflare.versions()[-1]["annotations"]["workers/tag"] == other
