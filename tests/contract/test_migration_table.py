"""README's table for those who come from cloudflare/wrangler-action says what is understood."""

import re
from pathlib import Path

import pytest

from workers_deploy.inputs import read_inputs
from workers_deploy.inputs.model import WRANGLER_ACTION_NAMES
from workers_deploy.inputs.wrangler_action import NOT_RUN, WITHOUT_MEANING

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.split("\n## Coming from wrangler-action\n")[1].split("\n## ")[0]
# The inputs of cloudflare/wrangler-action v3, from its action.yml.
THEIRS = [
    "apiToken",
    "accountId",
    "quiet",
    "environment",
    "workingDirectory",
    "wranglerVersion",
    "secrets",
    "preCommands",
    "postCommands",
    "packageManager",
    "command",
    "vars",
    "gitHubToken",
]


def rows() -> dict[str, tuple[str, str]]:
    """Return what stands beside each of their inputs."""
    found = {}
    for line in re.findall(r"^\| `.*\|$", SECTION, re.MULTILINE):
        theirs, ours, what = (cell.strip() for cell in line.strip("|").split(" | "))
        found |= dict.fromkeys(re.findall(r"`([^`]+)`", theirs), (ours, what))
    return found


def test_every_input_of_theirs_stands_in_the_table_once():
    assert sorted(rows()) == sorted(THEIRS)


@pytest.mark.parametrize("ours", WRANGLER_ACTION_NAMES)
def test_a_name_of_theirs_that_is_understood_stands_beside_ours(ours: str):
    variable = WRANGLER_ACTION_NAMES[ours].removeprefix("INPUT_")

    (theirs,) = (name for name in THEIRS if name.upper() == variable)
    told = read_inputs({}, {f"INPUT_{variable}": "x"}).notice
    assert told.endswith(f" {theirs} is {ours.replace('_', '-')} here")
    assert rows()[theirs] == (f"`{ours.replace('_', '-')}`", "understood, with a notice")


@pytest.mark.parametrize(("name", "variable", "_"), NOT_RUN)
def test_what_is_said_to_be_refused_is_refused(name: str, variable: str, _: str):
    reading = read_inputs({}, {variable: "npm run build", "INPUT_API-TOKEN": "t"})

    assert [problem.subject for problem in reading.problems] == [name]
    assert rows()[name][1].startswith("refused")


@pytest.mark.parametrize("name", WITHOUT_MEANING)
def test_what_has_no_meaning_here_is_no_mistake(name: str):
    reading = read_inputs({}, {f"INPUT_{name.upper()}": "x", "INPUT_API-TOKEN": "t"})

    assert reading.problems == ()
    assert reading.notice.endswith(f" {name} has no meaning here, take it out")
    assert rows()[name][1].startswith("take them out")
