"""`plan` and `dry-run`: all of a deploy but its writes."""

import re

from cloudflare import Cloudflare as Sdk

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner


def test_a_plan_tells_all_and_writes_nothing(full_runner: Runner, cloudflare: Cloudflare):
    run = full_runner.process("plan")

    assert run.exit_code == 0, run.log
    assert run.outcome == "planned"
    assert run.outputs["changed"] == "true", "of a plan: whether a deploy would"
    assert cloudflare.writes == []
    assert cloudflare.state()["scripts"] == {}
    for told in ("+ code", "GREETING", "STRIPE_KEY", "logpush", "workers.dev", "3 files"):
        assert told in run.stdout, told
    kinds = [step["kind"] for step in run.report["plan"]["steps"]]
    assert kinds[:2] == ["UploadAssets", "UploadScript"]


def test_a_dry_run_writes_nothing(full_runner: Runner, cloudflare: Cloudflare):
    full_runner.fast("deploy")
    full_runner.checkout.module("export default { fetch() {} };\n")
    before = cloudflare.state()["scripts"]
    cloudflare.forget_requests()

    run = full_runner.process("deploy", "--dry-run")

    assert run.exit_code == 0, run.log
    assert run.outcome == "planned"
    assert cloudflare.writes == []
    assert cloudflare.state()["scripts"] == before
    assert "~ code" in run.stdout


def test_a_plan_after_a_deploy_has_no_change(full_runner: Runner):
    full_runner.fast("deploy")

    run = full_runner.fast("plan", fail_on="changes")

    assert run.exit_code == 0, run.log
    assert run.report["plan"]["writes"] is False


def test_changes_fail_a_plan_where_that_was_asked_for(full_runner: Runner, cloudflare: Cloudflare):
    run = full_runner.fast("plan", fail_on="changes")

    assert run.exit_code == 8, run.log
    assert "the plan has changes" in run.log
    assert cloudflare.writes == []


def test_what_someone_changed_by_the_sdk_is_seen_in_the_plan(
    full_runner: Runner, cloudflare: Cloudflare
):
    full_runner.fast("deploy")
    with Sdk(api_token=cloudflare.token, base_url=cloudflare.url) as sdk:
        scripts = sdk.workers.scripts
        scripts.script_and_version_settings.edit(
            "shop",
            account_id=cloudflare.account_id,
            settings={
                "bindings": [
                    {"type": "plain_text", "name": "GREETING", "text": "edited-by-hand"},
                    {"type": "plain_text", "name": "EXTRA", "text": "added-by-hand"},
                    {"type": "inherit", "name": "STRIPE_KEY"},
                    {"type": "inherit", "name": "MAIL_KEY"},
                    {"type": "assets", "name": "ASSETS"},
                ],
                "compatibility_date": "2026-01-01",
            },
        )
        scripts.subdomain.create(
            "shop", account_id=cloudflare.account_id, enabled=False, previews_enabled=True
        )
        scripts.settings.edit("shop", account_id=cloudflare.account_id, logpush=False)
    cloudflare.forget_requests()

    run = full_runner.process("plan")

    assert run.exit_code == 0, run.log
    changes = {
        (change["kind"], change["name"])
        for step in run.report["plan"]["steps"]
        for change in step["changes"]
        if change["action"] != "unchanged"
    }
    assert {
        ("binding", "GREETING"),
        ("binding", "EXTRA"),
        ("setting", "compatibility_date"),
        ("settings", "logpush"),
        ("workers.dev", ""),
        ("preview URLs", ""),
    } <= changes
    assert "by-hand" not in run.shown()
    assert cloudflare.writes == []


def test_a_deploy_takes_such_edits_back(full_runner: Runner, cloudflare: Cloudflare):
    full_runner.fast("deploy")
    wanted = cloudflare.served()
    cloudflare.ask("PATCH", "/workers/scripts/shop/script-settings", {"logpush": False})
    cloudflare.ask(
        "POST", "/workers/scripts/shop/subdomain", {"enabled": False, "previews_enabled": True}
    )

    run = full_runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.served() == wanted
    assert len(cloudflare.versions()) == 1


def test_a_guard_and_a_missing_script_do_not_stop_a_plan(runner: Runner, cloudflare: Cloudflare):
    runner.fast("deploy")
    runner.checkout.module("export default { fetch() {} };\n")
    runner.fast("deploy")
    one, two = (version["id"] for version in cloudflare.versions())
    cloudflare.deploy_version(two, one)

    run = runner.fast("plan")

    assert run.exit_code == 0, run.log
    assert run.outcome == "planned"


def test_a_folded_plan_counts_what_changes_apart_from_what_stays(full_runner: Runner):
    full_runner.checkout.config(vars={f"NUMBER_{number}": "1" for number in range(12)})
    assert full_runner.fast("deploy").exit_code == 0
    full_runner.checkout.config(vars={f"NUMBER_{number}": "2" for number in range(12)})

    run = full_runner.fast("plan", ci="github")

    (told,) = re.findall(r"^::group::▸ Plan +(.*)$", run.stdout, re.MULTILINE)
    changes = [c for s in run.report["plan"]["steps"] for c in s["changes"]]
    same = [change for change in changes if change["action"] == "unchanged"]
    assert same
    assert told == f"{len(changes) - len(same)} changes, {len(same)} unchanged"
