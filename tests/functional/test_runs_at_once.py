"""Several runs deploy one script: the first upload goes on, the others wait for it and give way."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakes.checkout import worker
from fakes.cloudflare import Cloudflare
from fakes.others import upload_another
from fakes.races import KINDS, Race
from fakes.runs import Run, Runner

CODE = "export default { fetch() { return new Response('%s'); } };\n"


@pytest.fixture
def two(cloudflare: Cloudflare, tmp_path: Path) -> tuple[Runner, Runner]:
    """A run and its rival, which set all things differently; the script is there for long."""
    runners = []
    for word, cron in (("mine", "1 * * * *"), ("theirs", "2 * * * *")):
        runner = Runner(worker(tmp_path / word), cloudflare, tmp_path / f"{word}-files")
        runners.append(runner)
        if word == "mine":
            assert runner.fast("deploy").exit_code == 0
        runner.checkout.module(CODE % word).config(
            vars={"GREETING": word}, logpush=word == "mine", triggers={"crons": [cron]}
        )
    cloudflare.advance(120)
    cloudflare.forget_requests()
    return runners[0], runners[1]


def beside(runner: Runner, *argv: str, **inputs: str) -> Run:
    """Run a whole command while a request of another run is in the emulator."""
    ran: list[Run] = []
    thread = threading.Thread(target=lambda: ran.append(runner.fast(*argv, **inputs)))
    thread.start()
    thread.join()
    return ran[0]


def meanwhile(cloudflare: Cloudflare, route: str, do: Callable[[], Run], *, nth: int = 1):
    ran: list[Run] = []
    cloudflare.when(route, lambda: ran.append(do()), nth=nth)
    return ran


def greeting(cloudflare: Cloudflare) -> str:
    return str(cloudflare.bindings()["GREETING"]["text"])


@pytest.fixture
def race(tmp_path: Path) -> Iterator[Race]:
    with Cloudflare(tokens=("token-of-run-0", "token-of-run-1")) as cloudflare:
        yield Race(cloudflare, tmp_path, KINDS["updates"], 2)


def test_who_uploads_second_waits_and_has_written_nothing(race: Race):

    def choose(run: int, asked: int, others: tuple[int, ...]) -> int:
        """Let the second run begin as the first one is about to upload."""
        return others[0] if others and (run, asked) == (0, 11) else run

    runs = race.go_in_turns(choose)

    first, second = sorted(runs, key=lambda run: run.exit_code)

    assert (first.exit_code, first.outcome) == (0, "deployed"), first.log
    assert (second.exit_code, second.outcome) == (7, "failed"), second.log
    assert "another run uploaded version" in second.log
    assert "waiting up to" in second.log
    settings = [sent for sent in race.cloudflare.sent if sent.path.endswith("script-settings")]
    assert [sent.method for sent in settings].count("PATCH") == 1
    race.assert_one_won(runs)


def test_a_claim_of_a_run_that_died_expires(two: tuple[Runner, Runner], cloudflare: Cloudflare):
    mine, theirs = two
    cloudflare.fail("POST deployments", "status", status=400, code=10021)
    died = meanwhile(cloudflare, "POST versions", lambda: beside(theirs, "deploy"))

    run = mine.fast("deploy")

    assert died[0].exit_code == 4
    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert "waiting up to 20 s for its deployment" in run.log
    assert 20 <= sum(mine.time.slept) < 40
    assert greeting(cloudflare) == "mine"


def test_a_preview_is_no_claim(two: tuple[Runner, Runner], cloudflare: Cloudflare):
    mine, theirs = two
    meanwhile(cloudflare, "POST versions", lambda: beside(theirs, "preview"))

    run = mine.fast("deploy")

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert mine.time.slept == []
    assert "waiting" not in run.log


def test_what_other_tools_uploaded_is_no_claim(two: tuple[Runner, Runner], cloudflare: Cloudflare):
    mine, _ = two
    cloudflare.when("POST versions", lambda: upload_another(cloudflare))

    run = mine.fast("deploy")

    assert run.exit_code == 0, run.log
    assert mine.time.slept == []


def test_whose_request_arrives_after_anothers_gives_the_traffic_to_it(
    two: tuple[Runner, Runner], cloudflare: Cloudflare
):
    mine, theirs = two
    won = meanwhile(cloudflare, "POST deployments", lambda: beside(theirs, "deploy"))

    run = mine.fast("deploy")

    assert won[0].exit_code == 0, won[0].log
    assert run.exit_code == 7, run.log
    assert "another run deployed version" in run.log
    assert greeting(cloudflare) == "theirs"
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    crons = cloudflare.ask("GET", "/workers/scripts/shop/schedules")["schedules"]
    assert [one["cron"] for one in crons] == ["2 * * * *"]


def test_the_first_one_waits_until_traffic_is_given_back(
    two: tuple[Runner, Runner], cloudflare: Cloudflare
):
    mine, _ = two
    mine.checkout.config(triggers=None)
    former = cloudflare.live()["id"]

    def deploy_theirs() -> None:
        cloudflare.deploy_version(former, message="Go wd1:theirs")
        mine_id = cloudflare.versions()[-1]["id"]
        cloudflare.when(
            "GET deployments",
            lambda: cloudflare.deploy_version(mine_id, message="Gave way wd1:yielded"),
            nth=2,
        )

    cloudflare.when("GET deployments", deploy_theirs, nth=4)  # the check's

    run = mine.fast("deploy")

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert "other runs gave way" in run.log
    assert greeting(cloudflare) == "mine"


def test_a_run_whose_version_another_run_replaced_ends_with_7(
    two: tuple[Runner, Runner], cloudflare: Cloudflare
):
    mine, _ = two
    mine.checkout.config(triggers=None)
    former = cloudflare.live()["id"]
    theirs = lambda: cloudflare.deploy_version(former, message="Go wd1:theirs")  # noqa: E731
    cloudflare.when("GET deployments", theirs, nth=4)  # the check's

    run = mine.fast("deploy")

    assert (run.exit_code, run.outcome) == (7, "partial"), run.log
    assert f"another run deployed version {former[:8]} right after this one" in run.log
    assert cloudflare.live()["id"] == run.outputs["live-version-id"] == former


def test_an_edit_that_is_refused_as_someone_uploads_ends_with_7(
    two: tuple[Runner, Runner], cloudflare: Cloudflare
):
    mine, _ = two
    mine.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    cloudflare.when("PUT secrets", lambda: upload_another(cloudflare))

    run = mine.fast("deploy", only="secrets")

    assert (run.exit_code, run.outcome) == (7, "failed"), run.log
    assert "someone uploaded one (10215)" in run.log
