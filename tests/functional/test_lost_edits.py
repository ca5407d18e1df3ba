"""An edit that serves at once and whose answer is lost is looked up, and not made twice."""

from pathlib import Path

import pytest

from fakes.checkout import worker
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner


def deployed(folder: Path, cloudflare: Cloudflare) -> Runner:
    runner = Runner(worker(folder / "checkout"), cloudflare, folder / "files")
    runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret", MAIL_KEY="mail-0b5e-value")
    run = runner.fast("deploy")
    assert run.exit_code == 0, run.log
    cloudflare.forget_requests()
    return runner


@pytest.mark.parametrize("tries", [1, 3])
@pytest.mark.parametrize("kind", ["lost", "malformed"])
def test_settings_whose_version_keeps_no_annotations_are_known_by_what_they_are(
    tmp_path: Path, kind: str, tries: int
):
    with Cloudflare(put_annotations=False) as cloudflare:
        runner = deployed(tmp_path, cloudflare)
        runner.checkout.config(vars={"GREETING": "salve"}, compatibility_date="2026-10-01")
        cloudflare.fail("PATCH settings", kind, count=None)

        run = runner.fast("deploy", only="settings", max_attempts=tries)

        assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
        assert run.outputs["changed"] == "true"
        assert run.outputs["live-version-id"] == cloudflare.live()["id"]
        assert cloudflare.writes == ["PATCH settings"]
        assert len(cloudflare.versions()) == 2


def test_settings_that_someone_changed_meanwhile_are_not_taken_for_this_runs(tmp_path: Path):
    with Cloudflare(put_annotations=False) as cloudflare:
        runner = deployed(tmp_path, cloudflare)
        runner.checkout.config(vars={"GREETING": "salve"})
        cloudflare.fail("PATCH settings", "status", status=503)
        cloudflare.when(
            "PATCH settings",
            lambda: cloudflare.ask("PUT", "/workers/scripts/shop/secrets", SECRET),
        )

        run = runner.fast("deploy", only="settings")

        assert (run.exit_code, run.outcome) == (7, "failed"), run.log
        assert "GREETING" not in cloudflare.bindings()
        assert run.outputs["live-version-id"] == cloudflare.live()["id"]


SECRET = {"name": "DASH", "text": "dash-value", "type": "secret_text"}


@pytest.mark.parametrize("tries", [1, 3])
@pytest.mark.parametrize("kind", ["lost", "malformed"])
@pytest.mark.parametrize("names", ["STRIPE_KEY", "STRIPE_KEY\nMAIL_KEY"], ids=["one", "several"])
def test_secrets_whose_names_were_there_make_one_version_and_what_is_not_known_is_said(
    tmp_path: Path, names: str, kind: str, tries: int
):
    with Cloudflare() as cloudflare:
        runner = deployed(tmp_path, cloudflare)
        runner.knows(STRIPE_KEY="sk_live_another_value", MAIL_KEY="mail-another-value")
        route = "PATCH secrets-bulk" if "\n" in names else "PUT secrets"
        cloudflare.fail(route, kind, count=None)

        run = runner.fast("deploy", only="secrets", secrets=names, max_attempts=tries)

        assert (run.exit_code, run.outcome) == (0, "deployed"), run.log
        assert len(cloudflare.versions()) == 2
        assert cloudflare.secrets()["STRIPE_KEY"] == "sk_live_another_value"
        version = cloudflare.live()["id"]
        assert run.outputs["live-version-id"] == version
        (warning,) = (one for one in run.report["warnings"] if "answer was lost" in one)
        assert version[:8] in warning
        assert "never read back" in warning
