"""A probe that could not be asked is refused before anything is written."""

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.rollbacks import code
from fakes.runs import Runner

DOMAIN = {"pattern": "shop.example.com", "custom_domain": True}
URL = "https://shop.example.com"


@pytest.mark.parametrize(
    "probe", ["ftp://x/y", "https://", "http://[::1", "//evil", "foo bar", "https://.acme.dev/"]
)
def test_a_line_that_is_neither_url_nor_path_is_a_wrong_input(
    runner: Runner, cloudflare: Cloudflare, probe: str
):
    run = runner.fast("deploy", probe=f"/health\n{probe}")

    assert run.exit_code == 2, run.log
    assert run.outcome == "failed"
    assert "probe          line 2 " in run.log
    assert cloudflare.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter22@shop.example.com/",
        "https://hunter22@shop.example.com/",
        "https://:hunter22@shop.example.com",
        "HTTP://user:hunter22@127.0.0.1:80/",
        "https://shop.example.com\\@hunter22/",
    ],
)
def test_a_url_with_a_password_is_a_wrong_input_and_never_shown(
    runner: Runner, cloudflare: Cloudflare, url: str
):
    run = runner.fast("deploy", ci="github", probe=f"/health\n{url}", log_level="debug")

    assert run.exit_code == 2, run.log
    assert "line 2 has a user name or a password" in run.log
    assert "hunter22" not in run.shown()
    assert cloudflare.requests == []


@pytest.mark.parametrize("command", ["deploy", "plan"])
def test_a_path_without_a_deployment_url_is_a_wrong_input(
    live: Runner, cloudflare: Cloudflare, command: str
):
    former = cloudflare.served()

    run = live.fast(command, probe="/health", workers_dev=False)

    assert run.exit_code == 2, run.log
    assert run.outcome == "failed"
    assert "workers.dev is off" in run.log
    assert "turn workers-dev on" in run.log
    assert cloudflare.writes == []
    assert cloudflare.served() == former


def test_a_first_deploy_whose_path_has_no_url_makes_no_script(
    runner: Runner, cloudflare: Cloudflare
):
    run = runner.fast("deploy", probe="/health", workers_dev=False)

    assert run.exit_code == 2, run.log
    assert cloudflare.writes == []


def test_a_first_deploy_whose_url_cannot_be_read_makes_no_script(
    runner: Runner, cloudflare: Cloudflare
):
    refusal = {"status": 403, "code": 10000, "message": "No.", "count": None}
    cloudflare.fail("GET workers/subdomain", "status", **refusal)

    run = runner.fast("deploy", probe="/health")

    assert run.exit_code == 2, run.log
    assert "the URL could not be read" in run.log
    assert cloudflare.writes == []


def test_a_run_that_changes_nothing_is_not_refused(live: Runner):
    assert live.fast("deploy", workers_dev=False).exit_code == 0

    run = live.fast("deploy", probe="/health", workers_dev=False)

    assert run.outcome == "unchanged", run.log


def test_a_preview_asks_nothing_and_so_is_not_refused(live: Runner):
    assert live.fast("deploy", workers_dev=False).exit_code == 0

    assert live.fast("preview", probe="/health", workers_dev=False).outcome == "previewed"


def test_a_path_in_a_dispatch_namespace_is_a_wrong_input(runner: Runner, cloudflare: Cloudflare):
    cloudflare.ask("POST", "/workers/dispatch/namespaces", {"name": "tenants"})
    cloudflare.forget_requests()

    run = runner.fast("deploy", dispatch_namespace="tenants", probe="/health")

    assert run.exit_code == 2, run.log
    assert "a script in a dispatch namespace has none" in run.log
    assert cloudflare.writes == []


@pytest.fixture
def on_domain(checkout: Checkout, runner: Runner, cloudflare: Cloudflare) -> Runner:
    """A script that answers on a custom domain alone, deployed twice and changed since."""
    checkout.config(workers_dev=False, routes=[DOMAIN])
    for number in (1, 2):
        checkout.module(code(number))
        assert runner.fast("deploy").exit_code == 0
    checkout.module(code(3))
    cloudflare.forget_requests()
    return runner


@pytest.mark.parametrize(
    "inputs",
    [
        {"command": "deploy"},
        {"command": "deploy", "only": "code"},
        {"command": "deploy", "only": "code,triggers"},
        {"command": "rollback"},
    ],
)
def test_a_path_is_asked_on_a_custom_domain(on_domain: Runner, inputs: dict[str, str]):
    run = on_domain.fast(**inputs, dry_run=True, probe="/health")

    assert run.exit_code == 0, run.log
    assert run.outputs["deployment-url"] == URL


def test_domains_that_may_not_be_read_are_told_and_their_paths_refused(
    on_domain: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("GET domains", "status", status=403, code=10000, message="No.", count=None)

    run = on_domain.fast("rollback", probe="/health")

    assert run.exit_code == 2, run.log
    assert "the custom domains could not be read" in run.log
    assert cloudflare.writes == []


def test_without_a_path_no_domain_is_read_for_the_probe(on_domain: Runner, cloudflare: Cloudflare):
    run = on_domain.fast("rollback", dry_run=True, probe="http://127.0.0.1:9/")

    assert run.exit_code == 0, run.log
    assert not any("domains" in request for request in cloudflare.requests)
