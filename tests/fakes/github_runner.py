"""How GitHub's runner reads what a step writes, after actions/runner (ActionCommand.cs,
FileCommandManager.cs): a second reading of the protocol, independent of what we write with."""

import re
from dataclasses import dataclass
from pathlib import Path

_UNESCAPE = {"%0D": "\r", "%0A": "\n", "%25": "%"}


@dataclass(frozen=True)
class RunnerCommand:
    name: str
    properties: dict[str, str]
    message: str


def commands_in(log: str) -> list[RunnerCommand]:
    """Every line that the runner would obey; `\\r` ends a line as `\\n` does."""
    lines = re.split(r"\r\n|\n|\r", log)
    found = (_parse_v2(line) or _parse_v1(line) for line in lines)
    return [command for command in found if command]


def _parse_v2(line: str) -> RunnerCommand | None:
    line = line.lstrip()
    if not line.startswith("::"):
        return None
    head, separator, message = line[2:].partition("::")
    if not separator:
        return None
    name, _, properties = head.partition(" ")
    pairs = (pair.partition("=") for pair in properties.split(",") if pair)
    return RunnerCommand(
        name,
        {key.strip(): _unescape(value, {"%3A": ":", "%2C": ","}) for key, _, value in pairs},
        _unescape(message),
    )


def _parse_v1(line: str) -> RunnerCommand | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    return RunnerCommand(line[start + 3 : end].split(" ", maxsplit=1)[0], {}, line[end + 1 :])


def _unescape(text: str, more: dict[str, str] | None = None) -> str:
    for escape, char in ((more or {}) | _UNESCAPE).items():
        text = text.replace(escape, char)
    return text


def outputs_in(file: Path) -> dict[str, str]:
    """The outputs that the runner takes from a file; raises where it would fail the step."""
    outputs: dict[str, str] = {}
    lines = file.read_bytes().decode().split("\n")
    while lines:
        line = lines.pop(0)
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, outputs[name] = line.partition("=")
            continue
        if heredoc < 0:
            raise ValueError(f"Invalid format '{line}'")
        name, _, delimiter = line.partition("<<")
        value: list[str] = []
        while (line := lines.pop(0)) != delimiter:
            value.append(line)
        outputs[name] = "\n".join(value)
    return outputs
