"""`preview`: a version without traffic, and the URLs where it answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner

TWO = "export default { fetch() { return new Response('two') } };\n"


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed with preview URLs on, and its code changed since."""
    full_runner.checkout.config(preview_urls=True)
    assert full_runner.fast("deploy").exit_code == 0
    full_runner.checkout.module(TWO)
    cloudflare.forget_requests()
    return full_runner


@pytest.fixture
def pull_request(tmp_path: Path) -> dict[str, str]:
    """The environment of a job that a pull request started."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 17, "head": {"sha": "a" * 40}}}))
    return {"GITHUB_EVENT_PATH": str(event), "GITHUB_EVENT_NAME": "pull_request"}


def preview(runner: Runner, *argv: str, **inputs: Any) -> Run:
    run = runner.fast("preview", *argv, **inputs)
    assert run.exit_code == 0, run.log
    return run


def test_a_preview_is_a_version_without_traffic(live: Runner, cloudflare: Cloudflare):
    former, served = cloudflare.live()["id"], cloudflare.served()

    run = live.process("preview")

    assert run.exit_code == 0, run.log
    assert run.outcome == "previewed"
    assert cloudflare.writes == ["POST assets-upload-session", "POST versions"]
    assert cloudflare.served() == served
    assert len(cloudflare.versions()) == 2
    newest = cloudflare.versions()[-1]
    assert run.outputs["version-id"] == newest["id"]
    assert run.outputs["live-version-id"] == former
    assert newest["modules"][0]["text"] == TWO
    assert newest["annotations"]["workers/message"].split()[-1].startswith("wd1:")
    assert run.outputs["preview-url"] == f"https://{newest['id'][:8]}-shop.acme.workers.dev"
    assert "preview-alias-url" not in run.outputs
    assert "gets no traffic" in run.stdout
    assert run.stdout.splitlines()[-1].endswith(run.outputs["preview-url"])


def test_an_alias_has_a_url_of_its_own(live: Runner, cloudflare: Cloudflare):
    run = live.process("preview", "--preview-alias", "feature-x")

    assert run.exit_code == 0, run.log
    newest = cloudflare.versions()[-1]
    assert newest["annotations"]["workers/alias"] == "feature-x"
    assert run.outputs["preview-alias-url"] == "https://feature-x-shop.acme.workers.dev"
    assert run.outputs["preview-url"] == f"https://{newest['id'][:8]}-shop.acme.workers.dev"


def test_in_a_pull_request_the_alias_is_its_number(
    live: Runner, cloudflare: Cloudflare, pull_request: dict[str, str]
):
    run = preview(live, ci="github", env=pull_request, comment=False)

    assert run.step_outputs["preview-alias-url"].startswith("https://pr-17-shop.")
    assert cloudflare.versions()[-1]["annotations"]["workers/alias"] == "pr-17"


def test_in_a_pull_request_the_version_says_where_it_comes_from(
    live: Runner, cloudflare: Cloudflare, pull_request: dict[str, str]
):
    commit = live.checkout.commit("Fix the cart")
    event = Path(pull_request["GITHUB_EVENT_PATH"])
    url = "https://github.com/acme/shop/pull/17"
    pull = {"number": 17, "title": "Ü" * 300, "html_url": url}
    event.write_text(json.dumps({"pull_request": pull}))

    preview(live, ci="github", env=pull_request, comment=False)

    annotations = cloudflare.versions()[-1]["annotations"]
    assert annotations["workers/commit_sha"] == commit
    assert annotations["workers/repository_url"] == "https://github.com/acme/shop"
    assert annotations["workers/pull_request_number"] == "17"
    assert annotations["workers/pull_request_title"] == "Ü" * 256
    assert annotations["workers/pull_request_url"] == url


def test_a_script_upload_has_no_annotations_of_the_origin(
    full_runner: Runner, cloudflare: Cloudflare, pull_request: dict[str, str]
):
    run = full_runner.fast("deploy", ci="github", env=pull_request, comment=False)

    assert run.exit_code == 0, run.log
    sent = cloudflare.one_sent("PUT", "/workers/scripts/shop").metadata["annotations"]
    assert set(sent) <= {"workers/message", "workers/tag"}


def test_in_a_pull_request_it_is_said_that_production_is_shared(
    live: Runner, pull_request: dict[str, str]
):
    run = preview(live, ci="github", env=pull_request, comment=False)

    says = "runs with the bindings and secrets of the live script"
    assert run.stdout.count(says) == 1
    assert "an `environment` of their own" in run.stdout
    assert says not in preview(live).stdout


def test_an_environment_of_its_own_shares_nothing(live: Runner, pull_request: dict[str, str]):
    live.checkout.config(env={"preview": {"name": "shop"}})

    run = preview(live, ci="github", env=pull_request, comment=False, environment="preview")

    assert "of the live script" not in run.stdout


def test_a_named_alias_goes_before_the_pull_requests(live: Runner, pull_request: dict[str, str]):
    run = preview(live, ci="github", env=pull_request, comment=False, preview_alias="feature-x")

    assert run.step_outputs["preview-alias-url"].startswith("https://feature-x-shop.")


def test_a_deploy_in_a_pull_request_has_no_alias(
    live: Runner, cloudflare: Cloudflare, pull_request: dict[str, str]
):
    assert live.fast("deploy", ci="github", env=pull_request, comment=False).exit_code == 0

    assert "workers/alias" not in cloudflare.live()["annotations"]


def test_a_pull_requests_alias_that_would_be_too_long_is_left_out(
    live: Runner, cloudflare: Cloudflare, pull_request: dict[str, str]
):
    name = "s" * 60
    assert live.fast("deploy", script_name=name).exit_code == 0

    run = live.fast("preview", ci="github", env=pull_request, comment=False, script_name=name)

    assert run.exit_code == 0, run.log
    assert "too long" in run.log
    assert "preview-alias-url" not in run.step_outputs


@pytest.mark.parametrize("alias", ["Feature", "1st", "a_b", "a-", "x" * 60])
def test_what_can_be_no_alias_is_refused(live: Runner, cloudflare: Cloudflare, alias: str):
    run = live.fast("preview", preview_alias=alias)

    assert run.exit_code == 2
    assert "preview-alias" in run.log
    assert cloudflare.writes == []


def test_where_preview_urls_are_off_there_is_none_and_that_is_said(
    live: Runner, cloudflare: Cloudflare
):
    cloudflare.ask(
        "POST", "/workers/scripts/shop/subdomain", {"enabled": True, "previews_enabled": False}
    )

    run = preview(live, preview_alias="feature-x")

    assert run.outcome == "previewed"
    assert "preview URLs are off for this script" in run.stdout
    assert "preview-url" not in run.outputs
    assert "preview-alias-url" not in run.outputs


def test_a_script_with_durable_objects_has_no_preview_url_and_that_is_said(
    runner: Runner, cloudflare: Cloudflare
):
    runner.checkout.module(
        'import { DurableObject } from "cloudflare:workers";\n'
        "export class Room extends DurableObject {}\n"
        "export default { fetch() { return new Response('one') } };\n"
    )
    runner.checkout.config(
        no_bundle=True,
        durable_objects={"bindings": [{"name": "ROOM", "class_name": "Room"}]},
        migrations=[{"tag": "v1", "new_sqlite_classes": ["Room"]}],
    )
    assert runner.fast("deploy").exit_code == 0

    run = preview(runner)

    assert "a script with Durable Objects has no preview URLs" in run.stdout
    assert "preview-url" not in run.outputs


def test_a_url_that_cannot_be_read_is_a_warning(live: Runner, cloudflare: Cloudflare):
    routes = ("GET workers/workers/*", "GET workers/subdomain")
    cloudflare.faults(
        *({"route": route, "kind": "status", "status": 503, "count": None} for route in routes)
    )

    run = preview(live)

    assert run.outcome == "previewed"
    assert run.outputs["version-id"] == cloudflare.versions()[-1]["id"]
    assert "the preview's URL is not known" in run.log
    assert "preview-url" not in run.outputs


def test_where_the_worker_may_not_be_read_the_account_tells_the_url(
    live: Runner, cloudflare: Cloudflare
):
    refusal = {"status": 403, "code": 10000, "message": "No.", "count": None}
    cloudflare.fail("GET workers/workers/*", "status", **refusal)

    run = preview(live)

    newest = cloudflare.versions()[-1]["id"]
    assert run.outputs["preview-url"] == f"https://{newest[:8]}-shop.acme.workers.dev"


def test_a_version_that_is_placed_by_region_has_a_url(live: Runner, cloudflare: Cloudflare):
    """Cloudflare answers 500 where such a version is read as a Worker's version."""
    live.checkout.config(placement={"region": "aws:eu-west-1"})

    run = preview(live)

    assert run.outputs["preview-url"].endswith("-shop.acme.workers.dev")


def test_a_script_that_does_not_exist_has_no_preview(full_runner: Runner, cloudflare: Cloudflare):
    run = full_runner.fast("preview")

    assert run.exit_code == 3
    assert "deploy it once" in run.log
    assert cloudflare.state()["scripts"] == {}


def test_a_service_worker_has_no_preview(runner: Runner, cloudflare: Cloudflare):
    runner.checkout.module('addEventListener("fetch", (e) => e.respondWith(new Response("sw")));\n')
    assert runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()

    run = runner.fast("preview")

    assert run.exit_code == 3
    assert "service workers" in run.log
    assert cloudflare.writes == []


def test_a_pending_migration_has_no_preview(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(migrations=[{"tag": "v1", "new_sqlite_classes": ["Room"]}])

    run = live.fast("preview", bundle=False)

    assert run.exit_code == 3, run.log
    assert "pending migrations" in run.log
    assert cloudflare.writes == []


def test_a_dry_run_uploads_nothing(live: Runner, cloudflare: Cloudflare):
    run = live.process("preview", "--dry-run")

    assert run.exit_code == 0, run.log
    assert run.outcome == "planned"
    assert cloudflare.writes == []


@pytest.mark.parametrize("kind", ["lost", "malformed", "reset"])
def test_a_lost_answer_makes_one_version(live: Runner, cloudflare: Cloudflare, kind: str):
    cloudflare.fail("POST versions", kind)

    run = preview(live)

    assert len(cloudflare.versions()) == 2
    assert run.outputs["version-id"] == cloudflare.versions()[-1]["id"]


def test_a_refused_preview_changes_nothing(live: Runner, cloudflare: Cloudflare):
    served = cloudflare.served()
    cloudflare.fail("POST versions", "status", status=400, code=10021, message="Uncaught Error")

    run = live.fast("preview")

    assert run.exit_code == 4
    assert run.outcome == "failed"
    assert cloudflare.served() == served


def test_a_preview_between_two_deploys_changes_none_of_them(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(triggers={"crons": ["0 * * * *"]})
    assert live.fast("deploy").exit_code == 0
    deployed = cloudflare.live()["id"]
    live.checkout.module("export default { fetch() { return 3 } };\n")
    live.checkout.assets(index_html="<h1>preview</h1>")
    live.knows(STRIPE_KEY="sk_live_preview", NEW_KEY="only-in-the-preview")
    preview(live)
    live.forgets("NEW_KEY")
    live.knows(STRIPE_KEY="sk_live_51Hv0xSecret")
    live.checkout.module(TWO).assets(index_html="<h1>one</h1>")
    cloudflare.forget_requests()

    again = live.fast("deploy")

    assert again.outcome == "unchanged", again.log
    assert cloudflare.writes == []
    assert cloudflare.live()["id"] == deployed
    live.checkout.module("export default { fetch() { return 4 } };\n")
    assert live.fast("deploy").exit_code == 0
    assert set(cloudflare.secrets()) == {"STRIPE_KEY", "MAIL_KEY"}
    assert cloudflare.secrets()["STRIPE_KEY"] == "sk_live_51Hv0xSecret"


def test_after_a_preview_a_rollback_goes_to_what_served(live: Runner, cloudflare: Cloudflare):
    first = cloudflare.live()["id"]
    assert live.fast("deploy").exit_code == 0
    live.checkout.module("export default { fetch() { return 3 } };\n")
    preview(live)

    run = live.fast("rollback")

    assert run.exit_code == 0, run.log
    assert cloudflare.live()["id"] == first


def test_a_preview_is_deployed_as_it_is(live: Runner, cloudflare: Cloudflare):
    """Its note makes no deploy: only what is live counts."""
    preview(live)

    run = live.fast("deploy")

    assert run.outcome == "deployed"
    assert cloudflare.live()["modules"][0]["text"] == TWO
