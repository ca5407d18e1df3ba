import pytest

from workers_deploy.errors import ProblemsError
from workers_deploy.inputs import Inputs
from workers_deploy.inputs.command_line import CommandLine, Help, _make_parser, read_command_line
from workers_deploy.inputs.mistakes import NO_OPTION
from workers_deploy.inputs.model import option_names, read_inputs


def typed(*argv: str) -> CommandLine:
    found = read_command_line(argv)
    assert isinstance(found, CommandLine)
    return found


def problems(*argv: str) -> list[tuple[str, str]]:
    return [(problem.subject, problem.message) for problem in typed(*argv).problems]


def test_the_first_word_is_the_command_and_options_follow():
    assert typed("plan", "--script-name", "shop", "--dry-run") == CommandLine(
        options={"command": "plan", "script_name": "shop", "dry_run": "true"}
    )


def test_a_switch_takes_a_value_too():
    assert typed("--workers-dev=false").options == {"workers_dev": "false"}


@pytest.mark.parametrize("name", sorted(NO_OPTION))
@pytest.mark.parametrize("written", ["{0}=hunter2", "{0} hunter2", "{0}:hunter2", "{0}"])
def test_nothing_secret_has_an_option(name, written):
    option = f"--{name.replace('_', '-')}"

    found = typed("deploy", written.format(option))

    (problem,) = found.problems
    assert problem.subject == option
    assert "process list is public" in problem.message
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("--hunter2",), [("command line", "word 1 is no option")]),
        (("deploy", "--nope=hunter2"), [("command line", "word 2 is no option")]),
        (("deploy", "--nope hunter2"), [("command line", "word 2 is no option")]),
        (("deploy", "-thunter2"), [("command line", "word 2 is no option")]),
        (("deploy", "-hhunter2 --hunter2"), [("command line", "word 2 is no option")]),
        (("deploy", "--help=hunter2 --hunter2"), [("command line", "word 2 is no option")]),
        (("deploy", "--version=hunter2"), [("command line", "word 2 is no option")]),
        (("deploy", "--command=hunter2"), [("command line", "word 2 is no option")]),
        (("deploy", "--api-token-hunter2"), [("command line", "word 2 is no option")]),
        (("deploy", "hunter2"), [("command line", "word 2 is one too many")]),
        (("--main hunter2",), [("--main", "is not written so (word 1)")]),
        (("deploy", "--main:hunter2"), [("--main", "is not written so (word 2)")]),
        (("--script-name",), [("--script-name", "has no value")]),
    ],
)
def test_what_is_typed_wrong_is_told_without_a_value(argv, told):
    assert problems(*argv) == told
    assert "hunter2" not in repr(typed(*argv))


def test_the_parser_s_own_errors_say_nothing_of_the_words():
    with pytest.raises(ProblemsError) as caught:
        _make_parser().error("invalid choice: 'hunter2'")

    assert caught.value.message == "command line: not understood"


def test_all_that_is_wrong_is_told_and_all_that_is_right_is_read():
    found = typed("plan", "--main", "--bogus", "--report-dir=out", "--tag", "--script-name", "shop")

    assert found.options == {"command": "plan", "report_dir": "out", "script_name": "shop"}
    assert [problem.subject for problem in found.problems] == ["command line", "--main", "--tag"]


def test_help_names_every_option_and_where_secrets_go():
    shown = read_command_line(["deploy", "--help"])

    assert isinstance(shown, Help)
    for name in option_names():
        if name != "command":
            assert f"--{name.replace('_', '-')}" in shown.text
    assert "CLOUDFLARE_API_TOKEN" in shown.text
    assert "--api-token" not in shown.text
    assert "--main TEXT" in shown.text
    assert "--dry-run [true|false]" in shown.text


def test_the_version_is_told():
    assert read_command_line(["--version"]) == Help(text="workers-deploy 1.0.0\n")


def test_every_input_says_what_it_is():
    assert all(field.description for field in Inputs.model_fields.values())


def test_the_options_of_a_list_are_collected():
    found = typed("--secrets", "A", "--probe=/", "--secrets", "B", "--probe", "/api")

    assert found == CommandLine(options={"secrets": "A\nB", "probe": "/\n/api"})
    assert read_inputs(found.options, {}).inputs.probe == ("/", "/api")


@pytest.mark.parametrize(
    ("name", "values"),
    [("script-name", ("a", "b")), ("script-name", ("a", "a")), ("dry-run", ("true", "false"))],
)
def test_an_option_of_one_value_is_not_given_twice(name, values):
    found = problems(*(f"--{name}={value}" for value in values))

    assert found == [(f"--{name}", "is given 2 times and takes one value")]


def test_an_option_of_a_list_that_lacks_a_value_once_is_told():
    assert problems("--secrets", "A", "--secrets") == [("--secrets", "has no value")]
