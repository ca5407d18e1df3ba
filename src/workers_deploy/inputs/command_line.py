"""The command line: the command's word and one option per input that may be seen in a process list.

Built from the model, so that `--help` and the inputs never differ. A word that is not understood
may be a value that was typed where it doesn't belong, and the parser's own errors repeat what was
typed. So such a word is told by its position, and by its name only where we know that name.
"""

import argparse
import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Final, NoReturn

from workers_deploy import __version__
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Problem, ProblemKind, ProblemsError
from workers_deploy.inputs.choices import Command
from workers_deploy.inputs.command_help import command_of, describe
from workers_deploy.inputs.mistakes import NO_OPTION
from workers_deploy.inputs.model import ECOSYSTEM_NAMES, Inputs, names_of
from workers_deploy.inputs.unknown_names import closest

SWITCHES = frozenset(
    name for name, field in Inputs.model_fields.items() if "bool" in str(field.annotation)
)
# Inputs of several values: an option of theirs may be repeated. Secrets are split by line later.
LISTS = frozenset(
    name
    for name, field in Inputs.model_fields.items()
    if "tuple[" in str(field.annotation) or name == "secrets"
)
# Stands for an option without a value; no word of a command line can be it.
NO_VALUE: Final = "\0"
# `--help` and its like with something behind them, which the parser would quote.
_TEXT_WITH_VALUE: Final = re.compile(r"-h.|--(help|version)=", re.DOTALL)
# Options of wrangler's that people type, and what they are here.
_OF_WRANGLER: Final = {
    "--env": "write --environment",
    "--name": "write --script-name",
    "--var": "set the environment variable INPUT_VARS, to lines NAME=value",
    "--minify": 'set "minify" in the wrangler configuration',
    "--define": 'set "define" in the wrangler configuration',
    "--alias": 'set "alias" in the wrangler configuration',
    "--route": 'set "routes" in the wrangler configuration',
    "--routes": 'set "routes" in the wrangler configuration',
    "--triggers": 'set "triggers" in the wrangler configuration',
    "--schedule": 'set "triggers" in the wrangler configuration',
    "--no-bundle": "write --bundle=false",
    "--latest": "write --compatibility-date and today's date",
    "--strict": "plan before you deploy: workers-deploy plan --fail-on drift",
    "--outdir": "there is none: what goes up can be read back by workers-deploy download",
    "--secrets-file": "name each in INPUT_SECRETS, or set INPUT_SECRETS_JSON to the object",
}
EPILOG = """\
Every option can also be given as an environment variable: --script-name as INPUT_SCRIPT_NAME.
Tokens, secrets and variables have no option, since a process list is public:
  CLOUDFLARE_API_TOKEN   the API token (INPUT_API_TOKEN)
  CLOUDFLARE_ACCOUNT_ID  the account (INPUT_ACCOUNT_ID)
  INPUT_SECRETS          names, one per line; each value is the variable of that name
  INPUT_SECRETS_JSON     a JSON object to take the values from instead
  INPUT_VARS             lines NAME=value, or NAME
  INPUT_GITHUB_TOKEN     for comment and deployment status
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Help:
    """The user asked for a text: nothing is to be done."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandLine:
    """The option texts by field name, and what is wrong beside them."""

    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # noqa: ARG002 - it quotes what was typed
        """Say nothing of the words."""
        raise ProblemsError([_problem("command line", "not understood")])


class _HelpText(argparse.RawDescriptionHelpFormatter):
    def _format_args(self, action: argparse.Action, default_metavar: str) -> str:
        """Show as needed what is needed, though the parser lets it be missing."""
        if action.const == NO_VALUE:
            return str(action.metavar)
        return super()._format_args(action, default_metavar)


def read_command_line(argv: Sequence[str]) -> CommandLine | Help:
    """Return what was typed, or the text that was asked for.

    A wrong word keeps no right one from being read: all that is wrong is told in one run.
    """
    parser = _make_parser(command_of(argv))
    if "--help" in argv or "-h" in argv:
        return Help(text=parser.format_help())
    if "--version" in argv:
        return Help(text=f"workers-deploy {__version__}\n")
    refused = [word for word in argv if _TEXT_WITH_VALUE.match(word)]
    words = [word for word in argv if word not in refused]
    given, unknown = parser.parse_known_args(words)
    found: dict[str, list[str]] = {name: texts for name, texts in vars(given).items() if texts}
    if (command := given.command or "").startswith("-"):  # "--main x" in one is taken for a word
        unknown.insert(0, command)
        del found["command"]
    problems = [_unknown(word, argv) for word in (*refused, *unknown)]
    options = {}
    for name, texts in found.items():
        if name == "command":
            options[name] = command
        elif flaw := _flaw_of(name, texts):
            problems.append(flaw)
        else:
            options[name] = "\n".join(text for text in texts if text)
    return CommandLine(options=options, problems=tuple(problems))


def _flaw_of(name: str, texts: Sequence[str]) -> Problem | None:
    """Return what is wrong with an option: the last of several would win without a word."""
    if NO_VALUE in texts:
        return _problem(_option(name), "has no value")
    if len(texts) > 1 and name not in LISTS:
        return _problem(_option(name), f"is given {len(texts)} times and takes one value")
    return None


def _make_parser(command: Command | None = None) -> _Parser:
    parser = _Parser(
        prog="workers-deploy",
        usage="workers-deploy [COMMAND] [--INPUT VALUE ...]",
        description=describe(command),
        epilog=EPILOG,
        formatter_class=_HelpText,
        allow_abbrev=False,
        add_help=False,
    )
    commands = ", ".join(command.value for command in Command)
    parser.add_argument("command", nargs="?", help=f"one of {commands}; default: deploy")
    for name, field in Inputs.model_fields.items():
        if name in NO_OPTION or name == "command":
            continue
        option = _option(name)
        text = f"{field.description}{_also(name)}".replace("%", "%%")
        if name in SWITCHES:
            parser.add_argument(
                option,
                action="append",
                nargs="?",
                const="true",
                metavar="true|false",
                help=text,
            )
        else:
            # Without "?" the first option without a value would end the parser's work.
            parser.add_argument(
                option,
                action="append",
                nargs="?",
                const=NO_VALUE,
                metavar=_metavar(name),
                help=text,
            )
    parser.add_argument("--version", action="store_true", help="print the version", default=None)
    parser.add_argument("-h", "--help", action="store_true", help="print this text", default=None)
    return parser


def _metavar(name: str) -> str:
    choices = getattr(Inputs.model_fields[name].annotation, "__members__", None)
    return "|".join(member.value for member in choices.values()) if choices else "TEXT"


def _also(name: str) -> str:
    return f" [also {ECOSYSTEM_NAMES[name]}]" if name in ECOSYSTEM_NAMES else ""


def _option(field: str) -> str:
    return f"--{field.replace('_', '-')}"


def _unknown(word: str, argv: Sequence[str]) -> Problem:
    position = f"word {argv.index(word) + 1}"
    if not word.startswith("-"):
        return _problem("command line", f"{position} is one too many")
    name = (re.match(r"--[a-z-]+", word) or [""])[0]
    fields = {_option(field): field for field in Inputs.model_fields}
    if fields.get(name) in NO_OPTION:
        return _problem(
            name,
            "is no option: a process list is public",
            hint=f"set the environment variable {names_of(fields[name])[-1]}",
        )
    if name in _OF_WRANGLER:
        return _problem(name, f"is no option ({position})", hint=_OF_WRANGLER[name])
    if name in fields and name != "--command":
        return _problem(name, f"is not written so ({position})", hint=f"{name} VALUE, in two words")
    # The name that was meant is repeated, and not what was typed.
    meant = closest(name, [option for option, field in fields.items() if field not in NO_OPTION])
    return _problem(
        "command line",
        f"{position} is no option",
        hint=f"did you mean {meant}?" if meant else "workers-deploy --help lists them",
    )


def _problem(subject: str, message: str, *, hint: str | None = None) -> Problem:
    return Problem(kind=ProblemKind.INPUT, subject=subject, message=message, hint=hint)
