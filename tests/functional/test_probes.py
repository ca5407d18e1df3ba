"""The probe after traffic moved, and the way back where it fails."""

import html
import re
from collections.abc import Iterator

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner
from fakes.site import Site, serve_site
from workers_deploy.executor.checks import TIMES


def _plain(markdown: str) -> str:
    """Return what is shown; a blank of no width keeps text from becoming a link."""
    return html.unescape(markdown).replace("\u200b", "").replace("\\", "")


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_site() as served:
        yield served


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed, with code, settings and assets changed since."""
    assert full_runner.fast("deploy").exit_code == 0
    full_runner.checkout.module("export default { fetch() {} };\n")
    full_runner.checkout.assets(index_html="<h1>two</h1>").config(logpush=False, preview_urls=True)
    cloudflare.forget_requests()
    return full_runner


def test_a_probe_wants_three_good_answers_in_a_row(live: Runner, site: Site):
    site.statuses = [500, 200, 200, 500, 200]

    run = live.fast("deploy", probe=f"{site.url}/health")

    assert run.exit_code == 0, run.log
    assert run.outcome == "deployed"
    assert len(site.asked) == 7
    assert f"{site.url}/health → " in run.stdout


def test_what_was_seen_at_each_try_is_told(live: Runner, site: Site):
    site.statuses = [500] * 7 + [200, 200, 503, 200]

    run = live.fast("deploy", probe=f"{site.url}/health")

    seen = f"{site.url}/health → 500 {TIMES}7, 200 {TIMES}2, 503, 200 {TIMES}3"
    assert seen in run.stdout
    assert seen in _plain(run.summary)
    (probe,) = (step for step in run.report["steps"] if step["title"] == "Probe")
    assert seen in probe["detail"]


def test_a_failed_probe_tells_each_try_and_what_to_do(live: Runner, site: Site):
    site.statuses = [502, 502, 500]
    live.time.stands_still = True

    run = live.fast("deploy", probe=f"{site.url}/health", probe_timeout=9)

    seen = re.compile(rf"/health → 502 {TIMES}2, 500 {TIMES}[678] for 9 s")
    for told in (run.log, _plain(run.summary), run.report["error"]["message"]):
        assert seen.search(told), told
    assert "wrangler tail shop" in run.log
    assert "probe-timeout" in run.summary


def test_a_failed_probe_puts_everything_back(live: Runner, cloudflare: Cloudflare, site: Site):
    former, former_id = cloudflare.served(), cloudflare.live()["id"]
    site.statuses = [500]

    run = live.process("deploy", ci="github", probe=f"{site.url}/health", probe_timeout=1)

    assert run.exit_code == 6, run.log
    assert run.outcome == "reverted"
    assert cloudflare.served() == former
    assert run.outputs["live-version-id"] == former_id
    assert run.step_outputs["outcome"] == "reverted"
    assert "500" in run.log
    assert "↺ Reverted" in run.stdout
    assert "logpush true again" in run.stdout
    assert {s["title"] for s in run.report["steps"] if s["status"] == "undone"} >= {
        "Settings",
        "Subdomain",
    }


def test_a_failed_probe_is_kept_where_the_input_says_so(
    live: Runner, cloudflare: Cloudflare, site: Site
):
    former = cloudflare.live()["id"]
    site.statuses = [500]

    run = live.fast("deploy", probe=f"{site.url}/health", on_failure="keep")

    assert run.exit_code == 6
    assert run.outcome == "partial"
    assert cloudflare.live()["id"] != former
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert cloudflare.script()["settings"]["logpush"] is False


def test_a_deploy_that_changed_secrets_is_reverted_by_force(
    live: Runner, cloudflare: Cloudflare, site: Site
):
    former = cloudflare.served()
    live.knows(STRIPE_KEY="sk_live_another", NEW_KEY="brand-new-value")
    site.statuses = [500]

    run = live.fast("deploy", probe=f"{site.url}/health")

    assert run.exit_code == 6
    assert run.outcome == "reverted", run.log
    assert cloudflare.served() == former
    moves = [s for s in cloudflare.sent if str(s).startswith("POST") and "/deployments" in s.path]
    assert [(s.status, s.query) for s in moves] == [
        (200, {}),
        (400, {}),
        (200, {"force": "true"}),
    ]


def test_after_a_revert_the_next_run_deploys_again(
    live: Runner, cloudflare: Cloudflare, site: Site
):
    site.statuses = [500]
    live.fast("deploy", probe=f"{site.url}/health")
    site.statuses = [200]

    run = live.fast("deploy", probe=f"{site.url}/health")

    assert run.exit_code == 0, run.log
    assert run.outcome == "deployed"
    assert cloudflare.script()["settings"]["logpush"] is False


def test_traffic_is_not_taken_from_who_deployed_meanwhile(
    live: Runner, cloudflare: Cloudflare, site: Site
):
    live.fast("deploy")
    theirs = cloudflare.versions()[0]["id"]
    live.checkout.module("export default { fetch() { return 3 } };\n")
    site.statuses = [500]
    cloudflare.forget_requests()
    # plan, guard, check; the fourth read comes from the way back
    cloudflare.when("GET deployments", lambda: cloudflare.deploy_version(theirs), nth=4)

    run = live.fast("deploy", probe=f"{site.url}/health")

    assert run.exit_code == 6
    assert run.outcome == "partial"
    assert cloudflare.live()["id"] == theirs
    assert run.outputs["live-version-id"] == theirs
    assert "deployed meanwhile" in run.log


def test_a_first_deploy_whose_probe_fails_stays_and_says_so(
    full_runner: Runner, cloudflare: Cloudflare, site: Site
):
    site.statuses = [500]

    run = full_runner.fast("deploy", probe=f"{site.url}/health")

    assert run.exit_code == 6
    assert run.outcome == "partial"
    assert "a first deploy can't be undone" in run.log
    assert cloudflare.live()["id"] == run.outputs["live-version-id"]


def test_a_former_rollout_comes_back_with_its_percentages(
    live: Runner, cloudflare: Cloudflare, site: Site
):
    live.fast("deploy")
    one, two = (version["id"] for version in cloudflare.versions()[:2])
    cloudflare.deploy_version(two, one)
    live.checkout.module("export default { fetch() { return 3 } };\n")
    site.statuses = [500]

    run = live.fast("deploy", probe=f"{site.url}/health", allow="end-rollout")

    assert run.outcome == "reverted", run.log
    assert cloudflare.script()["live_versions"] == [[two, 50], [one, 50]]


def test_a_revert_that_is_refused_is_told_as_partial(
    live: Runner, cloudflare: Cloudflare, site: Site
):
    site.statuses = [500]
    cloudflare.fail(
        "POST deployments", "status", status=403, code=10023, message="Gone.", nth=2, count=None
    )

    run = live.fast("deploy", probe=f"{site.url}/health")

    assert run.exit_code == 6
    assert run.outcome == "partial"
    assert "traffic could not be returned" in run.log
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_a_revert_whose_answer_is_lost_is_found_done(
    live: Runner, cloudflare: Cloudflare, site: Site
):
    former = cloudflare.served()
    site.statuses = [500]
    cloudflare.fail("POST deployments", "lost", nth=2)

    run = live.fast("deploy", probe=f"{site.url}/health")

    assert run.outcome == "reverted", run.log
    assert cloudflare.served() == former
    assert cloudflare.writes.count("POST deployments") == 2


def test_the_time_of_undoing_is_not_taken_from_the_deadline(
    live: Runner, cloudflare: Cloudflare, site: Site
):
    former = cloudflare.served()
    site.statuses = [500]
    live.time.stands_still = True

    run = live.fast("deploy", probe=f"{site.url}/health", deadline=20, probe_timeout=60)

    assert run.exit_code == 6, run.log
    assert run.outcome == "reverted"
    assert cloudflare.served() == former


def test_probe_statuses_are_what_the_input_says(live: Runner, site: Site):
    site.statuses = [404]

    run = live.fast("deploy", probe=f"{site.url}/a\n{site.url}/b", probe_status="404, 410")

    assert run.exit_code == 0, run.log
    assert {"/a", "/b"} == set(site.asked)


def test_the_probe_has_no_token_and_asks_for_the_new_version(
    live: Runner, cloudflare: Cloudflare, site: Site
):
    live.fast("deploy", probe=site.url)

    for headers in site.headers:
        assert "Authorization" not in headers
        overrides = headers["Cloudflare-Workers-Version-Overrides"]
        assert overrides == f'shop="{cloudflare.live()["id"]}"'


def test_a_run_that_changes_nothing_does_not_probe(live: Runner, site: Site):
    live.fast("deploy")

    run = live.fast("deploy", probe=site.url)

    assert run.outcome == "unchanged"
    assert site.asked == []
