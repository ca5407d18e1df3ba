"""`command` as cloudflare/wrangler-action writes it: a few texts are understood, no others.

That action runs any wrangler command line. Understood are those that a deploy workflow is made of,
so that a migration is one changed line; for the rest the error names what to write instead.
"""

import re
import shlex
from collections.abc import Mapping

from workers_deploy.errors import Problem, ProblemKind

COMMAND_NAMES = ("INPUT_COMMAND", "PLUGIN_COMMAND")
# Inputs of that action which do something that we don't do: (its name, the variable, the way out).
NOT_RUN = (
    ("preCommands", "INPUT_PRECOMMANDS", "make them a step before this one"),
    ("postCommands", "INPUT_POSTCOMMANDS", "make them a step after this one"),
)
# Inputs of that action that are understood (its action.yml at v4): its name → ours.
RENAMED: Mapping[str, str] = {
    "apiToken": "api-token",
    "accountId": "account-id",
    "workingDirectory": "working-directory",
    "gitHubToken": "github-token",
}
# Inputs of that action about wrangler and Node, which are not here.
WITHOUT_MEANING = ("wranglerVersion", "packageManager", "quiet")
# wrangler's words → ours
_COMMANDS: Mapping[tuple[str, ...], str] = {
    ("deploy",): "deploy",
    ("publish",): "deploy",
    ("versions", "upload"): "preview",
}
_ENVIRONMENT_OPTIONS = ("--env", "-e")
_WORD = re.compile(r"[a-z][a-z0-9:-]{,19}")
_OPTION = re.compile(r"--[a-z][a-z-]{,29}")  # a name alone, never a value
_REPLACEMENTS = {
    "--name": "the input script-name",
    "--config": "the input config",
    "-c": "the input config",
    "--dry-run": "the input dry-run",
    "--var": "the input vars",
    "--assets": "the input assets",
    "--compatibility-date": "the input compatibility-date",
    "--keep-vars": "the input keep-vars",
    "--dispatch-namespace": "the input dispatch-namespace",
    "--message": "the input message",
    "--tag": "the input tag",
    "--no-bundle": "the input bundle: false",
    "secret": "the input secrets",
    "d1": "a step of its own, before this one",
    "pages": "a step of its own: Pages is not supported",
}


def refuse_commands(env: Mapping[str, str]) -> list[Problem]:
    """Return a problem for each command that the other action would run beside wrangler."""
    return [
        Problem(kind=ProblemKind.INPUT, subject=name, message="not run here", hint=way_out)
        for name, variable, way_out in NOT_RUN
        if env.get(variable)
    ]


def tell_names(env: Mapping[str, str]) -> str:
    """Name the inputs that are written as for the other action; empty where there are none.

    >>> tell_names({"INPUT_APITOKEN": "t", "INPUT_QUIET": "true"})
    'inputs of wrangler-action: apiToken is api-token here; quiet has no meaning here, take it out'
    """
    told = [f"{name} is {ours} here" for name, ours in RENAMED.items() if env.get(_variable(name))]
    told += [
        f"{name} has no meaning here, take it out"
        for name in WITHOUT_MEANING
        if env.get(_variable(name))
    ]
    return f"inputs of wrangler-action: {'; '.join(told)}" if told else ""


def other_names() -> frozenset[str]:
    """Return the variables of that action's inputs which something is said of already."""
    renamed = (_variable(name) for name in (*RENAMED, *WITHOUT_MEANING))
    return frozenset((*renamed, *(variable for _, variable, _ in NOT_RUN)))


def _variable(name: str) -> str:
    return f"INPUT_{name.upper()}"


def understand_command(env: Mapping[str, str]) -> tuple[dict[str, str], Problem | None]:
    """Return the environment with a wrangler command line replaced by our inputs."""
    changed = dict(env)
    name = next((name for name in COMMAND_NAMES if env.get(name)), None)
    words = _split(env[name]) if name else []
    if name is None or len(words) <= 1:
        return changed, None
    command, rest = _command_of(words)
    environment = _environment_of(rest)
    if command is None or environment is None:
        del changed[name]
        return changed, _problem(words, rest if command else [])
    changed[name] = command
    if environment:
        changed.setdefault("INPUT_ENVIRONMENT", environment)
    return changed, None


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _command_of(words: list[str]) -> tuple[str | None, list[str]]:
    for length in (2, 1):
        found = _COMMANDS.get(tuple(words[:length]))
        if found is not None:
            return found, words[length:]
    return None, words


def _environment_of(options: list[str]) -> str | None:
    """Return the environment's name, empty for none; None where there is any other option."""
    match options:
        case []:
            return ""
        case [option] if option.startswith("--env="):
            return option.removeprefix("--env=")
        case [option, name] if option in _ENVIRONMENT_OPTIONS:
            return name
        case _:
            return None


def _problem(words: list[str], options: list[str]) -> Problem:
    # The words may hold anything, so only the first and known ones are repeated.
    known = [word.partition("=")[0] for word in words]
    names = [option.partition("=")[0] for option in options]
    others = (name for name in names if _OPTION.fullmatch(name) and name != "--env")
    culprit = next(others, None)
    instead = [f"{word} is {_REPLACEMENTS[word]}" for word in known if word in _REPLACEMENTS]
    first = f' "{words[0]} …"' if _WORD.fullmatch(words[0]) else ""
    return Problem(
        kind=ProblemKind.INPUT,
        subject="command",
        message=f"the wrangler command line{first} is not understood"
        + (f", because of {culprit}" if culprit else ""),
        hint="; ".join(instead) or "write one of our commands; further options are inputs",
    )
