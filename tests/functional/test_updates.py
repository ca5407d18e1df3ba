"""Deploys of a script that exists: each difference sends what it needs and nothing else."""

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Run, Runner

VERSION = ["POST versions", "POST deployments"]
# The completion token of unchanged assets is had from a session that asks for no file.
WITH_ASSETS = ["POST assets-upload-session", *VERSION]


@pytest.fixture
def live(full_runner: Runner, cloudflare: Cloudflare) -> Runner:
    """The full checkout, deployed."""
    assert full_runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    return full_runner


def deploy(runner: Runner, **inputs: str | bool | int) -> Run:
    run = runner.fast("deploy", **inputs)
    assert run.exit_code == 0, run.log
    assert run.outcome == "deployed"
    return run


def test_a_second_run_writes_nothing(live: Runner, cloudflare: Cloudflare):
    before = cloudflare.state()["scripts"]

    run = live.process("deploy")

    assert run.exit_code == 0, run.log
    assert run.outcome == "unchanged"
    assert run.outputs["changed"] == "false"
    assert cloudflare.writes == []
    assert len(cloudflare.requests) <= 6
    assert cloudflare.state()["scripts"] == before
    assert len(cloudflare.versions()) == 1
    assert run.stdout.splitlines()[-1].startswith("unchanged in ")


def test_changed_code_makes_a_version_and_moves_traffic_to_it(live: Runner, cloudflare: Cloudflare):
    former = cloudflare.live()
    live.checkout.module("export default { fetch() { return new Response('two') } };\n")

    run = live.process("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.writes == WITH_ASSETS
    assert len(cloudflare.versions()) == 2
    assert "two" in cloudflare.live()["modules"][0]["text"]
    assert run.outputs["previous-version-id"] == former["id"]
    assert run.outputs["version-id"] == cloudflare.live()["id"]
    post = cloudflare.one_sent("POST", "/versions")
    assert post.query == {"bindings_inherit": "strict"}
    assert cloudflare.live()["assets"] == former["assets"]
    moved = cloudflare.one_sent("POST", "/deployments")
    assert moved.query == {}
    assert moved.json["strategy"] == "percentage"
    assert moved.json["versions"] == [{"version_id": cloudflare.live()["id"], "percentage": 100}]


def test_a_changed_asset_is_the_only_one_that_is_sent(live: Runner, cloudflare: Cloudflare):
    live.checkout.assets(index_html="<h1>two</h1>")

    run = deploy(live)

    assert cloudflare.writes == ["POST assets-upload-session", "POST assets/upload", *VERSION]
    assert run.outputs["assets-total"] == "3"
    assert run.outputs["assets-uploaded"] == "1"
    assert run.outputs["assets-bytes"] == str(len("<h1>two</h1>"))


def test_files_of_equal_content_are_counted_each(live: Runner, cloudflare: Cloudflare):
    live.checkout.write("public/one.css", "p {}").write("public/two.css", "p {}")

    run = deploy(live)

    bodies = [sent.parts for sent in cloudflare.sent if sent.path.endswith("/assets/upload")]
    assert [len(parts) for parts in bodies] == [1]
    counted = [run.outputs[f"assets-{what}"] for what in ("total", "uploaded", "bytes")]
    assert counted == ["5", "2", "4"]
    assert "2 uploaded, 3 were stored already" in run.log
    assert "5 assets: 2 uploaded (4 B), 3 were stored already" in run.summary


def test_an_asset_that_is_gone_is_gone(live: Runner, cloudflare: Cloudflare):
    (live.checkout.root / "public/a.txt").unlink()

    deploy(live)

    assert cloudflare.writes == WITH_ASSETS
    assert set(cloudflare.live()["assets"]["manifest"]) == {"/index.html", "/app.js"}


def test_assets_that_the_project_gives_up_are_taken_off(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(assets={"directory": "public"})
    deploy(live)
    live.checkout.config(assets=None)
    cloudflare.forget_requests()

    run = deploy(live)

    assert cloudflare.writes == VERSION
    assert cloudflare.live()["assets"] is None
    assert "the project has none" in run.stdout


def test_a_changed_secret_travels_with_the_version(live: Runner, cloudflare: Cloudflare):
    live.knows(STRIPE_KEY="sk_live_another")

    run = deploy(live)

    assert cloudflare.writes == WITH_ASSETS
    assert cloudflare.secrets() == {
        "STRIPE_KEY": "sk_live_another",
        "MAIL_KEY": "mail-0b5e-value",
    }
    assert run.outputs["secrets-synced"] == "2"
    assert "a value changed (which one can't be told" in run.stdout


def test_a_new_secret_is_told_by_its_name(live: Runner, cloudflare: Cloudflare):
    live.knows(NEW_KEY="brand-new-value")

    run = deploy(live)

    assert cloudflare.writes == WITH_ASSETS
    assert cloudflare.secrets()["NEW_KEY"] == "brand-new-value"
    assert "NEW_KEY" in run.stdout


def test_a_changed_variable_is_told_without_its_value(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(vars={"GREETING": "servus-and-good-morning"})

    run = deploy(live)

    assert cloudflare.writes == WITH_ASSETS
    assert cloudflare.bindings()["GREETING"]["text"] == "servus-and-good-morning"
    assert "GREETING" in run.stdout
    assert "servus" not in run.shown()


def test_a_new_binding_is_named_with_its_kind(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(kv_namespaces=[{"binding": "KV", "id": "0f2e" * 8}])

    run = deploy(live)

    assert cloudflare.bindings()["KV"]["namespace_id"] == "0f2e" * 8
    assert "+ binding     KV  kv_namespace" in run.stdout


def test_a_binding_that_the_project_gives_up_goes(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(vars=None)

    deploy(live)

    assert "GREETING" not in cloudflare.bindings()


def test_changed_settings_need_no_version(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(logpush=False, observability={"enabled": True})

    run = deploy(live)

    assert cloudflare.writes == ["PATCH script-settings"]
    assert cloudflare.one_sent("PATCH", "/script-settings").json.keys() == {
        "logpush",
        "observability",
    }
    assert cloudflare.script()["settings"]["logpush"] is False
    assert "logpush  true → false" in run.stdout.replace("logpush true", "logpush  true")
    assert len(cloudflare.versions()) == 1


def test_a_changed_workers_dev_state_is_one_post(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(preview_urls=True)

    run = deploy(live)

    assert cloudflare.writes == ["POST subdomain"]
    assert cloudflare.one_sent("POST", "/subdomain").json == {
        "enabled": True,
        "previews_enabled": True,
    }
    assert run.outputs["preview-urls-enabled"] == "true"


def test_a_changed_date_or_flag_makes_a_version(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(compatibility_flags=["nodejs_compat"])

    run = deploy(live)

    assert cloudflare.writes == WITH_ASSETS
    assert "compatibility_flags" in run.stdout


def test_settings_that_nobody_said_stay_as_they_are(live: Runner, cloudflare: Cloudflare):
    cloudflare.ask(
        "PATCH",
        "/workers/scripts/shop/script-settings",
        {"tags": ["team:shop"], "observability": {"enabled": True, "head_sampling_rate": 0.5}},
    )
    live.checkout.module("export default { fetch() {} };\n")

    deploy(live)

    settings = cloudflare.script()["settings"]
    assert settings["tags"] == ["team:shop"]
    assert settings["observability"] == {"enabled": True, "head_sampling_rate": 0.5}


def test_everything_at_once_moves_traffic_last(live: Runner, cloudflare: Cloudflare):
    live.checkout.module("export default { fetch() {} };\n").assets(index_html="<h1>two</h1>")
    live.checkout.config(logpush=False, preview_urls=True)
    live.knows(STRIPE_KEY="sk_live_another")

    deploy(live)

    assert cloudflare.writes == [
        "POST assets-upload-session",
        "POST assets/upload",
        "POST versions",
        "PATCH script-settings",
        "POST subdomain",
        "POST deployments",
    ]


def test_a_variable_of_the_dashboard_stays_where_keep_vars_says_so(
    live: Runner, cloudflare: Cloudflare
):
    live.checkout.config(vars={"GREETING": "hello", "OF_DASHBOARD": "on"}, keep_vars=True)
    deploy(live)
    live.checkout.config(vars={"GREETING": "servus"})
    cloudflare.forget_requests()

    deploy(live)

    assert cloudflare.bindings()["OF_DASHBOARD"]["text"] == "on"
    metadata = cloudflare.one_sent("POST", "/versions").metadata
    assert {"plain_text", "json"} <= set(metadata["keep_bindings"])


def test_the_configuration_decides_what_a_workers_dev_input_does_not_say(
    live: Runner, cloudflare: Cloudflare
):
    deploy(live, workers_dev=False)

    assert cloudflare.script()["subdomain"] == {"enabled": False, "previews_enabled": False}


def test_a_service_worker_is_put_whole_again(live: Runner, cloudflare: Cloudflare):
    live.checkout.config(assets=None)
    live.checkout.module('addEventListener("fetch", (e) => e.respondWith(new Response("sw")));\n')

    deploy(live)

    assert cloudflare.writes == ["PUT script"]
    assert cloudflare.live()["body_part"] == "index.js"
    assert cloudflare.secrets()["STRIPE_KEY"] == "sk_live_51Hv0xSecret"
    assert cloudflare.script()["settings"]["logpush"] is True


def test_what_could_not_be_read_is_told_once(live: Runner, cloudflare: Cloudflare):
    routes = ("GET workers/workers/*", "GET workers/subdomain")
    refusal = {"kind": "status", "status": 403, "code": 10023, "count": None}
    cloudflare.faults(*({"route": route, **refusal} for route in routes))

    run = live.fast("plan")

    assert run.exit_code == 0, run.log
    assert run.log.count("could not be read") == 1
    assert "not read: " in run.summary


def test_what_could_not_be_read_is_told_where_nothing_is_planned(
    live: Runner, cloudflare: Cloudflare
):
    routes = ("GET workers/workers/*", "GET workers/subdomain")
    refusal = {"kind": "status", "status": 403, "code": 10023, "count": None}
    cloudflare.faults(*({"route": route, **refusal} for route in routes))

    run = live.fast("show")

    assert run.exit_code == 0, run.log
    assert run.log.count("could not be read") == 1
