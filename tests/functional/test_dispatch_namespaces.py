"""Whole runs into a namespace of Workers for Platforms: no versions, so no undo and no triggers."""

from typing import Any

import pytest

from fakes.checkout import HELLO, Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner

SCRIPT = "/workers/dispatch/namespaces/tenants/scripts/shop"


@pytest.fixture
def tenants(cloudflare: Cloudflare) -> Cloudflare:
    """An account with the namespace `tenants`."""
    cloudflare.ask("POST", "/workers/dispatch/namespaces", {"name": "tenants"})
    cloudflare.forget_requests()
    return cloudflare


def deploy(runner: Runner, **inputs: Any) -> Run:
    return runner.fast("deploy", dispatch_namespace="tenants", **inputs)


def secret_names(cloudflare: Cloudflare) -> set[str]:
    return {one["name"] for one in cloudflare.ask("GET", f"{SCRIPT}/secrets")}


def test_a_first_and_a_second_deploy_are_one_upload_each(
    checkout: Checkout, runner: Runner, tenants: Cloudflare
):
    checkout.config(vars={"A": "b"}, triggers={"crons": ["* * * * *"]}, routes=["example.com/*"])
    first = deploy(runner)
    checkout.module(f"{HELLO}// changed\n")

    second = deploy(runner)

    assert (first.exit_code, second.exit_code) == (0, 0), first.log + second.log
    writes = [one for one in tenants.requests if not one.startswith("GET ")]
    assert writes == [f"PUT {SCRIPT}", f"PUT {SCRIPT}"]
    put = [one for one in tenants.sent if one.path == SCRIPT and one.method == "PUT"][-1]
    assert put.parts["index.js"][2].endswith(b"// changed\n")
    assert {b["name"]: b["type"] for b in put.metadata["bindings"]} == {"A": "plain_text"}
    assert "▸ Live         the script serves in dispatch namespace tenants\n" in second.stdout
    assert "no version serves" not in second.log


def test_the_plan_says_what_a_namespace_does_not_have(
    checkout: Checkout, runner: Runner, tenants: Cloudflare
):
    run = runner.fast("plan", dispatch_namespace="tenants")

    assert run.exit_code == 0, run.log
    assert "no versions" in run.log
    assert [one for one in tenants.requests if not one.startswith("GET ")] == []


def test_secrets_stay_unless_they_are_pruned(
    checkout: Checkout, runner: Runner, tenants: Cloudflare
):
    runner.knows(FIRST="value-first", SECOND="value-second")
    assert deploy(runner).exit_code == 0
    runner.forgets("FIRST")
    checkout.module(f"{HELLO}// changed\n")
    kept = deploy(runner)
    names = secret_names(tenants)
    checkout.module(f"{HELLO}// changed again\n")

    pruned = deploy(runner, prune_secrets=True)

    assert (kept.exit_code, pruned.exit_code) == (0, 0), pruned.log
    assert names == {"FIRST", "SECOND"}
    assert secret_names(tenants) == {"SECOND"}


@pytest.fixture
def counter(checkout: Checkout) -> Checkout:
    """A Worker with a Durable Object and its migration."""
    return checkout.module(f"{HELLO}export class Counter {{}}\n").config(
        durable_objects={"bindings": [{"name": "OBJECT", "class_name": "Counter"}]},
        migrations=[{"tag": "v1", "new_sqlite_classes": ["Counter"]}],
    )


def test_migrations_that_a_namespace_has_are_not_sent_again(
    counter: Checkout, runner: Runner, tenants: Cloudflare
):
    assert deploy(runner).exit_code == 0
    counter.module(f"{HELLO}export class Counter {{ }}\n")

    run = deploy(runner)

    assert run.exit_code == 0, run.log
    first, second = (one for one in tenants.sent if str(one) == f"PUT {SCRIPT}")
    assert first.metadata["migrations"]["new_tag"] == "v1"
    assert "migrations" not in second.metadata


def test_new_migrations_follow_the_tag_that_the_namespace_has(
    counter: Checkout, runner: Runner, tenants: Cloudflare
):
    assert deploy(runner).exit_code == 0
    counter.module(f"{HELLO}export class Counter {{}}\nexport class Room {{}}\n").config(
        migrations=[
            {"tag": "v1", "new_sqlite_classes": ["Counter"]},
            {"tag": "v2", "new_sqlite_classes": ["Room"]},
        ]
    )

    run = deploy(runner)

    assert run.exit_code == 0, run.log
    put = [one for one in tenants.sent if str(one) == f"PUT {SCRIPT}"][-1]
    assert put.metadata["migrations"] == {
        "old_tag": "v1",
        "new_tag": "v2",
        "steps": [{"new_sqlite_classes": ["Room"]}],
    }


def test_a_failed_upload_leaves_the_script_as_it_is(
    checkout: Checkout, runner: Runner, tenants: Cloudflare
):
    assert deploy(runner).exit_code == 0
    before = tenants.ask("GET", f"{SCRIPT}/settings")
    checkout.module(f"{HELLO}// changed\n")
    tenants.fail(
        f"PUT /accounts/{{id}}{SCRIPT}",
        "status",
        status=400,
        code=10021,
        message="Uncaught Error: no\n  at index.js:5:4\n",
    )

    run = deploy(runner, ci="github")

    assert run.exit_code == 4
    assert run.outcome == "failed", run.log
    assert "at index.js:5:4" in run.log
    assert tenants.ask("GET", f"{SCRIPT}/settings") == before


def test_a_namespace_that_is_missing_is_refused(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    run = runner.fast("deploy", dispatch_namespace="nowhere")

    assert run.exit_code == 4
    assert run.outcome == "failed"
    assert "namespace" in run.log
