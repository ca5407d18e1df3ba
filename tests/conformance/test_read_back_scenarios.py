"""Scenarios about what is read back otherwise than it was sent: it is deployed once, not for ever.

Each leaves what the API says of the script in the transcript of the run.
"""

from typing import Any

import pytest

from conformance.target import Script, Target, worker

HELLO = worker("new Response('hello')")
PLACEMENTS: dict[str, dict[str, Any]] = {
    "off": {"mode": "off"},
    "smart": {"mode": "smart"},
    "hint": {"mode": "smart", "hint": "wnam"},
    "region": {"region": "aws:us-east-1"},
    "targeted-region": {"mode": "targeted", "region": "gcp:europe-west1"},
    "host": {"host": "example.com:443"},
    "hostname": {"hostname": "example.com"},
}
CACHES = {
    "on": {"enabled": True},
    "off": {"enabled": False},
    "across-versions": {"enabled": True, "cross_version_cache": True},
    "of-one-version": {"enabled": True, "cross_version_cache": False},
}
ON = {"enabled": True}
OBSERVABILITY: dict[str, dict[str, Any]] = {
    "on": ON,
    "off": {"enabled": False},
    "sampled": ON | {"head_sampling_rate": 0.25},
    "not-sampled": ON | {"head_sampling_rate": 1},
    "redacted": ON | {"redact_query_string": True},
    "issues": ON | {"issues": {"enabled": True}},
    "no-issues": ON | {"issues": {"enabled": False}},
    "logs": {"logs": ON},
    "logs-off": ON | {"logs": {"enabled": False}},
    "logs-sampled": {"logs": ON | {"head_sampling_rate": 0.1}},
    "no-invocation-logs": {"logs": ON | {"invocation_logs": False}},
    "logs-not-kept": {"logs": ON | {"persist": False}},
    "logs-to-nowhere": {"logs": ON | {"destinations": []}},
    "traces": {"traces": ON},
    "traces-off": ON | {"traces": {"enabled": False}},
    "traces-sampled": {"traces": ON | {"head_sampling_rate": 0.5}},
    "traces-not-kept": {"traces": ON | {"persist": False}},
    "traces-to-nowhere": {"traces": ON | {"destinations": []}},
}


def assert_deployed_once(script: Script, *words: str) -> None:
    """Deploy what is in the checkout twice: the second time there is nothing left to do."""
    first = script.deploy(*words)
    script.look_at_everything()

    second = script.deploy(*words)

    assert first.outputs["outcome"] == "deployed"
    assert second.outputs["outcome"] == "unchanged", second.log
    assert script.version_ids() == [first.outputs["version-id"]]


@pytest.mark.parametrize("form", PLACEMENTS)
def test_each_form_of_placement_is_deployed_once(target: Target, form: str):
    script = target.script("placed", placement=PLACEMENTS[form])
    script.write("index.js", HELLO)

    assert_deployed_once(script)


@pytest.mark.parametrize("form", CACHES)
def test_each_form_of_cache_is_deployed_once(target: Target, form: str):
    script = target.script("cached", cache=CACHES[form])
    script.write("index.js", HELLO)

    assert_deployed_once(script)


@pytest.mark.parametrize("form", OBSERVABILITY)
def test_each_key_of_observability_is_deployed_once(target: Target, form: str):
    script = target.script("observed", observability=OBSERVABILITY[form])
    script.write("index.js", HELLO)

    assert_deployed_once(script)


def test_the_tags_of_an_environment_are_deployed_once(target: Target):
    script = target.script("tagged", env={"staging": {"vars": {"PLACE": "staging"}}})
    script.write("index.js", HELLO)
    staging = Script(target=target, name=f"{script.name}-staging", checkout=script.checkout)

    assert_deployed_once(staging, "--environment=staging")

    tags = {f"cf:service={script.name}", "cf:environment=staging"}
    assert set(staging.settings().tags or ()) == tags


@pytest.mark.needs("paid_plan")
@pytest.mark.parametrize("limits", [{"subrequests": 100}, {"cpu_ms": 200, "subrequests": 60}])
def test_limits_are_deployed_once(target: Target, limits: dict[str, int]):
    script = target.script("limited", limits=limits)
    script.write("index.js", HELLO)

    assert_deployed_once(script)


def test_crons_are_deployed_once_however_they_are_written(target: Target):
    crons = ["*/30 * * * *", "0 3 * * MON", "15 12 L * *", "0 0 1 JAN *"]
    script = target.script("crons", triggers={"crons": crons})
    script.write("index.js", "export default { scheduled() {}, fetch() {} };\n")

    assert_deployed_once(script)

    assert len(script.crons()) == len(crons)


@pytest.mark.needs("zone")
def test_routes_are_deployed_once(target: Target):
    host = f"{target.prefix}routed.{target.zone}"
    routes = [f"{host}/one/*", {"pattern": f"{host}/two", "zone_name": target.zone}]
    script = target.script("routed", routes=routes, workers_dev=True)
    script.write("index.js", HELLO)

    assert_deployed_once(script)

    assert set(target.routes()) == {f"{host}/one/*", f"{host}/two"}


@pytest.mark.needs("kv_namespace", "scripts_token")
def test_a_kv_binding_needs_more_than_the_right_to_edit_scripts(target: Target):
    assert target.scripts_token is not None
    binding = {"binding": "STORE", "id": target.kv_namespace}
    script = target.script("stored", kv_namespaces=[binding])
    script.write("index.js", HELLO)

    refused = script.deploy(expect=4, CLOUDFLARE_API_TOKEN=target.scripts_token)

    assert "Workers KV Storage" in refused.log
    assert "STORE" in refused.log
    assert not script.exists()
