"""Edits in the dashboard since our last deploy: shown by field, and found by `fail-on: drift`."""

from typing import Any

import pytest
from cloudflare import Cloudflare as Sdk

from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, committed and deployed."""
    full_runner.checkout.commit("Begin")
    assert full_runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    return full_runner


def edit_settings(cloudflare: Cloudflare, **settings: Any) -> None:
    """What the dashboard does when someone edits bindings and runtime."""
    with Sdk(api_token=cloudflare.token, base_url=cloudflare.url) as sdk:
        sdk.workers.scripts.script_and_version_settings.edit(
            "shop", account_id=cloudflare.account_id, settings=settings
        )


def drift_in(run: Run) -> list[str]:
    notes = run.report["plan"]["notes"]
    return [note.removeprefix("drift: ") for note in notes if note.startswith("drift: ")]


def inherited(*names: str) -> list[dict[str, str]]:
    return [{"type": "inherit", "name": name} for name in names]


KEPT = ("ASSETS", "STRIPE_KEY", "MAIL_KEY")


def test_what_we_deployed_has_no_drift(live: Runner):
    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 0, run.log
    assert drift_in(run) == []


def test_edited_bindings_and_runtime_are_told_by_field(live: Runner, cloudflare: Cloudflare):
    edit_settings(
        cloudflare,
        bindings=[
            {"type": "plain_text", "name": "GREETING", "text": "edited-by-hand"},
            {"type": "plain_text", "name": "EXTRA", "text": "added-by-hand"},
            *inherited("ASSETS", "STRIPE_KEY"),
        ],
        compatibility_date="2026-01-01",
        compatibility_flags=["nodejs_compat"],
    )

    run = live.process("plan", "--fail-on", "drift")

    assert run.exit_code == 8, run.log
    assert run.outcome == "failed"
    who, *fields = drift_in(run)
    assert cloudflare.live()["id"][:8] in who
    assert "settings by ci@example.com" in who
    assert fields == [
        "binding EXTRA: added",
        "binding GREETING: text changed",
        "secret MAIL_KEY: removed",
        "setting compatibility_date: 2026-11-01 → 2026-01-01",
        "setting compatibility_flags: none → nodejs_compat",
    ]
    assert "by-hand" not in run.shown()
    assert cloudflare.writes == ["PATCH settings"], "the edit alone"
    assert run.report["plan"]["writes"] is True
    assert "binding EXTRA: added" in run.summary


def test_a_deploy_names_the_edit_and_takes_it_back(live: Runner, cloudflare: Cloudflare):
    wanted = cloudflare.served()
    edit_settings(
        cloudflare,
        bindings=[
            {"type": "plain_text", "name": "GREETING", "text": "edited-by-hand"},
            *inherited(*KEPT),
        ],
    )

    run = live.fast("deploy")

    assert run.exit_code == 0, run.log
    assert "binding GREETING: text changed" in run.stdout
    assert cloudflare.served() == wanted
    assert drift_in(live.fast("plan", fail_on="drift")) == []


def test_a_secret_that_someone_added_is_told_by_name(live: Runner, cloudflare: Cloudflare):
    with Sdk(api_token=cloudflare.token, base_url=cloudflare.url) as sdk:
        sdk.workers.scripts.secrets.update(
            "shop",
            account_id=cloudflare.account_id,
            name="THEIRS",
            text="their-value",
            type="secret_text",
        )

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 8, run.log
    assert "secret THEIRS: added" in drift_in(run)


def test_a_secrets_new_value_is_told_as_far_as_it_can_be(live: Runner, cloudflare: Cloudflare):
    secret = {"name": "STRIPE_KEY", "text": "their-value", "type": "secret_text"}
    cloudflare.ask("PUT", "/workers/scripts/shop/secrets", secret)

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 8
    assert "secret: a value was set (which one can't be told" in run.log


def test_edits_that_are_not_versioned_are_told(live: Runner, cloudflare: Cloudflare):
    with Sdk(api_token=cloudflare.token, base_url=cloudflare.url) as sdk:
        scripts = sdk.workers.scripts
        scripts.settings.edit("shop", account_id=cloudflare.account_id, logpush=False)
        scripts.subdomain.create(
            "shop", account_id=cloudflare.account_id, enabled=False, previews_enabled=True
        )

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 8, run.log
    assert drift_in(run) == [
        "settings logpush: true → false",
        "workers.dev on → off",
        "preview URLs off → on",
    ]


def test_crons_that_someone_changed_are_told(full_runner: Runner, cloudflare: Cloudflare):
    live = full_runner
    live.checkout.config(triggers={"crons": ["0 * * * *"]})
    live.checkout.commit("Begin with a cron")
    assert live.fast("deploy").exit_code == 0
    cloudflare.ask("PUT", "/workers/scripts/shop/schedules", [{"cron": "5 5 * * *"}])

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 8, run.log
    assert drift_in(run) == [
        "cron 0 * * * *: is missing live",
        "cron 5 5 * * *: is live and not in the project",
    ]


def test_a_change_of_the_checkout_is_no_drift(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(logpush=False, vars={"GREETING": "servus"}, preview_urls=True)
    live.checkout.commit("Change all")

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 0, run.log
    assert drift_in(run) == []
    assert live.fast("plan", fail_on="changes").exit_code == 8


def test_commits_that_change_nothing_to_deploy_leave_drift_to_be_seen(
    live: Runner, cloudflare: Cloudflare
):
    live.checkout.write("notes.md", "# Notes")
    live.checkout.commit("Write notes")
    assert live.fast("deploy").outcome == "unchanged"
    cloudflare.ask("PATCH", "/workers/scripts/shop/script-settings", {"logpush": False})

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 8, run.log
    assert drift_in(run) == ["settings logpush: true → false"]


def test_settings_that_the_configuration_changed_are_no_drift(live: Runner):
    live.checkout.config(logpush=False)
    live.checkout.commit("Change a setting that no version has")

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 0, run.log


def test_of_an_edit_and_a_newer_commit_only_the_edit_is_drift(live: Runner, cloudflare: Cloudflare):
    edit_settings(
        cloudflare,
        bindings=[
            {"type": "plain_text", "name": "GREETING", "text": "edited-by-hand"},
            *inherited(*KEPT),
        ],
    )
    live.checkout.config(vars={"GREETING": "servus", "NEW": "one"}, logpush=False)
    live.checkout.commit("Change all")

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 8
    assert drift_in(run)[1:] == ["binding GREETING: text changed"]


def test_without_commits_equal_digests_show_that_the_project_is_the_same(
    full_runner: Runner, cloudflare: Cloudflare
):
    full_runner.fast("deploy")
    cloudflare.ask("PATCH", "/workers/scripts/shop/script-settings", {"logpush": False})

    run = full_runner.fast("plan", fail_on="drift")

    assert run.exit_code == 8
    assert drift_in(run) == ["settings logpush: true → false"]


def test_a_rollback_by_someone_is_drift(live: Runner, cloudflare: Cloudflare):
    first = cloudflare.live()["id"]
    live.checkout.module("export default { fetch() {} };\n").commit("Go on")
    assert live.fast("deploy").exit_code == 0
    cloudflare.deploy_version(first, message="Rollback")

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 8, run.log
    assert drift_in(run) == [f"traffic was taken back to version {first[:8]} by ci@example.com"]
    assert "a guard stops this" in run.stdout


def test_a_rollout_by_someone_is_drift(live: Runner, cloudflare: Cloudflare):
    live.checkout.module("export default { fetch() {} };\n").commit("Go on")
    assert live.fast("deploy").exit_code == 0
    one, two = (version["id"] for version in cloudflare.versions())
    cloudflare.deploy_version(two, one)

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 8, run.log
    assert drift_in(run) == ["traffic is shared by 2 versions by ci@example.com"]


def test_code_that_someone_put_is_drift(live: Runner, cloudflare: Cloudflare):
    live.fast("deploy", only="code", vars="A=1")
    live.checkout.module("export default { fetch() {} };\n")
    live.fast("deploy", only="code")

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 8, run.log
    assert "has no note of a deploy of ours: upload" in drift_in(run)[0]


def test_our_own_patch_of_settings_is_no_drift(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(vars={"GREETING": "servus"})
    assert live.fast("deploy", only="settings").exit_code == 0

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 0, run.log


def test_a_script_that_we_never_deployed_has_no_drift(live: Runner, cloudflare: Cloudflare):
    run = live.fast("plan", fail_on="drift", script_name="never-deployed")

    assert run.exit_code == 0, run.log


def test_reads_of_the_former_version_that_fail_leave_the_rest(live: Runner, cloudflare: Cloudflare):
    edit_settings(cloudflare, bindings=inherited("GREETING", *KEPT))
    cloudflare.fail("GET versions", "status", status=503, nth=2, count=None)

    run = live.fast("plan", max_attempts=2)

    assert run.exit_code == 0, run.log
    assert "what was changed since our last deploy is not known" in run.log


def test_plan_tells_both_kinds_of_finding_with_their_numbers(live: Runner):
    live.checkout.config(logpush=False, preview_urls=True)

    run = live.fast("plan", fail_on="changes")

    assert run.exit_code == 8
    assert "the plan has changes: 2" in run.log
    assert run.report["error"]["kind"] == "FoundError"
    assert run.report["plan"]["writes"] is True


def test_a_live_version_whose_commit_is_shown_is_not_said_to_have_no_note(live: Runner):
    live.checkout.config(compatibility_date="2026-10-01")
    assert live.fast("deploy", only="settings").exit_code == 0

    run = live.fast("plan")

    assert "(commit " in run.log
    assert "no note of ours" not in run.shown()
    assert "was edited after the upload" in run.shown()


def test_settings_that_were_deployed_by_commits_in_between_are_no_drift(live: Runner):
    """A deploy of settings alone leaves no note: the history tells that there may have been one."""
    checkout = live.checkout
    for logpush, subject in ((False, "Off"), (True, "On again")):
        checkout.config(logpush=logpush).commit(subject)
        if not logpush:
            assert live.fast("deploy").exit_code == 0

    run = live.fast("plan", fail_on="drift")

    assert run.exit_code == 0, run.log
    assert "logpush false → true" in run.log
