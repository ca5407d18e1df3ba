"""What Cloudflare documents that it refuses is refused before anything is sent."""

import json
from typing import Any

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner


def test_an_input_that_the_api_documents_otherwise_is_wrong(runner: Runner):
    run = runner.fast("deploy", usage_model="fastest")

    assert run.exit_code == 2, run.log
    assert 'usage-model    "fastest" is not one of standard, bundled or unbound' in run.log
    assert runner.cloudflare.requests == []


@pytest.mark.parametrize(
    ("tag", "size", "kept"),
    [("t" * 101, 101, "t" * 100), ("ü" * 51, 102, "ü" * 50), ("t" * 99 + "ü", 101, "t" * 99)],
)
def test_a_tag_is_cut_to_what_cloudflare_keeps(
    runner: Runner, cloudflare: Cloudflare, tag: str, size: int, kept: str
):
    run = runner.fast("deploy", tag=tag)

    assert run.exit_code == 0, run.log
    assert f"tag has {size} bytes; Cloudflare keeps the first 100: {kept}" in run.log
    assert cloudflare.live()["annotations"]["workers/tag"] == kept


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"observability": {"head_sampling_rate": 1}}, "observability needs enabled"),
        ({"observability": {"logs": {"enabled": True}}}, "observability needs enabled"),
        (
            {"observability": {"enabled": True, "logs": {"enabled": True}}},
            "observability.logs needs invocation_logs",
        ),
        ({"observability": True}, "observability is no object"),
        ({"observability": {"enabled": True, "logs": 1}}, "observability.logs is no object"),
        ({"logpush": "yes"}, "logpush is neither true nor false"),
        ({"tags": "a"}, "tags is no list of texts"),
        ({"tags": ["x" * 129]}, "tags has one of 129 bytes; Cloudflare takes 128 at most"),
        ({"tail_consumers": ["a"]}, "tail_consumers is no list of objects"),
        (
            {"observability": True, "tags": "x", "logpush": 1},
            "logpush is neither true nor false; observability is no object; tags is no list",
        ),
        ({"foo": 1}, "has a field that is none of logpush, observability, tags"),
    ],
)
def test_script_settings_that_the_api_refuses_are_wrong(
    runner: Runner, settings: dict[str, Any], told: str
):
    run = runner.fast("deploy", script_settings=json.dumps(settings))

    assert run.exit_code == 2, run.log
    assert f"script-settings  {told}" in run.log
    assert runner.cloudflare.requests == []


def test_script_settings_that_the_api_takes_are_sent(runner: Runner, cloudflare: Cloudflare):
    settings = {
        "logpush": False,
        "observability": {"enabled": True, "logs": {"enabled": True, "invocation_logs": False}},
        "tags": ["x" * 128],
        "tail_consumers": [],
    }

    run = runner.fast("deploy", script_settings=json.dumps(settings), tag="t" * 100)

    assert run.exit_code == 0, run.log
    assert cloudflare.script()["settings"]["tags"] == ["x" * 128]


@pytest.mark.parametrize("only", ["", "secrets"])
def test_a_secret_that_is_too_large_is_wrong_by_name(runner: Runner, only: str):
    runner.knows(BIG="v" * 5121, FITS="w" * 5120)

    run = runner.fast("deploy", only=only)

    assert run.exit_code == 2, run.log
    assert "BIG: the value has 5,121 bytes; Cloudflare takes 5,120 at most" in run.log
    assert "FITS" not in run.log
    assert runner.cloudflare.requests == []


@pytest.mark.parametrize("only", ["", "settings"])
def test_an_environment_that_makes_no_name_of_a_script_is_told_at_its_line(
    checkout: Checkout, runner: Runner, only: str
):
    checkout.config(env={"Staging": {}})

    run = runner.fast("deploy", environment="Staging", only=only)

    assert run.exit_code == 3, run.log
    assert "wrangler.json:6:5" in run.log
    assert "the script would be called shop-Staging" in run.log
    assert runner.cloudflare.requests == []


def test_an_environment_without_a_section_that_makes_no_name_is_a_wrong_input(
    runner: Runner,
):
    run = runner.fast("deploy", environment="Pull 7")

    assert run.exit_code == 2, run.log
    assert "no name of a script can end in it: only small letters" in run.log
    assert "shop-Pull" not in run.shown()
    assert runner.cloudflare.requests == []


@pytest.mark.parametrize("inputs", [{}, {"script_name": "shop-2"}])
def test_an_environment_of_any_name_will_do_where_the_script_is_named(
    checkout: Checkout, runner: Runner, inputs: dict[str, str]
):
    checkout.config(env={"Staging": {} if inputs else {"name": "shop-2"}})

    run = runner.fast("deploy", environment="Staging", **inputs)

    assert run.exit_code == 0, run.log
    assert run.outputs["script-name"] == "shop-2"


def test_secrets_of_repeated_options_are_all_kept(runner: Runner, cloudflare: Cloudflare):
    env = {"ONE": "value-one", "TWO": "value-two"}

    run = runner.fast("deploy", "--secrets", "ONE", "--secrets", "TWO", "--prune-secrets", env=env)

    assert run.exit_code == 0, run.log
    assert cloudflare.secrets() == env


def test_an_unknown_option_and_a_wrong_value_are_told_in_one_run(runner: Runner):
    run = runner.fast("plan", "--frobnicate", "--cpu-ms", "abc", "--tag", "a", "--tag", "b")

    assert run.exit_code == 2
    assert "no option" in run.log
    assert "not a whole number" in run.log
    assert "is given 2 times" in run.log


@pytest.mark.parametrize("inputs", [{}, {"only": "triggers"}])
def test_triggers_that_can_not_be_stop_a_deploy_before_it_begins(
    runner: Runner, inputs: dict[str, str]
):
    runner.checkout.config(
        triggers={"crons": ["* * *", "0 3 * * 0"]},
        routes=["example.com/*.jpg"],
        queues={"consumers": [{"queue": "q", "max_batch_size": 101}]},
    )

    run = runner.fast("deploy", **inputs)

    assert run.exit_code == 3, run.log
    for told in (
        '"triggers.crons[0]" is not a cron expression: it has 3 fields instead of 5',
        '"triggers.crons[1]" is not a cron expression: the weekday 0 is not between 1 and 7',
        "1 is Sunday and 7 is Saturday",
        '"routes[0]" is not a route pattern: a path can have * only at its end',
        '"queues.consumers[0].max_batch_size" is 101; Cloudflare takes 1 to 100',
    ):
        assert told in run.log
    assert runner.cloudflare.requests == []


@pytest.mark.parametrize("command", ["preview", "show"])
def test_a_command_that_sends_no_triggers_lets_them_be(runner: Runner, command: str):
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.config(triggers={"crons": ["* * *"]})

    run = runner.fast(command)

    assert run.exit_code == 0, run.log


def test_lines_of_rule_files_that_cloudflare_refuses_stop_a_deploy(full_runner: Runner):
    full_runner.checkout.write("public/_redirects", "# a\n/* /index.html 200\n/a b\n/c\n")
    full_runner.checkout.write("public/_headers", "X-A: b\n/a\nX-B:\n/b\n")

    run = full_runner.fast("deploy")

    assert run.exit_code == 3, run.log
    for told in (
        "public/_redirects:2  Cloudflare refuses this line: it would redirect to itself",
        'set assets.not_found_handling to "single-page-application"',
        "public/_headers:1  Cloudflare refuses this line: there is no path before it",
        "public/_headers:3  Cloudflare refuses this line: the header X-B has no value",
        "public/_redirects:3: warning: this line is ignored: its destination is neither",
        "neither a path nor an https URL; begin it with / or https://",
        "it has 1 word instead of 2 or 3",
        "public/_headers:4: warning: this line is ignored: no headers follow this path",
        "no headers follow this path; write its headers below it, or remove the path",
    ):
        assert told in run.log
    assert full_runner.cloudflare.requests == []


def test_a_rewrite_to_the_index_is_no_loop_without_html_handling(full_runner: Runner):
    options = {"directory": "public", "binding": "ASSETS", "html_handling": "none"}
    full_runner.checkout.config(assets=options).write("public/_redirects", "/ /index.html 200\n")

    run = full_runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert "_redirects" not in run.log
