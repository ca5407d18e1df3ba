"""`only`: each part of a deploy by the endpoint that touches nothing else."""

import json
from typing import Any

import pytest

from fakes.cloudflare import Cloudflare
from fakes.only_parts import not_built, only
from fakes.runs import Runner

TWO = "export default { fetch() { return new Response('two') } };\n"


def content_of(cloudflare: Cloudflare) -> dict[str, Any]:
    """What serves but for secrets and variables."""
    live = cloudflare.live()
    kept = ("modules", "assets", "main_module")
    return {name: live[name] for name in kept} | {"runtime": live["resources"]["script_runtime"]}


# secrets


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


@pytest.mark.parametrize("part", ["secrets", "settings"])
def test_a_version_at_0_percent_is_no_obstacle(live: Runner, cloudflare: Cloudflare, part: str):
    first = cloudflare.live()["id"]
    live.checkout.module(TWO)
    assert live.fast("deploy").exit_code == 0
    second = cloudflare.live()["id"]
    cloudflare.deploy_version(second, first, shares=(100, 0))
    live.knows(STRIPE_KEY="sk_live_another")
    live.checkout.config(vars={"STAGE": "another"})

    run = live.fast("deploy", only=part)

    assert run.exit_code == 0, run.log
    assert cloudflare.live()["id"] not in (first, second)
    assert "two" in cloudflare.live()["modules"][0]["text"]


def test_a_share_of_the_traffic_is_an_obstacle_that_is_named(live: Runner, cloudflare: Cloudflare):
    first = cloudflare.live()["id"]
    live.checkout.module(TWO)
    assert live.fast("deploy").exit_code == 0
    cloudflare.deploy_version(cloudflare.live()["id"], first, shares=(90, 10))
    live.knows(STRIPE_KEY="sk_live_another")

    run = live.fast("deploy", only="secrets", allow="end-rollout")

    assert run.exit_code == 4, run.log
    assert "latest version does not get all traffic" in run.log
    assert "or has a share of the traffic" in run.log
    assert "is not the live one" not in run.log


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
