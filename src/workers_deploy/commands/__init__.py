"""One short function per command; each is imported by the run that asks for it."""

from collections.abc import Callable
from typing import assert_never

from workers_deploy.commands.session import Session
from workers_deploy.core.outcome import Outcome
from workers_deploy.inputs.choices import Command

__all__ = ["Session", "import_command", "run_command"]


def run_command(command: Command, session: Session) -> Outcome:
    """Do what a command says and return what came of it."""
    return import_command(command)(session)


def import_command(command: Command) -> Callable[[Session], Outcome]:
    """Return the function of a command."""
    # ruff: noqa: PLC0415 - start-up pays for every import, and a run is one command
    match command:
        case Command.DEPLOY:
            from workers_deploy.commands.deploy import deploy as do
        case Command.PLAN:
            from workers_deploy.commands.deploy import plan as do
        case Command.PREVIEW:
            from workers_deploy.commands.preview import preview as do
        case Command.SHOW:
            from workers_deploy.commands.reads import show as do
        case Command.LIST:
            from workers_deploy.commands.reads import list_scripts as do
        case Command.DOWNLOAD:
            from workers_deploy.commands.reads import download as do
        case Command.ROLLBACK:
            from workers_deploy.commands.traffic import rollback as do
        case Command.DELETE:
            from workers_deploy.commands.traffic import delete as do
        case _:
            assert_never(command)
    return do
