"""What TeamCity reads in a build's output (jetbrains.com/help/teamcity/service-messages.html)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_MESSAGE = re.compile(r"##teamcity\[(\w+)((?:[^|\[\]]|\|.)*)\]")
_ATTRIBUTE = re.compile(r"(?:(\w+)\s*=\s*)?'((?:[^'|]|\|.)*)'")
_ESCAPE = re.compile(r"\|(?:0x([0-9a-f]{4})|(.))")
_CHARS = {"n": "\n", "r": "\r"}


@dataclass
class Build:
    """What the server knows of a build."""

    parameters: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)


def read_build(output: str) -> Build:
    """Return what the server takes from the lines; blocks must be closed in order."""
    build, opened = Build(), []
    for line in output.splitlines():
        for kind, attributes in _messages(line):
            match kind:
                case "setParameter":
                    build.parameters[attributes["name"]] = attributes["value"]
                case "buildProblem":
                    assert len(attributes["identity"]) <= 60
                    build.problems.append(attributes["description"])
                case "message":
                    assert attributes["status"] == "WARNING"
                    build.warnings.append(attributes["text"])
                case "publishArtifacts":
                    build.artifacts.append(attributes[""])
                case "blockOpened":
                    opened.append(attributes["name"])
                    build.blocks.append(attributes["name"])
                case "blockClosed":
                    assert opened.pop() == attributes["name"]
                case _:
                    raise AssertionError(f"{kind} is no message that a deploy sends")
    assert not opened
    return build


def _messages(line: str) -> Iterator[tuple[str, dict[str, str]]]:
    for kind, rest in _MESSAGE.findall(line):
        yield kind, {name: _unescaped(value) for name, value in _ATTRIBUTE.findall(rest)}


def _unescaped(text: str) -> str:
    units = _ESCAPE.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else _CHARS.get(found[2], found[2]), text
    )
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
