"""`only`: each part of a deploy by the endpoint that touches nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.checkout import HELLO
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner

TWO = "export default { fetch() { return new Response('two') } };\n"


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed."""
    assert full_runner.fast("deploy", message="Begin").exit_code == 0
    cloudflare.forget_requests()
    return full_runner


def only(runner: Runner, *scopes: str, **inputs: Any) -> Run:
    run = runner.fast("deploy", "--only", ",".join(scopes), **inputs)
    assert run.exit_code == 0, run.log
    return run


def not_built(runner: Runner) -> None:
    """Leave of the checkout what is there before a build."""
    (runner.checkout.root / "index.js").unlink()
    for file in (runner.checkout.root / "public").iterdir():
        file.unlink()
    (runner.checkout.root / "public").rmdir()


def content_of(cloudflare: Cloudflare) -> dict[str, Any]:
    """What serves but for secrets and variables."""
    live = cloudflare.live()
    kept = ("modules", "assets", "main_module")
    return {name: live[name] for name in kept} | {"runtime": live["resources"]["script_runtime"]}


# secrets


def test_several_secrets_are_one_request_and_one_version(live: Runner, cloudflare: Cloudflare):
    former = content_of(cloudflare)
    live.knows(STRIPE_KEY="sk_live_another", NEW_KEY="brand-new-value")
    not_built(live)

    run = live.process("deploy", "--only", "secrets")

    assert run.exit_code == 0, run.log
    assert run.outcome == "deployed"
    assert cloudflare.writes == ["PATCH secrets-bulk"]
    patch = cloudflare.one_sent("PATCH", "/secrets-bulk")
    assert patch.content_type == "application/merge-patch+json"
    assert patch.json["secrets"]["NEW_KEY"] == {
        "name": "NEW_KEY",
        "text": "brand-new-value",
        "type": "secret_text",
    }
    assert cloudflare.secrets() == {
        "STRIPE_KEY": "sk_live_another",
        "MAIL_KEY": "mail-0b5e-value",
        "NEW_KEY": "brand-new-value",
    }
    assert len(cloudflare.versions()) == 2
    assert content_of(cloudflare) == former
    assert run.outputs["secrets-synced"] == "3"
    assert run.outputs["version-id"] == run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert "makes a new version" in run.stdout


def test_one_secret_is_put_and_read_back(live: Runner, cloudflare: Cloudflare):
    live.forgets("MAIL_KEY")
    live.knows(STRIPE_KEY="sk_live_another")

    run = only(live, "secrets")

    assert cloudflare.writes == ["PUT secrets"]
    assert "GET /workers/scripts/shop/secrets/STRIPE_KEY" in cloudflare.requests
    assert cloudflare.secrets() == {
        "STRIPE_KEY": "sk_live_another",
        "MAIL_KEY": "mail-0b5e-value",
    }
    assert run.outputs["secrets-synced"] == "1"


def test_a_secret_that_is_to_go_is_deleted_and_read_back(live: Runner, cloudflare: Cloudflare):
    only(live, "secrets")
    former = len(cloudflare.versions())
    live.forgets("MAIL_KEY")
    cloudflare.forget_requests()
    # the note of the live version says that the other one is as it was
    run = live.fast("deploy", "--only", "secrets", prune_secrets=True)

    assert run.exit_code == 0, run.log
    assert "MAIL_KEY" not in cloudflare.secrets()
    assert len(cloudflare.versions()) == former + 1
    assert run.outputs["secrets-pruned"] == "1"


def test_only_what_must_go_is_deleted_where_nothing_is_set(runner: Runner, cloudflare: Cloudflare):
    runner.knows(OURS="ours-value-1")
    assert runner.fast("deploy").exit_code == 0
    cloudflare.ask(
        "PATCH",
        "/workers/scripts/shop/secrets-bulk",
        {"secrets": {"THEIRS": {"name": "THEIRS", "text": "theirs", "type": "secret_text"}}},
    )
    runner.checkout.module(TWO)
    assert runner.fast("deploy").exit_code == 0  # keeps THEIRS, and its note says OURS is as it was
    cloudflare.forget_requests()

    run = only(runner, "secrets", prune_secrets=True)

    assert cloudflare.writes == ["DELETE secrets"]
    assert "GET /workers/scripts/shop/secrets/THEIRS" in cloudflare.requests
    assert cloudflare.secrets() == {"OURS": "ours-value-1"}
    assert run.outputs["secrets-synced"] == "0"
    assert run.outputs["secrets-pruned"] == "1"


def test_setting_and_deleting_is_one_request(live: Runner, cloudflare: Cloudflare):
    live.forgets("MAIL_KEY")
    live.knows(NEW_KEY="brand-new-value")

    only(live, "secrets", prune_secrets=True)

    assert cloudflare.writes == ["PATCH secrets-bulk"]
    assert cloudflare.one_sent("PATCH", "/secrets-bulk").json["secrets"]["MAIL_KEY"] is None
    assert set(cloudflare.secrets()) == {"STRIPE_KEY", "NEW_KEY"}


def test_secrets_that_are_live_already_are_not_sent(live: Runner, cloudflare: Cloudflare):
    run = live.process("deploy", "--only", "secrets")

    assert run.outcome == "unchanged", run.log
    assert cloudflare.writes == []
    assert len(cloudflare.versions()) == 1


def test_the_deploy_after_secrets_alone_mends_the_note(live: Runner, cloudflare: Cloudflare):
    live.knows(STRIPE_KEY="sk_live_another")
    only(live, "secrets")

    first = live.fast("deploy")
    second = live.fast("deploy")

    assert (first.outcome, second.outcome) == ("deployed", "unchanged")
    assert cloudflare.secrets()["STRIPE_KEY"] == "sk_live_another"


@pytest.mark.parametrize("scope", ["secrets", "settings", "code"])
def test_while_latest_is_not_live_nothing_is_sent_and_the_way_out_is_told(
    live: Runner, cloudflare: Cloudflare, scope: str
):
    live.checkout.module(TWO)
    assert live.fast("preview").exit_code == 0
    live.knows(STRIPE_KEY="sk_live_another")
    live.checkout.config(vars={"GREETING": "servus"})
    cloudflare.forget_requests()

    run = live.process("deploy", "--only", scope)

    assert run.exit_code == 7, run.log
    assert run.outcome == "failed"
    assert cloudflare.writes == []
    assert "is not the live one" in run.log
    assert "run deploy without `only`" in run.log
    way_out = live.fast("deploy")
    assert way_out.exit_code == 0, way_out.log
    live.knows(STRIPE_KEY="sk_live_third")
    assert only(live, "secrets").outcome == "deployed"


def test_secrets_must_be_named(live: Runner, cloudflare: Cloudflare):
    live.forgets("STRIPE_KEY", "MAIL_KEY")

    run = live.fast("deploy", only="secrets")

    assert run.exit_code == 2
    assert "none is named" in run.log
    assert cloudflare.writes == []


def test_who_deploys_meanwhile_stops_secrets(live: Runner, cloudflare: Cloudflare):
    live.knows(STRIPE_KEY="sk_live_another")
    mine = cloudflare.live()["id"]
    cloudflare.when("GET deployments", lambda: cloudflare.deploy_version(mine), nth=2)

    run = live.fast("deploy", only="secrets")

    assert run.exit_code == 7, run.log
    assert cloudflare.writes == []
    assert cloudflare.secrets()["STRIPE_KEY"] == "sk_live_51Hv0xSecret"


@pytest.mark.parametrize("kind", ["lost", "reset", "null-result"])
def test_a_lost_answer_to_secrets_is_got_over(live: Runner, cloudflare: Cloudflare, kind: str):
    live.knows(STRIPE_KEY="sk_live_another")
    cloudflare.fail("PATCH secrets-bulk", kind)

    run = only(live, "secrets")

    assert run.outcome == "deployed"
    assert cloudflare.secrets()["STRIPE_KEY"] == "sk_live_another"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_secrets_whose_answers_are_all_lost_are_told_as_they_are(
    live: Runner, cloudflare: Cloudflare
):
    live.knows(STRIPE_KEY="sk_live_another")
    cloudflare.fail("PATCH secrets-bulk", "lost", count=None)

    run = live.fast("deploy", only="secrets", max_attempts=2)

    assert run.exit_code == 5, run.log
    assert run.outcome == "partial"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert f"version {cloudflare.live()['id'][:8]} (new)" in run.log


def test_secrets_that_are_refused_leave_everything(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    live.knows(STRIPE_KEY="sk_live_another")
    cloudflare.fail("PATCH secrets-bulk", "status", status=403, code=10023, message="No.")

    run = live.fast("deploy", only="secrets")

    assert run.exit_code == 4
    assert run.outcome == "failed"
    assert cloudflare.served() == former


@pytest.mark.parametrize("seconds", [5, 20])
def test_reads_that_lag_are_waited_for(live: Runner, cloudflare: Cloudflare, seconds: int):
    live.knows(STRIPE_KEY="sk_live_another", NEW_KEY="brand-new-value")
    for route in ("GET deployments", "GET secrets", "GET secrets/*"):
        cloudflare.faults({"route": route, "kind": "stale", "seconds": seconds, "count": None})

    run = only(live, "secrets")

    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_secrets_whose_probe_fails_are_taken_back(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    live.knows(STRIPE_KEY="sk_live_another")

    run = live.fast("deploy", only="secrets", probe="http://127.0.0.1:9/", probe_timeout=3)

    assert run.exit_code == 6, run.log
    assert run.outcome == "reverted"
    assert cloudflare.served() == former


# settings


def test_versioned_settings_are_patched_and_the_rest_is_inherited(
    live: Runner, cloudflare: Cloudflare
):
    former, secrets = content_of(cloudflare), cloudflare.secrets()
    tag = cloudflare.live()["annotations"].get("workers/tag")
    note = cloudflare.live()["annotations"]["workers/message"].split()[-1]
    live.checkout.config(vars={"GREETING": "servus", "NEW": "one"})
    live.checkout.config(kv_namespaces=[{"binding": "KV", "id": "0f2e" * 8}])
    not_built(live)

    run = live.process("deploy", "--only", "settings", message="Other words")

    assert run.exit_code == 0, run.log
    assert cloudflare.writes == ["PATCH settings"]
    sent = json.loads(cloudflare.one_sent("PATCH", "/settings").parts["settings"][2])
    assert {b["name"]: b["type"] for b in sent["bindings"]} == {
        "GREETING": "plain_text",
        "NEW": "plain_text",
        "KV": "kv_namespace",
        "ASSETS": "inherit",
        "STRIPE_KEY": "inherit",
        "MAIL_KEY": "inherit",
    }
    assert sent["annotations"]["workers/message"] == f"Other words {note}"
    assert note.startswith("wd1:")
    assert cloudflare.live()["annotations"].get("workers/tag") == tag
    bindings = cloudflare.bindings()
    assert bindings["GREETING"]["text"] == "servus"
    assert bindings["KV"]["namespace_id"] == "0f2e" * 8
    assert cloudflare.secrets() == secrets
    assert content_of(cloudflare) == former
    assert len(cloudflare.versions()) == 2
    note_line = "changing versioned settings makes a new version"
    assert run.stdout.index(note_line) < run.stdout.index("▸ Versioned settings")
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_a_binding_that_the_configuration_gives_up_goes(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(vars=None)

    only(live, "settings")

    assert set(cloudflare.bindings()) == {"ASSETS", "STRIPE_KEY", "MAIL_KEY"}


def test_the_note_survives_a_second_patch(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(vars={"GREETING": "servus"})
    only(live, "settings")
    live.checkout.config(vars={"GREETING": "ciao"})

    only(live, "settings")

    assert "wd1:" in cloudflare.live()["annotations"]["workers/message"]


def test_script_settings_alone_make_no_version(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(logpush=False)

    run = only(live, "settings", usage_model="standard", cpu_ms=50)

    assert cloudflare.writes == ["PATCH script-settings", "PUT usage-model"]
    assert cloudflare.script()["settings"]["logpush"] is False
    usage_model = cloudflare.ask("GET", "/workers/scripts/shop/usage-model")
    assert usage_model == {"usage_model": "standard", "user_limits": {"cpu_ms": 50}}
    assert len(cloudflare.versions()) == 1
    assert "makes a new version" not in run.stdout


def test_all_kinds_of_settings_at_once(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(logpush=False, compatibility_flags=["nodejs_compat"])

    only(live, "settings")

    assert cloudflare.writes == ["PATCH script-settings", "PATCH settings"]
    runtime = cloudflare.live()["resources"]["script_runtime"]
    assert runtime["compatibility_flags"] == ["nodejs_compat"]


def test_settings_that_are_live_already_are_not_sent(live: Runner, cloudflare: Cloudflare):
    run = only(live, "settings")

    assert run.outcome == "unchanged"
    assert cloudflare.writes == []


@pytest.mark.parametrize("kind", ["lost", "malformed", "reset"])
def test_a_lost_answer_to_a_patch_makes_no_second_version(
    live: Runner, cloudflare: Cloudflare, kind: str
):
    live.checkout.config(vars={"GREETING": "servus"})
    cloudflare.fail("PATCH settings", kind)

    only(live, "settings")

    assert len(cloudflare.versions()) == 2
    assert cloudflare.bindings()["GREETING"]["text"] == "servus"


@pytest.mark.parametrize("kind", ["reset", "status"])
@pytest.mark.parametrize("scope", ["settings", "code", "secrets"])
def test_who_deploys_while_a_part_is_tried_again_is_not_overruled(
    live: Runner, cloudflare: Cloudflare, scope: str, kind: str
):
    routes = {"settings": "PATCH settings", "code": "PUT content", "secrets": "PUT secrets"}
    live.checkout.module(TWO).config(vars={"GREETING": "servus"})
    live.forgets("MAIL_KEY")
    live.knows(STRIPE_KEY="sk_live_another")
    theirs = cloudflare.live()["id"]
    cloudflare.fail(routes[scope], kind, status=409, code=10035)
    cloudflare.when(routes[scope], lambda: cloudflare.deploy_version(theirs))

    run = live.fast("deploy", only=scope)

    assert run.exit_code == 7, run.log
    assert run.outcome == "failed"
    assert len(cloudflare.versions()) == 1
    assert cloudflare.writes.count(routes[scope]) == 1


# code


def test_the_code_alone_is_put(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.live()
    live.checkout.module(TWO).config(vars={"GREETING": "not sent"}, logpush=False)

    run = live.process("deploy", "--only", "code")

    assert run.exit_code == 0, run.log
    assert cloudflare.writes == ["PUT content"]
    put = cloudflare.one_sent("PUT", "/content")
    assert put.metadata == {"main_module": "index.js"}
    assert cloudflare.live()["modules"][0]["text"] == TWO
    assert cloudflare.bindings()["GREETING"]["text"] == "hello"
    assert cloudflare.secrets() == former["test_only_secret_values"]
    assert cloudflare.live()["assets"] == former["assets"]
    assert cloudflare.script()["settings"]["logpush"] is True
    assert len(cloudflare.versions()) == 2
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert "code: sending it alone" in run.stdout


def test_code_that_is_live_already_is_not_sent(live: Runner, cloudflare: Cloudflare):
    run = only(live, "code")

    assert run.outcome == "unchanged"
    assert cloudflare.writes == []


@pytest.mark.parametrize("kind", ["lost", "malformed", "reset"])
def test_a_lost_answer_to_code_makes_no_second_version(
    live: Runner, cloudflare: Cloudflare, kind: str
):
    live.checkout.module(TWO)
    cloudflare.fail("PUT content", kind)

    only(live, "code")

    assert len(cloudflare.versions()) == 2
    assert cloudflare.live()["modules"][0]["text"] == TWO


def test_code_whose_probe_fails_is_taken_back(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    live.checkout.module(TWO)

    run = live.fast("deploy", only="code", probe="http://127.0.0.1:9/", probe_timeout=3)

    assert run.exit_code == 6, run.log
    assert run.outcome == "reverted"
    assert cloudflare.served() == former


def test_code_that_is_refused_changes_nothing(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    live.checkout.module(TWO)
    cloudflare.fail("PUT content", "status", status=400, code=10021, message="Uncaught Error")

    run = live.fast("deploy", only="code")

    assert run.exit_code == 4, run.log
    assert run.outcome == "failed"
    assert cloudflare.served() == former


def test_a_service_workers_code_is_put(runner: Runner, cloudflare: Cloudflare):
    text = 'addEventListener("fetch", (e) => e.respondWith(new Response("{}")));\n'
    runner.checkout.module(text)
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module(text.replace("{}", "two"))
    cloudflare.forget_requests()

    only(runner, "code")

    assert cloudflare.writes == ["PUT content"]
    assert cloudflare.live()["body_part"] == "index.js"
    assert "two" in cloudflare.live()["modules"][0]["text"]


def test_assets_alone_have_no_code_to_put(runner: Runner, cloudflare: Cloudflare):
    (runner.checkout.root / "index.js").unlink()
    runner.checkout.assets(index_html="<h1>hi</h1>")
    runner.checkout.config(main=None, assets={"directory": "public"})
    assert runner.fast("deploy").exit_code == 0

    run = runner.fast("deploy", only="code")

    assert run.exit_code in (2, 3), run.log
    assert "only assets" in run.log


# subdomain


def test_the_subdomain_alone_is_set(live: Runner, cloudflare: Cloudflare):
    live.checkout.module(TWO)

    run = only(live, "subdomain", preview_urls=True)

    assert cloudflare.writes == ["POST subdomain"]
    assert cloudflare.script()["subdomain"] == {"enabled": True, "previews_enabled": True}
    assert run.outputs["preview-urls-enabled"] == "true"
    assert len(cloudflare.versions()) == 1


def test_both_off_is_a_delete(live: Runner, cloudflare: Cloudflare):
    not_built(live)

    run = live.process("deploy", "--only", "subdomain", "--workers-dev", "false")

    assert run.exit_code == 0, run.log
    assert cloudflare.writes == ["DELETE subdomain"]
    assert cloudflare.script()["subdomain"] == {"enabled": False, "previews_enabled": False}
    assert run.outputs["workers-dev-enabled"] == "false"
    assert "deployment-url" not in run.outputs


def test_a_subdomain_that_is_so_already_is_not_set(live: Runner, cloudflare: Cloudflare):
    run = only(live, "subdomain")

    assert run.outcome == "unchanged"
    assert cloudflare.writes == []


# triggers


def test_triggers_alone_are_set(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(triggers={"crons": ["0 * * * *"]})
    not_built(live)

    run = live.process("deploy", "--only", "triggers")

    assert run.exit_code == 0, run.log
    assert cloudflare.writes == ["PUT schedules"]
    found = cloudflare.ask("GET", "/workers/scripts/shop/schedules")["schedules"]
    assert [one["cron"] for one in found] == ["0 * * * *"]
    assert len(cloudflare.versions()) == 1
    assert only(live, "triggers").outcome == "unchanged"


# several, and all


def test_several_parts_are_done_in_one_run(live: Runner, cloudflare: Cloudflare):
    live.checkout.module(TWO)
    live.checkout.config(
        vars={"GREETING": "servus"}, logpush=False, triggers={"crons": ["0 * * * *"]}
    )
    live.knows(STRIPE_KEY="sk_live_another")

    run = live.process(
        "deploy", "--only", "settings,secrets,code,subdomain,triggers", "--preview-urls", "true"
    )

    assert run.exit_code == 0, run.log
    assert cloudflare.writes == [
        "PATCH script-settings",
        "POST subdomain",
        "PATCH settings",
        "PATCH secrets-bulk",
        "PUT content",
        "PUT schedules",
    ]
    assert cloudflare.live()["modules"][0]["text"] == TWO
    assert cloudflare.bindings()["GREETING"]["text"] == "servus"
    assert cloudflare.secrets()["STRIPE_KEY"] == "sk_live_another"
    assert len(cloudflare.versions()) == 4
    assert run.outputs["previous-version-id"] == cloudflare.versions()[0]["id"]
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_what_fails_after_a_version_was_made_is_told_as_partial(
    live: Runner, cloudflare: Cloudflare
):
    live.checkout.module(TWO).config(vars={"GREETING": "servus"})
    cloudflare.fail("PUT content", "status", status=400, code=10021, message="Uncaught Error")

    run = live.fast("deploy", only="settings,code")

    assert run.exit_code == 4, run.log
    assert run.outcome == "partial"
    assert cloudflare.bindings()["GREETING"]["text"] == "servus"
    assert cloudflare.live()["modules"][0]["text"] == HELLO
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


@pytest.mark.parametrize("scope", ["code", "secrets", "settings", "subdomain", "triggers"])
def test_a_dry_run_of_any_part_writes_nothing(live: Runner, cloudflare: Cloudflare, scope: str):
    live.checkout.module(TWO)
    live.checkout.config(vars={"GREETING": "servus"}, preview_urls=True)
    live.checkout.config(triggers={"crons": ["0 * * * *"]})
    live.knows(STRIPE_KEY="sk_live_another")
    before = cloudflare.state()["scripts"]

    dry = live.fast("deploy", only=scope, dry_run=True)
    planned = live.fast("plan", only=scope, fail_on="changes")

    assert dry.exit_code == 0, dry.log
    assert dry.outcome == "planned"
    assert dry.report["plan"]["writes"] is True
    assert planned.exit_code == 8, planned.log
    assert cloudflare.writes == []
    assert cloudflare.state()["scripts"] == before


@pytest.mark.parametrize("scope", ["code", "secrets", "settings", "subdomain", "triggers"])
def test_a_script_that_does_not_exist_has_no_part(
    full_runner: Runner, cloudflare: Cloudflare, scope: str
):
    run = full_runner.fast("deploy", only=scope)

    assert run.exit_code == 2, run.log
    assert "the script shop does not exist" in run.log
    assert cloudflare.writes == []
    assert cloudflare.state()["scripts"] == {}


def test_a_wrong_part_is_told(runner: Runner):
    run = runner.fast("deploy", only="everything")

    assert run.exit_code == 2
    assert "only" in run.log


def test_an_older_commit_may_set_secrets_but_no_code(full_runner: Runner, cloudflare: Cloudflare):
    older = full_runner.checkout.commit("Begin")
    full_runner.checkout.module(TWO)
    full_runner.checkout.commit("Go on")
    assert full_runner.fast("deploy").exit_code == 0
    full_runner.checkout.branch_from(older, "old").module()
    full_runner.knows(STRIPE_KEY="sk_live_another")

    code = full_runner.fast("deploy", only="code")
    secrets = full_runner.fast("deploy", only="secrets")

    assert code.exit_code == 7, code.log
    assert "older-commit" in code.log
    assert secrets.exit_code == 0, secrets.log


def test_a_gradual_rollout_is_not_ended_by_a_part(live: Runner, cloudflare: Cloudflare):
    live.checkout.module(TWO)
    live.fast("deploy")
    one, two = (version["id"] for version in cloudflare.versions())
    cloudflare.deploy_version(two, one)
    live.knows(STRIPE_KEY="sk_live_another")
    cloudflare.forget_requests()

    secrets = live.fast("deploy", only="secrets")
    subdomain = live.fast("deploy", only="subdomain", preview_urls=True)

    assert secrets.exit_code == 7, secrets.log
    assert subdomain.exit_code == 0, subdomain.log
    assert cloudflare.script()["live_versions"] == [[two, 50], [one, 50]]


@pytest.fixture
def tenant(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """A script in a dispatch namespace."""
    cloudflare.ask("POST", "/workers/dispatch/namespaces", {"name": "tenants"})
    run = full_runner.fast("deploy", dispatch_namespace="tenants")
    assert run.exit_code == 0, run.log
    cloudflare.forget_requests()
    return full_runner


def test_secrets_and_code_of_a_dispatch_namespace_have_parts(
    tenant: Runner, cloudflare: Cloudflare
):
    tenant.checkout.module(TWO)
    tenant.knows(STRIPE_KEY="sk_live_another", NEW_KEY="brand-new-value")

    run = tenant.fast("deploy", only="secrets,code", dispatch_namespace="tenants")

    assert run.exit_code == 0, run.log
    paths = [str(sent) for sent in cloudflare.sent if sent.method != "GET"]
    where = "/workers/dispatch/namespaces/tenants/scripts/shop"
    assert paths == [f"PATCH {where}/secrets-bulk", f"PUT {where}/content"]


@pytest.mark.parametrize("scope", ["settings", "subdomain", "triggers"])
def test_a_dispatch_namespace_has_no_other_parts(
    tenant: Runner, cloudflare: Cloudflare, scope: str
):
    run = tenant.fast("deploy", only=scope, dispatch_namespace="tenants")

    assert run.exit_code == 2, run.log
    assert "dispatch namespace" in run.log
    assert cloudflare.writes == []


def test_secrets_of_a_script_without_code_are_refused_with_its_name(
    runner: Runner, cloudflare: Cloudflare, tmp_path: Path
):
    (runner.checkout.root / "index.js").unlink()
    runner.checkout.assets(index_html="<h1>hi</h1>")
    runner.checkout.config(main=None, assets={"directory": "public"})
    assert runner.fast("deploy").exit_code == 0
    runner.knows(OURS="ours-value-1")

    run = runner.fast("deploy", only="secrets")

    assert run.exit_code in (2, 3, 4), run.log
    assert run.outcome == "failed"
