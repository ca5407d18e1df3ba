"""The same run in each CI system: where inputs come from, and where results go."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import REPORT_FOLDER, Runner, annotations

ALWAYS = {
    "outcome",
    "changed",
    "script-name",
    "version-id",
    "live-version-id",
    "etag",
    "startup-time-ms",
    "secrets-synced",
    "secrets-pruned",
    "workers-dev-enabled",
    "preview-urls-enabled",
    "deployment-url",
    "urls",
    "plan",
    "report",
}
FILES = {
    ".gitignore",
    "report.json",
    "outputs.json",
    "outputs.env",
    "outputs.properties",
    "outputs.sh",
    "summary.md",
    "summary.html",
    "junit.xml",
}


def fork_event(folder: Path, head: str | None) -> dict[str, str | None]:
    file = folder / "event.json"
    repo = None if head is None else {"full_name": head}
    file.write_text(json.dumps({"pull_request": {"head": {"repo": repo}}}), encoding="utf-8")
    return {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(file),
        "CLOUDFLARE_API_TOKEN": None,
    }


def test_github_gets_outputs_and_a_summary(full_runner: Runner):
    run = full_runner.process("deploy", ci="github")

    assert run.exit_code == 0, run.log
    assert run.step_outputs == run.outputs
    assert set(run.step_outputs) >= ALWAYS
    assert json.loads(run.step_outputs["urls"]) == [run.step_outputs["deployment-url"]]
    assert json.loads(run.step_outputs["plan"])["script_name"] == "shop"
    assert run.step_outputs["report"] == f"{REPORT_FOLDER}/report.json"
    assert run.step_summary.rstrip() == run.summary.rstrip()
    assert "shop" in run.summary.splitlines()[0]


def test_a_long_plan_folds_in_github_and_gitlab(full_runner: Runner):
    full_runner.checkout.config(vars={f"NUMBER_{number}": "1" for number in range(8)})
    github = full_runner.process("plan", ci="github").stdout
    gitlab = full_runner.process("plan", ci="gitlab").stdout
    plain = full_runner.process("plan").stdout

    (inside,) = re.findall(r"^::group::(.*?)^::endgroup::$", github, re.DOTALL | re.MULTILINE)
    assert re.match(r"▸ Plan \d+ changes\n +\+ assets", inside)
    assert inside.splitlines()[2:] == plain.splitlines()[5 : 3 + len(inside.splitlines())]
    (inside,) = re.findall(
        r"section_start:.*?true\]\s\x1b\[0K(.*?)\x1b\[0Ksection_end", gitlab, re.DOTALL
    )
    assert inside.splitlines()[2:] == plain.splitlines()[5 : 3 + len(inside.splitlines())]
    assert "changes" not in plain.partition("▸ Plan")[2]


def test_github_gets_outputs_and_a_summary_of_a_failure_too(
    full_runner: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("PUT workers/scripts/*", "status", status=400, code=10027, message="Too large.")

    run = full_runner.process("deploy", ci="github")

    assert run.exit_code == 4
    assert run.step_outputs["outcome"] == "failed"
    assert run.step_outputs["changed"] == "false"
    assert run.step_outputs["error-code"] == "10027"
    assert run.step_outputs["error-stage"] == "Script"
    assert run.step_outputs["ray-id"]
    assert run.step_outputs["ray-id"] in run.step_summary
    assert "Too large." in run.step_summary
    (error,) = annotations(run, "error")
    assert "Too large." in error


def test_a_summary_that_is_not_wanted_is_not_written(runner: Runner):
    run = runner.fast("deploy", ci="github", summary=False)

    assert run.step_summary == ""
    assert run.files["summary.md"]


def test_all_files_of_the_report_say_the_same(full_runner: Runner):
    run = full_runner.fast("deploy")

    assert set(run.files) == FILES
    assert run.files[".gitignore"] == "*\n"
    assert run.report["outcome"] == run.outcome == "deployed"
    assert f"WORKERS_DEPLOY_VERSION_ID={run.outputs['version-id']}" in run.files["outputs.env"]
    suite = ET.fromstring(run.files["junit.xml"])
    assert suite.get("failures") == "0"
    assert run.files["summary.html"].lstrip().startswith("<")


def test_the_report_of_a_failure_says_what_is_live(full_runner: Runner, cloudflare: Cloudflare):
    full_runner.fast("deploy")
    full_runner.checkout.module("export default { fetch() {} };\n")
    cloudflare.fail("POST versions", "status", status=400, code=10021, message="No.")

    run = full_runner.fast("deploy")

    assert set(run.files) == FILES
    assert run.report["error"]["code"] == 10021
    assert run.report["exit_code"] == 4
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert ET.fromstring(run.files["junit.xml"]).get("failures") == "1"
    assert run.summary.startswith("### ❌")
    assert "No." in run.summary


def test_a_second_run_replaces_the_report(full_runner: Runner):
    full_runner.fast("deploy")

    run = full_runner.fast("plan")

    assert run.report["command"] == "plan"
    assert run.outcome == "planned"


def test_the_report_is_never_taken_up_as_an_asset(tmp_path: Path, cloudflare: Cloudflare):
    site = Checkout(tmp_path / "site").write("index.html", "<h1>hi</h1>")
    runner = Runner(site, cloudflare, tmp_path / "files")
    inputs = {"assets": ".", "script_name": "site", "compatibility_date": "2026-11-01"}
    runner.fast("deploy", **inputs)

    run = runner.fast("deploy", **inputs)

    assert run.outcome == "unchanged", run.log
    assert list(cloudflare.live("site")["assets"]["manifest"]) == ["/index.html"]


def test_a_report_that_cannot_be_written_is_a_warning(runner: Runner):
    (runner.checkout.root / "taken").write_text("a file", encoding="utf-8")

    run = runner.fast("deploy", report_dir="taken")

    assert run.exit_code == 0
    assert "report-dir" in run.stderr


def test_a_symlink_in_the_path_of_the_report_is_not_followed(runner: Runner, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (runner.checkout.root / "link").symlink_to(elsewhere)

    run = runner.fast("deploy", report_dir="link/report")

    assert run.exit_code == 0
    assert "symlink" in run.stderr
    assert list(elsewhere.iterdir()) == []


def test_a_fork_s_pull_request_is_skipped(runner: Runner, cloudflare: Cloudflare, tmp_path: Path):
    run = runner.process("deploy", ci="github", env=fork_event(tmp_path, "eve/shop"))

    assert run.exit_code == 0, run.log
    assert run.step_outputs["outcome"] == "skipped"
    reason = "no api-token is given: a pull request from a fork gets no secrets"
    assert f"::notice::skipped: {reason}\n" in run.stdout
    assert reason in run.step_summary
    assert run.report["reason"] == reason
    assert cloudflare.requests == []


@pytest.mark.parametrize("head", ["acme/shop", None])
def test_only_a_fork_s_pull_request_is_skipped(runner: Runner, tmp_path: Path, head: str | None):
    run = runner.fast("deploy", ci="github", env=fork_event(tmp_path, head))

    assert run.exit_code == (2 if head else 0), run.log


def test_without_credentials_is_an_error_or_skipped_as_the_input_says(
    runner: Runner, tmp_path: Path
):
    fork = fork_event(tmp_path, "eve/shop")

    error = runner.fast("deploy", ci="github", env=fork, without_credentials="error")
    skipped = runner.fast("deploy", env={"CLOUDFLARE_API_TOKEN": None}, without_credentials="skip")

    assert (error.exit_code, skipped.exit_code) == (2, 0)
    assert skipped.outcome == "skipped"
    assert "without-credentials is skip" in skipped.summary


def test_a_merge_request_from_a_fork_is_skipped_in_gitlab(runner: Runner):
    run = runner.fast(
        "deploy",
        ci="gitlab",
        env={
            "CLOUDFLARE_API_TOKEN": None,
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2",
            "CI_MERGE_REQUEST_PROJECT_ID": "1",
        },
    )

    assert run.exit_code == 0
    assert run.outcome == "skipped"


def test_names_with_hyphens_reach_a_run(runner: Runner, cloudflare: Cloudflare):
    run = runner.process(
        ci="github", command="deploy", script_name="other", workers_dev=False, max_attempts=2
    )

    assert run.exit_code == 0, run.log
    assert list(cloudflare.state()["scripts"]) == ["other"]
    assert cloudflare.script("other")["subdomain"]["enabled"] is False


def test_names_of_drone_and_woodpecker_reach_a_run(runner: Runner, cloudflare: Cloudflare):
    runner.knows(STRIPE_KEY="sk_live_51Hv0x")

    run = runner.process(ci="drone", script_name="other", workers_dev=False)

    assert run.exit_code == 0, run.log
    assert cloudflare.script("other")["subdomain"]["enabled"] is False
    assert cloudflare.secrets("other") == {"STRIPE_KEY": "sk_live_51Hv0x"}


def test_a_step_of_wrangler_action_runs_as_it_is(
    runner: Runner, cloudflare: Cloudflare, tmp_path: Path
):
    runner.checkout.config(env={"staging": {}})
    env = {
        "CLOUDFLARE_API_TOKEN": None,
        "CLOUDFLARE_ACCOUNT_ID": None,
        "INPUT_APITOKEN": cloudflare.token,
        "INPUT_ACCOUNTID": cloudflare.account_id,
        "INPUT_WORKINGDIRECTORY": ".",
        "INPUT_COMMAND": "deploy --env staging",
        "INPUT_WRANGLERVERSION": "4.164.0",
    }

    run = runner.process(ci="github", env=env)

    assert run.exit_code == 0, run.log
    assert list(cloudflare.state()["scripts"]) == ["shop-staging"]
    (notice,) = annotations(run, "notice")
    assert notice == (
        "inputs of wrangler-action: apiToken is api-token here; accountId is account-id here;"
        " workingDirectory is working-directory here;"
        " wranglerVersion has no meaning here, take it out"
    )


def test_a_wrangler_command_that_is_not_understood_names_what_to_write(runner: Runner):
    run = runner.fast(ci="github", command="deploy --name other --minify")

    assert run.exit_code == 2
    assert "script-name" in run.log
    assert "other" not in run.log.replace("another", "")


def test_a_stray_variable_is_no_input(runner: Runner, cloudflare: Cloudflare):
    run = runner.fast(
        "deploy",
        env={
            "SCRIPT_NAME": "stray",
            "DRY_RUN": "true",
            "TAG": "v9",
            "MESSAGE": "m",
            "ONLY": "code",
        },
    )

    assert run.outcome == "deployed"
    assert list(cloudflare.state()["scripts"]) == ["shop"]
    assert "workers/tag" not in cloudflare.live()["annotations"]


def test_an_empty_input_is_not_given(runner: Runner):
    run = runner.fast(
        "deploy", ci="github", workers_dev="", script_settings="", probe="", deadline="", only=""
    )

    assert run.exit_code == 0, run.log


def test_an_option_wins_over_an_input_and_that_over_the_file(
    runner: Runner, cloudflare: Cloudflare
):
    runner.fast("deploy", "--script-name", "by-option", script_name="by-input")
    runner.fast("deploy", script_name="by-input")
    runner.fast("deploy")

    assert set(cloudflare.state()["scripts"]) == {"by-option", "by-input", "shop"}


def test_what_comes_from_outside_gives_no_command_to_the_ci(runner: Runner, cloudflare: Cloudflare):
    runner.checkout.commit("::error::pwned\n")
    cloudflare.fail(
        "PUT workers/scripts/*",
        "status",
        status=400,
        code=10021,
        message="boo\n::set-output name=x::y\r::warning::z\n##[error]w\x1b[31m",
    )

    run = runner.fast("deploy", ci="github")

    assert run.exit_code == 4
    assert len(annotations(run, "error")) == 1
    assert annotations(run, "warning") == []
    assert annotations(run, "set-output") == []
    assert "\x1b" not in run.log


def test_a_terminal_is_not_needed_and_help_needs_no_account(runner: Runner):
    run = runner.process("--help", env={"CLOUDFLARE_API_TOKEN": None})

    assert run.exit_code == 0
    assert "--script-name" in run.stdout
