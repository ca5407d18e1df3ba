"""Inputs, values and surroundings → what the checkout holds, as far as the command sends it."""

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from workers_deploy.ci.plain import PlainReporter
from workers_deploy.core.project import Origin, ProbeTarget
from workers_deploy.core.steps import Scope
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Advice, Problem, ProblemKind, ProblemsError
from workers_deploy.executor.stop import Stop
from workers_deploy.inputs import Inputs, InputsReading
from workers_deploy.inputs.choices import Command
from workers_deploy.inputs.values import Values
from workers_deploy.project.code.entry import BundleMode
from workers_deploy.project.esbuild.program import find_esbuild, find_too_old
from workers_deploy.project.load import load_project, load_without_code
from workers_deploy.project.request import Loaded, ProjectRequest

# The Dockerfile puts it there; a checkout can't.
IMAGE_ESBUILD = Path("/opt/workers-deploy/esbuild/bin/esbuild")


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What the composition root hands down: place, time, voice, and the request to stop."""

    workspace: Path
    reporter: PlainReporter
    stop: Stop
    clock: Callable[[], float]
    now: Callable[[], datetime]
    search_path: str = ""  # where a terminal's esbuild may be
    missing_token: Advice = Advice(text="set CLOUDFLARE_API_TOKEN")
    before_first_write: Callable[[], None] = lambda: None
    # As Session.is_older, by asking the CI system's API.
    compare: Callable[[str, str], bool | None] = lambda _commit, _other: None
    pull_request_alias: str | None = None
    origin: Origin = dataclasses.field(default_factory=Origin)


def load(reading: InputsReading, values: Values, around: Surroundings, *, started: float) -> Loaded:
    """Read as much of the checkout as the command sends.

    Raises:
        CancelledError: a signal came.
        ProblemsError: the run's deadline has passed.

    """
    inputs = reading.inputs
    check = _ends_at(started + inputs.deadline, inputs, around)
    request = replace(_request(reading, values, around), check=check)
    match inputs.command:
        case Command.DEPLOY | Command.PLAN if not inputs.only or Scope.CODE in inputs.only:
            return load_project(_with_esbuild(request, around, inputs))
        case Command.PREVIEW:
            return load_project(_with_esbuild(request, around, inputs))
        case command:
            return load_without_code(
                request,
                needs_name=command is not Command.LIST,
                sets_triggers=Scope.TRIGGERS in inputs.only,
            )


def _ends_at(end: float, inputs: Inputs, around: Surroundings) -> Callable[[], None]:
    """Return what raises on a signal and at the deadline: nothing has been sent by then."""

    def check() -> None:
        around.stop.check()
        if around.clock() >= end:
            problem = Problem(
                kind=ProblemKind.PROJECT,
                subject="deadline",
                message=f"reading the project took longer than {inputs.deadline} s",
                hint="raise deadline, or leave out what the project does not need",
            )
            raise ProblemsError([problem])

    return check


def _with_esbuild(request: ProjectRequest, around: Surroundings, inputs: Inputs) -> ProjectRequest:
    """Name the image's esbuild; where there is no image, one of the checkout or the machine."""
    if IMAGE_ESBUILD.is_file():
        return replace(request, esbuild=IMAGE_ESBUILD)
    directory = (around.workspace / inputs.working_directory).absolute()
    places = (directory, around.workspace, around.search_path)
    found = find_esbuild(*places, request.check)
    too_old = None if found else find_too_old(*places, request.check)
    return replace(request, esbuild=found, old_esbuild=too_old)


def _request(reading: InputsReading, values: Values, around: Surroundings) -> ProjectRequest:
    inputs = reading.inputs
    probe = ProbeTarget(
        targets=inputs.probe,
        statuses=inputs.probe_status,
        timeout=float(inputs.probe_timeout),
    )
    return ProjectRequest(
        workspace=around.workspace,
        working_directory=inputs.working_directory,
        config=inputs.config,
        environment=inputs.environment,
        script_name=inputs.script_name,
        main=inputs.main,
        compatibility_date=inputs.compatibility_date,
        compatibility_flags=inputs.compatibility_flags or None,
        assets=inputs.assets,
        bundle=BundleMode(inputs.bundle.value),
        dispatch_namespace=inputs.dispatch_namespace,
        vars={name: v.get_secret_value() for name, v in (values.variables or {}).items()},
        keep_vars=inputs.keep_vars,
        secrets=values.secrets,
        prune_secrets=inputs.prune_secrets,
        script_settings=inputs.script_settings,
        usage_model=inputs.usage_model.value if inputs.usage_model else None,
        cpu_ms=inputs.cpu_ms,
        workers_dev=inputs.workers_dev,
        preview_urls=inputs.preview_urls,
        message=inputs.message,
        tag=inputs.tag,
        report_dir=around.workspace / inputs.working_directory / inputs.report_dir,
        api_base_url=inputs.api_base_url,
        probe=probe if probe.targets else None,
        sends_triggers=_sends_triggers(inputs),
        connected_name=reading.builds.script_name if _deploys(inputs) else None,
        dry_run=inputs.dry_run or inputs.command is Command.PLAN,
        origin=around.origin,
        means_top_level=reading.means_top_level,
    )


def _deploys(inputs: Inputs) -> bool:
    return inputs.command in (Command.DEPLOY, Command.PLAN, Command.PREVIEW)


def _sends_triggers(inputs: Inputs) -> bool:
    is_deploy = inputs.command in (Command.DEPLOY, Command.PLAN)
    return is_deploy and (not inputs.only or Scope.TRIGGERS in inputs.only)
