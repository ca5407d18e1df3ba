"""What is read back otherwise than it was sent: no deploy for ever, and none that fails."""

import json
from typing import Any

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner
from fakes.wrangler import install_wrangler

CODE = "export default { fetch() { return new Response('two') } };\n"
VERSIONED: dict[str, dict[str, Any]] = {
    "region": {"placement": {"region": "aws:eu-west-1"}},
    "region and mode": {"placement": {"mode": "targeted", "region": "gcp:europe-west1"}},
    "host": {"placement": {"host": "db.example.com:5432"}},
    "hostname": {"placement": {"hostname": "db.example.com"}},
    "smart": {"placement": {"mode": "smart"}},
    "smart with a hint": {"placement": {"mode": "smart", "hint": "wnam"}},
    "off": {"placement": {"mode": "off"}},
    "cache": {"cache": {"enabled": True}},
    "cache across versions": {"cache": {"enabled": True, "cross_version_cache": True}},
    "no cache": {"cache": {"enabled": False}},
    "limits": {"limits": {"cpu_ms": 50, "subrequests": 100}},
    "bindings with ids": {
        "d1_databases": [{"binding": "Z", "database_name": "a", "database_id": "d1"}],
        "queues": {"producers": [{"binding": "A", "queue": "orders"}]},
    },
}


def deploy(runner: Runner, **inputs: Any) -> Run:
    run = runner.fast("deploy", **inputs)
    assert run.exit_code == 0, run.log
    return run


@pytest.mark.parametrize("config", VERSIONED.values(), ids=VERSIONED)
def test_what_was_deployed_is_unchanged_the_second_time(
    checkout: Checkout, runner: Runner, config: dict[str, Any]
):
    checkout.config(**config)
    assert deploy(runner).outcome == "deployed"
    runner.cloudflare.forget_requests()

    again = deploy(runner)

    assert again.outcome == "unchanged", again.log
    assert runner.cloudflare.writes == []
    assert deploy(runner, only="settings").outcome == "unchanged"


@pytest.mark.parametrize("config", VERSIONED.values(), ids=VERSIONED)
def test_new_settings_without_new_code_are_deployed_once(
    checkout: Checkout, runner: Runner, config: dict[str, Any]
):
    deploy(runner)
    checkout.config(**config)

    first = deploy(runner)

    assert first.outcome == ("deployed" if config != VERSIONED["off"] else "unchanged")
    assert deploy(runner).outcome == "unchanged"


def test_settings_alone_are_changed_once_whatever_form_they_are_answered_in(
    checkout: Checkout, runner: Runner
):
    deploy(runner)
    checkout.module(CODE).config(**VERSIONED["region"])
    assert deploy(runner, only="settings").outcome == "deployed"

    again = deploy(runner, only="settings")

    assert again.outcome == "unchanged", again.log


def test_another_region_is_a_change(checkout: Checkout, runner: Runner, cloudflare: Cloudflare):
    checkout.config(placement={"region": "aws:eu-west-1"})
    deploy(runner)
    checkout.config(placement={"region": "aws:us-east-1"})

    assert deploy(runner, only="settings").outcome == "deployed"
    target = cloudflare.live()["resources"]["script"]["placement"]["target"]
    assert target == [{"type": "region", "region": "aws:us-east-1"}]


def test_variables_that_an_earlier_deploy_kept_go_when_it_keeps_none(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.config(vars={"MINE": "1"})
    deploy(runner)
    cloudflare.ask(
        "PATCH",
        f"/workers/workers/shop/versions/{cloudflare.live()['id']}",
        {"env": {"THEIRS": {"type": "plain_text", "text": "2"}}},
    )
    cloudflare.deploy_version(cloudflare.versions()[-1]["id"])
    deploy(runner, keep_vars=True)
    assert set(cloudflare.bindings()) == {"MINE", "THEIRS"}
    assert deploy(runner, keep_vars=True).outcome == "unchanged"

    run = deploy(runner)

    assert run.outcome == "deployed", run.log
    assert set(cloudflare.bindings()) == {"MINE"}


def test_assets_that_go_are_announced_also_without_a_note_of_ours(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.config(assets={"directory": "public"}).assets(index_html="<h1>one</h1>")
    wrangler = install_wrangler(cloudflare, runner.checkout.root.parent / "home")
    wrangler.run(checkout.root, "deploy")
    assert cloudflare.live()["assets"] is not None
    checkout.config(assets=None)

    run = runner.fast("plan")

    assert run.exit_code == 0, run.log
    steps = json.loads(run.outputs["plan"])["steps"]
    changes = [change for step in steps for change in step["changes"]]
    gone = [change for change in changes if change["kind"] == "assets"]
    assert [change["action"] for change in gone] == ["delete"], run.log


def test_assets_alone_take_the_place_of_code_with_bindings_and_secrets(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    """As wrangler sends it: no bindings, no `keep_bindings`. Nobody knows whether secrets stay."""
    runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    checkout.config(vars={"GREETING": "hello"})
    deploy(runner)
    runner.forgets("STRIPE_KEY")
    assets = {"directory": "public"}
    checkout.config(main=None, vars=None, assets=assets).assets(index_html="<h1>one</h1>")
    cloudflare.forget_requests()

    run = deploy(runner)

    assert "STRIPE_KEY" in run.stdout
    assert set(cloudflare.one_sent("POST", "/versions").metadata) == {
        "assets",
        "annotations",
        "compatibility_date",
        "compatibility_flags",
    }
    assert deploy(runner).outcome == "unchanged"


class TestAVersionAtZeroPercent:
    """A deployment of 100 % and 0 % is no rollout: nothing of it would be lost."""

    @pytest.fixture(autouse=True)
    def zero(self, checkout: Checkout, runner: Runner, cloudflare: Cloudflare) -> None:
        deploy(runner)
        one = cloudflare.live()["id"]
        checkout.module(CODE)
        deploy(runner)
        two = cloudflare.live()["id"]
        cloudflare.ask(
            "POST",
            "/workers/scripts/shop/deployments",
            {
                "strategy": "percentage",
                "versions": [
                    {"version_id": one, "percentage": 0},
                    {"version_id": two, "percentage": 100},
                ],
                "annotations": {"workers/message": "look at one"},
            },
        )
        cloudflare.forget_requests()

    def test_the_same_again_is_unchanged(self, runner: Runner):
        assert deploy(runner).outcome == "unchanged"

    def test_new_code_goes_without_a_word_for_allow(
        self, checkout: Checkout, runner: Runner, cloudflare: Cloudflare
    ):
        checkout.module(CODE.replace("two", "three"))

        assert deploy(runner).outcome == "deployed"
        assert cloudflare.script()["live_versions"] == [[cloudflare.versions()[-1]["id"], 100]]

    def test_it_is_no_drift(self, runner: Runner):
        run = runner.fast("plan", fail_on="drift")

        assert run.exit_code == 0, run.log
