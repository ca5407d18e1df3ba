"""The command line: the command's word and one option per input that may be seen in a process list.

Built from the model, so that `--help` and the inputs never differ. The parser's own errors would
repeat what was typed, so unknown options are told by name only.
"""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from workers_deploy import __version__
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Problem, ProblemKind, ProblemsError
from workers_deploy.inputs.choices import Command
from workers_deploy.inputs.model import ECOSYSTEM_NAMES, NO_OPTION, Inputs, names_of

SWITCHES = frozenset(
    name for name, field in Inputs.model_fields.items() if "bool" in str(field.annotation)
)
EPILOG = """\
Every option can also be given as an environment variable: --script-name as INPUT_SCRIPT_NAME.
Tokens, secrets and variables have no option, since a process list is public:
  CLOUDFLARE_API_TOKEN   the API token (INPUT_API_TOKEN)
  CLOUDFLARE_ACCOUNT_ID  the account (INPUT_ACCOUNT_ID)
  INPUT_SECRETS          names, one a line; each value is the variable of that name
  INPUT_SECRETS_JSON     a JSON object to take the values from instead
  INPUT_VARS             lines NAME=value, or NAME
  INPUT_GITHUB_TOKEN     for comment and deployment status
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Help:
    """The user asked for a text: nothing is to be done."""

    text: str


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say no more than the option's name: argparse's text quotes what was typed."""
        option = next((word for word in message.split() if word.startswith("--")), "")
        name = option.partition("=")[0].rstrip(":,").partition("/")[0]
        raise ProblemsError([_problem(name or "command line", "has no value")])


def read_command_line(argv: Sequence[str]) -> dict[str, str] | Help:
    """Return option texts by field name, or the help text.

    Raises:
        ProblemsError: an unknown option or a word too many, by name or position only.

    """
    parser = _make_parser()
    if "--help" in argv or "-h" in argv:
        return Help(text=parser.format_help())
    if "--version" in argv:
        return Help(text=f"workers-deploy {__version__}\n")
    given, unknown = parser.parse_known_args(list(argv))
    problems = [_unknown(word, argv) for word in unknown]
    if problems:
        raise ProblemsError(problems)
    return {name: text for name, text in vars(given).items() if text is not None}


def _make_parser() -> _Parser:
    parser = _Parser(
        prog="workers-deploy",
        description="Deploy a Cloudflare Worker: code, secrets and assets in one version.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    commands = ", ".join(command.value for command in Command)
    parser.add_argument("command", nargs="?", help=f"one of {commands}; default: deploy")
    for name, field in Inputs.model_fields.items():
        if name in NO_OPTION or name == "command":
            continue
        option = f"--{name.replace('_', '-')}"
        text = f"{field.description}{_also(name)}".replace("%", "%%")
        if name in SWITCHES:
            parser.add_argument(option, nargs="?", const="true", metavar="true|false", help=text)
        else:
            parser.add_argument(option, metavar=_metavar(name), help=text)
    parser.add_argument("--version", action="store_true", help="print the version", default=None)
    parser.add_argument("-h", "--help", action="store_true", help="print this text", default=None)
    return parser


def _metavar(name: str) -> str:
    choices = getattr(Inputs.model_fields[name].annotation, "__members__", None)
    return "|".join(member.value for member in choices.values()) if choices else "TEXT"


def _also(name: str) -> str:
    return f" [also {ECOSYSTEM_NAMES[name]}]" if name in ECOSYSTEM_NAMES else ""


def _unknown(word: str, argv: Sequence[str]) -> Problem:
    if not word.startswith("-"):
        return _problem("command line", f"word {argv.index(word) + 1} is one too many")
    name = word.partition("=")[0]
    field = name.lstrip("-").replace("-", "_")
    if field in NO_OPTION:
        return _problem(
            name,
            "is no option: a process list is public",
            hint=f"set the environment variable {names_of(field)[-1]}",
        )
    return _problem(name, "is no option", hint="workers-deploy --help lists them")


def _problem(subject: str, message: str, *, hint: str | None = None) -> Problem:
    return Problem(kind=ProblemKind.INPUT, subject=subject, message=message, hint=hint)
