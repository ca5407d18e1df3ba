import json

from fakes.loads import HEAD, load, project_of, told, warned, write_config

TOP = {
    "name": "shop",
    "main": "index.js",
    "compatibility_date": "2026-01-01",
    "compatibility_flags": ["nodejs_compat"],
    "vars": {"A": "top", "B": "top"},
    "kv_namespaces": [{"binding": "KV", "id": "top"}],
    "logpush": True,
    "keep_vars": True,
    "account_id": "a" * 32,
}


def write(tmp_path, **changes):
    return write_config(tmp_path, json.dumps({**TOP, **changes}, indent=1))


def names(project):
    return [binding.name for binding in project.bindings]


def test_inherited_keys_come_down_and_others_do_not(tmp_path):
    write(tmp_path, env={"staging": {"vars": {"A": "staging"}}})

    project = project_of(tmp_path, environment="staging")

    assert project.script_name == "shop-staging"
    assert project.compatibility_flags == ("nodejs_compat",)
    assert project.script_settings.logpush is True
    assert project.keep_vars is True
    assert [(one.name, one.fields) for one in project.bindings] == [("A", {"text": "staging"})]


def test_an_environment_names_its_script_and_overrides(tmp_path):
    write(tmp_path, env={"a": {"name": "other", "logpush": False, "compatibility_flags": []}})

    project = project_of(tmp_path, environment="a")

    assert project.script_name == "other"
    assert project.compatibility_flags == ()
    assert project.script_settings.logpush is False


def test_what_is_left_out_of_an_environment_is_warned_of_where_it_stands(tmp_path):
    write(tmp_path, env={"a": {"vars": {"A": "x"}}})

    warnings = warned(load(tmp_path, environment="a"))

    assert any('"kv_namespaces" exists at the top level, but not on "env.a"' in w for w in warnings)
    assert any('"vars" has B at the top level, but not on "env.a"' in w for w in warnings)
    assert all(w.startswith("wrangler.jsonc:") for w in warnings)


def test_an_unknown_environment_is_a_problem_that_names_the_known(tmp_path):
    write(tmp_path, env={"a": {}, "b": {}})

    (problem,) = load(tmp_path, environment="c").problems

    assert 'No environment found in configuration with name "c"' in problem.message
    assert problem.hint == 'The available configured environment names are: "a", "b"'
    assert problem.place.line == 21


def test_without_any_environment_the_top_level_is_deployed_under_its_name(tmp_path):
    write(tmp_path)

    loaded = load(tmp_path, environment="preview")

    assert loaded.project.script_name == "shop-preview"
    assert names(loaded.project) == ["A", "B", "KV"]
    assert loaded.project.service_tags == ()
    assert any("No environment found" in one for one in warned(loaded))


def test_environments_without_a_choice_are_warned_of(tmp_path):
    write(tmp_path, env={"a": {}, "b": {}})

    loaded = load(tmp_path)

    assert loaded.project.script_name == "shop"
    (warning,) = warned(loaded)
    assert "environments (a, b) and none is chosen" in warning
    assert "CLOUDFLARE_ENV" in warning


def test_the_service_is_tagged_where_there_are_environments(tmp_path):
    write(tmp_path, env={"a": {}})

    assert project_of(tmp_path).service_tags == ("cf:service=shop",)
    assert project_of(tmp_path, environment="a").service_tags == (
        "cf:service=shop",
        "cf:environment=a",
    )


def test_an_environment_of_the_wrong_kind_is_a_problem(tmp_path):
    write(tmp_path, env={"a": "b"})

    assert any("env.a" in one for one in told(load(tmp_path, environment="a")))


def test_keys_of_the_top_level_alone_are_unknown_in_an_environment(tmp_path):
    write(tmp_path, env={"a": {"keep_vars": False, "alias": {}, "odd": 1}})

    loaded = load(tmp_path, environment="a")

    unexpected = [one for one in warned(loaded) if "Unexpected fields found in env.a" in one]
    assert [one.rpartition(": ")[2] for one in unexpected] == ['"keep_vars"', '"alias"', '"odd"']
    assert loaded.project.keep_vars is True


def test_an_empty_account_is_ignored_with_a_warning(tmp_path):
    write(tmp_path, account_id="")

    loaded = load(tmp_path)

    assert loaded.account_id is None
    assert any('"account_id" field is an empty string' in one for one in warned(loaded))


def test_the_account_of_the_configuration_is_told(tmp_path):
    write(tmp_path)

    assert load(tmp_path).account_id == "a" * 32


def test_one_route_and_several_exclude_each_other_where_they_count(tmp_path):
    both = {"route": "a.com/*", "routes": ["b.com/*"]}
    write(tmp_path, env={"a": both, "b": {"routes": ["b.com/*"]}}, route="c.com/*")

    assert any('["routes","route"]' in one for one in told(load(tmp_path, environment="a")))
    assert load(tmp_path, environment="b").project.triggers.routes == ({"pattern": "b.com/*"},)


def test_bindings_of_the_top_level_are_missed_by_name(tmp_path):
    more = [{"binding": "KV", "id": "a"}, {"binding": "KV_2", "id": "b"}]
    write(tmp_path, kv_namespaces=more, env={"a": {"kv_namespaces": more[:1]}})

    assert any('"kv_namespaces" has KV_2' in one for one in warned(load(tmp_path, environment="a")))


def test_singular_bindings_of_the_top_level_are_missed_by_name(tmp_path):
    write(tmp_path, browser={"binding": "B1"}, env={"a": {"browser": {"binding": "B2"}}})

    assert any('"browser" has B1' in one for one in warned(load(tmp_path, environment="a")))


def test_an_env_that_is_no_object_counts_only_where_one_is_chosen(tmp_path):
    write_config(tmp_path, "{" + HEAD + ', "env": "x"}')

    unchosen, chosen = load(tmp_path), load(tmp_path, environment="a")

    assert unchosen.project is not None
    assert 'The field "env" should be an object' in warned(unchosen)[0]
    assert 'The field "env" should be an object' in told(chosen)[0]


def test_an_environment_that_is_no_object_is_refused_where_it_is_chosen(tmp_path):
    write_config(tmp_path, "{" + HEAD + ', "env": {"a": "x", "b": {}}}')

    other, chosen = load(tmp_path, environment="b"), load(tmp_path, environment="a")

    assert other.project is not None
    assert 'The field "env.a" should be an object but got a string' in told(chosen)[0]
