"""`delete`: only with the name repeated, and not from under those who refer to the script."""

from pathlib import Path

import pytest

from fakes.checkout import worker
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    assert full_runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    return full_runner


@pytest.fixture
def referred_to(live: Runner, cloudflare: Cloudflare, tmp_path: Path) -> Runner:
    """The script, and another one that is bound to it."""
    blog = worker(tmp_path / "blog").config(
        name="blog", services=[{"binding": "SHOP", "service": "shop"}]
    )
    assert Runner(blog, cloudflare, tmp_path / "blog-files").fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    return live


def scripts(cloudflare: Cloudflare) -> list[str]:
    return sorted(cloudflare.state()["scripts"])


def test_the_script_is_deleted_where_its_name_is_repeated(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.live()["id"]

    run = live.process("delete", "--confirm", "shop")

    assert run.exit_code == 0, run.log
    assert run.outcome == "deleted"
    assert run.outputs["changed"] == "true"
    assert scripts(cloudflare) == []
    assert cloudflare.writes == ["DELETE script"]
    assert cloudflare.one_sent("DELETE", "/shop").query == {}
    assert "live-version-id" not in run.outputs
    assert "deployment-url" not in run.outputs
    assert run.outputs["previous-version-id"] == former
    assert "can't be undone" in run.stdout


@pytest.mark.parametrize("confirm", [None, "shop-staging", "SHOP"])
def test_nothing_is_asked_of_cloudflare_without_the_name(
    live: Runner, cloudflare: Cloudflare, confirm: str | None
):
    run = live.fast("delete", **({} if confirm is None else {"confirm": confirm}))

    assert run.exit_code == 2
    assert "confirm" in run.log
    assert cloudflare.requests == []
    assert scripts(cloudflare) == ["shop"]


def test_who_refers_to_it_stops_it(referred_to: Runner, cloudflare: Cloudflare):
    run = referred_to.process("delete", "--confirm", "shop")

    assert run.exit_code == 7, run.log
    assert run.outcome == "failed"
    assert "service binding of blog" in run.log
    assert "allow: break-bindings" in run.log
    assert "10142" in run.log
    assert cloudflare.writes == []
    assert scripts(cloudflare) == ["blog", "shop"]


def test_bindings_break_where_that_is_allowed(referred_to: Runner, cloudflare: Cloudflare):
    run = referred_to.fast("delete", confirm="shop", allow="break-bindings")

    assert run.exit_code == 0, run.log
    assert scripts(cloudflare) == ["blog"]
    assert "by force: what refers to it breaks (service binding of blog)" in run.stdout
    deletes = [sent for sent in cloudflare.sent if sent.method == "DELETE"]
    assert [(sent.status, sent.query) for sent in deletes] == [(400, {}), (200, {"force": "true"})]


def test_what_cloudflare_alone_knows_of_stops_it_too(referred_to: Runner, cloudflare: Cloudflare):
    cloudflare.fail("GET references", "status", status=403, code=10023, count=None)

    refused = referred_to.fast("delete", confirm="shop")
    allowed = referred_to.fast("delete", confirm="shop", allow="break-bindings")

    assert refused.exit_code == 4
    assert refused.outputs["error-code"] == "10142"
    assert "break-bindings" in refused.log
    assert allowed.exit_code == 0, allowed.log


def test_a_script_that_is_gone_already_is_deleted(live: Runner, cloudflare: Cloudflare):
    live.fast("delete", confirm="shop")
    cloudflare.forget_requests()

    run = live.process("delete", "--confirm", "shop")

    assert run.exit_code == 0, run.log
    assert run.outcome == "deleted"
    assert run.outputs["changed"] == "false"
    assert cloudflare.writes == []


def test_a_script_that_goes_meanwhile_is_deleted(live: Runner, cloudflare: Cloudflare):
    cloudflare.when(
        "DELETE workers/scripts/shop",
        lambda: cloudflare.ask("DELETE", "/workers/scripts/shop"),
    )

    run = live.fast("delete", confirm="shop")

    assert run.exit_code == 0, run.log
    assert "was gone already" in run.stdout


@pytest.mark.parametrize("kind", ["lost", "reset", "html", "malformed"])
def test_a_lost_answer_is_got_over(live: Runner, cloudflare: Cloudflare, kind: str):
    cloudflare.fail("DELETE workers/scripts/shop", kind)

    run = live.fast("delete", confirm="shop")

    assert run.exit_code == 0, run.log
    assert run.outcome == "deleted"
    assert scripts(cloudflare) == []
    assert "gone already" not in run.log
    is_taken = kind in ("lost", "malformed")
    told = "deleted: the next try found it gone" if is_taken else "deleted"
    assert f"▸ Script       {told} · " in run.stdout


def test_answers_that_are_all_lost_are_looked_at(live: Runner, cloudflare: Cloudflare):
    cloudflare.fail("DELETE workers/scripts/shop", "lost", count=None)

    run = live.fast("delete", confirm="shop", max_attempts=1)

    assert run.exit_code == 0, run.log
    assert run.outcome == "deleted"
    assert scripts(cloudflare) == []


def test_a_delete_that_is_never_answered_leaves_the_script(live: Runner, cloudflare: Cloudflare):
    cloudflare.fail("DELETE workers/scripts/shop", "status", status=503, count=None)

    run = live.fast("delete", confirm="shop", max_attempts=2)

    assert run.exit_code == 5
    assert run.outcome == "failed"
    assert "nothing changed" in run.log
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_where_nobody_can_tell_whether_it_is_gone_the_run_says_so(
    live: Runner, cloudflare: Cloudflare
):
    def no_more_reads() -> None:
        cloudflare.faults(
            {"route": "DELETE workers/scripts/shop", "kind": "lost", "count": None},
            {"route": "GET **", "kind": "status", "status": 503, "count": None},
        )

    cloudflare.when("DELETE workers/scripts/shop", no_more_reads)

    run = live.fast("delete", confirm="shop", max_attempts=1)

    assert run.exit_code == 5, run.log
    assert run.outcome == "partial"
    assert "not known" in run.log


def test_a_refused_delete_leaves_the_script(live: Runner, cloudflare: Cloudflare):
    cloudflare.fail("DELETE workers/scripts/shop", "status", status=403, code=10023, message="No.")

    run = live.fast("delete", confirm="shop")

    assert run.exit_code == 4
    assert run.outcome == "failed"
    assert scripts(cloudflare) == ["shop"]


def test_a_dry_run_deletes_nothing(live: Runner, cloudflare: Cloudflare):
    run = live.process("delete", "--confirm", "shop", "--dry-run")

    assert run.exit_code == 0, run.log
    assert run.outcome == "planned"
    assert cloudflare.writes == []
    assert scripts(cloudflare) == ["shop"]


def test_a_script_in_a_dispatch_namespace_is_deleted_there(live: Runner, cloudflare: Cloudflare):
    cloudflare.ask("POST", "/workers/dispatch/namespaces", {"name": "tenants"})
    assert live.fast("deploy", dispatch_namespace="tenants").exit_code == 0
    assert live.fast("show", dispatch_namespace="tenants").exit_code == 0

    run = live.fast("delete", confirm="shop", dispatch_namespace="tenants")

    assert run.exit_code == 0, run.log
    assert cloudflare.live() is not None, "the account's script of that name stays"
    assert live.fast("show", dispatch_namespace="tenants").exit_code == 2
