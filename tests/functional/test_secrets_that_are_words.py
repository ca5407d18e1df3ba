"""A secret that is an ordinary word, or known to everyone, leaves the outputs to work with."""

import json

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner


@pytest.mark.parametrize("word", ["true", "null", "deployed", "create", "outcome", "steps"])
def test_a_secret_that_is_an_ordinary_word_breaks_nothing_that_machines_read(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, word: str
):
    runner.knows(FLAG=word)
    monkeypatch.setattr(runner, "assert_nothing_leaked", lambda *_: None)  # the word is ours too

    run = runner.fast("deploy", ci="github")

    assert run.exit_code == 0
    assert (run.outcome, run.outputs["changed"]) == ("deployed", "true")
    assert run.step_outputs == run.outputs
    plan = json.loads(run.step_outputs["plan"])
    assert {step["action"] for step in plan["steps"]} <= {"create", "update", "unchanged"}
    assert run.report["plan"] == plan
    assert run.report["outcome"] == "deployed"


@pytest.mark.parametrize("word", ["message", "status", "hint", "Script"])
def test_a_secret_that_is_a_word_of_a_failure_leaves_the_failure_readable(
    runner: Runner, cloudflare: Cloudflare, monkeypatch: pytest.MonkeyPatch, word: str
):
    runner.knows(FLAG=word)
    monkeypatch.setattr(runner, "assert_nothing_leaked", lambda *_: None)
    echo = f"bad {word}!"
    cloudflare.fail("PUT workers/scripts/*", "status", status=400, code=10021, message=echo)

    run = runner.fast("deploy", ci="github")

    assert run.exit_code == 4
    assert run.step_outputs["error-stage"] == "Script"
    assert run.report["error"]["code"] == 10021
    assert "bad ***!" in run.report["error"]["message"]


@pytest.mark.parametrize("word", ["shop", "https", "workers-deploy-report", "workers.dev"])
@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_a_secret_that_everyone_knows_ruins_no_output(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, word: str, ci: str
):
    plain = runner.fast("deploy", ci=ci)
    runner.knows(PUBLIC=word)
    monkeypatch.setattr(runner, "assert_nothing_leaked", lambda *_: None)  # the word is ours too

    run = runner.fast("deploy", ci=ci)

    assert run.exit_code == 0, run.log
    same = ("script-name", "deployment-url", "urls", "report")
    assert {name: run.outputs[name] for name in same} == {
        name: plain.outputs[name] for name in same
    }
    assert "PUBLIC has a value that is public" in run.log


def test_a_secret_with_the_scripts_name_in_it_is_hidden_in_outputs(
    runner: Runner, cloudflare: Cloudflare
):
    runner.knows(KEY="shop-password-1")
    cloudflare.fail(
        "PUT workers/scripts/*", "status", status=400, code=10021, message="of shop-password-1"
    )

    run = runner.fast("deploy", ci="github")

    assert run.exit_code == 4
    assert run.report["error"]["message"].endswith("of ***")
