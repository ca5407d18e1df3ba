"""Scenarios about code, traffic and assets."""

import pytest

from conformance.target import Target, worker

TEXT = "one text or another"


def test_a_first_deploy_makes_a_script_that_answers(target: Target):
    script = target.script("first")
    script.answering("first")

    run = script.deploy()

    assert run.outputs["outcome"] == "deployed"
    assert script.shares() == {run.outputs["version-id"]: 100}
    assert script.subdomain().enabled
    script.sees(lambda: script.asks(run), "first")


def test_an_update_moves_all_traffic_to_one_new_version(target: Target):
    script = target.script("update")
    script.answering("one")
    first = script.deploy()
    script.answering("two")

    second = script.deploy()

    assert script.shares() == {second.outputs["version-id"]: 100}
    assert script.version_ids() == [second.outputs["version-id"], first.outputs["version-id"]]
    assert second.outputs["previous-version-id"] == first.outputs["version-id"]
    script.sees(lambda: script.asks(second), "two")


def test_what_is_live_already_is_not_deployed_again(target: Target):
    script = target.script("unchanged", vars={"GREETING": "hello"})
    script.answering("same")
    script.write("public/page.html", "<p>page</p>")
    script.configure(vars={"GREETING": "hello"}, assets={"directory": "public"})
    first = script.deploy("--secrets=KEY", KEY="a secret value")
    deployed = script.deployments()[0]["id"]

    second = script.deploy("--secrets=KEY", KEY="a secret value")

    assert second.outputs["outcome"] == "unchanged"
    assert script.version_ids() == [first.outputs["version-id"]]
    assert script.deployments()[0]["id"] == deployed


def test_a_plan_writes_nothing(target: Target):
    script = target.script("plan")
    script.answering("planned")

    run = script.run("plan")

    assert run.outputs["outcome"] == "planned"
    assert not script.exists()


def test_modules_are_found_by_the_names_that_they_are_imported_by(target: Target):
    rules = [{"type": "ESModule", "globs": ["**/*.js"]}]
    script = target.script("modules", no_bundle=True, find_additional_modules=True, rules=rules)
    script.write("lib/text.txt", TEXT)
    script.write("lib/util.js", "export const shout = (text) => text.toUpperCase();\n")
    script.write(
        "index.js",
        'import { shout } from "./lib/util.js";\nimport text from "./lib/text.txt";\n'
        + worker("new Response(shout(text))"),
    )

    run = script.deploy()

    script.sees(lambda: script.asks(run), TEXT.upper())


def test_a_change_of_one_asset_uploads_one_file(target: Target):
    script = target.script("assets", main=None, assets={"directory": "public"})
    for name in ("one", "two", "three"):
        script.write(f"public/{name}.txt", f"{name} of {target.prefix}")
    first = script.deploy()
    script.write("public/two.txt", f"changed of {target.prefix}")

    second = script.deploy()

    assert first.outputs["assets-uploaded"] == "3"
    assert second.outputs["assets-uploaded"] == "1"
    script.sees(lambda: script.asks(second, "two.txt"), f"changed of {target.prefix}")
    script.sees(lambda: script.asks(second, "one.txt"), f"one of {target.prefix}")


def test_assets_that_the_project_has_no_longer_are_served_no_longer(target: Target):
    script = target.script("assetless", assets={"directory": "public"})
    script.answering("worker")
    script.write("public/page.txt", "page")
    first = script.deploy()
    script.sees(lambda: script.asks(first, "page.txt"), "page")
    script.configure()

    second = script.deploy()

    script.sees(lambda: script.asks(second, "page.txt"), "worker")


def test_what_cloudflare_refuses_changes_nothing_live(target: Target):
    script = target.script("refused")
    script.answering("good")
    first = script.deploy()
    script.configure(services=[{"binding": "NOBODY", "service": f"{target.prefix}nobody"}])

    refused = script.deploy(expect=4)

    assert refused.outputs["outcome"] == "failed"
    assert script.shares() == {first.outputs["version-id"]: 100}
    assert script.version_ids() == [first.outputs["version-id"]]


def test_a_probe_that_fails_returns_traffic_to_the_former_version(target: Target):
    script = target.script("probe")
    script.answering("good")
    first = script.deploy("--probe=/health", "--probe-timeout=180")
    script.write("index.js", worker('new Response("bad", {status: 500})'))

    second = script.deploy("--probe=/health", "--probe-timeout=5", expect=6)

    assert second.outputs["outcome"] == "reverted"
    assert second.outputs["live-version-id"] == first.outputs["version-id"]
    assert script.shares() == {first.outputs["version-id"]: 100}
    script.sees(lambda: script.asks(first), "good")


def test_a_version_that_someone_only_uploaded_takes_no_part(target: Target):
    script = target.script("latest")
    script.answering("one")
    script.deploy()
    abandoned = script.upload_version(
        "preview", {"name": "PREVIEW", "type": "plain_text", "text": "of a preview"}
    )
    script.answering("two")

    run = script.deploy("--keep-vars=true")

    assert script.shares() == {run.outputs["version-id"]: 100}
    assert "PREVIEW" not in script.live_bindings()
    assert script.version_ids()[1] == abandoned


def test_a_gradual_rollout_is_not_ended_unasked(target: Target):
    script = target.script("rollout")
    script.answering("one")
    one = script.deploy().outputs["version-id"]
    two = script.upload_version("two")
    script.split_traffic({one: 90, two: 10})
    script.answering("three")

    stopped = script.deploy(expect=7)

    assert stopped.outputs["outcome"] == "failed"
    assert script.shares() == {one: 90, two: 10}
    asked = script.deploy("--allow=end-rollout")
    assert script.shares() == {asked.outputs["version-id"]: 100}


@pytest.mark.needs_faults
@pytest.mark.parametrize("request_", ["POST versions", "POST deployments"])
def test_an_update_whose_answer_is_lost_is_not_done_twice(target: Target, request_: str):
    script = target.script("lost")
    script.answering("one")
    first = script.deploy()
    script.answering("two")
    target.fail({"route": request_, "kind": "lost"})

    second = script.deploy()

    assert second.outputs["outcome"] == "deployed"
    assert script.version_ids() == [second.outputs["version-id"], first.outputs["version-id"]]
    assert len(script.deployments()) == 2
    assert script.asks(second) == "two"


@pytest.mark.needs_faults
def test_a_first_deploy_whose_answer_is_lost_is_not_done_twice(target: Target):
    script = target.script("lost")
    script.answering("one")
    target.fail({"route": f"PUT {script.name}", "kind": "lost"})

    run = script.deploy()

    assert run.outputs["outcome"] == "deployed"
    assert script.version_ids() == [run.outputs["version-id"]]


@pytest.mark.needs_faults
def test_traffic_that_cannot_be_moved_stays_where_it_was(target: Target):
    script = target.script("stays")
    script.answering("one")
    first = script.deploy()
    script.answering("two")
    script.configure(workers_dev=True, preview_urls=False)
    target.fail({"route": "POST deployments", "kind": "status", "status": 403, "code": 10023})

    failed = script.deploy(expect=4)

    assert failed.outputs["outcome"] == "failed"
    assert script.shares() == {first.outputs["version-id"]: 100}
    assert script.subdomain().previews_enabled
