"""Whole runs of Workers with Durable Objects: what is declared, and how they move to new code."""

from dataclasses import replace

import pytest

from fakes.checkout import HELLO, Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

COUNTER = f"{HELLO}export class Counter {{}}\n"
FIRST = {"tag": "v1", "new_sqlite_classes": ["Counter"]}
SECOND = {"tag": "v2", "renamed_classes": [{"from": "Counter", "to": "Score"}]}
THIRD = {"tag": "v3", "new_sqlite_classes": ["Room"]}
SCORE = f"{HELLO}export class Score {{}}\nexport class Room {{}}\n"


def binding(name: str) -> dict[str, object]:
    return {"bindings": [{"name": "OBJECT", "class_name": name}]}


def with_migration_tag(cloudflare: Cloudflare, tag: str) -> None:
    """Let someone else have applied migrations."""
    account = cloudflare.account
    script = account.state.script("shop")
    assert script is not None
    account.write_script(replace(script, migration_tag=tag))


@pytest.fixture
def counter(checkout: Checkout) -> Checkout:
    """A Worker with a Durable Object and its migration."""
    return checkout.module(COUNTER).config(durable_objects=binding("Counter"), migrations=[FIRST])


def test_a_first_deploy_sends_every_migration(
    counter: Checkout, runner: Runner, cloudflare: Cloudflare
):
    counter.config(migrations=[FIRST, SECOND]).module(SCORE).config(
        durable_objects=binding("Score")
    )

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    sent = cloudflare.one_sent("PUT", "/workers/scripts/shop").metadata["migrations"]
    assert sent == {
        "new_tag": "v2",
        "steps": [
            {"new_sqlite_classes": ["Counter"]},
            {"renamed_classes": [{"from": "Counter", "to": "Score"}]},
        ],
    }
    assert cloudflare.script()["migration_tag"] == "v2"


def test_new_migrations_go_in_one_put_with_the_tag_that_live_has(
    counter: Checkout, runner: Runner, cloudflare: Cloudflare
):
    assert runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    counter.module(SCORE).config(
        durable_objects=binding("Score"), migrations=[FIRST, SECOND, THIRD]
    )

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.writes[0] == "PUT script"
    sent = cloudflare.one_sent("PUT", "/workers/scripts/shop").metadata["migrations"]
    assert sent == {
        "old_tag": "v1",
        "new_tag": "v3",
        "steps": [
            {"renamed_classes": [{"from": "Counter", "to": "Score"}]},
            {"new_sqlite_classes": ["Room"]},
        ],
    }
    assert "migration" in run.log
    assert cloudflare.script()["migration_tag"] == "v3"


def test_without_new_migrations_a_version_waits_for_its_traffic(
    counter: Checkout, runner: Runner, cloudflare: Cloudflare
):
    assert runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    counter.module(f"{COUNTER}// changed\n")

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.writes == ["POST versions", "POST deployments"]
    assert "migrations" not in cloudflare.one_sent("POST", "/versions").metadata


def test_migrations_that_someone_else_applied_meanwhile_stop_the_upload(
    counter: Checkout, runner: Runner, cloudflare: Cloudflare
):
    assert runner.fast("deploy").exit_code == 0
    before = cloudflare.served()
    counter.module(SCORE).config(durable_objects=binding("Score"), migrations=[FIRST, SECOND])
    cloudflare.when(
        "PUT /accounts/{id}/workers/scripts/shop",
        lambda: with_migration_tag(cloudflare, "v9"),
    )

    run = runner.fast("deploy")

    assert run.exit_code == 4
    assert "10074" in run.log
    assert run.outcome == "failed"
    assert cloudflare.served() == before


def test_how_objects_move_to_new_code_goes_with_what_moves_the_traffic(
    counter: Checkout, runner: Runner, cloudflare: Cloudflare
):
    strategy = {"mode": "deferred", "max_delay": 30}
    counter.config(durable_objects={**binding("Counter"), "code_update_strategy": strategy})
    assert runner.fast("deploy").exit_code == 0
    counter.module(f"{COUNTER}// changed\n")

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    put = cloudflare.one_sent("PUT", "/workers/scripts/shop").metadata
    version = cloudflare.one_sent("POST", "/versions").metadata
    assert put["code_update_strategy"] == strategy
    assert "code_update_strategy" not in version
    assert cloudflare.one_sent("POST", "/deployments").json["code_update_strategy"] == strategy


def test_objects_that_exports_declare_are_put_whole(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    exports = {"Counter": {"type": "durable-object", "storage": "sqlite"}}
    checkout.module(COUNTER).config(durable_objects=binding("Counter"), exports=exports)
    assert runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    checkout.module(f"{COUNTER}// changed\n")

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.writes == ["PUT script"]
    assert cloudflare.one_sent("PUT", "/workers/scripts/shop").metadata["exports"] == exports


def test_a_class_without_a_declaration_is_warned_of_and_refused_by_cloudflare(
    checkout: Checkout, runner: Runner
):
    checkout.module(COUNTER).config(durable_objects=binding("Counter"))

    run = runner.fast("deploy")

    assert run.exit_code == 4
    assert "The class Counter has neither a migration nor an entry in `exports`" in run.log
