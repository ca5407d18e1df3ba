"""Whole runs of what a configuration may say: environments, demands, and what is refused."""

import json
import re
from pathlib import Path

import pytest

from fakes.checkout import HELLO, Checkout, worker
from fakes.cloudflare import Cloudflare
from fakes.github_runner import commands_in
from fakes.runs import Run, Runner, annotations


def errors(run: Run) -> list[str]:
    """GitHub's errors as "file:line:column: title"."""
    found = [c.properties for c in commands_in(run.stdout) if c.name == "error"]
    return [f"{e.get('file')}:{e.get('line')}:{e.get('col')}: {e.get('title')}" for e in found]


def test_environments_of_one_service_are_tagged_and_foreign_tags_stay(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.config(env={"staging": {"vars": {"STAGE": "staging"}}})
    assert runner.fast("deploy", environment="staging").exit_code == 0
    tags = ["cf:service=shop", "cf:environment=staging"]
    assert cloudflare.script("shop-staging")["settings"]["tags"] == tags
    settings = "/workers/scripts/shop-staging/script-settings"
    cloudflare.ask("PATCH", settings, {"tags": ["team:blue", "cf:environment=other"]})
    checkout.module(f"{HELLO}// changed\n")

    run = runner.fast("deploy", environment="staging")

    assert run.exit_code == 0, run.log
    assert sorted(cloudflare.script("shop-staging")["settings"]["tags"]) == sorted(
        [*tags, "team:blue"]
    )
    assert cloudflare.bindings("shop-staging")["STAGE"]["text"] == "staging"


def test_a_configuration_without_environments_sets_no_tags(runner: Runner, cloudflare: Cloudflare):
    assert runner.fast("deploy").exit_code == 0

    assert not cloudflare.script()["settings"].get("tags")


def test_a_required_secret_that_is_nowhere_stops_the_deploy(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.config(secrets={"required": ["STRIPE_KEY", "MAIL_KEY"]})
    runner.knows(MAIL_KEY="mail-value-1")

    run = runner.fast("deploy")

    assert run.exit_code == 3
    assert re.search(r"STRIPE_KEY:?\s+required by the configuration", run.log)
    assert not re.search(r"MAIL_KEY:?\s+required", run.log)
    assert cloudflare.writes == []


def test_a_required_secret_may_be_live_already(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    runner.knows(STRIPE_KEY="stripe-value-1")
    assert runner.fast("deploy").exit_code == 0
    runner.forgets("STRIPE_KEY")
    checkout.config(secrets={"required": ["STRIPE_KEY"]}).module(f"{HELLO}// changed\n")

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.secrets() == {"STRIPE_KEY": "stripe-value-1"}


def test_a_variable_does_not_replace_a_live_secret(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    runner.knows(API_KEY="a-secret-value")
    assert runner.fast("deploy").exit_code == 0
    runner.forgets("API_KEY")
    cloudflare.forget_requests()
    checkout.config(vars={"API_KEY": "plain"})

    run = runner.fast("deploy")

    assert run.exit_code == 3
    assert re.search(r"API_KEY:?\s+a plain_text of this name would replace a live secret", run.log)
    assert cloudflare.writes == []


def test_a_resource_without_an_id_is_the_one_that_live_has(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.config(kv_namespaces=[{"binding": "KV", "id": "0f2e" * 8}])
    assert runner.fast("deploy").exit_code == 0
    checkout.config(kv_namespaces=[{"binding": "KV"}]).module(f"{HELLO}// changed\n")

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.bindings()["KV"]["namespace_id"] == "0f2e" * 8


def test_a_resource_that_nobody_has_is_not_created_silently(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.config(d1_databases=[{"binding": "DB", "database_name": "shop"}])

    run = runner.fast("deploy", ci="github")

    assert run.exit_code == 3
    assert errors(run) == ["wrangler.json:6:5: DB"]
    assert "live has no d1 of this name" in run.log
    assert "nothing is created silently" in run.log
    assert cloudflare.writes == []


def test_a_resource_of_another_kind_is_not_taken_for_it(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    checkout.config(kv_namespaces=[{"binding": "STORE", "id": "0f2e" * 8}])
    assert runner.fast("deploy").exit_code == 0
    checkout.config(kv_namespaces=None, r2_buckets=[{"binding": "STORE"}])

    run = runner.fast("deploy")

    assert run.exit_code == 3
    assert "live has no r2_bucket of this name, but a kv_namespace" in run.log


def test_what_is_not_supported_is_refused_by_name_at_its_line(checkout: Checkout, runner: Runner):
    checkout.config(
        containers=[{"class_name": "Box", "image": "./Dockerfile"}],
        site={"bucket": "public"},
        addresses=["info@example.com"],
        unsafe={"capnp": {"base_path": ".", "source_schemas": ["a.capnp"]}},
    )

    run = runner.fast("deploy", ci="github")

    assert run.exit_code == 3
    assert errors(run) == [
        "wrangler.json:5:3: containers",
        "wrangler.json:11:3: site",
        "wrangler.json:14:3: addresses",
        "wrangler.json:20:7: unsafe.capnp.source_schemas",
    ]
    assert "capnp compile" in run.log
    assert runner.cloudflare.requests == []


def test_triggers_that_are_not_supported_are_refused_where_only_triggers_are_set(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    assert runner.fast("deploy").exit_code == 0
    cloudflare.forget_requests()
    checkout.config(addresses=["info@example.com"])

    run = runner.fast("deploy", only="triggers")

    assert run.exit_code == 3
    assert '"addresses" is not supported' in run.log
    assert cloudflare.requests == []


def test_what_is_not_carried_out_is_warned_of_and_deployed_without(
    checkout: Checkout, runner: Runner
):
    checkout.config(build={"command": "npm run build"}, previews={"vars": {"A": "b"}}, odd_key=1)

    run = runner.fast("deploy", ci="github")

    assert run.exit_code == 0, run.log
    told = annotations(run, "warning")
    assert [one for one in told if '"build.command" is not carried out' in one]
    assert [one for one in told if '"previews" is not carried out' in one]
    assert [one for one in told if '"odd_key"' in one]


def test_several_mistakes_are_told_at_once_each_at_its_place(
    tmp_path: Path, cloudflare: Cloudflare
):
    project = Checkout(tmp_path / "p").module()
    project.write(
        "wrangler.toml",
        'name = "Shop"\nmain = "index.js"\ncompatibility_date = "2026-11-01"\n'
        '[[kv_namespaces]]\nbinding = "KV"\nid = 5\n'
        '[[durable_objects.bindings]]\nname = "KV"\nclass_name = "C"\nenvironment = "e"\n'
        '[observability]\nenabled = "yes"\n',
    )

    run = Runner(project, cloudflare, tmp_path / "files").fast("deploy", ci="github")

    assert run.exit_code == 3
    assert errors(run) == [
        "wrangler.toml:1:8: name",
        "wrangler.toml:6:6: kv_namespaces[0].id",
        "wrangler.toml:7:1: durable_objects.bindings[0]",
        "wrangler.toml:12:11: observability.enabled",
    ]
    assert cloudflare.requests == []


def test_a_build_tool_redirects_to_the_configuration_that_it_wrote(
    checkout: Checkout, runner: Runner, cloudflare: Cloudflare
):
    made = {
        "name": "shop-built",
        "main": "built.js",
        "compatibility_date": "2026-11-01",
        "no_bundle": True,
        "vars": {"BUILT": "yes"},
        "topLevelName": "shop",
        "definedEnvironments": ["staging"],
        "targetEnvironment": "staging",
        "userConfigPath": "../wrangler.json",
    }
    checkout.write("dist/wrangler.json", json.dumps(made)).write("dist/built.js", HELLO)
    checkout.write(".wrangler/deploy/config.json", '{"configPath": "../../dist/wrangler.json"}')

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert cloudflare.bindings("shop-built")["BUILT"]["text"] == "yes"
    assert cloudflare.live("shop-built")["main_module"] == "built.js"
    assert cloudflare.script("shop-built")["settings"]["tags"] == [
        "cf:service=shop",
        "cf:environment=staging",
    ]


def test_a_redirect_to_another_environment_than_the_chosen_one_is_refused(
    checkout: Checkout, runner: Runner
):
    made = {"name": "a", "main": "../index.js", "targetEnvironment": "staging"}
    checkout.write("dist/wrangler.json", json.dumps(made))
    checkout.write(".wrangler/deploy/config.json", '{"configPath": "../../dist/wrangler.json"}')

    run = runner.fast("deploy", environment="production")

    assert run.exit_code == 3
    assert '"production" is chosen, but the project was built for "staging"' in run.log


@pytest.mark.parametrize("by_input", [True, False])
def test_a_configuration_is_found_in_a_parent_up_to_the_repositorys_root(
    tmp_path: Path, cloudflare: Cloudflare, by_input: bool
):
    checkout = worker(tmp_path / "outer" / "repository").write("packages/shop/README.md", "")
    checkout.commit()
    started = checkout if by_input else Checkout(checkout.root / "packages" / "shop")
    runner = Runner(started, cloudflare, tmp_path / "files")

    run = runner.fast(
        "deploy",
        **({"working_directory": "packages/shop", "report_dir": "../../workers-deploy-report"})
        if by_input
        else {},
    )

    assert run.exit_code == 0, run.log
    assert cloudflare.live()["modules"][0]["text"] == HELLO


def test_a_configuration_outside_of_the_repository_is_not_looked_for(
    tmp_path: Path, cloudflare: Cloudflare
):
    worker(tmp_path / "outer")
    inner = Checkout(tmp_path / "outer" / "repository").write("README.md", "")
    inner.commit()

    run = Runner(inner, cloudflare, tmp_path / "files").fast("deploy")

    assert run.exit_code == 2
    assert "no wrangler.json, wrangler.jsonc or wrangler.toml in this folder" in run.log
    assert cloudflare.requests == []
