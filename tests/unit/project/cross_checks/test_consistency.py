import json

import pytest

from fakes.loads import HEAD, load, told, warned, write_config
from workers_deploy.core.project import Secret
from workers_deploy.errors import ProblemKind

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


HERS = {"name": "Y", "script_name": "hers"}


def write(tmp_path, **changes):
    return write_config(tmp_path, json.dumps({**CONFIG, **changes}))


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
    beside_config = load(tmp_path, secrets=(Secret(name="B", value="x"),), vars={"B": "b"})
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
    for loaded in (in_inputs, beside_config):
        (problem,) = loaded.problems
        assert (problem.kind, problem.subject, problem.place) == (ProblemKind.INPUT, "vars", None)
    assert in_inputs.problems[0].message == (
        "A assigned to Environment Variable and Secret bindings."
    )


def test_the_flag_for_node_is_no_experiment_any_more(tmp_path):
    write(tmp_path, compatibility_flags=["experimental:nodejs_compat_v2"])

    (found,) = told(load(tmp_path))

    assert "experimental:nodejs_compat_v2 is no longer valid" in found


def test_both_flags_for_node_are_refused(tmp_path):
    write(tmp_path, compatibility_flags=["nodejs_compat", "nodejs_compat_v2"])

    (found,) = told(load(tmp_path))

    assert "nodejs_compat and nodejs_compat_v2 cannot be used together" in found


@pytest.mark.parametrize("name", ["global_navigator", "nodejs_compat"])
def test_flags_that_contradict_are_warned_of(tmp_path, name):
    write(tmp_path, compatibility_flags=[name, f"no_{name}"])

    (found,) = warned(load(tmp_path))

    assert f"{name} and no_{name} contradict each other" in found


def test_more_variables_than_are_documented_are_warned_of(tmp_path):
    write(tmp_path, vars={f"V{i}": i for i in range(128)} | {"LONG": ["é" * 2559]})

    loaded = load(tmp_path, secrets=(Secret(name="S", value="\udcff"),))

    assert loaded.project is not None
    assert warned(loaded) == [
        "wrangler.jsonc:1:1557: LONG has 5,122 bytes; Cloudflare takes 5,120 at most",
        "None: 130 variables and secrets; Cloudflare takes 128 at most (64 on the free plan)",
    ]


def test_a_variable_that_is_too_large_is_refused_where_it_stands(tmp_path):
    write(tmp_path, vars={"FITS": "x" * 5120, "LONG": "é" * 2561})

    (problem,) = load(tmp_path, vars={"GIVEN": "x" * 5120}).problems

    assert problem.message == "LONG has 5,122 bytes; Cloudflare takes 5,120 at most"
    assert problem.hint == "put it into a file that the code imports, or into KV"
    assert str(problem.place).startswith("wrangler.jsonc:1:")


def test_a_variable_of_the_inputs_that_is_too_large_is_refused(tmp_path):
    write(tmp_path)

    (problem,) = load(tmp_path, vars={"LONG": "x" * 5121}).problems

    assert problem.kind is ProblemKind.INPUT
    assert problem.message == "LONG has 5,121 bytes; Cloudflare takes 5,120 at most"


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


def test_a_workflow_that_exports_declare_is_configured_there_alone(tmp_path):
    flow = {"name": "w", "class_name": "W"}
    write(
        tmp_path,
        workflows=[
            {"binding": "A1", **flow, "limits": {"steps": 1}},
            {"binding": "B1", "name": "v", "class_name": "V", "script_name": "other"},
            {"binding": "C1", "name": "u", "class_name": "U", "script_name": "shop"},
        ],
        exports={name.upper(): {"type": "workflow", "name": name} for name in "wvu"},
    )

    loaded = load(tmp_path)

    other = '"workflows[1]" binds the Workflow "v" of another Worker, but "exports.V" declares it'
    assert [one.partition(": ")[2] for one in told(loaded)] == [
        '"workflows[0].limits" configures the Workflow "w", which "exports.W" declares.',
        f"{other} in this one.",
    ]
    assert loaded.problems[0].hint == 'set "limits" on the export instead'


@pytest.mark.parametrize(
    ("rules", "warned_of"),
    [
        ([{"type": "Text", "globs": ["*.md"]}], [0]),
        ([{"type": "Text", "globs": ["*.md"], "fallthrough": False}], []),
        ([{"type": "Text", "globs": ["*.md"], "fallthrough": True}], []),
        ([{"type": "ESModule", "globs": ["*.js"]}], []),
        ([{"type": "ESModule", "globs": ["*.js"]}, {"type": "ESModule", "globs": ["*.mjs"]}], [0]),
        (
            [
                {"type": "Data", "globs": ["*.a"], "fallthrough": True},
                {"type": "Data", "globs": ["*.b"]},
                {"type": "Data", "globs": ["*.c"]},
            ],
            [1],
        ),
    ],
)
def test_rules_that_end_their_type_unsaid_are_warned_of(tmp_path, rules, warned_of):
    write(tmp_path, rules=rules)
    spots = [json.dumps({**CONFIG, "rules": rules}).index(json.dumps(rule)) for rule in rules]

    found = [text.split(":")[2] for text in warned(load(tmp_path)) if "ends the type" in text]

    assert found == [str(spots[index] + 1) for index in warned_of]


def test_an_assets_only_script_takes_no_secrets(tmp_path):
    (tmp_path / "public").mkdir()
    write_config(
        tmp_path,
        '{"name": "a", "compatibility_date": "2026-01-01", "assets": {"directory": "public"}}',
    )

    (problem,) = load(tmp_path, secrets=(Secret(name="S", value="v"),)).problems

    assert problem.kind is ProblemKind.INPUT
    assert problem.message == "S: an assets-only Worker has no secrets"


def test_contrary_flags_of_the_inputs_have_the_file_as_their_place(tmp_path):
    write_config(tmp_path, '{"name": "a", "main": "index.js", "compatibility_date": "2026-01-01"}')
    flags = ("nodejs_compat", "nodejs_compat_v2")

    (found,) = told(load(tmp_path, compatibility_flags=flags))

    assert found.startswith("wrangler.jsonc: the compatibility flags")


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


@pytest.mark.parametrize(
    ("more", "known"),
    [
        ({}, False),
        ({"new_classes": ["B"]}, True),
        ({"new_sqlite_classes": ["B"]}, True),
        ({"renamed_classes": [{"from": "A", "to": "B"}]}, True),
        ({"transferred_classes": [{"from": "A", "from_script": "s", "to": "B"}]}, True),
        ({"new_classes": ["B"], "deleted_classes": ["A"]}, True),
    ],
)
def test_a_bound_class_is_compared_with_what_the_migrations_leave(tmp_path, more, known):
    bindings = [{"name": "X", "class_name": "B"}, {**HERS, "class_name": "C"}]
    write(
        tmp_path,
        durable_objects={"bindings": bindings},
        migrations=[{"tag": "v1", "new_classes": ["A"]}, {"tag": "v2", **more}],
    )

    loaded = load(tmp_path)

    assert loaded.project is not None
    assert (warned(loaded) == []) == known
    assert all("The class B is not there after the last" in one for one in warned(loaded))


@pytest.mark.parametrize(
    "last", [{"deleted_classes": ["A"]}, {"renamed_classes": [{"from": "A", "to": "B"}]}]
)
def test_a_bound_class_that_the_migrations_take_away_is_warned_of(tmp_path, last):
    migrations = json.dumps([{"tag": "v1", "new_classes": ["A"]}, {"tag": "v2", **last}])
    bindings = '"durable_objects": {"bindings": [{"name": "X", "class_name": "A"}]}'
    write_config(tmp_path, "{" + HEAD + f',\n"migrations": {migrations},\n{bindings}' + "}")

    (warning,) = warned(load(tmp_path))

    assert warning.startswith(f"wrangler.jsonc:3:{bindings.index('[{') + 2}: The class A is not")
