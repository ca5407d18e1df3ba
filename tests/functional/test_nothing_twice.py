"""Nothing is sent twice, and two runs at once do not tear each other apart."""

import threading
from pathlib import Path

import pytest

from fakes.checkout import Checkout, full
from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner

TWO = "export default { fetch() { return new Response('two') } };\n"
THREE = "export default { fetch() { return new Response('three') } };\n"
MODULE = (
    "export default { fetch() { return new Response('one') }, async scheduled() {},"
    " async queue() {} };\n"
)


def with_triggers(runner: Runner) -> Runner:
    runner.cloudflare.ask("POST", "/queues", {"queue_name": "orders"})
    runner.checkout.module(MODULE).config(
        triggers={"crons": ["0 * * * *"]},
        routes=["example.com/a/*", {"pattern": "shop.example.com", "custom_domain": True}],
        queues={"consumers": [{"queue": "orders", "max_batch_size": 10}]},
    )
    return runner


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed."""
    assert full_runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    return full_runner


@pytest.fixture
def other(full_runner: Runner, cloudflare: Cloudflare, tmp_path: Path) -> Runner:
    """Another checkout of the same project."""
    runner = Runner(full(tmp_path / "other"), cloudflare, tmp_path / "other-files")
    runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret", MAIL_KEY="mail-0b5e-value")
    return runner


def test_a_second_deploy_of_everything_writes_nothing(full_runner: Runner, cloudflare: Cloudflare):
    with_triggers(full_runner)
    first = full_runner.process("deploy", "--usage-model", "standard", "--cpu-ms", "50")
    assert first.exit_code == 0, first.log
    state = cloudflare.state()
    cloudflare.forget_requests()

    second = full_runner.process("deploy", "--usage-model", "standard", "--cpu-ms", "50")

    assert second.exit_code == 0, second.log
    assert second.outcome == "unchanged"
    assert second.outputs["changed"] == "false"
    assert cloudflare.writes == []
    assert {request.split()[0] for request in cloudflare.requests} == {"GET"}
    assert cloudflare.state()["scripts"] == state["scripts"]
    assert cloudflare.state()["routes"] == state["routes"]
    assert len(cloudflare.versions()) == 1


def test_a_gradual_rollout_of_what_is_deployed_is_ended_without_a_new_version(
    live: Runner, cloudflare: Cloudflare
):
    live.checkout.module(TWO)
    live.fast("deploy")
    one, two = (version["id"] for version in cloudflare.versions())
    cloudflare.deploy_version(two, one)
    cloudflare.forget_requests()

    stopped = live.fast("deploy")
    opened = live.fast("deploy", allow="end-rollout")

    assert stopped.exit_code == 7, stopped.log
    assert opened.outcome == "deployed", opened.log
    assert cloudflare.writes == ["POST deployments"]
    assert cloudflare.live()["id"] == two
    assert len(cloudflare.versions()) == 2
    assert live.fast("deploy").outcome == "unchanged"


def test_guards_are_not_asked_where_nothing_is_written(live: Runner, cloudflare: Cloudflare):
    live.checkout.module(TWO)
    live.fast("deploy")
    cloudflare.deploy_version(cloudflare.versions()[0]["id"], message="Rollback")
    live.checkout.module()

    run = live.fast("deploy")

    assert run.exit_code == 0, run.log
    assert run.outcome == "unchanged"


@pytest.mark.parametrize(
    "meanwhile",
    ["POST versions", "PATCH script-settings", "POST subdomain", "GET deployments"],
)
def test_of_two_deploys_at_once_one_wins_whole_and_the_other_stops(
    live: Runner, other: Runner, cloudflare: Cloudflare, meanwhile: str
):
    live.checkout.module(TWO).assets(index_html="<h1>two</h1>")
    live.checkout.config(logpush=False, preview_urls=True, vars={"GREETING": "two"})
    other.checkout.module(THREE).assets(index_html="<h1>three</h1>")
    other.checkout.config(logpush=False, preview_urls=True, vars={"GREETING": "three"})
    won: list[Run] = []
    # The second read of deployments is the guard's, right before traffic moves.
    nth = 2 if meanwhile == "GET deployments" else 1
    cloudflare.when(meanwhile, lambda: won.append(in_another_thread(other)), nth=nth)

    lost = live.fast("deploy")

    assert won[0].exit_code == 0, won[0].log
    assert lost.exit_code == 7, lost.log
    assert lost.outcome in ("failed", "partial")
    served = cloudflare.live()
    assert served["id"] == won[0].outputs["version-id"]
    assert served["modules"][0]["text"] == THREE
    assert cloudflare.bindings()["GREETING"]["text"] == "three"
    assert cloudflare.script()["settings"]["logpush"] is False
    assert cloudflare.script()["subdomain"] == {"enabled": True, "previews_enabled": True}
    assert lost.outputs["live-version-id"] == served["id"]
    assert other.fast("deploy").outcome == "unchanged"


def in_another_thread(runner: Runner) -> Run:
    """Run a whole deploy while a request of another run is in the emulator."""
    ran: list[Run] = []
    thread = threading.Thread(target=lambda: ran.append(runner.fast("deploy")))
    thread.start()
    thread.join()
    return ran[0]


def test_settings_that_someone_deployed_without_are_put_back(live: Runner, cloudflare: Cloudflare):
    theirs = cloudflare.live()["id"]
    live.checkout.module(TWO).config(logpush=False)
    cloudflare.when("GET deployments", lambda: cloudflare.deploy_version(theirs), nth=2)

    run = live.fast("deploy")

    assert run.exit_code == 7, run.log
    assert run.outcome == "failed"
    assert cloudflare.script()["settings"]["logpush"] is True


def test_of_two_first_deploys_the_second_does_not_replace_the_first(
    full_runner: Runner, other: Runner, cloudflare: Cloudflare
):
    other.checkout.module(TWO)
    won: list[Run] = []
    cloudflare.when(
        "POST assets-upload-session", lambda: won.append(in_another_thread(other)), nth=1
    )

    lost = full_runner.fast("deploy")

    assert won[0].exit_code == 0, won[0].log
    assert lost.exit_code == 7, lost.log
    assert cloudflare.live()["modules"][0]["text"] == TWO
    assert len(cloudflare.versions()) == 1


def test_two_processes_at_once_leave_one_of_them_whole(
    live: Runner, other: Runner, cloudflare: Cloudflare
):
    live.checkout.module(TWO).config(logpush=False, vars={"GREETING": "two"})
    other.checkout.module(THREE).config(logpush=False, vars={"GREETING": "three"})

    runs = [started.end() for started in (live.start("deploy"), other.start("deploy"))]

    codes = sorted(run.exit_code for run in runs)
    assert codes in ([0, 0], [0, 7], [0, 6]), [run.log for run in runs]
    text = cloudflare.live()["modules"][0]["text"]
    greeting = cloudflare.bindings()["GREETING"]["text"]
    assert (text, greeting) in [(TWO, "two"), (THREE, "three")]
    assert cloudflare.script()["settings"]["logpush"] is False
    assert all(run.outputs["live-version-id"] for run in runs)


def test_who_deploys_right_after_a_run_is_not_waited_for(live: Runner, cloudflare: Cloudflare):
    theirs = cloudflare.live()["id"]
    live.checkout.module(TWO)
    cloudflare.when("GET deployments", lambda: cloudflare.deploy_version(theirs), nth=3)

    run = live.fast("deploy")

    assert run.exit_code == 6, run.log
    assert run.outcome == "partial"
    assert "deployed right after this run" in run.log
    assert run.outputs["live-version-id"] == theirs
    assert live.time.slept == []


def test_another_token_makes_nothing_comparable(checkout: Checkout, tmp_path: Path):
    """The note's digests are keyed with the token: after a rotation they say nothing."""
    with Cloudflare(tokens=("token-of-march", "token-of-april")) as cloudflare:
        runner = Runner(checkout, cloudflare, tmp_path / "files")
        assert runner.fast("deploy").exit_code == 0

        run = runner.fast("plan", env={"CLOUDFLARE_API_TOKEN": "token-of-april"})

    assert run.exit_code == 0, run.log
    assert "its note was written with another API token" in run.log
    assert "no note of ours" not in run.log
    assert "a value changed" not in run.log
    assert "the project has none" not in run.log
