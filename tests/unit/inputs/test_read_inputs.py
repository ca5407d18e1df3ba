import pytest

from workers_deploy.core.steps import Scope
from workers_deploy.inputs import Inputs, names_of, read_inputs
from workers_deploy.inputs.choices import Allow, Command

TOKEN = "cf-token-0123456789"
ACCOUNT = "0123456789abcdef0123456789abcdef"


def messages(options=None, env=None) -> dict[str, str]:
    return {p.subject: p.message for p in read_inputs(options or {}, env or {}).problems}


@pytest.mark.parametrize(
    "names",
    [
        ("INPUT_SCRIPT-NAME", "INPUT_SCRIPT_NAME", "PLUGIN_SCRIPT_NAME"),
    ],
)
def test_the_first_name_that_is_not_empty_wins(names):
    for position, name in enumerate(names):
        env = dict.fromkeys(names[position + 1 :], "later") | {name: "first"}
        env |= dict.fromkeys(names[:position], "")

        assert read_inputs({}, env).inputs.script_name == "first"


def test_the_command_line_wins_over_the_environment():
    inputs = read_inputs({"script_name": "cli"}, {"INPUT_SCRIPT-NAME": "env"}).inputs

    assert inputs.script_name == "cli"


def test_wrangler_actions_names_come_before_the_ecosystems():
    env = {"INPUT_APITOKEN": "from-action", "CLOUDFLARE_API_TOKEN": "from-env"}

    token = read_inputs({}, env).inputs.api_token

    assert token is not None
    assert token.get_secret_value() == "from-action"


@pytest.mark.parametrize("name", [n for n in Inputs.model_fields if n != "command"])
def test_a_bare_variable_is_never_an_input(name):
    env = {name.upper(): "true", name: "true", f"GITHUB_{name.upper()}": "true"}

    assert read_inputs({}, env).inputs == read_inputs({}, {}).inputs


def test_the_github_token_is_never_taken_from_the_jobs_own_variable():
    assert read_inputs({}, {"GITHUB_TOKEN": "ghs_x"}).inputs.github_token is None


def test_all_wrong_inputs_are_told_at_once_and_no_secret_with_them():
    env = {
        "INPUT_WORKERS-DEV": "wrong",
        "INPUT_ONLY": "code,wrong",
        "INPUT_CPU-MS": "wrong",
        "INPUT_SCRIPT-SETTINGS": "{hunter2}",
        "INPUT_API-TOKEN": "hunter2 hunter2",
        "INPUT_ACCOUNT-ID": "wrong",
        "INPUT_API-BASE-URL": "https://ada:hunter2@example.com",
        "INPUT_SCRIPT-NAME": "Wrong!",
        "INPUT_COMPATIBILITY-DATE": "wrong",
        "INPUT_PROBE-STATUS": "wrong",
        "INPUT_MAX-ATTEMPTS": "99",
        "INPUT_COMMAND": "wrong",
        "INPUT_DEADLINE": "0",
    }

    reading = read_inputs({}, env)

    assert {p.subject for p in reading.problems} == {
        name.removeprefix("INPUT_").lower() for name in env
    }
    assert "hunter2" not in repr(reading).lower()


def test_what_is_wrong_stands_at_its_default_so_that_the_project_can_be_checked_too():
    reading = read_inputs({}, {"INPUT_WORKERS-DEV": "maybe", "INPUT_MAIN": "src/index.js"})

    assert reading.inputs.workers_dev is None
    assert reading.inputs.main == "src/index.js"


def test_lists_take_lines_and_commas():
    env = {"INPUT_ONLY": "code\nsecrets, settings\n", "INPUT_ALLOW": "older-commit"}

    inputs = read_inputs({}, env).inputs

    assert inputs.only == (Scope.CODE, Scope.SECRETS, Scope.SETTINGS)
    assert inputs.allow == (Allow.OLDER_COMMIT,)


def test_a_tokens_line_break_from_pasting_is_dropped():
    token = read_inputs({}, {"INPUT_API-TOKEN": f" {TOKEN}\n"}).inputs.api_token

    assert token is not None
    assert token.get_secret_value() == TOKEN


def test_no_repr_holds_a_secret():
    env = {
        "INPUT_API-TOKEN": TOKEN,
        "INPUT_GITHUB-TOKEN": "ghs_hunter2",
        "INPUT_SECRETS-JSON": '{"A": "hunter2"}',
        "INPUT_VARS": "A=hunter2",
    }

    shown = repr(read_inputs({}, env))

    assert TOKEN not in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("env", "fallback"),
    [
        ({"CLOUDFLARE_ACCOUNT_ID": ACCOUNT}, True),
        ({"INPUT_ACCOUNT-ID": ACCOUNT, "CLOUDFLARE_ACCOUNT_ID": ACCOUNT}, False),
        ({}, False),
    ],
)
def test_only_the_ecosystems_account_id_gives_way_to_the_configuration(env, fallback):
    assert read_inputs({}, env).account_id_is_fallback is fallback


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("deploy", None),
        ("deploy --env staging", "staging"),
        ("deploy --env=staging", "staging"),
        ("deploy -e staging", "staging"),
        ("publish --env staging", "staging"),
    ],
)
def test_wrangler_actions_deploy_commands_are_understood(text, environment):
    reading = read_inputs({}, {"INPUT_COMMAND": text})

    assert reading.problems == ()
    assert reading.inputs.command is Command.DEPLOY
    assert reading.inputs.environment == environment


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("deploy --name shop", "--name is the input script-name"),
        ("secret put hunter2", "secret is the input secrets"),
        ("d1 migrations apply shop", "d1 is a step of its own, before this one"),
        ("pages deploy 'hunter2", "pages is a step of its own"),
    ],
)
def test_any_other_command_line_is_refused_with_its_replacement(text, hint):
    (problem,) = read_inputs({}, {"INPUT_COMMAND": text}).problems

    assert problem.subject == "command"
    assert problem.hint is not None
    assert hint in problem.hint
    assert "hunter2" not in repr(problem)


def test_every_input_can_be_given_with_a_hyphen_and_with_an_underscore():
    for field in Inputs.model_fields:
        upper = field.upper()
        assert names_of(field)[0] == f"INPUT_{upper.replace('_', '-')}"
        assert f"INPUT_{upper}" in names_of(field)
        assert f"PLUGIN_{upper}" in names_of(field)


def test_a_plain_http_base_url_is_read_and_judged_by_the_connection():
    assert messages(env={"INPUT_API-BASE-URL": "http://127.0.0.1:8787/client/v4"}) == {}
    assert "api-base-url" in messages(env={"INPUT_API-BASE-URL": "https://user:pw@host/"})
