"""What is wrong with the inputs that the model did not take, in words.

A message shows the value that is wrong, unless the input holds secrets or the value looks like one.
Pydantic's own texts quote whatever they were given, so only the kinds of its errors are used.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from workers_deploy.errors import Problem, ProblemKind
from workers_deploy.inputs.texts import Invalid, about_value
from workers_deploy.inputs.unknown_names import closest

# A process list is public: these have no command-line option.
NO_OPTION = frozenset({"api_token", "github_token", "secrets_json", "vars"})
# What is wrong with these is told without their text: URLs may have a password or a token in them.
NEVER_SHOWN = NO_OPTION | {"secrets", "probe", "script_settings", "api_base_url"}


def problems_of(exc: ValidationError) -> list[tuple[str, Problem]]:
    """Return one problem for each input that is wrong, by its field's name."""
    found: dict[str, Problem] = {}
    for error in exc.errors(include_url=False):
        field = str(error["loc"][0])
        value = "" if field in NEVER_SHOWN else str(error["input"])
        found.setdefault(
            field,
            Problem(
                kind=ProblemKind.INPUT,
                subject=field.replace("_", "-"),
                message=about_value(value, _message_of(error)),
                hint=_hint_of(error, value),
            ),
        )
    return list(found.items())


def _message_of(error: Mapping[str, Any]) -> str:
    context: Mapping[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "enum":
            return f"not one of {context['expected'].replace(chr(39), '')}"
        case "int_parsing" | "int_type" | "int_from_float":
            return "not a whole number"
        case "greater_than":
            return f"not above {context['gt']}"
        case "greater_than_equal" | "less_than_equal":
            return "out of bounds: 1 to 20"
        case "value_error" if isinstance(context.get("error"), Invalid):
            return str(context["error"])
        case _:
            return "not understood"


def _words_of(error: Mapping[str, Any]) -> list[str]:
    """Return the words that an input takes.

    >>> _words_of({"ctx": {"expected": "'create' or 'error'"}})
    ['create', 'error']
    """
    return re.findall(r"'([^']+)'", error["ctx"]["expected"])


def _hint_of(error: Mapping[str, Any], value: str) -> str | None:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Invalid):
        return cause.hint
    meant = closest(value, _words_of(error)) if error["type"] == "enum" else None
    return f"did you mean {meant}?" if meant else None
