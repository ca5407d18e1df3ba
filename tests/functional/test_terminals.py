"""What a person sees at a terminal."""

import re

import pytest

from fakes.runs import Runner
from fakes.terminal import at_a_terminal
from workers_deploy.inputs import read_inputs
from workers_deploy.inputs.choices import Command
from workers_deploy.inputs.command_help import COMMANDS
from workers_deploy.inputs.command_line import CommandLine, read_command_line

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def shown(runner: Runner, *argv: str, **env: str) -> tuple[int, str]:
    given = {**runner.environment(), **env}
    return at_a_terminal(*argv, cwd=runner.checkout.root, env=given)


def test_signs_and_titles_are_coloured(full_runner: Runner):
    exit_code, text = shown(full_runner, "plan", TERM="xterm")

    assert exit_code == 0, text
    assert "\x1b[1;36m▸ Plan         \x1b[0m\x1b[32m+\x1b[0m assets" in text
    assert "sk_live" not in text


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"CI": "true"}])
def test_nothing_is_coloured_where_that_is_not_wanted(full_runner: Runner, env: dict[str, str]):
    exit_code, text = shown(full_runner, "plan", **{"TERM": "xterm", **env})

    assert exit_code == 0, text
    assert not COLOUR.search(text)
    assert "▸ Plan         + assets" in text


def test_words_wrap_under_their_row(full_runner: Runner):
    exit_code, text = shown(full_runner, "plan", TERM="xterm", COLUMNS="60", NO_COLOR="1")

    assert exit_code == 0, text
    lines = text.replace("\r", "").split("\n")
    assert max(map(len, lines[1:])) <= 60
    note = next(index for index, line in enumerate(lines) if line.startswith("! Note"))
    assert lines[note + 1].startswith(" " * 17)


def test_a_failure_is_red(full_runner: Runner):
    exit_code, text = shown(full_runner, "plan", "--workers-dev", "perhaps", TERM="xterm")

    assert exit_code == 2
    assert "\x1b[1;31m✗ 1 input is" in text


def test_an_option_that_is_nearly_one_is_named(full_runner: Runner):
    run = full_runner.process("deploy", "--script-nam", "shop", "--worker-dev=true")

    assert run.exit_code == 2
    assert "did you mean --script-name?" in run.log
    assert "did you mean --workers-dev?" in run.log


@pytest.mark.parametrize("command", list(Command))
def test_the_help_of_a_command_says_what_it_does_and_what_to_type(runner: Runner, command: str):
    run = runner.process(command, "--help")

    assert run.exit_code == 0
    assert f"examples:\n  workers-deploy {command}" in run.stdout
    assert "--script-name" in run.stdout


def test_every_example_of_the_help_is_a_command_line_that_is_understood():
    for help_ in COMMANDS.values():
        for example in help_.examples:
            read = read_command_line(example.split())
            assert isinstance(read, CommandLine)
            assert read.problems == ()
            assert read_inputs(read.options, {}).problems == ()


def test_the_general_help_lists_the_commands(runner: Runner):
    run = runner.process("--help")

    for command, help_ in COMMANDS.items():
        assert re.search(rf"^  {command} +{re.escape(help_.does)}$", run.stdout, re.MULTILINE)
