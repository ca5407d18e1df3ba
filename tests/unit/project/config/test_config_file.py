from pathlib import Path

import pytest

from fakes.loads import HEAD, load, project_of, told, warned, write_config
from workers_deploy.errors import ProblemKind

CONFIG = "{" + HEAD + "}"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["wrangler.json", "wrangler.jsonc", "wrangler.toml"], "wrangler.json"),
        (["wrangler.jsonc", "wrangler.toml"], "wrangler.jsonc"),
    ],
)
def test_the_first_name_counts(tmp_path, names, found):
    for name in names:
        write_config(tmp_path, CONFIG, name)

    assert load(tmp_path).config_file == found


def test_a_parent_is_searched_up_to_the_root_of_the_repository(tmp_path):
    write_config(tmp_path, CONFIG)
    (tmp_path / "a" / "b").mkdir(parents=True)

    inside = load(tmp_path, working_directory="a/b")
    (tmp_path / "a" / ".git").mkdir()
    outside = load(tmp_path, working_directory="a/b")

    assert inside.config_file == "wrangler.jsonc"
    assert inside.project.main_module == "index.js"
    assert outside.config_file is None


def test_a_run_that_is_started_in_a_folder_of_a_repository_finds_the_parents(tmp_path):
    write_config(tmp_path, CONFIG)
    (tmp_path / ".git").mkdir()
    (tmp_path / "packages" / "shop").mkdir(parents=True)

    loaded = load(tmp_path / "packages" / "shop")

    assert loaded.config_file == "../../wrangler.jsonc"
    assert loaded.project is not None


def test_without_a_repository_nothing_is_read_above_the_workspace(tmp_path):
    write_config(tmp_path, CONFIG)
    (tmp_path / "shop").mkdir()

    assert load(tmp_path / "shop").config_file is None
    assert load(tmp_path / "shop", working_directory="..").config_file == "../wrangler.jsonc"


def test_a_name_that_wrangler_prefers_wins_over_a_nearer_file_and_is_told(tmp_path):
    write_config(tmp_path, CONFIG, "wrangler.json")
    write_config(tmp_path / "app", 'name = "near"', "wrangler.toml")

    loaded = load(tmp_path, working_directory="app")

    assert loaded.config_file == "wrangler.json"
    assert "wrangler.json is used although app/wrangler.toml is nearer" in warned(loaded)[0]


def test_a_named_file_counts_and_paths_are_relative_to_it(tmp_path):
    write_config(tmp_path / "app", CONFIG)

    project = project_of(tmp_path, config="app/wrangler.jsonc")

    assert project.config_file == "app/wrangler.jsonc"
    assert project.main_module == "index.js"


@pytest.mark.parametrize(
    ("named", "message"),
    [("nothing.toml", "nothing.toml is no file"), ("index.js", "index.js is neither")],
)
def test_a_named_file_that_is_none_is_a_problem_of_the_input(tmp_path, named, message):
    write_config(tmp_path, CONFIG)

    (problem,) = load(tmp_path, config=named).problems

    assert problem.kind is ProblemKind.INPUT
    assert problem.subject == "config"
    assert problem.message.startswith(message)


def test_a_working_directory_that_is_none_is_a_problem_of_the_input(tmp_path):
    (problem,) = load(tmp_path, working_directory="nowhere").problems

    assert (problem.kind, problem.subject) == (ProblemKind.INPUT, "working-directory")


def test_without_a_configuration_inputs_suffice(tmp_path):
    (tmp_path / "worker.js").write_text("export default {};")

    project = project_of(
        tmp_path, main="worker.js", script_name="shop", compatibility_date="2026-01-01"
    )

    assert project.config_file is None
    assert project.main_module == "worker.js"


def redirect(root: Path, text: str, *, at: str = ".") -> None:
    folder = root / at / ".wrangler" / "deploy"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(text)


def test_a_build_tool_redirects_to_the_configuration_that_it_wrote(tmp_path):
    write_config(tmp_path, '{"name": "written"}')
    redirect(tmp_path, '{"configPath": "../../dist/wrangler.json"} // by a tool')
    write_config(
        tmp_path / "dist",
        '{"name": "built", "topLevelName": "built", "definedEnvironments": ["a"], '
        '"targetEnvironment": "a", "main": "index.js", "compatibility_date": "2026-01-01"}',
        "wrangler.json",
    )

    loaded = load(tmp_path, environment="a")

    assert loaded.config_file == "dist/wrangler.json"
    assert loaded.project.script_name == "built"
    assert loaded.project.service_tags == ("cf:service=built", "cf:environment=a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", 'the required "configPath" property was not found'),
        ('{"configPath": "nowhere.json"}', "to which it redirects, does not exist"),
        ("{", "can't be parsed"),
    ],
)
def test_a_broken_redirect_is_a_problem_with_a_place(tmp_path, text, message):
    write_config(tmp_path, CONFIG)
    redirect(tmp_path, text)

    (problem,) = load(tmp_path).problems

    assert message in problem.message
    assert problem.place.file == ".wrangler/deploy/config.json"


def test_a_redirect_that_lies_elsewhere_is_refused(tmp_path):
    write_config(tmp_path / "app", CONFIG)
    write_config(tmp_path / "dist", CONFIG)
    redirect(tmp_path, '{"configPath": "../../dist/wrangler.jsonc"}')

    (problem,) = load(tmp_path, working_directory="app").problems

    assert "does not sit beside app/wrangler.jsonc" in problem.message


def test_a_redirected_configuration_has_no_environments_and_fits_the_chosen_one(tmp_path):
    redirect(tmp_path, '{"configPath": "../../dist/wrangler.jsonc"}')
    write_config(tmp_path / "dist", "{" + HEAD + ', "targetEnvironment": "a", "env": {"b": {}}}')

    told_of = told(load(tmp_path, environment="b"))

    assert any("cannot include environments" in one for one in told_of)
    assert any('"b" is chosen, but the project was built for "a"' in one for one in told_of)
