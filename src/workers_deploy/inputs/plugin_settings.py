"""Lists and maps of a plugin's `settings:`, as Woodpecker and Drone hand them over.

A YAML list becomes one text with commas, a map becomes JSON (woodpecker-ci.org/docs/usage/plugins/
creating-plugins). Inputs with commas of their own take them already; here are those that have one
entry a line.
"""

import json
import re
from collections.abc import Mapping

from workers_deploy.errors import Problem, ProblemKind

_NEXT_TARGET = re.compile(r",(?=/|https?://)")


def lines_of_settings(env: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    r"""Return the environment with a plugin's lists and maps as lines, and what can't be a line.

    >>> lines_of_settings({"PLUGIN_SECRETS": "A,B", "PLUGIN_VARS": '{"C": "1,2", "D": true}'})[0]
    {'PLUGIN_SECRETS': 'A\nB', 'PLUGIN_VARS': 'C=1,2\nD=true'}
    """
    made, problems = dict(env), []
    if names := env.get("PLUGIN_SECRETS"):
        made["PLUGIN_SECRETS"] = names.replace(",", "\n")
    if targets := env.get("PLUGIN_PROBE"):
        made["PLUGIN_PROBE"] = _NEXT_TARGET.sub("\n", targets)
    values = {name: _text(value) for name, value in _map(env.get("PLUGIN_VARS", "")).items()}
    if values:
        made["PLUGIN_VARS"] = "\n".join(f"{name}={value}" for name, value in values.items())
    for number, value in enumerate(values.values(), start=1):
        if len(value.splitlines()) > 1:
            made.pop("PLUGIN_VARS", None)
            problems.append(
                Problem(
                    kind=ProblemKind.INPUT,
                    subject="vars",
                    message=f"entry {number} has a line break",
                    hint="write its name alone as a line of vars, and the value in environment:",
                )
            )
    return made, problems


def _map(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
