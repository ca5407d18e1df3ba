"""`only`: each part of a deploy by the endpoint that touches nothing else."""

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

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert cloudflare.secrets()["STRIPE_KEY"] == "sk_live_another"
    assert "though the values, which would tell, are never read back" in run.log
