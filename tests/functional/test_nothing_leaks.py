"""No value of a secret, a token or a variable is shown, whatever happens.

Each run of these fixtures is searched for all values by the runner itself (`fakes.runs`); here are
the ways in which values try to get out.
"""

import base64
import json
import os
import re
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from fakes.cloudflare import Cloudflare
from fakes.github_runner import commands_in
from fakes.patience import PATIENCE
from fakes.runs import Runner
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.core.outcome import Outcome
from workers_deploy.errors import Advice
from workers_deploy.executor.run import Executor
from workers_deploy.inputs import read_inputs
from workers_deploy.inputs.values import Advisers, read_values
from workers_deploy.report.context import RunContext
from workers_deploy.report.markdown import render_summary

PEM = (
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nline-two-of-the-key\n"
    "-----END PRIVATE KEY-----\n"
)
SECRETS = {
    "STRIPE_KEY": "sk_live_51Hv0x&<Secret>",
    "PEM": PEM,
    "QUOTED": 'with "quotes" and \\slashes',
    "UMLAUT": "grüße-an-alle",
}
ECHOES = {
    "as it is": lambda value: value,
    "as JSON": json.dumps,
    "as a URL": quote,
    "as base64": lambda value: base64.b64encode(value.encode()).decode(),
    "inside of base64": lambda value: base64.b64encode(f"x{value}yz".encode()).decode(),
    "as a repr": repr,
    "as a URL in small letters": lambda value: re.sub(
        "%..", lambda found: found[0].lower(), quote(value, safe="")
    ),
    "as JSON in JSON": lambda value: json.dumps(json.dumps(value)),
    "as hex": lambda value: value.encode().hex(),
}


@pytest.fixture
def knowing(runner: Runner) -> Runner:
    runner.knows(**SECRETS)
    return runner


@pytest.mark.parametrize("ci", ["plain", "github", "gitlab"])
@pytest.mark.parametrize("asked_by", [{"INPUT_LOG-LEVEL": "debug"}, {"RUNNER_DEBUG": "1"}])
def test_debug_logs_hold_no_value(knowing: Runner, ci: str, asked_by: dict[str, str]):
    run = knowing.fast("deploy", ci=ci, env=asked_by)

    assert run.exit_code == 0, run.log
    assert "PUT script" in run.log, "this is no debug log"


@pytest.mark.parametrize("how", ECHOES)
@pytest.mark.parametrize("name", SECRETS)
def test_an_error_of_cloudflare_that_repeats_a_value_is_told_without_it(
    knowing: Runner, cloudflare: Cloudflare, name: str, how: str
):
    echo = ECHOES[how](SECRETS[name])
    message = f"Uncaught Error: {echo} at index.js:3:9"
    cloudflare.fail("PUT workers/scripts/*", "status", status=400, code=10021, message=message)

    run = knowing.fast("deploy", ci="github", log_level="debug")

    assert run.exit_code == 4
    assert echo not in run.shown()
    for line in filter(None, SECRETS[name].splitlines()):
        assert line not in run.shown()
    assert "***" in run.report["error"]["message"]


def test_an_error_of_cloudflare_that_repeats_the_token_is_told_without_it(
    knowing: Runner, cloudflare: Cloudflare
):
    cloudflare.fail(
        "GET deployments", "status", status=403, code=10000, message=f"{cloudflare.token} is bad"
    )

    run = knowing.fast("deploy", ci="github")

    assert run.exit_code == 4
    assert "*** is bad" in run.log


@pytest.mark.parametrize("ci", ["plain", "github"])
def test_a_bug_is_told_without_the_text_of_its_exception(
    knowing: Runner, ci: str, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise RuntimeError(f"value is {PEM} and {SECRETS['STRIPE_KEY']}")

    monkeypatch.setattr(Executor, "execute", broken)

    run = knowing.fast("deploy", ci=ci, log_level="debug")

    assert run.exit_code == 1
    assert "RuntimeError" in run.log
    assert "please report it" in run.log
    assert "value is" not in run.shown()
    assert run.outcome == "failed"
    assert run.report["exit_code"] == 1


@pytest.mark.parametrize("place", ["read_inputs", "read_values", "read_command_line"])
def test_a_bug_before_the_run_is_reported_in_the_default_place(
    knowing: Runner, monkeypatch: pytest.MonkeyPatch, place: str
):
    def broken(*_: object) -> None:
        raise RecursionError(SECRETS["STRIPE_KEY"])

    monkeypatch.setattr(f"workers_deploy.__main__.{place}", broken)

    run = knowing.fast("deploy", ci="github")

    assert run.exit_code == 1
    assert "RecursionError" in run.log
    assert "please report it" in run.log
    assert (run.outcome, run.report["exit_code"]) == ("failed", 1)
    assert run.step_outputs["outcome"] == "failed"


def test_a_bug_in_the_report_leaves_a_report_of_it_and_of_what_happened(
    knowing: Runner, monkeypatch: pytest.MonkeyPatch
):
    calls: list[object] = []

    def broken_once(outcome: Outcome, context: RunContext) -> str:
        calls.append(outcome)
        if len(calls) == 1:
            raise KeyError(SECRETS["STRIPE_KEY"])
        return render_summary(outcome, context)

    monkeypatch.setattr("workers_deploy.reporting.render_summary", broken_once)

    run = knowing.fast("deploy")

    assert run.exit_code == 1
    assert "KeyError" in run.log
    assert run.outcome == "deployed"
    assert run.outputs["error-stage"] == "Report"


def test_a_bug_in_the_middle_of_a_run_puts_back_what_was_done(
    full_runner: Runner, cloudflare: Cloudflare, monkeypatch: pytest.MonkeyPatch
):
    full_runner.fast("deploy")
    former = cloudflare.served()
    full_runner.checkout.module("export default { fetch() {} };\n").config(logpush=False)

    def broken(*_: object, **__: object) -> None:
        raise KeyError("sk_live_51Hv0xSecret")

    monkeypatch.setattr(WorkersClient, "create_deployment", broken)

    run = full_runner.fast("deploy")

    assert run.exit_code == 1, run.log
    assert run.outcome == "failed"
    assert "✗ Bug" in run.log
    assert "KeyError" in run.log
    assert cloudflare.served() == former
    assert "logpush true again" in run.log


def test_the_value_of_a_variable_is_shown_nowhere(knowing: Runner, cloudflare: Cloudflare):
    values = {"A": "variable-of-the-file", "B": "variable-of-the-input", "C": "of-the-environment"}
    knowing.checkout.config(vars={"A": values["A"], "J": {"deep": "json-of-the-file"}})

    run = knowing.fast(
        "deploy",
        ci="github",
        vars=f"B={values['B']}\nC",
        env={"C": values["C"]},
        log_level="debug",
    )

    assert run.exit_code == 0, run.log
    assert cloudflare.bindings()["C"]["text"] == values["C"]
    for value in (*values.values(), "json-of-the-file"):
        assert value not in run.shown()


def test_values_in_secrets_json_that_are_not_named_are_not_sent(
    runner: Runner, cloudflare: Cloudflare
):
    values = {"NAMED": "named-value-1", "OTHER": "other-value-2", "github_token": "ghs_0123456789"}

    run = runner.fast("deploy", secrets="NAMED", secrets_json=json.dumps(values))

    assert run.exit_code == 0, run.log
    assert cloudflare.secrets() == {"NAMED": "named-value-1"}
    runner.assert_nothing_leaked(run, set(values.values()))


def test_the_api_token_is_refused_as_a_value_of_secrets_json(
    runner: Runner, cloudflare: Cloudflare
):
    run = runner.fast("deploy", secrets="OOPS", secrets_json=json.dumps({"OOPS": cloudflare.token}))

    assert run.exit_code == 2
    assert "OOPS" in run.log
    assert cloudflare.requests == []


def test_masks_come_before_everything_else_in_github(knowing: Runner, cloudflare: Cloudflare):
    run = knowing.process("deploy", ci="github")

    lines = run.stdout.splitlines()
    masks = [line for line in lines if line.startswith("::add-mask::")]
    assert lines[: len(masks)] == masks
    masked = {command.message for command in commands_in(run.stdout) if command.name == "add-mask"}
    assert {cloudflare.token, SECRETS["STRIPE_KEY"], "line-two-of-the-key"} <= masked
    assert {quote(SECRETS["STRIPE_KEY"]), json.dumps(SECRETS["QUOTED"])[1:-1]} <= masked
    assert {base64.b64encode(value.encode()).decode() for value in SECRETS.values()} <= masked
    assert not any("\n" in mask or len(mask) < 4 for mask in masked)


def test_wrong_inputs_do_not_keep_masks_from_being_set(knowing: Runner):
    run = knowing.fast("deploy", ci="github", workers_dev="perhaps", script_settings="[")

    assert run.exit_code == 2
    assert run.stdout.startswith("::add-mask::")


@pytest.mark.parametrize("ci", ["plain", "gitlab"])
def test_there_are_no_masks_where_a_ci_has_none(knowing: Runner, ci: str):
    run = knowing.fast("deploy", ci=ci)

    for value in SECRETS.values():
        assert value not in run.log
    assert "add-mask" not in run.log


def test_a_value_too_short_to_mask_is_warned_of_by_its_name(runner: Runner):
    runner.knows(PIN="123")

    run = runner.fast("deploy", ci="github")

    assert run.exit_code == 0
    assert "PIN is shorter than 4 characters" in run.log
    assert "::add-mask::123" not in run.stdout


def test_the_process_list_shows_no_value(knowing: Runner, cloudflare: Cloudflare):
    arrived = threading.Event()
    cloudflare.fail("GET deployments", "hang", seconds=20)
    cloudflare.when("GET deployments", arrived.set)
    running = knowing.start("deploy", ci="github")

    assert arrived.wait(PATIENCE)
    listed = Path(f"/proc/{running.process.pid}/cmdline").read_bytes()
    running.process.terminate()
    running.end()

    for value in (*SECRETS.values(), cloudflare.token):
        assert value.encode() not in listed


def test_values_have_no_repr(knowing: Runner):
    env = knowing.environment(
        "github", vars="V=variable-value", github_token="ghs_0123456789", secrets_json='{"a": "b1"}'
    )
    reading = read_inputs({}, env)
    advisers = Advisers(unset=lambda _: Advice(text="set it"), empty=lambda: Advice(text="fill it"))
    values = read_values(reading.inputs, env | {"INPUT_SECRETS-JSON": ""}, advisers)

    shown = repr(reading) + repr(values) + str(reading.inputs)

    for value in (*SECRETS.values(), knowing.cloudflare.token, "variable-value", "ghs_", "b1"):
        assert value not in shown
        assert repr(value)[1:-1] not in shown


def test_the_report_can_be_read_by_its_owner_and_holds_no_value(knowing: Runner):
    run = knowing.process("deploy", log_level="debug")

    folder = knowing.checkout.root / "workers-deploy-report"
    assert run.exit_code == 0
    assert {file.name for file in folder.iterdir()} == set(run.files)
    assert all(os.access(file, os.R_OK) for file in folder.iterdir())
