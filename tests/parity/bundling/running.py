"""What the bundles of the same project answer, when wrangler's and ours run in workerd."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fakes.plain_upload import upload_project
from fakes.wrangler import ask, emulate
from fakes.wrangler_runs import Command, run_commands
from parity.bundling.compare import load_case
from parity.bundling.suite import Case, write
from workers_emulator.server.server import EmulatorServer

# workerd draws one for each of its own errors.
_REFERENCE = re.compile(r"; reference = \w+$")
Answers = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """What one project answers at each of its paths, bundled by us and by wrangler."""

    case: Case
    ours: Answers
    theirs: Answers


def run_both(cases: Sequence[Case], home: Path) -> list[Ran]:
    """Deploy each project twice to one emulator, and ask both."""
    named = {f"case-{number}": case for number, case in enumerate(cases)}
    with emulate() as cloudflare:
        for name, case in named.items():
            _deploy_ours(cloudflare, f"{name}-ours", case)
        _deploy_theirs(cloudflare, named, home)
        return [
            Ran(
                case,
                _ask_all(cloudflare, f"{name}-ours", case),
                _ask_all(cloudflare, f"{name}-theirs", case),
            )
            for name, case in named.items()
        ]


def _deploy_ours(cloudflare: EmulatorServer, script: str, case: Case) -> None:
    project = load_case(case, script_name=script).project
    assert project is not None, case.name
    # What Cloudflare refuses is not there to be asked; wrangler's must be refused as well.
    with suppress(AssertionError):
        upload_project(cloudflare, project)


def _deploy_theirs(cloudflare: EmulatorServer, named: Mapping[str, Case], home: Path) -> None:
    commands = [
        Command(write(case), ("deploy", "--name", f"{name}-theirs")) for name, case in named.items()
    ]
    environment = {
        "CLOUDFLARE_API_BASE_URL": cloudflare.url,
        "CLOUDFLARE_API_TOKEN": cloudflare.token,
        "CLOUDFLARE_ACCOUNT_ID": cloudflare.account_id,
    }
    run_commands(commands, home, environment)


def _ask_all(cloudflare: EmulatorServer, script: str, case: Case) -> Answers:
    asked = [ask(cloudflare, script, path) for path in case.project.paths]
    return tuple((one.status_code, _REFERENCE.sub("", one.text)) for one in asked)
