"""What is wrong is told at once, by name, before anything is sent."""

from pathlib import Path

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner, annotations


def test_wrong_inputs_and_a_wrong_project_are_told_in_one_run(
    tmp_path: Path, cloudflare: Cloudflare
):
    project = Checkout(tmp_path / "p").write(
        "wrangler.jsonc",
        '{\n  "name": "shop",\n  "main": "nowhere.js",\n  "compatibility_date": "yesterday",\n'
        '  "kv_namespaces": [{ "binding": "KV" }],\n  "no_such_key": 1\n}\n',
    )
    runner = Runner(project, cloudflare, tmp_path / "files")

    run = runner.process(
        "deploy",
        workers_dev="perhaps",
        deadline="soon",
        max_attempts=99,
        on_failure="panic",
        secrets="NOT_SET\n not a name",
        vars="=nothing",
        script_settings="{broken",
        env={"CLOUDFLARE_API_TOKEN": None},
    )

    assert run.exit_code == 2
    for told in (
        "api-token",
        "workers-dev",
        "deadline",
        "max-attempts",
        "on-failure",
        "NOT_SET",
        "line 2",
        "vars",
        "script-settings",
        "nowhere.js",
        "compatibility_date",
        "wrangler.jsonc:",
    ):
        assert told in run.log, told
    assert cloudflare.requests == []
    assert run.outcome == "failed"
    assert run.report["exit_code"] == 2


def test_a_wrong_project_alone_is_exit_3_with_its_place(checkout: Checkout, runner: Runner):
    checkout.config(main="nowhere.js")

    run = runner.process("deploy", ci="github")

    assert run.exit_code == 3
    assert runner.cloudflare.requests == []
    (error,) = [line for line in run.stdout.splitlines() if line.startswith("::error ")]
    assert "file=wrangler.json," in error
    assert "line=3" in error
    assert run.step_outputs["outcome"] == "failed"


def test_wrong_options_are_told_by_name_or_position_and_never_by_value(runner: Runner):
    run = runner.process(
        "deploy",
        "--api-token tok-on-the-command-line",
        "--no-such=val-7f3a",
        "-tval-8e4b",
        "--github-token:val-9d5c",
        "x9y",
    )

    assert run.exit_code == 2
    assert "--api-token" in run.log
    assert "--github-token" in run.log
    assert "word 3 is no option" in run.log
    assert "word 4 is no option" in run.log
    for value in ("tok-on-the-command-line", "--no-such", "val-", "x9y"):
        assert value not in run.shown()


def test_a_wrong_option_makes_no_other_complaint_and_loses_no_option(
    tmp_path: Path, cloudflare: Cloudflare
):
    project = Checkout(tmp_path / "p").module()
    runner = Runner(project, cloudflare, tmp_path / "files")
    right = ("--script-name", "shop", "--main", "index.js", "--compatibility-date", "2026-11-01")

    run = runner.fast("deploy", *right, "--report-dir", "elsewhere", "--bogus", "--max-attempts")

    assert run.exit_code == 2
    assert "2 inputs are wrong" in run.log
    assert "no name" not in run.log
    assert run.files == {}
    assert (project.root / "elsewhere/report.json").is_file()


def test_a_wrong_command_is_told(runner: Runner):
    run = runner.process("deplyo")

    assert run.exit_code == 2
    assert "command" in run.log
    assert runner.cloudflare.requests == []


def test_a_wrong_value_is_shown_unless_its_input_may_hold_a_secret(runner: Runner):
    values = {
        "workers_dev": "wrong-value-1",
        "account_id": "wrong-value-2",
        "api_base_url": "wrong-value-3",
        "request_timeout": "wrong-value-4",
        "compatibility_date": "wrong-value-5",
        "script_settings": "wrong-value-6",
        "probe_status": "wrong-value-7",
        "allow": "wrong-value-8",
        "vars": "wrong-value-9",
        "secrets_json": "wrong-value-10",
        "command": "wrong-value-11",
    }

    run = runner.fast(**values)

    assert run.exit_code == 2
    may_hold_one = {"api_base_url", "script_settings", "vars", "secrets_json"}
    for name, value in values.items():
        assert name.replace("_", "-") in run.log
        assert (f'"{value}"' in run.log) is (name not in may_hold_one), name


def test_a_token_that_cannot_be_in_a_header_is_told_without_it(runner: Runner):
    run = runner.process("deploy", env={"CLOUDFLARE_API_TOKEN": "abcdef…ghijkl"})

    assert run.exit_code == 2
    assert "api-token" in run.log
    assert "abcdef" not in run.shown()


def test_a_token_is_refused_by_cloudflare_with_what_to_do(runner: Runner):
    run = runner.process("deploy", env={"CLOUDFLARE_API_TOKEN": "wrong-token-0815"})

    assert run.exit_code == 4
    assert "10000" in run.log
    assert "wrong-token-0815" not in run.shown()
    assert run.outcome == "failed"
    assert run.outputs["error-code"] == "10000"
    assert run.outputs["ray-id"]


def test_every_input_problem_is_an_annotation_in_github(runner: Runner):
    run = runner.fast("deploy", ci="github", workers_dev="perhaps", deadline="soon")

    assert run.exit_code == 2
    assert len(annotations(run, "error")) == 2


def test_plain_http_elsewhere_than_loopback_is_refused(runner: Runner):
    run = runner.fast("deploy", api_base_url="http://api.example.com/client/v4")

    assert run.exit_code == 2
    assert "api-base-url" in run.log


def test_a_working_directory_that_is_none_is_told(runner: Runner):
    run = runner.fast("deploy", working_directory="nowhere")

    assert run.exit_code == 2
    assert "working-directory" in run.log


@pytest.mark.parametrize("depth", [60, 700, 960, 100_000])
@pytest.mark.parametrize("shape", [("[", "]"), ('{"a":', "}")])
def test_json_that_is_nested_too_deeply_is_a_wrong_input(
    runner: Runner, shape: tuple[str, str], depth: int
):
    deep = f"{shape[0] * depth}1{shape[1] * depth}"

    run = runner.fast(
        "deploy", script_settings=f'{{"observability": {deep}}}', secrets="A", secrets_json=deep
    )

    assert run.exit_code == 2, run.log
    assert "script-settings  nested too deeply" in run.log
    assert "secrets-json" in run.log
    assert "Bug" not in run.log
    assert run.outcome == "failed"


@pytest.mark.parametrize("name", ["wrangler.json", "wrangler.toml"])
def test_a_configuration_that_is_nested_too_deeply_is_a_wrong_project(
    tmp_path: Path, cloudflare: Cloudflare, name: str
):
    deep = "[" * 100_000 + "]" * 100_000
    text = f'{{"vars": {{"A": {deep}}}}}' if name.endswith("json") else f"vars = {{ A = {deep} }}"
    project = Checkout(tmp_path / "p").module().write(name, text)

    run = Runner(project, cloudflare, tmp_path / "files").fast("deploy")

    assert run.exit_code == 3, run.log
    assert f"{name} is nested too deeply" in run.log


UNKNOWN_KEY = '"bindng"'


def test_what_is_odd_about_a_project_stands_in_summary_and_report_too(
    checkout: Checkout, runner: Runner
):
    checkout.config(main="index.js", bindng=1)

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert run.log.count(UNKNOWN_KEY) == 1
    (warning,) = run.report["warnings"]
    assert warning.startswith("wrangler.json:")
    assert UNKNOWN_KEY in warning
    assert "bindng" in run.files["summary.md"]


def test_what_is_odd_is_told_beside_what_is_wrong(checkout: Checkout, runner: Runner):
    checkout.config(main="nowhere.js", bindng=1)

    run = runner.fast("deploy")

    assert run.exit_code == 3
    assert run.log.count(UNKNOWN_KEY) == 1
    assert len(run.report["warnings"]) == 1


def test_an_option_of_wranglers_is_told_by_what_it_is_here(runner: Runner):
    run = runner.fast("deploy", "--env", "val-7f3a")

    assert run.exit_code == 2
    assert "write --environment" in run.log
    assert "val-7f3a" not in run.shown()
