import pytest

from workers_deploy.errors import ProblemsError
from workers_deploy.inputs import Inputs
from workers_deploy.inputs.command_line import Help, read_command_line
from workers_deploy.inputs.model import NO_OPTION, option_names


def refused(*argv: str) -> ProblemsError:
    with pytest.raises(ProblemsError) as caught:
        read_command_line(argv)
    return caught.value


def test_the_first_word_is_the_command_and_options_follow():
    assert read_command_line(["plan", "--script-name", "shop", "--dry-run"]) == {
        "command": "plan",
        "script_name": "shop",
        "dry_run": "true",
    }


def test_a_switch_takes_a_value_too():
    assert read_command_line(["--workers-dev=false"]) == {"workers_dev": "false"}


@pytest.mark.parametrize("name", sorted(NO_OPTION))
def test_nothing_secret_has_an_option(name):
    option = f"--{name.replace('_', '-')}"

    error = refused(f"{option}=hunter2")

    assert error.exit_code == 2
    assert "process list is public" in error.message
    assert "hunter2" not in repr(error.problems)


@pytest.mark.parametrize(
    "argv",
    [
        ("--hunter2",),
        ("--nope=hunter2",),
        ("deploy", "hunter2"),
        ("--nope", "hunter2"),
        ("--script-name",),
        ("--dry", "x"),
    ],
)
def test_what_is_typed_wrong_is_told_without_a_value(argv):
    error = refused(*argv)

    assert "=hunter2" not in str(error)
    assert "hunter2" not in str(error).replace("--hunter2", "")


def test_help_names_every_option_and_where_secrets_go():
    shown = read_command_line(["deploy", "--help"])

    assert isinstance(shown, Help)
    for name in option_names():
        if name != "command":
            assert f"--{name.replace('_', '-')}" in shown.text
    assert "CLOUDFLARE_API_TOKEN" in shown.text
    assert "--api-token" not in shown.text


def test_the_version_is_told():
    assert read_command_line(["--version"]) == Help(text="workers-deploy 1.0.0\n")


def test_every_input_says_what_it_is():
    assert all(field.description for field in Inputs.model_fields.values())
