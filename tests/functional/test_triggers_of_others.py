"""Hostnames, routes, queues and workflows that belong to something else are not taken unasked."""

from pathlib import Path

import pytest

from fakes.checkout import worker
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner
from fakes.triggers import MODULE, add_dns_record, add_route, consumer, domains, routes


@pytest.fixture
def blog(account: Cloudflare, tmp_path: Path) -> str:
    """Another script of the account."""
    other = worker(tmp_path / "blog", no_bundle=True).module(MODULE)
    run = Runner(other, account, tmp_path / "blog-files").fast("deploy", script_name="blog")
    assert run.exit_code == 0, run.log
    account.forget_requests()
    return "blog"


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
