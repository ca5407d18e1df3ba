"""A check that can't read live takes nothing back; what is known to be wrong goes back whole."""

import pytest

from fakes.chaos import change_everything
from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner
from fakes.site import serve_site
from fakes.triggers import MODULE, WORKFLOW, consumer, crons, domains, routes

REFUSALS = {
    "401": (401, 10000),
    "403": (403, 10000),
    "404": (404, 10007),
    "not routed": (404, 7003),
}
# Which read of each kind is the check's first one, after those of plan, guard and settings.
CHECKED = {"GET deployments": 4, "GET script-settings": 3, "GET versions/*": 2}


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed, and everything changed since."""
    assert full_runner.fast("deploy").exit_code == 0
    change_everything(full_runner)
    cloudflare.forget_requests()
    return full_runner


@pytest.mark.parametrize("count", [1, None], ids=["once", "always"])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_read_that_is_refused_in_the_check_takes_no_good_deploy_back(
    live: Runner, cloudflare: Cloudflare, refusal: str, count: int | None
):
    status, code = REFUSALS[refusal]
    for number, (route, nth) in enumerate(CHECKED.items()):
        cloudflare.faults()
        live.checkout.module(
            f"export default {{ fetch() {{ return new Response('{number}') }} }};\n"
        )
        live.checkout.config(logpush=bool(number % 2))
        cloudflare.forget_requests()
        fault = {"kind": "status", "status": status, "code": code, "nth": nth, "count": count}
        cloudflare.faults({"route": route, **fault})

        run = live.fast("deploy")

        note = f"{route}: {run.log}"
        assert (run.exit_code, run.outcome) == (0, "deployed"), note
        assert run.outputs["live-version-id"] == cloudflare.live()["id"], note
        assert cloudflare.writes.count("POST deployments") == 1, note
        warned = any("could not be read back" in one for one in run.report["warnings"])
        assert warned == (count is None), note


def test_a_read_that_is_never_answered_in_the_check_takes_nothing_back(
    live: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("GET script-settings", "status", status=503, nth=3, count=None)

    run = live.fast("deploy", max_attempts=2)

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert "could not be read back to check it: GET script-settings: no answer" in run.log
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_who_deployed_right_after_is_seen_though_the_rest_of_live_is_refused(
    live: Runner, cloudflare: Cloudflare
):
    former = cloudflare.live()["id"]
    cloudflare.when("GET script-settings", lambda: cloudflare.deploy_version(former), nth=3)
    cloudflare.fail("GET script-settings", "status", status=403, code=10000, nth=3, count=None)

    run = live.fast("deploy")

    assert run.exit_code != 0, run.log
    assert "deployed right after this run" in run.log
    assert run.outputs["live-version-id"] == former


def test_triggers_go_back_with_the_traffic(
    runner: Runner, account: Cloudflare, triggered: Checkout
):
    with serve_site() as site:
        site.statuses = [200]
        assert runner.fast("deploy", probe=site.url).exit_code == 0
        before = _triggers(account)
        triggered.config(
            triggers={"crons": ["1 * * * *"]},
            routes=[
                "example.com/new/*",
                {"pattern": "new.example.com", "custom_domain": True},
                {"pattern": "shop.example.com", "custom_domain": True},
            ],
            workflows=[{**WORKFLOW, "limits": {"steps": 70}}],
            queues={"consumers": [{"queue": "orders", "max_batch_size": 3}]},
        )
        triggered.module(MODULE.replace("hello", "changed"))
        site.statuses = [500]

        run = runner.fast("deploy", probe=site.url, probe_timeout=2)

    assert (run.exit_code, run.outcome) == (6, "reverted"), run.log
    assert _triggers(account) == before
    assert "https://new.example.com" not in run.outputs["urls"]
    undone = {step["title"] for step in run.report["steps"] if step["status"] == "undone"}
    assert undone >= {"Schedules", "Routes", "Domain", "Queue consumer"}


def _triggers(account: Cloudflare) -> dict[str, object]:
    state = account.state()
    return {
        "crons": crons(account),
        "routes": routes(account),
        "domains": domains(account),
        "consumer": (consumer(account)["settings"], consumer(account)["dead_letter_queue"]),
        "workflow": state["workflows"]["flow"]["settings"],
    }
