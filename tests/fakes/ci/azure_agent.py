"""What Azure's agent reads in a step's output: azure-pipelines-agent, Command.cs (unescaping)."""

import re
from dataclasses import dataclass, field

_COMMAND = re.compile(r"##vso\[([a-z]+\.[A-Za-z]+)(?: ([^\]]*))?\](.*)")
_PROPERTY = {"%3B": ";", "%0D": "\r", "%0A": "\n", "%5D": "]", "%AZP25": "%"}


@dataclass
class Step:
    """What a step left with the agent."""

    variables: dict[str, str] = field(default_factory=dict)  # output variables
    masks: set[str] = field(default_factory=set)
    issues: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)  # what people see


def read_step(output: str) -> Step:
    """Return what the agent takes from the lines, as it takes them: anywhere in a line."""
    step = Step()
    for line in output.splitlines():
        found = _COMMAND.search(line)
        if found is None:
            step.log.append(line)
            continue
        name, text = found[1], _unescaped(found[3])
        given = dict(_property(one) for one in (found[2] or "").split(";") if one)
        match name:
            case "task.setvariable":
                assert given["isOutput"] == "true"
                step.variables[given["variable"]] = text
            case "task.setsecret":
                step.masks.add(text)
            case "task.logissue":
                step.issues.append((text, given))
            case "task.uploadsummary":
                step.summaries.append(text)
            case _:
                raise AssertionError(f"{name} is no command that a deploy gives")
    return step


def _property(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), _unescaped(value)


def _unescaped(text: str) -> str:
    for escape, char in _PROPERTY.items():
        text = text.replace(escape, char)
    return text
