"""Secrets that a run is not given: told once, in the CI system's words; a plan needs names only."""

import json
from pathlib import Path

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner, annotations

MANY = [f"KEY_{number}" for number in range(60)]


def dependabot(folder: Path, event: str = "pull_request") -> dict[str, str | None]:
    """What GitHub says of a run of Dependabot's, whose branch is in the repository itself."""
    file = folder / "event.json"
    pull = {"number": 7, "head": {"sha": "a" * 40, "repo": {"full_name": "acme/shop"}}}
    file.write_text(json.dumps({"pull_request": pull} if event != "push" else {}), encoding="utf-8")
    return {
        "GITHUB_ACTOR": "dependabot[bot]",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(file),
    }


def test_sixty_missing_secrets_are_told_once_with_lines_to_paste(
    runner: Runner, cloudflare: Cloudflare
):
    run = runner.process("deploy", ci="github", secrets="\n".join(MANY))

    assert run.exit_code == 2
    (problem,) = run.report["error"]["problems"]
    assert problem["message"] == (
        "this step has no environment variable for KEY_0, KEY_1, KEY_2 and 57 more"
    )
    pasted = ["env:", *(f"  {name}: ${{{{ secrets.{name} }}}}" for name in MANY)]
    assert problem["block"].splitlines() == pasted
    assert len(annotations(run, "error")) == 1
    assert cloudflare.requests == []


def test_what_is_wrong_is_printed_once_in_github(runner: Runner, cloudflare: Cloudflare):
    wrong = runner.fast("deploy", ci="github", secrets="MISSING_KEY", workers_dev="perhaps")
    cloudflare.fail("PUT workers/scripts/*", "status", status=400, code=10027, message="Too large.")
    refused = runner.fast("deploy", ci="github")

    assert wrong.stdout.count("no environment variable for MISSING_KEY") == 1
    assert wrong.stdout.count("perhaps") == 1
    assert "✗ 2 inputs are wrong; nothing was sent" in wrong.stdout
    assert refused.stdout.count("Too large.") == 1
    assert "exit 4" in refused.stdout.partition("✗ Script")[2]


def test_another_ci_system_is_told_its_own_way(runner: Runner):
    gitlab = runner.fast("deploy", ci="gitlab", secrets="MISSING_KEY")
    drone = runner.fast("deploy", ci="drone", secrets="MISSING_KEY", env={"DRONE": "true"})

    assert "Settings > CI/CD > Variables" in gitlab.log
    assert "from_secret: MISSING_KEY" in drone.log
    assert "{{" not in gitlab.shown() + drone.shown()


@pytest.mark.parametrize("value", [None, ""])
def test_a_plan_takes_a_secret_by_its_name_and_says_so(
    runner: Runner, cloudflare: Cloudflare, value: str | None
):
    runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    assert runner.fast("deploy").exit_code == 0
    given = {"secrets": "STRIPE_KEY\nNEW_KEY", "env": {"STRIPE_KEY": value, "NEW_KEY": value}}

    plan = runner.process("plan", **given)
    deploy = runner.process("deploy", **given)

    assert plan.exit_code == 0, plan.log
    assert "+ secret      NEW_KEY" in plan.stdout
    assert "= secrets     STRIPE_KEY: compared by name" in plan.stdout
    assert "STRIPE_KEY, NEW_KEY have no value in this run" in plan.summary.replace("\\", "")
    assert "~ secret" not in plan.stdout
    assert deploy.exit_code == 2
    assert cloudflare.secrets() == {"STRIPE_KEY": "sk_live_51Hv0xSecret"}


def test_a_plan_without_values_finds_no_change_where_there_is_none(runner: Runner):
    runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    assert runner.fast("deploy").exit_code == 0

    run = runner.fast("plan", fail_on="changes", env={"STRIPE_KEY": ""})
    narrow = runner.fast("plan", fail_on="changes", only="secrets", env={"STRIPE_KEY": ""})

    assert (run.exit_code, narrow.exit_code) == (0, 0), run.log + narrow.log
    assert run.report["plan"]["writes"] is False
    assert "no value in this run" in narrow.log


def test_secrets_that_are_kept_are_named(runner: Runner, cloudflare: Cloudflare):
    runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    assert runner.fast("deploy").exit_code == 0
    for name in ("BY_HAND", "ANOTHER"):
        body = {"name": name, "text": "from-the-dashboard", "type": "secret_text"}
        cloudflare.ask("PUT", "/workers/scripts/shop/secrets", body)

    kept = runner.fast("plan")
    pruned = runner.fast("plan", prune_secrets=True)

    assert "= secrets     ANOTHER, BY_HAND: kept, since prune-secrets is not set" in kept.stdout
    assert "ANOTHER, BY" in kept.summary
    assert "kept" not in pruned.stdout
    assert "- secret      BY_HAND" in pruned.stdout


def test_dependabot_s_pull_request_is_skipped_and_not_called_a_fork(
    runner: Runner, cloudflare: Cloudflare, tmp_path: Path
):
    env = {**dependabot(tmp_path), "CLOUDFLARE_API_TOKEN": None}

    run = runner.process("plan", ci="github", env=env)

    assert run.exit_code == 0, run.log
    assert run.step_outputs["outcome"] == "skipped"
    assert "Settings > Secrets and variables > Dependabot" in run.stdout
    assert "fork" not in run.shown()
    assert cloudflare.requests == []


def test_a_push_by_dependabot_without_a_token_is_not_green(runner: Runner, tmp_path: Path):
    """It merges its own pull request: a deploy that does nothing must not look like one."""
    env = {**dependabot(tmp_path, "push"), "CLOUDFLARE_API_TOKEN": None}

    run = runner.fast("deploy", ci="github", env=env)

    assert run.exit_code == 2
    assert "Settings > Secrets and variables > Dependabot" in run.stdout


def test_dependabot_with_a_token_is_told_which_secrets_it_lacks(runner: Runner, tmp_path: Path):
    env = {**dependabot(tmp_path), "SIGNING_KEY": ""}

    plan = runner.fast("plan", ci="github", secrets="SIGNING_KEY", env=env)
    preview = runner.fast("preview", ci="github", secrets="SIGNING_KEY", env=env)

    assert plan.exit_code == 0, plan.log
    assert preview.exit_code == 2
    (told,) = annotations(preview, "error")
    assert "SIGNING_KEY" in told
    assert "Dependabot's own secrets" in told
