"""One short function per command."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from workers_deploy.commands.deploy import deploy, plan
from workers_deploy.commands.preview import preview
from workers_deploy.commands.reads import download, list_scripts, show
from workers_deploy.commands.session import Session
from workers_deploy.commands.traffic import delete, rollback
from workers_deploy.core.outcome import Outcome
from workers_deploy.inputs.choices import Command

COMMANDS: Mapping[Command, Callable[[Session], Outcome]] = MappingProxyType(
    {
        Command.DEPLOY: deploy,
        Command.PLAN: plan,
        Command.PREVIEW: preview,
        Command.SHOW: show,
        Command.LIST: list_scripts,
        Command.DOWNLOAD: download,
        Command.ROLLBACK: rollback,
        Command.DELETE: delete,
    }
)

__all__ = ["COMMANDS", "Session"]
