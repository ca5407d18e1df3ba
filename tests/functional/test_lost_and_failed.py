"""What a request's failure does to a run: it passes, or the run ends with live as it was."""

import pytest

from fakes.chaos import READS, UPDATE_WRITES, change_everything
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed, and everything changed since."""
    assert full_runner.fast("deploy").exit_code == 0
    change_everything(full_runner)
    cloudflare.forget_requests()
    return full_runner


@pytest.mark.parametrize("route", UPDATE_WRITES)
def test_a_write_that_never_passes_leaves_live_as_it_was(
    live: Runner, cloudflare: Cloudflare, route: str
):
    former = cloudflare.served()
    cloudflare.fail(route, "status", status=503, count=None)

    run = live.fast("deploy", max_attempts=3)

    assert run.exit_code == 5, run.log
    assert run.outcome == "failed"
    assert cloudflare.served() == former
    assert "503 \N{MULTIPLICATION SIGN}3" in run.log
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert "live: version" in run.log
    tries = [one for step in run.report["steps"] for one in step["tries"]]
    assert tries[-1]["problem"].startswith("503")


@pytest.mark.parametrize("route", UPDATE_WRITES)
def test_a_write_that_is_refused_is_not_tried_again_and_leaves_live_as_it_was(
    live: Runner, cloudflare: Cloudflare, route: str
):
    former = cloudflare.served()
    cloudflare.fail(route, "status", status=400, code=10021, message="No.", count=None)

    run = live.fast("deploy")

    assert run.exit_code == 4, run.log
    assert run.outcome == "failed"
    assert cloudflare.served() == former
    assert run.outputs["error-code"] == "10021"
    assert run.outputs["error-stage"]
    failed = [step for step in run.report["steps"] if step["status"] == "failed"]
    assert [step["attempts"] for step in failed] == [1] or route == "POST assets/upload"


@pytest.mark.parametrize("route", READS[:4])
def test_an_essential_read_that_never_passes_ends_the_run_before_any_write(
    live: Runner, cloudflare: Cloudflare, route: str
):
    cloudflare.fail(route, "status", status=503, count=None)

    run = live.fast("deploy", max_attempts=2)

    assert run.exit_code == 5, run.log
    assert run.outcome == "failed"
    assert cloudflare.writes == []


def test_a_first_deploy_that_is_refused_leaves_no_script(
    full_runner: Runner, cloudflare: Cloudflare
):
    cloudflare.fail(
        "PUT workers/scripts/*",
        "status",
        status=400,
        code=10021,
        message="Uncaught ReferenceError: kv is not defined\n  at index.js:3:9\n",
    )

    run = full_runner.process("deploy", ci="github")

    assert run.exit_code == 4
    assert run.outcome == "failed"
    assert cloudflare.served() is None
    assert "kv is not defined" in run.step_summary
    assert "file=index.js,line=3,col=9" in run.stdout
    assert "no script" in run.log


def test_settings_of_a_first_deploy_that_fail_leave_a_partial_one_that_says_so(
    full_runner: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("POST subdomain", "status", status=503, count=None)

    run = full_runner.fast("deploy", max_attempts=2)

    assert run.exit_code == 5
    assert run.outcome == "partial"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert "first deploy" in run.log


def test_what_was_undone_is_told(live: Runner, cloudflare: Cloudflare):
    cloudflare.fail("POST deployments", "status", status=403, code=10023, message="Not you.")

    run = live.fast("deploy")

    assert run.exit_code == 4
    assert "↺ Reverted" in run.stdout
    assert "logpush true again" in run.stdout
    undone = [step["title"] for step in run.report["steps"] if step["status"] == "undone"]
    assert set(undone) == {"Settings", "Subdomain"}
    assert "is uploaded and gets no traffic" in run.log
    assert "Not you." in run.summary


def test_an_undo_that_fails_is_told_as_partial(live: Runner, cloudflare: Cloudflare):
    cloudflare.faults(
        {"route": "POST deployments", "kind": "status", "status": 403, "code": 10023},
        {
            "route": "POST subdomain",
            "kind": "status",
            "status": 503,
            "nth": 2,
            "count": None,
        },
    )

    run = live.fast("deploy", max_attempts=2)

    assert run.exit_code == 4
    assert run.outcome == "partial"
    assert "not put back" in run.log
    assert "subdomain" in run.log
    assert cloudflare.script()["settings"]["logpush"] is True


def test_a_lost_version_is_found_by_its_note_and_adopted(live: Runner, cloudflare: Cloudflare):
    cloudflare.fail("POST versions", "lost")

    run = live.fast("deploy")

    assert cloudflare.writes.count("POST versions") == 1
    assert "its answer was lost, but it was carried out" in run.stdout
    assert run.outputs["version-id"] == cloudflare.live()["id"]


def test_a_lost_deployment_is_not_made_twice(live: Runner, cloudflare: Cloudflare):
    cloudflare.fail("POST deployments", "lost")

    live.fast("deploy")

    assert cloudflare.writes.count("POST deployments") == 1


def test_a_deployment_whose_answers_are_all_lost_counts_as_done(
    live: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("POST deployments", "lost", count=None)

    run = live.fast("deploy", max_attempts=1)

    assert run.exit_code == 0, run.log
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_where_nobody_can_tell_what_became_of_a_deployment_the_run_says_so(
    live: Runner, cloudflare: Cloudflare
):
    cloudflare.faults({"route": "POST deployments", "kind": "lost", "count": None})
    cloudflare.when("POST deployments", lambda: _no_more_reads(cloudflare))

    run = live.fast("deploy", max_attempts=2)

    assert run.exit_code == 5, run.log
    assert run.outcome == "partial"
    assert "not known" in run.log
    assert cloudflare.script()["settings"]["logpush"] is False, "traffic moved: nothing undone"


def _no_more_reads(cloudflare: Cloudflare) -> None:
    cloudflare.faults(
        {"route": "POST deployments", "kind": "lost", "count": None},
        {"route": "GET **", "kind": "status", "status": 503, "count": None},
    )


def test_a_session_whose_token_expires_is_followed_by_one_that_resumes(
    live: Runner, cloudflare: Cloudflare
):
    live.checkout.assets(index_html="1", app_js="2", a_txt="3", b_txt="4")
    cloudflare.fail("POST assets/upload", "expired-token", nth=2)

    run = live.fast("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.writes.count("POST assets-upload-session") == 2
    assert set(cloudflare.live()["assets"]["manifest"]) == {
        *("/index.html", "/app.js", "/a.txt", "/b.txt")
    }


def test_a_session_token_that_never_works_ends_the_run(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    cloudflare.fail("POST assets/upload", "expired-token", count=None)

    run = live.fast("deploy")

    assert run.exit_code in (4, 5), run.log
    assert cloudflare.served() == former


@pytest.mark.parametrize("seconds", [5, 20])
def test_reads_that_lag_are_waited_for(live: Runner, cloudflare: Cloudflare, seconds: int):
    for route in ("GET deployments", "GET script-settings", "GET workers/scripts/*/subdomain"):
        cloudflare.faults({"route": route, "kind": "stale", "seconds": seconds, "count": None})

    run = live.fast("deploy")

    assert run.exit_code == 0, run.log
    assert run.outcome == "deployed"


def test_who_deploys_between_our_deployment_and_our_check_keeps_the_traffic(
    live: Runner, cloudflare: Cloudflare
):
    former = cloudflare.live()["id"]
    cloudflare.when("GET deployments", lambda: cloudflare.deploy_version(former), nth=4)

    run = live.fast("deploy")

    assert run.exit_code == 6, run.log
    assert run.outcome == "partial"
    assert "deployed meanwhile" in run.log
    assert cloudflare.live()["id"] == former
    assert run.outputs["live-version-id"] == former


def test_no_connection_at_all_is_exit_5(runner: Runner):
    run = runner.fast(
        "deploy", max_attempts=2, env={"CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:9/client/v4"}
    )

    assert run.exit_code == 5
    assert "no connection" in run.log
    assert run.outcome == "failed"


def test_workers_dev_that_cannot_be_read_is_left_as_it_is(runner: Runner, cloudflare: Cloudflare):
    runner.fast("deploy", workers_dev=False, preview_urls=False)
    runner.checkout.module("export default { fetch() {} };\n")
    _hide_workers_dev(cloudflare)

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.script()["subdomain"] == {"enabled": False, "previews_enabled": False}
    assert "could not be read" in run.log


def test_half_of_workers_dev_is_not_set_where_the_other_half_is_not_known(
    runner: Runner, cloudflare: Cloudflare
):
    runner.fast("deploy")
    _hide_workers_dev(cloudflare)
    cloudflare.forget_requests()

    run = runner.fast("deploy", workers_dev=False)

    assert run.exit_code == 3, run.log
    assert "preview-urls" in run.log
    assert cloudflare.writes == []


def test_workers_dev_that_was_not_known_is_not_put_back_to_a_guess(
    runner: Runner, cloudflare: Cloudflare
):
    runner.fast("deploy")
    runner.checkout.module("export default { fetch() {} };\n")
    _hide_workers_dev(cloudflare, {"route": "POST deployments", "kind": "status", "status": 403})

    run = runner.fast("deploy", workers_dev=True, preview_urls=True)

    assert run.exit_code == 4, run.log
    assert run.outcome == "partial"
    assert "what it was could not be read" in run.log
    assert cloudflare.script()["subdomain"] == {"enabled": True, "previews_enabled": True}


def _hide_workers_dev(cloudflare: Cloudflare, *more: dict[str, object]) -> None:
    refused = {"kind": "status", "status": 403, "code": 10000, "count": None}
    cloudflare.faults(
        {"route": "GET workers/scripts/*/subdomain", **refused},
        {"route": "GET workers/workers/*", **refused},
        *more,
    )


def test_a_setting_whose_reads_lag_too_long_is_told(live: Runner, cloudflare: Cloudflare):
    """Cloudflare answered that it took the setting."""
    cloudflare.fail("GET script-settings", "stale", seconds=10_000, nth=2, count=None)

    run = live.fast("deploy")

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert "logpush was set to false and reads true" in run.log
