"""Crons, routes, custom domains, queue consumers and workflows: set after traffic moved."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from fakes.checkout import Checkout, worker
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner

ZONE = "023e105f4ecef8ad9ca31a8372d0c353"  # of example.com, which the emulated account has
MODULE = """\
import { WorkflowEntrypoint } from "cloudflare:workers";
export class Flow extends WorkflowEntrypoint { async run() {} }
export default {
  fetch() { return new Response("hello"); },
  async scheduled() {},
  async queue() {},
};
"""
CONSUMER = {"queue": "orders", "max_batch_size": 10, "max_batch_timeout": 5}
WORKFLOW = {"name": "flow", "binding": "FLOW", "class_name": "Flow", "limits": {"steps": 50}}
TRIGGER_WRITES = [
    "PUT schedules",
    "PUT routes",
    "PUT domains",
    "POST consumers",
    "PUT flow",
]


@pytest.fixture
def triggered(checkout: Checkout) -> Checkout:
    """A script that names a trigger of every kind."""
    checkout.module(MODULE)
    return checkout.config(
        no_bundle=True,
        workers_dev=True,
        triggers={"crons": ["0 * * * *", "5 4 * * *"]},
        routes=[
            "example.com/a/*",
            {"pattern": "example.com/b/*", "zone_name": "example.com"},
            {"pattern": "shop.example.com", "custom_domain": True},
        ],
        queues={"consumers": [CONSUMER]},
        workflows=[WORKFLOW],
    )


@pytest.fixture
def account(cloudflare: Cloudflare) -> Cloudflare:
    """An account that has the queue, and another script."""
    cloudflare.ask("POST", "/queues", {"queue_name": "orders"})
    return cloudflare


@pytest.fixture
def blog(account: Cloudflare, tmp_path: Path) -> str:
    """Another script of the account."""
    other = worker(tmp_path / "blog", no_bundle=True).module(MODULE)
    run = Runner(other, account, tmp_path / "blog-files").fast("deploy", script_name="blog")
    assert run.exit_code == 0, run.log
    account.forget_requests()
    return "blog"


def trigger_writes(cloudflare: Cloudflare) -> list[str]:
    """Writes of triggers in their order, by method and kind."""
    kinds = ("schedules", "routes", "domains", "consumers", "workflows")
    return [
        f"{method} {path.split('/')[-1]}"
        for method, _, path in (request.partition(" ") for request in cloudflare.requests)
        if method != "GET" and any(f"/{kind}" in path for kind in kinds)
    ]


def add_dns_record(cloudflare: Cloudflare, name: str, kind: str = "A") -> None:
    answer = httpx.post(
        f"{cloudflare.url}/zones/{ZONE}/dns_records",
        json={"name": name, "type": kind, "content": "192.0.2.1"},
        headers={"Authorization": f"Bearer {cloudflare.token}"},
    )
    assert answer.status_code == 200, answer.text


def add_route(cloudflare: Cloudflare, pattern: str, script: str) -> None:
    answer = httpx.post(
        f"{cloudflare.url}/zones/{ZONE}/workers/routes",
        json={"pattern": pattern, "script": script},
        headers={"Authorization": f"Bearer {cloudflare.token}"},
    )
    assert answer.status_code == 200, answer.text


def crons(cloudflare: Cloudflare, name: str = "shop") -> list[str]:
    found = cloudflare.ask("GET", f"/workers/scripts/{name}/schedules")["schedules"]
    return [schedule["cron"] for schedule in found]


def routes(cloudflare: Cloudflare) -> dict[str, str]:
    return {route["pattern"]: route["script"] for route in cloudflare.state()["routes"]}


def domains(cloudflare: Cloudflare) -> dict[str, str]:
    return {domain["hostname"]: domain["service"] for domain in cloudflare.state()["domains"]}


def consumer(cloudflare: Cloudflare) -> dict[str, Any]:
    ((found,),) = [queue["consumers"] for queue in cloudflare.state()["queues"]]
    return dict(found)


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
    assert account.state()["workflows"]["flow"]["settings"] == {"limits": {"steps": 50}}
    assert trigger_writes(account) == TRIGGER_WRITES
    assert account.writes.index("PUT script") < account.writes.index("PUT schedules")


@pytest.mark.usefixtures("triggered")
def test_a_second_run_writes_nothing(runner: Runner, account: Cloudflare):
    runner.fast("deploy")
    account.forget_requests()

    run = runner.fast("deploy")

    assert run.outcome == "unchanged", run.log
    assert account.writes == []


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


@pytest.mark.usefixtures("triggered")
def test_a_domain_of_another_script_is_not_taken_unasked(
    runner: Runner, account: Cloudflare, blog: str
):
    account.ask("PUT", "/workers/domains", {"hostname": "shop.example.com", "service": blog})
    account.forget_requests()

    run = runner.process("deploy")

    assert run.exit_code == 7, run.log
    assert account.writes == []
    assert "shop.example.com belongs to the script blog" in run.log
    assert "take-domain" in run.log
    assert domains(account) == {"shop.example.com": "blog"}


@pytest.mark.usefixtures("triggered")
def test_a_domain_of_another_script_is_taken_where_that_is_allowed(
    runner: Runner, account: Cloudflare, blog: str
):
    account.ask("PUT", "/workers/domains", {"hostname": "shop.example.com", "service": blog})

    run = runner.process("deploy", allow="take-domain")

    assert run.exit_code == 0, run.log
    assert domains(account) == {"shop.example.com": "shop"}
    assert "taken from the script blog" in run.log


@pytest.mark.parametrize(("allow", "exit_code"), [("", 7), ("take-domain", 0)])
@pytest.mark.usefixtures("triggered")
def test_dns_records_of_a_hostname_are_not_replaced_unasked(
    runner: Runner, account: Cloudflare, allow: str, exit_code: int
):
    add_dns_record(account, "shop.example.com")
    account.forget_requests()

    run = runner.fast("deploy", allow=allow)

    assert run.exit_code == exit_code, run.log
    assert domains(account) == ({} if exit_code else {"shop.example.com": "shop"})
    assert bool(account.writes) is not bool(exit_code)


@pytest.mark.usefixtures("triggered")
def test_dns_records_that_the_token_may_not_read_are_met_by_the_write_and_stay(
    runner: Runner, account: Cloudflare
):
    add_dns_record(account, "shop.example.com")
    account.fail("GET dns_records", "status", count=None, status=403, code=10000, message="no")

    refused = runner.fast("deploy")
    allowed = runner.fast("deploy", allow="take-domain")

    assert (refused.exit_code, refused.outcome) == (4, "partial")
    assert "allow: take-domain" in refused.log
    assert allowed.exit_code == 0, allowed.log
    assert domains(account) == {"shop.example.com": "shop"}


@pytest.mark.usefixtures("triggered")
def test_a_route_of_another_script_is_taken_only_where_that_is_allowed(
    runner: Runner, account: Cloudflare, blog: str
):
    add_route(account, "example.com/a/*", blog)
    add_route(account, "example.com/blog/*", blog)

    refused = runner.fast("deploy")
    allowed = runner.fast("deploy", allow="take-domain")

    assert refused.exit_code == 7, refused.log
    assert "example.com/a/* belongs to the script blog" in refused.log
    assert allowed.exit_code == 0, allowed.log
    assert routes(account) == {
        "example.com/a/*": "shop",
        "example.com/b/*": "shop",
        "example.com/blog/*": "blog",
    }


@pytest.mark.usefixtures("triggered")
def test_a_queue_with_the_consumer_of_another_script_is_left_alone(
    runner: Runner, account: Cloudflare, blog: str
):
    queue_id = account.state()["queues"][0]["queue_id"]
    account.ask("POST", f"/queues/{queue_id}/consumers", {"type": "worker", "script_name": blog})
    account.forget_requests()

    run = runner.process("deploy")

    assert run.exit_code == 3, run.log
    assert account.writes == []
    assert "wrangler queues consumer worker remove orders blog" in run.log
    assert consumer(account)["script_name"] == "blog"


@pytest.mark.usefixtures("triggered")
def test_a_queue_that_does_not_exist_stops_the_run_before_its_first_write(
    runner: Runner, cloudflare: Cloudflare
):
    run = runner.fast("deploy")

    assert run.exit_code == 3, run.log
    assert "wrangler queues create orders" in run.log
    assert cloudflare.writes == []


@pytest.mark.usefixtures("triggered")
def test_a_workflow_of_another_script_is_left_alone(runner: Runner, account: Cloudflare, blog: str):
    account.ask("PUT", "/workflows/flow", {"script_name": blog, "class_name": "Flow"})
    account.forget_requests()

    run = runner.fast("deploy")

    assert run.exit_code == 3, run.log
    assert "workflow flow" in run.log
    assert account.writes == []


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
    assert statuses(run)["Queue consumer"] == "not-run"
    assert "traffic stays with it" in run.log


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
