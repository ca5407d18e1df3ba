"""Secrets: what is sent arrives, what is not named stays, what is abandoned does not come back."""

import json

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner

PRIVATE_KEY = (
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg+/=\r\n  kqhkiG9w0\n\n-----END PRIVATE KEY-----\n"
)
HARD_VALUES = {
    "PEM": PRIVATE_KEY,
    "QUOTES": "a\"b'c`d$(e)${f}\\n%0A::set-output::<|>&;",
    "UNICODE": "pässwörd\u2013🔑\u2028\u00a0end",
    "SPACES": "  leading and trailing \t",
    "BINARY_ISH": "\x01\x02\x1b[31m\x7f\ufeffdata",
    "LONG": "0123456789abcdef" * 300,
    "EQUALS": "k=v==",
}


def deploy(runner: Runner, **inputs: str | bool | int) -> Run:
    run = runner.fast("deploy", **inputs)
    assert run.exit_code == 0, run.log
    return run


def put_secret(cloudflare: Cloudflare, name: str, text: str) -> None:
    body = {"name": name, "text": text, "type": "secret_text"}
    cloudflare.ask("PUT", "/workers/scripts/shop/secrets", body)


def abandon_a_version(runner: Runner, **secrets: str) -> None:
    """Upload a version that never gets traffic."""
    runner.knows(**secrets)
    runner.cloudflare.fail("POST deployments", "status", status=403, code=10023)
    run = runner.fast("deploy")
    runner.cloudflare.faults()
    runner.forgets(*secrets)
    assert run.exit_code == 4, run.log


def test_values_arrive_byte_for_byte(runner: Runner, cloudflare: Cloudflare):
    runner.knows(**HARD_VALUES)

    run = runner.process("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.secrets() == HARD_VALUES


def test_values_of_secrets_json_arrive_byte_for_byte(runner: Runner, cloudflare: Cloudflare):
    more = {**HARD_VALUES, "NOT_NAMED": "stays-out-of-it"}

    run = runner.process("deploy", secrets="\n".join(HARD_VALUES), secrets_json=json.dumps(more))

    assert run.exit_code == 0, run.log
    assert cloudflare.secrets() == HARD_VALUES
    runner.assert_nothing_leaked(run, set(HARD_VALUES.values()))


def test_a_value_that_is_no_utf_8_is_refused_by_name(runner: Runner, cloudflare: Cloudflare):
    run = runner.process("deploy", env={"RAW": "a\udcff\udc80b", "INPUT_SECRETS": "RAW"})

    assert run.exit_code == 2
    assert "RAW: the value is no UTF-8" in run.log
    assert cloudflare.requests == []


def test_a_secret_that_is_not_named_stays(runner: Runner, cloudflare: Cloudflare):
    deploy(runner)
    put_secret(cloudflare, "BY_HAND", "set-in-the-dashboard")
    runner.knows(OURS="ours-value-1")
    cloudflare.forget_requests()

    deploy(runner)

    assert cloudflare.secrets() == {"BY_HAND": "set-in-the-dashboard", "OURS": "ours-value-1"}
    metadata = cloudflare.one_sent("POST", "/versions").metadata
    assert set(metadata["keep_bindings"]) == {"secret_text", "secret_key"}


def test_what_is_kept_is_inherited_from_the_live_version_by_its_id(
    runner: Runner, cloudflare: Cloudflare
):
    deploy(runner)
    put_secret(cloudflare, "BY_HAND", "set-in-the-dashboard")
    former = cloudflare.live()["id"]
    runner.checkout.module("export default { fetch() {} };\n")
    cloudflare.forget_requests()

    deploy(runner)

    metadata = cloudflare.one_sent("POST", "/versions").metadata
    inherited = {"name": "BY_HAND", "type": "inherit", "version_id": former}
    assert [b for b in metadata["bindings"] if b["type"] == "inherit"] == [inherited]
    assert cloudflare.secrets() == {"BY_HAND": "set-in-the-dashboard"}


def test_secrets_that_are_named_no_more_may_be_what_changed(runner: Runner):
    runner.knows(API_KEY="value-of-api-key", MAIL_KEY="value-of-mail-key")
    deploy(runner)

    run = runner.fast("plan", secrets="API_KEY")

    assert "secrets     API_KEY: a value changed, or the last deploy named others too" in run.log


def test_a_secret_of_an_abandoned_upload_does_not_come_back(runner: Runner, cloudflare: Cloudflare):
    deploy(runner)
    put_secret(cloudflare, "BY_HAND", "set-in-the-dashboard")
    deploy(runner)
    live = cloudflare.live()["id"]
    abandon_a_version(runner, ABANDONED="never-to-be-live")
    assert cloudflare.live()["id"] == live
    runner.checkout.module("export default { fetch() {} };\n")

    run = deploy(runner)

    assert cloudflare.secrets() == {"BY_HAND": "set-in-the-dashboard"}
    assert "is not the live one" in run.stdout


def test_an_abandoned_upload_does_not_change_a_secret_that_is_kept(
    runner: Runner, cloudflare: Cloudflare
):
    runner.knows(TOKEN="first-value")
    deploy(runner)
    abandon_a_version(runner, TOKEN="second-value")
    runner.checkout.module("export default { fetch() {} };\n")

    deploy(runner)

    assert cloudflare.secrets() == {"TOKEN": "first-value"}


def test_latest_that_is_not_live_is_said_even_where_nothing_changes(
    runner: Runner, cloudflare: Cloudflare
):
    deploy(runner)
    abandon_a_version(runner, ABANDONED="never-to-be-live")

    run = deploy(runner)

    assert run.outcome == "unchanged"
    assert "is not the live one" in run.stdout
    assert "10215" in run.summary


def test_pruning_leaves_out_what_is_not_named_in_the_same_version(
    runner: Runner, cloudflare: Cloudflare
):
    runner.knows(STAYS="stays-value", GOES="goes-value")
    deploy(runner)
    put_secret(cloudflare, "BY_HAND", "set-in-the-dashboard")
    runner.forgets("GOES")
    cloudflare.forget_requests()

    run = deploy(runner, prune_secrets=True)

    assert cloudflare.secrets() == {"STAYS": "stays-value"}
    assert cloudflare.writes == ["POST versions", "POST deployments"]
    assert run.outputs["secrets-pruned"] == "2"
    assert "BY_HAND" in run.stdout
    assert "GOES" in run.stdout


def test_pruning_without_any_name_is_refused(runner: Runner, cloudflare: Cloudflare):
    run = runner.fast("deploy", prune_secrets=True)

    assert run.exit_code == 2
    assert "prune-secrets" in run.log
    assert cloudflare.requests == []


def test_pruning_again_changes_nothing(runner: Runner, cloudflare: Cloudflare):
    runner.knows(STAYS="stays-value", GOES="goes-value")
    deploy(runner)
    runner.forgets("GOES")
    deploy(runner, prune_secrets=True)
    cloudflare.forget_requests()

    run = deploy(runner, prune_secrets=True)

    assert run.outcome == "unchanged"
    assert cloudflare.writes == []


def test_a_secret_that_someone_deleted_is_set_again(runner: Runner, cloudflare: Cloudflare):
    runner.knows(OURS="ours-value-1")
    deploy(runner)
    cloudflare.ask("DELETE", "/workers/scripts/shop/secrets/OURS")

    run = deploy(runner)

    assert run.outcome == "deployed"
    assert cloudflare.secrets() == {"OURS": "ours-value-1"}


def test_a_secret_that_someone_changed_is_set_again(runner: Runner, cloudflare: Cloudflare):
    runner.knows(OURS="ours-value-1")
    deploy(runner)
    put_secret(cloudflare, "OURS", "changed-by-hand")

    run = deploy(runner)

    assert run.outcome == "deployed"
    assert cloudflare.secrets() == {"OURS": "ours-value-1"}


def test_a_variable_may_become_a_secret(runner: Runner, cloudflare: Cloudflare):
    runner.checkout.config(vars={"API_KEY": "not-so-secret-yet"})
    deploy(runner)
    runner.checkout.config(vars=None)
    runner.knows(API_KEY="really-secret-now")

    deploy(runner)

    assert cloudflare.secrets() == {"API_KEY": "really-secret-now"}
    assert cloudflare.bindings()["API_KEY"]["type"] == "secret_text"


def test_an_empty_secret_is_an_error_or_what_the_input_says(runner: Runner, cloudflare: Cloudflare):
    runner.knows(EMPTY="", FULL="full-value")

    refused = runner.fast("deploy")
    skipped = runner.fast("deploy", empty_secrets="skip")
    after_skip = cloudflare.secrets()
    done = runner.fast("deploy", empty_secrets="set")

    assert refused.exit_code == 2
    assert "no value in EMPTY" in refused.log
    assert (skipped.exit_code, after_skip) == (0, {"FULL": "full-value"})
    assert (done.exit_code, cloudflare.secrets()) == (0, {"EMPTY": "", "FULL": "full-value"})


def test_a_new_token_says_that_it_cannot_compare_and_sends_again(
    runner: Runner, cloudflare: Cloudflare
):
    """Another token is another key: its notes differ, and never count as equal."""
    runner.knows(OURS="ours-value-1")
    deploy(runner)
    object.__setattr__(cloudflare.options, "tokens", ("another-token", cloudflare.token))

    run = runner.fast("deploy", env={"CLOUDFLARE_API_TOKEN": "another-token"})

    assert run.exit_code == 0, run.log
    assert run.outcome == "deployed"
    assert cloudflare.secrets() == {"OURS": "ours-value-1"}


@pytest.mark.parametrize("line", ["STRIPE KEY", "sk_live_pasted-by-mistake", "A=pasted-value"])
def test_a_value_pasted_where_a_name_belongs_is_told_by_line_only(runner: Runner, line: str):
    run = runner.fast("deploy", secrets=f"GOOD\n{line}", env={"GOOD": "good-value"})

    assert run.exit_code == 2
    assert "line 2" in run.log
    assert line not in run.shown()


def test_an_assets_only_project_with_secrets_is_refused_before_anything_is_sent(
    checkout: Checkout, runner: Runner
):
    (checkout.root / "index.js").unlink()
    checkout.assets(index_html="<h1>hi</h1>").config(main=None, assets={"directory": "public"})
    runner.knows(OURS="ours-value-1")

    run = runner.fast("deploy")

    assert run.exit_code in (2, 3), run.log
    assert "secret" in run.log
    assert runner.cloudflare.writes == []
