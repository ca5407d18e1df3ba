"""A write that Cloudflare answered with 200 and reads back otherwise is told, and fails nothing."""

from typing import Any

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner

CODE = "export default { fetch() { return new Response('two') } };\n"
SETTINGS = ("PATCH script-settings", "GET script-settings")
SUBDOMAIN = ("POST scripts/*/subdomain", "GET scripts/*/subdomain")


@pytest.fixture
def changed(checkout: Checkout, runner: Runner) -> Runner:
    """A deployed Worker whose code has changed since."""
    assert runner.fast("deploy").exit_code == 0
    checkout.module(CODE)
    return runner


def deployed(runner: Runner, **inputs: Any) -> Run:
    """Deploy, and look whether traffic moved to the new code."""
    run = runner.fast("deploy", **inputs)
    assert run.exit_code == 0, run.log
    assert run.outcome == "deployed"
    assert runner.cloudflare.live()["modules"][0]["text"] == CODE
    return run


def warnings_of(run: Run) -> list[str]:
    return [text for text in run.report["warnings"] if "Cloudflare took the settings" in text]


def always(cloudflare: Cloudflare, routes: tuple[str, ...], **answered: Any) -> None:
    """Let these fields be answered so, whatever was sent."""
    for route in routes:
        cloudflare.alter(route, lambda result: result.update(answered))


def test_a_setting_that_is_answered_otherwise_is_one_warning_with_both_values(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare
):
    checkout.config(observability={"enabled": True, "head_sampling_rate": 0.5}, logpush=True)
    always(cloudflare, SETTINGS, logpush=False)

    run = deployed(changed)

    (warning,) = warnings_of(run)
    assert "logpush was set to true and reads false" in warning
    assert sum(changed.time.slept) == 0


@pytest.mark.parametrize("answered", [{"observability": None}, {"observability": {}}, {}])
def test_what_is_not_answered_is_no_difference(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare, answered: dict[str, Any]
):
    checkout.config(observability={"enabled": True, "traces": {"enabled": True}})
    for route in SETTINGS:
        cloudflare.alter(route, lambda result: (result.clear(), result.update(answered)))

    run = deployed(changed)

    assert warnings_of(run) == []
    assert sum(changed.time.slept) == 0


def test_every_field_of_observability_is_taken_as_cloudflare_answers_it(
    checkout: Checkout, changed: Runner
):
    """The emulator answers null for what was not sent, and for the propagation policy always."""
    checkout.config(
        observability={
            "enabled": True,
            "head_sampling_rate": 1,
            "redact_query_string": True,
            "issues": {"enabled": True},
            "logs": {"enabled": True, "invocation_logs": True, "destinations": ["b", "a"]},
            "traces": {"enabled": True, "propagation_policy": "accept"},
        }
    )

    run = deployed(changed, script_settings='{"tags": ["b", "a"]}')

    assert warnings_of(run) == []
    assert sum(changed.time.slept) == 0


def test_tags_are_a_set(changed: Runner, cloudflare: Cloudflare):
    tags = '{"tags": ["b", "a"]}'
    deployed(changed, script_settings=tags)
    cloudflare.forget_requests()

    assert changed.fast("deploy", script_settings=tags).outcome == "unchanged"
    assert changed.fast("deploy", script_settings='{"tags": ["a"]}').outcome == "deployed"


def test_nulls_of_observability_are_not_sent_again(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare
):
    checkout.config(observability={"enabled": True})
    deployed(changed)
    cloudflare.forget_requests()
    checkout.config(observability={"enabled": True, "head_sampling_rate": 0.1})

    assert changed.fast("deploy").outcome == "deployed"

    patch = cloudflare.one_sent("PATCH", "/script-settings")
    assert patch.json == {"observability": {"enabled": True, "head_sampling_rate": 0.1}}


def test_workers_dev_that_is_answered_otherwise_is_a_warning(
    changed: Runner, cloudflare: Cloudflare
):
    always(cloudflare, SUBDOMAIN, previews_enabled=True)

    run = deployed(changed, preview_urls=False)

    (warning,) = warnings_of(run)
    assert "preview URLs was set to false and reads true" in warning


def test_workers_dev_is_told_of_once_also_where_all_reads_agree(
    changed: Runner, cloudflare: Cloudflare
):
    always(cloudflare, SUBDOMAIN, previews_enabled=True)
    cloudflare.alter(
        "GET workers/workers/*", lambda r: r["subdomain"].update(previews_enabled=True)
    )

    assert len(warnings_of(deployed(changed, preview_urls=False))) == 1


def test_the_usage_model_that_is_answered_otherwise_is_a_warning(
    changed: Runner, cloudflare: Cloudflare
):
    for method in ("PUT", "GET"):
        cloudflare.alter(f"{method} usage-model", lambda r: r["user_limits"].update(cpu_ms=10))

    run = deployed(changed, cpu_ms=50)

    (warning,) = warnings_of(run)
    assert "cpu_ms was set to 50 and reads 10" in warning


def test_a_setting_that_reads_otherwise_for_30_seconds_is_a_warning(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare
):
    checkout.config(logpush=True)
    always(cloudflare, ("GET script-settings",), logpush=False)

    run = deployed(changed)

    (warning,) = warnings_of(run)
    assert "logpush was set to true and reads false" in warning
    assert 20 < sum(changed.time.slept) <= 30


def test_a_setting_that_reads_as_it_was_set_a_moment_later_is_none(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare
):
    checkout.config(logpush=True)
    cloudflare.fail("GET script-settings", "stale", seconds=5, nth=3, count=None)

    run = deployed(changed)

    assert warnings_of(run) == []
    assert sum(changed.time.slept) > 0


def answer_crons(cloudflare: Cloudflare, text: str) -> None:
    """Let every cron be answered so."""
    cloudflare.alter("GET schedules", lambda r: [one.update(cron=text) for one in r["schedules"]])


def test_a_cron_that_is_answered_in_another_form_is_a_warning_without_a_long_wait(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare
):
    checkout.config(triggers={"crons": ["0 12 * * MON"]})
    answer_crons(cloudflare, "?")

    run = deployed(changed)

    (warning,) = warnings_of(run)
    assert "cron 0 12 * * MON is not read as it was set" in warning
    assert 3 <= sum(changed.time.slept) < 6


def test_a_cron_and_a_route_in_another_way_of_writing_are_not_set_again(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare
):
    checkout.config(triggers={"crons": ["0 12-14 * jan MON"]}, route="Example.com/Shop/*")
    answer_crons(cloudflare, "0 12,13,14 * 1 2")
    cloudflare.alter(
        "GET workers/routes",
        lambda r: [one.update(pattern="example.com/Shop/*") for one in r],
    )
    first = deployed(changed)

    again = changed.fast("deploy")

    assert warnings_of(first) == []
    assert sum(changed.time.slept) == 0
    assert again.outcome == "unchanged", again.log


@pytest.mark.parametrize("other", ["0 12 * * TUE", "0 13 * * MON", "0 12 1-31 * MON"])
def test_a_cron_that_says_something_else_is_set_again(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare, other: str
):
    checkout.config(triggers={"crons": [other]})
    deployed(changed)
    checkout.config(triggers={"crons": ["0 12 * * MON"]})

    assert changed.fast("deploy").outcome == "deployed"


def test_a_policy_that_is_never_answered_is_patched_once(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare
):
    traces = {"enabled": True, "propagation_policy": "accept"}
    checkout.config(observability={"enabled": True, "traces": traces})
    deployed(changed)
    assert "PATCH script-settings" in cloudflare.writes
    cloudflare.forget_requests()

    again = changed.fast("deploy")

    assert again.outcome == "unchanged", again.log
    assert cloudflare.writes == []


@pytest.mark.parametrize("former", [None, "authenticated"])
def test_a_policy_that_changes_is_patched_although_it_is_never_answered(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare, former: str | None
):
    traces = {"enabled": True} | ({"propagation_policy": former} if former else {})
    checkout.config(observability={"enabled": True, "traces": traces})
    deployed(changed)
    cloudflare.forget_requests()
    traces = {"enabled": True, "propagation_policy": "accept"}
    checkout.config(observability={"enabled": True, "traces": traces})

    deployed(changed)

    patch = cloudflare.one_sent("PATCH", "/script-settings").json["observability"]
    assert patch["traces"]["propagation_policy"] == "accept"


def test_a_policy_that_is_answered_is_compared(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare
):
    traces = {"enabled": True, "propagation_policy": "accept"}
    checkout.config(observability={"enabled": True, "traces": traces})
    deployed(changed)
    edited = {"traces": {"enabled": True, "propagation_policy": "authenticated"}}
    always(cloudflare, ("GET script-settings",), observability={"enabled": True, **edited})

    assert changed.fast("deploy").outcome == "deployed"


def test_settings_alone_that_read_otherwise_fail_nothing(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare
):
    checkout.config(logpush=True)
    always(cloudflare, SETTINGS, logpush=False)

    run = changed.fast("deploy", only="settings")

    assert run.exit_code == 0, run.log
    assert len(warnings_of(run)) == 1


@pytest.mark.parametrize("answered", ["absent", "null"])
def test_an_answer_without_bindings_does_not_say_that_one_is_missing(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare, answered: str
):
    checkout.config(vars={"STAGE": "live"})
    changed.knows(STRIPE_KEY="sk_live_51Hv0xSecret")

    def without(result: Any) -> None:
        result["resources"].pop("bindings", None)
        if answered == "null":
            result["resources"]["bindings"] = None

    cloudflare.alter("GET scripts/*/versions/*", without)

    deployed(changed)

    assert sum(changed.time.slept) == 0


@pytest.mark.parametrize("kind", ["secret", "binding"])
def test_what_is_missing_by_its_name_is_wrong_and_taken_back(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare, kind: str
):
    former = cloudflare.live()["id"]
    changed.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    checkout.config(vars={"GREETING": "hello"})
    name = {"secret": "STRIPE_KEY", "binding": "GREETING"}[kind]

    def without(result: dict[str, Any]) -> None:
        bindings = result["resources"]["bindings"]
        bindings[:] = [one for one in bindings if one["name"] != name]

    cloudflare.alter("GET versions/*", without)

    run = changed.fast("deploy")

    assert run.exit_code == 6, run.log
    assert f"{kind} {name} is missing" in run.log
    assert run.outcome == "reverted"
    assert cloudflare.live()["id"] == former


def test_what_cannot_be_read_of_settings_is_a_warning(
    checkout: Checkout, changed: Runner, cloudflare: Cloudflare
):
    checkout.config(logpush=True)
    refusal = {"status": 403, "code": 10023, "message": "No.", "count": None}
    cloudflare.fail("GET script-settings", "status", nth=3, **refusal)

    run = deployed(changed)

    assert any("could not be read back" in text for text in run.report["warnings"])
