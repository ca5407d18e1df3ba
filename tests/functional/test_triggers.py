"""Crons, routes, custom domains, queue consumers and workflows: set after traffic moved."""

import json
from typing import Any

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner
from fakes.triggers import CONSUMER, WORKFLOW, consumer, crons, domains, routes, trigger_writes

TRIGGER_WRITES = [
    "PUT schedules",
    "PUT routes",
    "PUT domains",
    "POST consumers",
    "PUT flow",
]


def refusal(route: str, message: str) -> dict[str, Any]:
    return {"route": route, "kind": "status", "status": 400, "code": 1, "message": message}


def statuses(run: Run) -> dict[str, str]:
    return {step["title"]: step["status"] for step in run.report["steps"]}


@pytest.mark.usefixtures("triggered")
def test_a_first_deploy_sets_every_trigger_after_traffic_moved(runner: Runner, account: Cloudflare):
    run = runner.process("deploy")

    assert run.exit_code == 0, run.log
    assert crons(account) == ["0 * * * *", "5 4 * * *"]
    assert routes(account) == {"example.com/a/*": "shop", "example.com/b/*": "shop"}
    assert domains(account) == {"shop.example.com": "shop"}
    assert consumer(account)["script_name"] == "shop"
    assert consumer(account)["settings"] == {"batch_size": 10, "max_wait_time_ms": 5000}
    assert consumer(account)["dead_letter_queue"] == "lost"
    workflow = account.state()["workflows"]["flow"]
    assert (workflow["script_name"], workflow["class_name"]) == ("shop", "Flow")
    assert workflow["schedules"] == [{"cron": "0 0 * * *"}]
    assert workflow["settings"] == {"limits": {"steps": 50}}
    assert trigger_writes(account) == TRIGGER_WRITES
    assert account.writes.index("PUT script") < account.writes.index("PUT schedules")


@pytest.mark.usefixtures("triggered")
def test_a_second_run_writes_nothing(runner: Runner, account: Cloudflare):
    runner.fast("deploy")
    account.forget_requests()

    run = runner.fast("deploy")

    assert run.outcome == "unchanged", run.log
    assert account.writes == []


def test_settings_that_are_reported_in_other_words_are_the_same(
    runner: Runner, account: Cloudflare, triggered: Checkout
):
    domain = {"pattern": "shop.example.com", "custom_domain": True, "previews_enabled": False}
    triggered.config(
        routes=[domain],
        workflows=[{**WORKFLOW, "default_retention": {"success_retention": "2 days"}}],
    )
    first = runner.fast("deploy")
    account.forget_requests()

    second = runner.fast("deploy")
    triggered.config(routes=[{**domain, "previews_enabled": True}])
    third = runner.fast("deploy")

    assert [run.outcome for run in (first, second, third)] == ["deployed", "unchanged", "deployed"]
    assert account.writes == ["PUT domains"]
    assert account.state()["domains"][0]["previews_enabled"] is True


def test_only_what_differs_is_written(runner: Runner, account: Cloudflare, triggered: Checkout):
    runner.fast("deploy")
    account.forget_requests()
    triggered.config(
        triggers={"crons": ["0 * * * *"]},
        queues={"consumers": [{**CONSUMER, "max_batch_size": 20}]},
    )

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert trigger_writes(account) == ["PUT schedules", f"PUT {consumer(account)['consumer_id']}"]
    assert len(account.writes) == 2
    assert crons(account) == ["0 * * * *"]
    assert consumer(account)["settings"]["batch_size"] == 20
    assert "5 4 * * *" in run.log
    assert "batch_size" in run.summary


def test_triggers_that_are_named_no_more_go_where_they_are_replaced_as_a_whole(
    runner: Runner, account: Cloudflare, triggered: Checkout
):
    runner.fast("deploy")
    triggered.config(routes=["example.com/a/*"], triggers={"crons": []})

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert routes(account) == {"example.com/a/*": "shop"}
    assert crons(account) == []
    assert domains(account) == {"shop.example.com": "shop"}  # stays: the configuration is silent


@pytest.mark.usefixtures("triggered")
def test_a_token_of_single_zones_sets_routes_zone_by_zone(runner: Runner, account: Cloudflare):
    account.fail("PUT routes", "status", status=403, code=10000, message="Authentication error")

    run = runner.process("deploy")

    assert run.exit_code == 0, run.log
    assert routes(account) == {"example.com/a/*": "shop", "example.com/b/*": "shop"}


@pytest.mark.parametrize(("status", "exit_code"), [(400, 4), (503, 5)])
@pytest.mark.usefixtures("triggered")
def test_a_failed_trigger_leaves_healthy_code_and_says_which_triggers_are_set(
    runner: Runner, account: Cloudflare, status: int, exit_code: int
):
    account.fail("PUT domains", "status", count=None, status=status, code=1, message="no")

    run = runner.fast("deploy")

    assert (run.exit_code, run.outcome) == (exit_code, "partial"), run.log
    assert account.live()["id"] == run.outputs["live-version-id"]
    assert crons(account) == ["0 * * * *", "5 4 * * *"]
    assert statuses(run) | {"Check": "not-run"} == statuses(run)
    assert {name: statuses(run)[name] for name in ("Schedules", "Routes", "Domain")} == {
        "Schedules": "done",
        "Routes": "done",
        "Domain": "failed",
    }
    assert "traffic stays with it" in run.log


@pytest.mark.usefixtures("triggered")
def test_the_triggers_after_a_failed_one_are_set_all_the_same(runner: Runner, account: Cloudflare):
    account.faults(refusal("PUT routes", "no"), refusal("POST consumers", "no either"))

    run = runner.fast("deploy")

    assert (run.exit_code, run.outcome) == (4, "partial"), run.log
    assert run.outputs["error-stage"] == "Routes"
    assert statuses(run) | {
        "Routes": "failed",
        "Domain": "done",
        "Queue consumer": "failed",
        "Workflow": "done",
        "Check": "not-run",
    } == statuses(run)
    assert domains(account) == {"shop.example.com": "shop"}
    assert "Queue consumer failed too: Cloudflare refused " in run.log
    assert "no either" in run.log


@pytest.mark.usefixtures("triggered")
def test_a_lost_trigger_after_a_refused_one_makes_the_run_partial(
    runner: Runner, account: Cloudflare, triggered: Checkout
):
    runner.fast("deploy")
    triggered.config(triggers={"crons": ["1 * * * *"]}, routes=["example.com/c/*"])
    lost = {"route": "PUT routes", "kind": "status", "status": 503, "count": None}
    account.faults(refusal("PUT schedules", "no"), lost)

    run = runner.fast("deploy")

    assert (run.exit_code, run.outcome) == (4, "partial"), run.log


def test_custom_domains_are_among_the_urls(
    runner: Runner, account: Cloudflare, triggered: Checkout
):
    first = runner.fast("deploy")
    second = runner.fast("deploy")
    triggered.config(workers_dev=False)
    hidden = runner.fast("deploy")

    own = first.outputs["deployment-url"]
    assert json.loads(first.outputs["urls"]) == [own, "https://shop.example.com"]
    assert second.outputs["urls"] == first.outputs["urls"]
    assert json.loads(hidden.outputs["urls"]) == ["https://shop.example.com"]
    assert hidden.outputs["deployment-url"] == "https://shop.example.com"


def test_a_failed_trigger_is_partial_even_where_nothing_else_changed(
    runner: Runner, account: Cloudflare, triggered: Checkout
):
    runner.fast("deploy")
    triggered.config(triggers={"crons": ["1 * * * *"]}, routes=["example.com/c/*"])
    account.fail("PUT routes", "status", count=None, status=400, code=1, message="no")

    run = runner.fast("deploy")

    assert (run.exit_code, run.outcome) == (4, "partial"), run.log
    assert crons(account) == ["1 * * * *"]
    assert "schedules (triggers stay as they were set)" in run.log


def test_a_refused_trigger_alone_changed_nothing(
    runner: Runner, account: Cloudflare, triggered: Checkout
):
    runner.fast("deploy")
    triggered.config(triggers={"crons": ["1 * * * *"]})
    account.fail("PUT schedules", "status", count=None, status=400, code=1, message="no")

    run = runner.fast("deploy")

    assert (run.exit_code, run.outcome) == (4, "failed"), run.log
    assert crons(account) == ["0 * * * *", "5 4 * * *"]


@pytest.mark.usefixtures("triggered")
def test_a_plan_and_a_dry_run_name_triggers_and_write_none(runner: Runner, account: Cloudflare):
    planned = runner.fast("plan")
    dry = runner.fast("deploy", "--dry-run")

    assert account.writes == []
    for run in (planned, dry):
        assert run.exit_code == 0, run.log
        for name in ("0 * * * *", "example.com/a/*", "shop.example.com", "orders", "flow"):
            assert name in run.log
