"""A run that is cancelled: it ends in time, puts settings back, and says what is live.

What hangs here hangs for ever, so that a run that ends has given it up, on however busy a machine.
"""

import signal
import threading
from collections.abc import Callable

import pytest

from fakes.cloudflare import Cloudflare
from fakes.patience import FOREVER, PATIENCE
from fakes.runs import Run, Runner
from fakes.site import serve_site
from workers_deploy.executor import run as run_module
from workers_deploy.executor import stop as stop_module
from workers_deploy.executor.stop import Stop

GITHUB_GIVES = 7.5  # seconds between SIGINT and SIGTERM
WITHOUT_END = {"deadline": FOREVER, "request_timeout": FOREVER}
EXIT_CODES = {signal.SIGTERM: 143, signal.SIGINT: 130}


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed, and everything changed since."""
    assert full_runner.fast("deploy").exit_code == 0
    full_runner.checkout.module("export default { fetch() {} };\n")
    full_runner.checkout.assets(index_html="<h1>two</h1>").config(logpush=False, preview_urls=True)
    cloudflare.forget_requests()
    return full_runner


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give undoing all the time that it needs, where nothing of it hangs."""
    monkeypatch.setattr(run_module, "CANCELLED_UNDO_SECONDS", PATIENCE)
    monkeypatch.setattr(stop_module, "CANCELLED_UNDO_SECONDS", PATIENCE)


@pytest.fixture
def long_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look as long as it takes for what became of a request, where a read will show it."""
    monkeypatch.setattr(run_module, "CANCELLED_LOOK_SECONDS", PATIENCE)


def test_what_a_cancelled_run_may_take_is_less_than_github_gives():
    assert stop_module.GIVE_UP_SECONDS + stop_module.CANCELLED_UNDO_SECONDS < GITHUB_GIVES
    assert stop_module.CANCELLED_LOOK_SECONDS < stop_module.CANCELLED_UNDO_SECONDS


def cancel(
    runner: Runner,
    route: str,
    *,
    number: int = signal.SIGTERM,
    nth: int = 1,
    **inputs: str | bool | int,
) -> Run:
    """Start a run, and send a signal as the nth request of a route arrives."""
    arrived = threading.Event()
    runner.cloudflare.when(route, arrived.set, nth=nth)
    running = runner.start("deploy", **WITHOUT_END, **inputs)
    assert arrived.wait(PATIENCE), running.end().log
    running.signal(number)
    return running.end()


def cancel_here(runner: Runner, route: str, *, nth: int = 1, **inputs: str | bool | int) -> Run:
    """The same in this process, where the signal is a call: as fast, without a process's start."""
    stop = Stop()
    runner.cloudflare.when(route, lambda: stop.request(signal.SIGTERM), nth=nth)
    return runner.fast("deploy", stop=stop, **WITHOUT_END, **inputs)


def assert_cancelled(run: Run, number: int = signal.SIGTERM) -> None:
    assert run.exit_code == EXIT_CODES[signal.Signals(number)], run.log
    assert run.seconds < PATIENCE
    assert run.report["exit_code"] == run.exit_code
    assert "cancelled" in run.log
    assert run.outputs["outcome"] in ("failed", "partial")


@pytest.mark.parametrize("number", EXIT_CODES)
def test_a_signal_in_an_upload_that_hangs_ends_the_run_in_time(
    live: Runner, cloudflare: Cloudflare, number: int
):
    former = cloudflare.served()
    cloudflare.fail("POST versions", "hang", count=None)

    run = cancel(live, "POST versions", number=number)

    assert_cancelled(run, number)
    assert run.outcome == "failed"
    assert cloudflare.served() == former
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


@pytest.mark.usefixtures("unhurried")
def test_a_signal_while_assets_hang_ends_the_run_in_time(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    live.checkout.assets(index_html="1", app_js="2", a_txt="3", b_txt="4", c_txt="5")
    cloudflare.fail("POST assets/upload", "hang", count=None)

    run = cancel_here(live, "POST assets/upload", nth=3)

    assert_cancelled(run)
    assert cloudflare.served() == former


@pytest.mark.usefixtures("unhurried")
def test_a_signal_before_traffic_moved_puts_the_settings_back(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    cloudflare.fail("POST deployments", "hang", count=None)

    run = cancel_here(live, "POST deployments")

    assert_cancelled(run)
    assert cloudflare.served() == former
    assert "logpush true again" in run.log
    # The request was sent and never answered: nothing tells that it will not be carried out yet.
    assert run.outcome == "partial"
    assert "not known: no read shows it after 3 s" in run.log
    assert "live-version-id" not in run.outputs


@pytest.mark.usefixtures("unhurried", "long_look")
@pytest.mark.parametrize("lag", [0, 2])
def test_reads_that_lag_do_not_hide_from_a_cancelled_run_what_became_of_its_deployment(
    live: Runner, cloudflare: Cloudflare, lag: int
):
    cloudflare.faults(
        {"route": "POST deployments", "kind": "hang", "when": "after", "count": None},
        {"route": "GET deployments", "kind": "stale", "seconds": lag, "nth": 3, "count": None},
    )

    run = cancel_here(live, "POST deployments", max_attempts=2)

    assert_cancelled(run)
    assert run.outcome == "partial"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"] == run.outputs["version-id"]
    assert cloudflare.script()["settings"]["logpush"] is False


def test_a_signal_while_it_is_looked_what_became_of_a_deployment_asks_in_measure(
    live: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("POST deployments", "reset", count=None)

    run = cancel_here(live, "GET deployments", nth=5, max_attempts=1)

    assert run.outcome in ("failed", "partial")
    assert len(cloudflare.requests) < 60


@pytest.mark.usefixtures("unhurried", "long_look")
def test_a_signal_while_a_deployment_s_answer_is_late_finds_out_what_became_of_it(
    live: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("POST deployments", "hang", when="after", count=None)

    run = cancel_here(live, "POST deployments")

    assert_cancelled(run)
    assert run.outcome == "partial"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"] == run.outputs["version-id"]
    assert cloudflare.script()["settings"]["logpush"] is False, "traffic moved: nothing undone"


@pytest.mark.usefixtures("unhurried")
def test_a_signal_in_the_wait_of_a_retry_ends_it_at_once(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    cloudflare.fail(
        "POST deployments", "status", status=429, headers={"Retry-After": "3000"}, count=None
    )

    run = cancel_here(live, "POST deployments")

    assert_cancelled(run)
    assert cloudflare.served() == former


@pytest.mark.usefixtures("unhurried")
def test_a_signal_while_settings_are_read_back_puts_them_back(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    cloudflare.fail("GET script-settings", "hang", nth=2)

    run = cancel_here(live, "GET script-settings", nth=2)

    assert_cancelled(run)
    assert cloudflare.served() == former


@pytest.mark.usefixtures("unhurried")
def test_undoing_takes_its_time_although_the_request_in_flight_is_given_up(
    live: Runner, cloudflare: Cloudflare
):
    """The request in flight gets a second; what puts the settings back gets five."""
    former = cloudflare.served()
    cloudflare.faults(
        {"route": "POST deployments", "kind": "status", "status": 429, "count": None},
        {"route": "PATCH script-settings", "kind": "slow", "seconds": 1.6, "nth": 2},
    )

    run = cancel_here(live, "POST deployments")

    assert_cancelled(run)
    assert run.outcome == "failed", run.log
    assert cloudflare.served() == former


def test_an_undo_that_hangs_ends_in_time_and_is_told(live: Runner, cloudflare: Cloudflare):
    cloudflare.faults(
        {"route": "POST deployments", "kind": "hang", "count": None},
        {"route": "POST subdomain", "kind": "hang", "nth": 2, "count": None},
    )

    run = cancel(live, "POST deployments")

    assert_cancelled(run)
    assert run.outcome == "partial"
    assert "not put back" in run.log


def test_a_signal_while_a_failure_is_undone_ends_in_time(live: Runner, cloudflare: Cloudflare):
    cloudflare.faults(
        {"route": "POST deployments", "kind": "status", "status": 403, "code": 10023},
        {"route": "POST subdomain", "kind": "hang", "nth": 2, "count": None},
    )

    run = cancel_here(live, "POST subdomain", nth=2)

    assert run.seconds < PATIENCE
    assert run.exit_code in (4, 143), run.log
    assert run.outcome == "partial"


def test_a_signal_after_traffic_moved_leaves_it_there(live: Runner, cloudflare: Cloudflare):
    with serve_site() as site:
        site.statuses = [500]
        # plan, both guards, check
        run = cancel_here(live, "GET deployments", nth=4, probe=f"{site.url}/", probe_timeout=60)

    assert_cancelled(run)
    assert run.outcome == "partial"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"] == run.outputs["version-id"]


def test_a_signal_while_live_is_read_writes_nothing(live: Runner, cloudflare: Cloudflare):
    cloudflare.fail("GET versions/*", "hang", count=None)

    run = cancel_here(live, "GET versions/*")

    assert_cancelled(run)
    assert run.outcome == "failed"
    assert cloudflare.writes == []


@pytest.mark.usefixtures("unhurried", "long_look")
def test_a_signal_in_a_first_deploy_whose_answer_is_late_tells_what_is_live(
    full_runner: Runner, cloudflare: Cloudflare
):
    cloudflare.fail("PUT workers/scripts/*", "hang", when="after", count=None)

    run = cancel_here(full_runner, "PUT workers/scripts/*")

    assert_cancelled(run)
    assert run.outcome == "partial"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_a_second_signal_changes_nothing(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.served()
    arrived = threading.Event()
    cloudflare.fail("POST deployments", "hang", count=None)
    cloudflare.when("POST deployments", arrived.set)
    running = live.start("deploy", **WITHOUT_END)
    assert arrived.wait(PATIENCE)

    running.signal(signal.SIGINT)
    running.process.send_signal(signal.SIGTERM)
    run = running.end()

    assert run.exit_code in (130, 143)
    assert cloudflare.served() == former


@pytest.mark.parametrize("command", ["plan", "deploy"])
def test_a_signal_before_anything_was_asked_ends_the_run(
    runner: Runner, cloudflare: Cloudflare, command: str
):
    stop = Stop()
    stop.request(signal.SIGTERM)

    run = runner.fast(command, stop=stop)

    assert run.exit_code == 143, run.log
    assert cloudflare.requests == []


def test_after_a_signal_no_further_read_begins(runner: Runner, cloudflare: Cloudflare):
    runner.fast("deploy")
    cloudflare.forget_requests()
    stop = Stop()
    cloudflare.when("GET deployments", _later(stop))

    run = runner.fast("plan", stop=stop)

    assert run.exit_code == 143, run.log
    assert run.outcome == "failed"
    assert not [r for r in cloudflare.requests if r.startswith("GET /workers/workers/")]


def _later(stop: Stop) -> Callable[[], None]:
    return lambda: stop.request(signal.SIGTERM)
