"""What other tools of Cloudflare leave in a checkout or say in the environment."""

from typing import Any

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

OUTPUT = ".cloudflare/output"


def built(runner: Runner, version: str = "v1", folder: str = "") -> None:
    runner.checkout.write(f"{folder}{OUTPUT}/{version}/workers/shop/worker.config.json", "{}")


@pytest.mark.parametrize("command", ["deploy", "preview"])
def test_a_build_output_beside_the_configuration_is_refused(runner: Runner, command: str):
    built(runner)

    run = runner.fast(command)

    assert run.exit_code == 3, run.log
    assert f"{OUTPUT} was built for the Cloudflare CLI (cf)" in run.log
    assert "delete the folder if an earlier build left it" in run.log
    assert runner.cloudflare.requests == []


def test_a_build_output_without_a_configuration_says_nothing_of_one(runner: Runner):
    built(runner)
    (runner.checkout.root / "wrangler.json").unlink()

    run = runner.fast("deploy", script_name="shop", main="index.js")

    assert run.exit_code == 3, run.log
    assert "the inputs may name another Worker" in run.log
    assert "this configuration" not in run.log


def test_a_build_output_beside_a_configuration_in_a_parent_is_refused(runner: Runner):
    built(runner)
    runner.checkout.write("packages/a/index.js", "export default {};\n").commit()

    run = runner.fast("deploy", working_directory="packages/a")

    assert run.exit_code == 3, run.log
    assert f"  {OUTPUT} " in run.log


def test_the_configuration_that_is_named_is_deployed_all_the_same(runner: Runner):
    built(runner)

    run = runner.fast("deploy", config="wrangler.json")

    assert run.exit_code == 0, run.log


@pytest.mark.parametrize(("command", "inputs"), [("plan", {}), ("deploy", {"dry_run": True})])
def test_what_writes_nothing_warns_of_a_build_output(
    runner: Runner, command: str, inputs: dict[str, Any]
):
    built(runner)

    run = runner.fast(command, **inputs)

    assert run.exit_code == 0, run.log
    assert f"{OUTPUT} was built for the Cloudflare CLI (cf)" in run.log


@pytest.mark.parametrize("version", ["v01", "v1.2", "latest", "v"])
def test_other_folders_are_no_build_output(runner: Runner, version: str):
    built(runner, version)

    assert runner.fast("deploy").exit_code == 0


def test_secrets_alone_go_beside_a_build_output(runner: Runner):
    assert runner.fast("deploy").exit_code == 0
    built(runner)
    runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret")

    assert runner.fast("deploy", only="secrets").exit_code == 0


def test_a_configuration_of_the_new_kind_alone_is_said_to_be_one(runner: Runner):
    (runner.checkout.root / "wrangler.json").unlink()
    runner.checkout.write("cloudflare.config.ts", "export default {};\n")

    run = runner.fast("deploy")

    assert run.exit_code == 2, run.log
    assert "cloudflare.config.ts: warning: cloudflare.config.ts is not read" in run.log
    assert "write a wrangler.jsonc beside it" in run.log


def test_the_script_that_a_build_is_connected_to_wins_over_every_name(
    runner: Runner, cloudflare: Cloudflare
):
    env = {"WRANGLER_CI_OVERRIDE_NAME": "connected"}

    run = runner.fast("deploy", env=env, script_name="given")
    again = runner.fast("deploy", env=env, script_name="connected")

    assert run.exit_code == 0, run.log
    assert run.outputs["script-name"] == "connected"
    assert "is connected to the script connected, which is deployed instead of given" in run.log
    assert [place.name for place in cloudflare.account.state.scripts] == ["connected"]
    assert again.outcome == "unchanged"
    assert "this build is connected" not in again.log


def test_other_commands_do_as_they_are_told(runner: Runner):
    assert runner.fast("deploy").exit_code == 0

    run = runner.fast("show", env={"WRANGLER_CI_OVERRIDE_NAME": "connected"})

    assert run.exit_code == 0, run.log
    assert run.outputs["script-name"] == "shop"


def test_a_name_that_no_script_can_have_is_wrong_by_its_variable(runner: Runner):
    run = runner.fast("deploy", env={"WRANGLER_CI_OVERRIDE_NAME": "No Name"})

    assert run.exit_code == 2, run.log
    assert "WRANGLER_CI_OVERRIDE_NAME" in run.log
    assert "No Name" not in run.log


@pytest.fixture
def tag(runner: Runner, cloudflare: Cloudflare) -> str:
    """The tag of a script that is live."""
    assert runner.fast("deploy").exit_code == 0
    service = cloudflare.ask("GET", "/workers/services/shop")
    cloudflare.forget_requests()
    found: str = service["default_environment"]["script"]["tag"]
    return found


@pytest.mark.parametrize("command", ["deploy", "preview"])
def test_the_script_of_the_tag_is_deployed(runner: Runner, tag: str, command: str):
    runner.checkout.module("export default { fetch() {} };\n")

    run = runner.fast(command, env={"WRANGLER_CI_MATCH_TAG": tag})

    assert run.exit_code == 0, run.log


def test_a_script_of_another_tag_is_left_alone(runner: Runner, tag: str, cloudflare: Cloudflare):
    runner.checkout.module("export default { fetch() {} };\n")

    run = runner.fast("deploy", env={"WRANGLER_CI_MATCH_TAG": f"not-{tag}"})

    assert run.exit_code == 7, run.log
    assert "the script shop is another one than WRANGLER_CI_MATCH_TAG says" in run.log
    assert cloudflare.writes == []


def test_a_script_that_is_not_there_is_not_made(runner: Runner, tag: str, cloudflare: Cloudflare):
    run = runner.fast("deploy", script_name="other", env={"WRANGLER_CI_MATCH_TAG": tag})

    assert run.exit_code == 7, run.log
    assert "there is no script other, and WRANGLER_CI_MATCH_TAG is the tag of one" in run.log
    assert cloudflare.writes == []


def test_a_tag_of_another_account_stops_the_deploy(
    runner: Runner, tag: str, cloudflare: Cloudflare
):
    env = {"WRANGLER_CI_MATCH_TAG": tag, "CLOUDFLARE_ACCOUNT_ID": "f" * 32}

    run = runner.fast("deploy", env=env, account_id=cloudflare.account_id)

    assert run.exit_code == 7, run.log
    assert "WRANGLER_CI_MATCH_TAG is of another account" in run.log


def test_a_plan_is_made_whatever_the_tag_says(runner: Runner, tag: str):
    assert runner.fast("plan", env={"WRANGLER_CI_MATCH_TAG": f"not-{tag}"}).exit_code == 0


def test_a_tag_that_can_not_be_read_fails_as_any_request(
    runner: Runner, tag: str, cloudflare: Cloudflare
):
    cloudflare.fail("GET services/shop", "status", status=403, code=10000, count=None)

    run = runner.fast("deploy", env={"WRANGLER_CI_MATCH_TAG": tag})

    assert run.exit_code == 4, run.log
