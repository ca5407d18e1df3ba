"""Settings that a failed deploy changed: put back as they were, or said not to be."""

from typing import Any

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

REFUSED = {"route": "POST deployments", "kind": "status", "status": 400, "code": 1, "count": None}
PATCH = "PATCH script-settings"
SAMPLED = {"enabled": True, "head_sampling_rate": 0.5}


def observability(cloudflare: Cloudflare) -> Any:
    return cloudflare.script()["settings"]["observability"]


def usage_model(cloudflare: Cloudflare) -> Any:
    return cloudflare.ask("GET", "/workers/scripts/shop/usage-model")


@pytest.fixture
def changing(runner: Runner) -> Runner:
    """A script whose deploy of a new version is refused."""
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module("export default { fetch() {} };\n")
    runner.cloudflare.faults(REFUSED)
    return runner


def test_what_was_never_set_is_so_again(changing: Runner, cloudflare: Cloudflare):
    changing.checkout.config(observability=SAMPLED)

    run = changing.fast("deploy")

    assert run.outcome == "failed", run.log
    assert observability(cloudflare) is None
    assert "observability not set again" in run.log


def test_a_field_that_was_added_is_not_taken_for_being_as_before(
    runner: Runner, cloudflare: Cloudflare
):
    runner.checkout.config(observability={"enabled": True})
    runner.fast("deploy")
    runner.checkout.config(observability=SAMPLED).module("export default { fetch() {} };\n")
    lost = {"route": "PATCH script-settings", "kind": "status", "status": 503, "count": None}
    cloudflare.faults(REFUSED, {**lost, "nth": 2})

    run = runner.fast("deploy")

    assert run.outcome == "partial", run.log
    assert observability(cloudflare) == SAMPLED
    assert "not put back: settings" in run.log


@pytest.mark.parametrize(
    ("fault", "max_attempts"),
    [
        ({"route": PATCH, "kind": "status", "status": 503, "when": "after", "count": 5}, 5),
        ({"route": PATCH, "kind": "lost", "count": 5}, 5),
        ({"route": PATCH, "kind": "lost"}, 1),
        ({"route": PATCH, "kind": "malformed"}, 1),
    ],
    ids=["503 after", "lost", "lost once", "malformed once"],
)
def test_settings_whose_answer_failed_go_back_and_nobody_is_blamed(
    live: Runner, cloudflare: Cloudflare, fault: dict[str, Any], max_attempts: int
):
    former = cloudflare.served()
    live.checkout.config(observability=SAMPLED, logpush=True)
    live.checkout.module("export default { fetch() {} };\n")
    cloudflare.faults(fault)

    run = live.fast("deploy", max_attempts=max_attempts)

    assert run.outcome == "failed", run.log
    assert cloudflare.served() == former
    assert "someone has changed" not in run.log


def test_what_someone_else_set_does_not_keep_ours_from_going_back(
    changing: Runner, cloudflare: Cloudflare
):
    """A patch holds the settings that this run set, and leaves the others as they are."""

    def tag() -> None:
        cloudflare.ask("PATCH", "/workers/scripts/shop/script-settings", {"tags": ["theirs"]})

    changing.checkout.config(logpush=True)
    cloudflare.when("POST deployments", tag)

    run = changing.fast("deploy")

    assert run.outcome == "failed", run.log
    settings = cloudflare.script()["settings"]
    assert (settings["logpush"], settings["tags"]) == (False, ["theirs"])


def test_settings_that_someone_edited_while_the_answer_was_lost_stay(
    live: Runner, cloudflare: Cloudflare
):
    edited = {"enabled": True, "head_sampling_rate": 0.1}

    def edit() -> None:
        cloudflare.ask("PATCH", "/workers/scripts/shop/script-settings", {"observability": edited})

    live.checkout.config(observability=SAMPLED)
    live.checkout.module("export default { fetch() {} };\n")
    cloudflare.fail("PATCH script-settings", "lost")
    cloudflare.when("GET script-settings", edit, nth=3)

    run = live.fast("deploy", max_attempts=1)

    assert run.outcome == "partial", run.log
    assert observability(cloudflare) == edited
    assert "settings (someone has changed it since)" in run.log


def test_a_limit_that_was_not_there_is_lifted_again(changing: Runner, cloudflare: Cloudflare):
    before = usage_model(cloudflare)

    run = changing.fast("deploy", cpu_ms=50)

    assert run.outcome == "failed", run.log
    assert usage_model(cloudflare)["user_limits"].get("cpu_ms") is None
    assert usage_model(cloudflare)["usage_model"] == before["usage_model"]


def test_a_put_keeps_what_live_has_beside_what_the_project_says(
    runner: Runner, cloudflare: Cloudflare
):
    """A service worker goes by PUT, which replaces observability whole."""
    module = 'addEventListener("fetch", (e) => e.respondWith(new Response("1")));\n'
    runner.checkout.module(module).config(observability={"enabled": True})
    runner.fast("deploy")
    path = "/workers/scripts/shop/script-settings"
    cloudflare.ask("PATCH", path, {"observability": SAMPLED})
    runner.checkout.module(module.replace("1", "2"))

    run = runner.fast("deploy")

    assert run.outcome == "deployed", run.log
    assert observability(cloudflare) == SAMPLED


def test_after_a_return_no_secret_is_said_to_be_set(live: Runner, cloudflare: Cloudflare):
    live.knows(STRIPE_KEY="sk_live_another_value")
    etag = live.fast("plan").outputs["etag"]

    run = live.fast("deploy", probe="http://127.0.0.1:9/nothing", probe_timeout=2)

    assert run.outcome == "reverted", run.log
    assert run.outputs["secrets-synced"] == "0"
    assert run.outputs["etag"] == etag


def test_a_failed_read_is_no_try_of_the_step(live: Runner, cloudflare: Cloudflare):
    live.checkout.module("export default { fetch() {} };\n")
    cloudflare.fail("GET deployments", "status", status=503, nth=2)

    run = live.fast("deploy")

    assert run.exit_code == 0, run.log
    (step,) = [one for one in run.report["steps"] if one["title"] == "Deployment"]
    assert step["attempts"] == 1
    assert "Deployment   " in run.log
    assert "reads tried again (503 from Cloudflare" in run.log


@pytest.mark.parametrize("kind", ["lost", "reset"])
def test_crons_are_back_where_only_the_answer_is_lost(
    runner: Runner, cloudflare: Cloudflare, kind: str
):
    def crons() -> list[str]:
        found = cloudflare.ask("GET", "/workers/scripts/shop/schedules")["schedules"]
        return [one["cron"] for one in found]

    module = "export default { fetch() {}, async scheduled() {} };\n"
    runner.checkout.module(module).config(triggers={"crons": ["0 * * * *"]})
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module(f"{module}// two\n").config(triggers={"crons": ["5 4 * * *"]})
    cloudflare.faults({"route": "PUT schedules", "nth": 2, "count": None, "kind": kind})

    run = runner.fast("deploy", probe="http://127.0.0.1:9/", probe_timeout=2)

    is_back = kind == "lost"  # else it never came to Cloudflare
    assert run.outcome == ("reverted" if is_back else "partial"), run.log
    assert crons() == ["0 * * * *" if is_back else "5 4 * * *"]
    assert ("not put back: schedules" in run.log) is not is_back


def test_what_is_not_known_to_be_back_is_said_to_be_not_known(
    changing: Runner, cloudflare: Cloudflare
):
    changing.checkout.config(observability=SAMPLED)
    silence = {"kind": "lost", "count": None}
    cloudflare.faults(
        REFUSED,
        {"route": "PATCH script-settings", "nth": 2, **silence},
        {"route": "GET script-settings", "nth": 4, **silence},
    )

    run = changing.fast("deploy")

    assert run.outcome == "partial", run.log
    assert observability(cloudflare) is None
    assert "not put back: settings (not known: PATCH script-settings" in run.log
