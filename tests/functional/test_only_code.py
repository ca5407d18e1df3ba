"""`only`: each part of a deploy by the endpoint that touches nothing else."""

from pathlib import Path

import pytest

from fakes.checkout import HELLO
from fakes.cloudflare import Cloudflare
from fakes.only_parts import not_built, only
from fakes.runs import Runner

TWO = "export default { fetch() { return new Response('two') } };\n"


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
