"""What `--help` says of each command: what it does, and lines to type."""

from collections.abc import Mapping, Sequence
from typing import Final

from workers_deploy.dataclass import dataclass
from workers_deploy.inputs.choices import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandHelp:
    """One command: a sentence, and examples without the program's name."""

    does: str
    examples: tuple[str, ...]


COMMANDS: Final[Mapping[Command, CommandHelp]] = {
    Command.DEPLOY: CommandHelp(
        does="Make Cloudflare equal to the checkout; traffic moves last.",
        examples=(
            "deploy",
            "deploy --environment staging --probe /health",
            "deploy --only secrets",
            "deploy --script-name hello --assets public",
        ),
    ),
    Command.PLAN: CommandHelp(
        does="Show what deploy would change. Writes nothing.",
        examples=("plan", "plan --fail-on drift"),
    ),
    Command.PREVIEW: CommandHelp(
        does="Upload a version that gets no traffic, and show its preview URL.",
        examples=("preview", "preview --preview-alias my-branch"),
    ),
    Command.SHOW: CommandHelp(
        does="Show all that Cloudflare reports of one script.",
        examples=("show --script-name shop",),
    ),
    Command.LIST: CommandHelp(
        does="List the scripts of the account.",
        examples=("list", "list --search shop"),
    ),
    Command.DOWNLOAD: CommandHelp(
        does="Save the modules of a script, byte for byte.",
        examples=("download --script-name shop --output-dir downloaded",),
    ),
    Command.ROLLBACK: CommandHelp(
        does="Move traffic back to an earlier version.",
        examples=(
            "rollback",
            "rollback --version-id 7c1f2b9a-93cd-4e5f-8d67-1f5e3d1c0a4b",
        ),
    ),
    Command.DELETE: CommandHelp(
        does="Delete a script. The input confirm must equal its name.",
        examples=("delete --script-name shop --confirm shop",),
    ),
}


def describe(command: Command | None) -> str:
    """Return what stands above the options: of one command, or of all."""
    if command is not None:
        chosen = COMMANDS[command]
        return f"{chosen.does}\n\n{_examples(chosen.examples)}"
    width = max(len(one.value) for one in Command)
    listed = [f"  {one.value:<{width}}  {told.does}" for one, told in COMMANDS.items()]
    return "\n".join(
        (
            "Deploy a Cloudflare Worker: code, secrets and assets in one version.",
            "",
            "commands (workers-deploy COMMAND --help shows examples of one):",
            *listed,
            "",
            _examples(("plan", "deploy --environment staging")),
        )
    )


def command_of(words: Sequence[str]) -> Command | None:
    """Return the command that a command line names, None where it names none.

    >>> command_of(["plan", "--help"]), command_of(["--help"])
    (<Command.PLAN: 'plan'>, None)
    """
    first = words[0] if words else ""
    return Command(first) if first in set(Command) else None


def _examples(lines: Sequence[str]) -> str:
    return "\n".join(("examples:", *(f"  workers-deploy {line}" for line in lines)))
