"""Someone deploys while a request is waited for: theirs is not taken for ours, nor ours for theirs.

What a request whose answer was lost has made is found as ours, also below what others made since.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.checkout import Checkout, worker
from fakes.cloudflare import Cloudflare
from fakes.others import OTHER, set_secret, upload_another, upload_plainly
from fakes.runs import Run, Runner

MINE = "export default { fetch() { return new Response('mine'); } };\n"
SERVICE_WORKER = "addEventListener('fetch', (e) => e.respondWith(new Response('%s')));\n"
PASSING = {"kind": "status", "status": 429, "headers": {"retry-after": "2"}}
UNKNOWN = {"kind": "status", "status": 503}
NEVER = {**UNKNOWN, "count": None}
REFUSED = {"kind": "status", "status": 400, "code": 10021}


def upload_beside(cloudflare: Cloudflare) -> None:
    """Upload and deploy other code without PUT script, which is what fails."""
    cloudflare.deploy_version(upload_another(cloudflare))


@pytest.fixture
def deployed(tmp_path: Path, cloudflare: Cloudflare) -> Callable[..., Runner]:
    """Deploy a project of code and secrets, in a form; returns who runs the next deploy."""

    def deploy(code: str | None = None) -> Runner:
        checkout: Checkout = worker(tmp_path / "plain")
        if code is not None:
            checkout.module(code)
        runner = Runner(checkout, cloudflare, tmp_path / "plain-files")
        runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret", MAIL_KEY="mail-0b5e-value")
        assert runner.fast("deploy").exit_code == 0
        cloudflare.forget_requests()
        return runner

    return deploy


def assert_theirs_serves(run: Run, cloudflare: Cloudflare, exit_code: int) -> None:
    assert (run.exit_code, run.outcome) == (exit_code, "failed"), run.log
    assert cloudflare.live()["modules"][0]["text"] == OTHER
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert "(new)" not in run.log


@pytest.mark.parametrize(
    ("fault", "exit_code"), [(PASSING, 7), (UNKNOWN, 7), (NEVER, 7), (REFUSED, 4)]
)
def test_code_that_someone_uploaded_is_not_replaced_by_a_script(
    deployed: Callable[..., Runner],
    cloudflare: Cloudflare,
    fault: dict[str, object],
    exit_code: int,
):
    runner = deployed(SERVICE_WORKER % "one")
    runner.checkout.module(SERVICE_WORKER % "two")
    cloudflare.faults({"route": "PUT workers/scripts/shop", **fault})
    cloudflare.when("PUT workers/scripts/shop", lambda: upload_beside(cloudflare))

    run = runner.fast("deploy")

    assert_theirs_serves(run, cloudflare, exit_code)
    assert cloudflare.writes.count("PUT script") == 1


@pytest.mark.parametrize(("fault", "tries"), [(PASSING, 5), (UNKNOWN, 5), (NEVER, 5), (NEVER, 1)])
def test_code_that_someone_uploaded_is_not_replaced_by_code_alone(
    deployed: Callable[..., Runner],
    cloudflare: Cloudflare,
    fault: dict[str, object],
    tries: int,
):
    runner = deployed()
    runner.checkout.module(MINE)
    cloudflare.faults({"route": "PUT content", **fault})
    cloudflare.when("PUT content", lambda: upload_plainly(cloudflare))

    run = runner.fast("deploy", only="code", max_attempts=tries)

    assert_theirs_serves(run, cloudflare, exit_code=7 if tries > 1 else 5)
    assert cloudflare.writes.count("PUT content") == 1


@pytest.mark.parametrize("fault", [PASSING, UNKNOWN, NEVER])
def test_a_secret_that_someone_rotated_is_not_overwritten(
    deployed: Callable[..., Runner], cloudflare: Cloudflare, fault: dict[str, object]
):
    runner = deployed()
    runner.knows(NEW_KEY="brand-new-value", MAIL_KEY="mail-of-this-run")
    cloudflare.faults({"route": "PATCH secrets-bulk", **fault})
    cloudflare.when(
        "PATCH secrets-bulk", lambda: set_secret(cloudflare, "MAIL_KEY", "rotated-value")
    )

    run = runner.fast("deploy", only="secrets")

    assert (run.exit_code, run.outcome) == (7, "failed"), run.log
    assert cloudflare.secrets()["MAIL_KEY"] == "rotated-value"
    assert "NEW_KEY" not in cloudflare.secrets()
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_after_a_clear_no_a_secret_that_someone_rotated_is_theirs(
    deployed: Callable[..., Runner], cloudflare: Cloudflare
):
    runner = deployed()
    runner.knows(STRIPE_KEY="sk_of_this_run", MAIL_KEY="mail-of-this-run")
    cloudflare.faults({"route": "PATCH secrets-bulk", **PASSING})
    cloudflare.when(
        "PATCH secrets-bulk", lambda: set_secret(cloudflare, "MAIL_KEY", "rotated-value")
    )

    run = runner.fast("deploy", only="secrets")

    assert (run.exit_code, run.outcome) == (7, "failed"), run.log
    assert cloudflare.secrets()["MAIL_KEY"] == "rotated-value"


@pytest.mark.parametrize("code", ["one", None])
@pytest.mark.parametrize("kind", ["lost", "malformed"])
def test_a_lost_script_that_lost_its_note_too_is_found_by_its_code(
    tmp_path: Path, kind: str, code: str | None
):
    with Cloudflare(put_annotations=False) as cloudflare:
        checkout = worker(tmp_path / "plain")
        if code is not None:
            checkout.module(SERVICE_WORKER % code)
        runner = Runner(checkout, cloudflare, tmp_path / "plain-files")
        cloudflare.fail("PUT workers/scripts/shop", kind)

        run = runner.fast("deploy")

        assert "its answer was lost, but it was carried out" in run.log
        assert cloudflare.writes.count("PUT script") == 1
        assert run.outputs["live-version-id"] == cloudflare.live()["id"]


def test_lost_code_is_found_though_reads_of_the_code_lag(
    deployed: Callable[..., Runner], cloudflare: Cloudflare
):
    runner = deployed()
    cloudflare.advance(60)
    runner.checkout.module(MINE)
    cloudflare.faults(
        {"route": "PUT content", "kind": "lost"},
        {"route": "GET content/v2", "kind": "stale", "seconds": 8, "count": None},
    )

    run = runner.fast("deploy", only="code")

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert cloudflare.writes == ["PUT content"]


def test_lost_code_is_found_below_a_secret_that_someone_set_since(
    deployed: Callable[..., Runner], cloudflare: Cloudflare
):
    runner = deployed()
    runner.checkout.module(MINE)
    cloudflare.fail("PUT content", "lost")
    # The first read is the plan's, the second the guard's, the third comes after the wait.
    cloudflare.when("GET deployments", lambda: set_secret(cloudflare, "DASH", "dash-value"), nth=3)

    run = runner.fast("deploy", only="code")

    assert cloudflare.writes.count("PUT content") == 1, run.log
    assert run.outcome in ("deployed", "partial")
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert cloudflare.live()["modules"][0]["text"] == MINE


@pytest.mark.parametrize("nth", [4, 5])
@pytest.mark.parametrize("tries", [1, 5])
def test_a_lost_deployment_is_found_below_a_secret_that_someone_set_since(
    deployed: Callable[..., Runner], cloudflare: Cloudflare, nth: int, tries: int
):
    runner = deployed()
    runner.checkout.module(MINE).config(logpush=True)
    cloudflare.fail("POST deployments", "lost")
    cloudflare.when(
        "GET deployments", lambda: set_secret(cloudflare, "DASH", "dash-value"), nth=nth
    )

    run = runner.fast("deploy", max_attempts=tries)

    assert run.outcome == "partial", run.log
    assert "nothing changed" not in run.log
    assert "deployed meanwhile" in run.log
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
    assert cloudflare.live()["modules"][0]["text"] == MINE
    assert cloudflare.script()["settings"]["logpush"] is True, "the settings of our code stay"


def test_a_lost_rollback_below_another_deployment_is_told(
    deployed: Callable[..., Runner], cloudflare: Cloudflare
):
    runner = deployed()
    theirs = cloudflare.live()["id"]
    for code in (MINE, OTHER):
        runner.checkout.module(code)
        assert runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    cloudflare.fail("POST deployments", "lost")
    cloudflare.when("GET deployments", lambda: cloudflare.deploy_version(theirs), nth=3)

    run = runner.fast("rollback")

    assert run.outcome == "partial", run.log
    assert "nothing changed" not in run.log
    assert cloudflare.live()["id"] == theirs == run.outputs["live-version-id"]


@pytest.mark.parametrize("kind", ["lost", "malformed"])
def test_secrets_whose_names_show_that_they_were_taken_are_not_set_twice(
    deployed: Callable[..., Runner], cloudflare: Cloudflare, kind: str
):
    runner = deployed()
    runner.knows(NEW_KEY="brand-new-value", MAIL_KEY="mail-of-this-run")
    cloudflare.fail("PATCH secrets-bulk", kind, count=None)

    run = runner.fast("deploy", only="secrets", max_attempts=3)

    assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
    assert cloudflare.writes == ["PATCH secrets-bulk"]
    assert len(cloudflare.versions()) == 2
    assert run.outputs["live-version-id"] == cloudflare.live()["id"]
