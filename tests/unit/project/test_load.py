import json
import subprocess
import sys

import pytest

from fakes.loads import HEAD, load, project_of, told, warned, write_config
from workers_deploy.core.project import Binding, ProbeTarget, Secret, SubdomainState, UsageModel
from workers_deploy.errors import ProblemKind
from workers_deploy.project.load import load_without_code
from workers_deploy.project.request import ProjectRequest

CONFIG = {
    "name": "shop",
    "main": "index.js",
    "compatibility_date": "2026-01-01",
    "compatibility_flags": ["a"],
    "vars": {"A": "config", "N": 1},
    "workers_dev": True,
    "preview_urls": False,
    "logpush": True,
    "keep_vars": True,
}


def write(tmp_path, **changes):
    return write_config(tmp_path, json.dumps({**CONFIG, **changes}))


def test_an_input_wins_over_the_configuration(tmp_path):
    write(tmp_path)
    (tmp_path / "other.js").write_text("export default {}")
    probe = ProbeTarget(targets=("/",), statuses=(range(200, 300),), timeout=1.0)

    project = project_of(
        tmp_path,
        script_name="other",
        main="other.js",
        compatibility_date="2026-02-02",
        compatibility_flags=("b",),
        vars={"A": "input"},
        keep_vars=False,
        workers_dev=False,
        preview_urls=True,
        script_settings={"logpush": False, "tags": ["t"]},
        usage_model="standard",
        cpu_ms=5,
        secrets=(Secret(name="S", value="v"),),
        prune_secrets=True,
        probe=probe,
    )

    assert (project.script_name, project.main_module) == ("other", "other.js")
    assert project.compatibility_date == "2026-02-02"
    assert project.compatibility_flags == ("b",)
    assert [(one.name, one.fields) for one in project.bindings] == [
        ("A", {"text": "input"}),
        ("N", {"json": 1}),
    ]
    assert project.keep_vars is False
    assert project.subdomain == SubdomainState(enabled=False, previews_enabled=True)
    assert (project.script_settings.logpush, project.script_settings.tags) == (False, ("t",))
    assert project.usage_model == UsageModel(usage_model="standard", cpu_ms=5)
    assert project.prune_secrets is True
    assert project.probe == probe


def test_what_nobody_said_is_none(tmp_path):
    write_config(tmp_path, "{" + HEAD + "}")

    project = project_of(tmp_path)

    assert project.subdomain == SubdomainState()
    assert project.usage_model is None
    assert project.script_settings.logpush is None
    assert project.placement is None
    assert project.triggers.crons is None


def test_a_variable_of_the_inputs_does_not_replace_another_binding(tmp_path):
    write(tmp_path, kv_namespaces=[{"binding": "KV", "id": "k"}])

    (found,) = told(load(tmp_path, vars={"KV": "x"}))

    assert found.endswith("KV assigned to Environment Variable and KV Namespace bindings.")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"kv_namespaces": [{"binding": "A1", "id": "1"}, {"binding": "A1", "id": "2"}]},
            "A1 assigned to multiple KV Namespace bindings.",
        ),
        ({"ai": {"binding": "A"}}, "A assigned to Environment Variable and AI bindings."),
        (
            {"secrets": {"required": ["A"]}},
            "A assigned to Environment Variable and Secret bindings.",
        ),
        (
            {"unsafe": {"bindings": [{"name": "A", "type": "odd"}]}},
            "A assigned to Environment Variable and odd bindings.",
        ),
        (
            {"r2_buckets": [{"binding": "A"}]},
            "A assigned to Environment Variable and R2 Bucket bindings.",
        ),
    ],
)
def test_two_bindings_of_one_name_are_refused_where_the_last_stands(tmp_path, changes, message):
    write(tmp_path, **changes)

    (problem,) = load(tmp_path).problems

    assert problem.message == message
    assert problem.place.line == 1
    assert problem.place.column > 1 or "unsafe" in changes


def test_a_secret_and_a_variable_of_one_name_are_refused(tmp_path):
    write(tmp_path)
    in_config = load(tmp_path, secrets=(Secret(name="A", value="x"),))
    (tmp_path / "wrangler.jsonc").unlink()
    in_inputs = load(
        tmp_path,
        secrets=(Secret(name="A", value="x"),),
        vars={"A": "b"},
        main="index.js",
        script_name="a",
        compatibility_date="2026-01-01",
    )

    assert in_config.problems[0].kind is ProblemKind.PROJECT
    assert in_inputs.problems[0].kind is ProblemKind.INPUT
    assert in_inputs.problems[0].message == (
        "A assigned to Environment Variable and Secret bindings."
    )


def test_resources_without_ids_are_inherited_and_nothing_is_created(tmp_path):
    write(tmp_path, d1_databases=[{"binding": "DB", "database_name": "x"}])

    binding = project_of(tmp_path).bindings[-1]

    assert binding == Binding(name="DB", type="inherit", inherits="d1")
    assert binding.as_json() == {"name": "DB", "type": "inherit"}
    assert str(binding.place).startswith("wrangler.jsonc:1:")


def test_a_name_and_a_date_are_needed(tmp_path):
    write_config(tmp_path, '{"main": "index.js"}')

    loaded = load(tmp_path)

    assert told(loaded) == [
        "wrangler.jsonc: the script has no name",
        "wrangler.jsonc: a compatibility_date is required",
    ]
    assert all(problem.hint for problem in loaded.problems)


def test_nothing_to_deploy_is_a_problem(tmp_path):
    (found,) = told(load(tmp_path, script_name="a", compatibility_date="2026-01-01"))

    assert found.endswith("Missing entry-point to Worker script or to assets directory")


def test_a_name_that_is_no_dns_label_is_warned_of(tmp_path):
    write(tmp_path, name="a" * 64)

    assert (
        "the script's name has 64 characters; workers.dev takes 63 at most"
        in warned(load(tmp_path))[0]
    )


@pytest.mark.parametrize(
    "flags",
    [
        ["nodejs_compat", "nodejs_compat_v2"],
        ["global_navigator", "no_global_navigator"],
        ["nodejs_compat", "no_nodejs_compat"],
    ],
)
def test_flags_that_contradict_are_refused(tmp_path, flags):
    write(tmp_path, compatibility_flags=flags)

    (found,) = told(load(tmp_path))

    assert f"{flags[0]} and {flags[1]} cannot be used together" in found


def test_limits_of_variables_are_told_and_not_enforced(tmp_path):
    variables = {f"V{i}": i for i in range(128)} | {"LONG": "é" * 2561}
    write(tmp_path, vars=variables)

    loaded = load(tmp_path, secrets=(Secret(name="S", value="\udcff"),))

    assert loaded.project is not None
    assert warned(loaded) == [
        "None: LONG has 5,122 bytes; Cloudflare takes 5,120 at most",
        "None: 130 variables and secrets; Cloudflare takes 128 at most (64 on the free plan)",
    ]


def test_an_assets_only_script_has_no_bindings_and_says_so(tmp_path):
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "a.txt").write_text("a")
    write_config(
        tmp_path,
        '{"name": "a", "compatibility_date": "2026-01-01", "assets": {"directory": "public"}, '
        '"vars": {"A": "b"}}',
    )

    loaded = load(tmp_path)

    assert loaded.project.bindings == ()
    assert loaded.project.main_module is None
    assert warned(loaded) == ["wrangler.jsonc: A: an assets-only Worker has no bindings"]


@pytest.mark.parametrize("option", ['"binding": "A"', '"run_worker_first": true'])
def test_assets_only_scripts_have_no_script_to_ask(tmp_path, option):
    (tmp_path / "public").mkdir()
    write_config(
        tmp_path,
        '{"name": "a", "compatibility_date": "2026-01-01",\n'
        f'"assets": {{"directory": "public", {option}}}}}',
    )

    (found,) = told(load(tmp_path))

    assert found.startswith("wrangler.jsonc:2:")


def test_always_asking_the_script_without_a_binding_is_warned_of(tmp_path):
    (tmp_path / "public").mkdir()
    write(tmp_path, assets={"directory": "public", "run_worker_first": True})

    assert "without an assets.binding" in warned(load(tmp_path))[0]


def test_static_routing_has_limits(tmp_path):
    (tmp_path / "public").mkdir()
    rules = ["/" + "a" * 100, *(f"/{i}" for i in range(100))]
    write(tmp_path, assets={"directory": "public", "run_worker_first": rules})

    found = told(load(tmp_path))

    assert found[0].endswith('"assets.run_worker_first[0]" may have 100 characters at most.')
    assert found[1].endswith('"assets.run_worker_first" may have 100 rules at most.')


def test_workflows_are_declared_once(tmp_path):
    flow = {"binding": "A1", "name": "w", "class_name": "W"}
    write(
        tmp_path,
        workflows=[flow, {**flow, "binding": "B1", "class_name": "V"}],
        exports={"W": {"type": "workflow", "name": "w"}},
    )

    found = [one.partition(": ")[2] for one in told(load(tmp_path))]

    assert found == [
        '"workflows" bindings must have unique "name" values; duplicate(s) found: "w"',
        '"workflows[1]" and "exports.W" both declare the Workflow "w", but with different classes.',
    ]


def test_durable_objects_are_declared_by_migrations_or_by_exports(tmp_path):
    entry = {"type": "durable-object", "storage": "sqlite"}
    write(tmp_path, exports={"A": entry}, migrations=[{"tag": "v1"}])
    both = told(load(tmp_path))
    write(
        tmp_path,
        exports={"A": entry, "B": {"type": "durable-object", "state": "deleted"}},
        durable_objects={"bindings": [{"name": "X", "class_name": c} for c in "AB"][:1]},
    )
    by_exports = load(tmp_path)

    assert "mutually exclusive" in both[0]
    assert warned(by_exports) == []


def test_what_is_not_supported_is_refused_by_name_with_a_way_out(tmp_path):
    write(
        tmp_path,
        containers=[{"name": "c", "class_name": "C", "image": "docker.io/a:1"}],
        pages_build_output_dir="dist",
    )

    loaded = load(tmp_path)

    assert [problem.subject for problem in loaded.problems] == [
        "pages_build_output_dir",
        "containers",
    ]
    assert all(problem.hint for problem in loaded.problems)


def test_a_project_with_a_problem_is_none(tmp_path):
    write(tmp_path, logpush=1)

    assert load(tmp_path).project is None


def test_a_dispatch_namespace_takes_every_name_and_no_triggers(tmp_path):
    write(tmp_path, name="Customer One", triggers={"crons": ["* * * * *"]})

    project = project_of(tmp_path, dispatch_namespace="production")

    assert project.script_name == "Customer One"
    assert project.dispatch_namespace == "production"
    assert project.triggers.crons is None


def test_a_load_without_code_reads_no_code(tmp_path):
    write(tmp_path, main="dist/not-built.js", assets={"directory": "not-built"})

    loaded = load_without_code(ProjectRequest(workspace=tmp_path))

    assert loaded.problems == ()
    assert loaded.project.script_name == "shop"
    assert loaded.project.modules == ()
    assert [one.name for one in loaded.project.bindings] == ["A", "N"]


def test_a_load_without_code_needs_a_name_unless_it_is_told_otherwise(tmp_path):
    request = ProjectRequest(workspace=tmp_path)

    named, unnamed = load_without_code(request), load_without_code(request, needs_name=False)

    assert [problem.subject for problem in named.problems] == ["script-name"]
    assert unnamed.project is not None


def test_positions_cost_nothing_where_nothing_is_wrong(tmp_path):
    (tmp_path / "public").mkdir()
    write(tmp_path, assets={"directory": "public", "binding": "ASSETS"})
    program = (
        "import sys; from pathlib import Path;"
        "from workers_deploy.project.load import load_project;"
        "from workers_deploy.project.request import ProjectRequest;"
        "loaded = load_project(ProjectRequest(workspace=Path(sys.argv[1])));"
        "print(loaded.problems, loaded.warnings, 'tree_sitter' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True
    )

    assert done.stdout == "() () False\n"


def test_a_configuration_that_can_not_be_read_is_the_only_complaint(tmp_path):
    write_config(tmp_path, "{")

    assert len(load(tmp_path).problems) == 1
    assert len(load_without_code(ProjectRequest(workspace=tmp_path)).problems) == 1
