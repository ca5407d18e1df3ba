import json
import subprocess
import sys

from fakes.loads import HEAD, load, project_of, told, warned, write_config
from workers_deploy.core.project import Binding, ProbeTarget, Secret, SubdomainState, UsageModel
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


def test_assets_alone_need_no_date(tmp_path):
    (tmp_path / "public").mkdir()
    write_config(tmp_path, '{"name": "site", "assets": {"directory": "public"}}')

    assert told(load(tmp_path)) == []


def test_nothing_to_deploy_is_a_problem(tmp_path):
    write_config(tmp_path, '{"name": "a", "compatibility_date": "2026-01-01"}')

    (found,) = told(load(tmp_path))

    assert found.endswith("Missing entry-point to Worker script or to assets directory")


def test_a_name_that_is_no_dns_label_is_warned_of(tmp_path):
    write(tmp_path, name="a" * 64)

    assert (
        "the script's name has 64 characters; workers.dev takes 63 at most"
        in warned(load(tmp_path))[0]
    )


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

    assert [problem.subject for problem in named.problems] == ["config"]
    assert unnamed.project is not None


def test_positions_cost_nothing_where_nothing_is_wrong(tmp_path):
    (tmp_path / "public").mkdir()
    write(tmp_path, assets={"directory": "public", "binding": "ASSETS"})
    program = (
        "import sys; from pathlib import Path;"
        "from workers_deploy.project.load import load_project;"
        "from workers_deploy.project.request import ProjectRequest;"
        "loaded = load_project(ProjectRequest(workspace=Path(sys.argv[1])));"
        "print(loaded.problems, loaded.warnings, 'tree_sitter_json' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True
    )

    assert done.stdout == "() () False\n"


def test_a_configuration_that_can_not_be_read_is_the_only_complaint(tmp_path):
    write_config(tmp_path, "{")

    assert len(load(tmp_path).problems) == 1
    assert len(load_without_code(ProjectRequest(workspace=tmp_path)).problems) == 1
