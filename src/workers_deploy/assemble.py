"""Inputs, values and checkout → a session; everything that is wrong with them is told at once."""

import dataclasses
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from workers_deploy.api.endpoints.caller import Caller
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.http.connection import Connection
from workers_deploy.api.http.retry import Retrier
from workers_deploy.ci.base import Reporter
from workers_deploy.ci.plain import PlainReporter
from workers_deploy.ci.redactor import is_maskable
from workers_deploy.commands import Session
from workers_deploy.commands.connected_worker import check_connected_worker
from workers_deploy.core.outcome import StepResult
from workers_deploy.core.project import Origin, ProbeTarget
from workers_deploy.core.steps import Scope
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Problem, ProblemKind, ProblemsError
from workers_deploy.executor.run import Executor
from workers_deploy.executor.stop import Stop
from workers_deploy.inputs import Inputs, InputsReading
from workers_deploy.inputs.choices import Allow, Command, OnFailure
from workers_deploy.inputs.values import Values
from workers_deploy.project.code.entry import BundleMode
from workers_deploy.project.desired.commit import is_ancestor, is_same_file
from workers_deploy.project.esbuild.program import find_esbuild, find_too_old
from workers_deploy.project.load import load_project, load_without_code
from workers_deploy.project.request import Loaded, ProjectRequest
from workers_deploy.report.text import render_step_row

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
    before_first_write: Callable[[], None] = lambda: None
    # As Session.is_older, by asking the CI system's API.
    compare: Callable[[str, str], bool | None] = lambda _commit, _other: None
    pull_request_alias: str | None = None
    origin: Origin = dataclasses.field(default_factory=Origin)


def load(reading: InputsReading, values: Values, around: Surroundings) -> Loaded:
    """Read as much of the checkout as the command sends."""
    inputs, request = reading.inputs, _request(reading, values, around)
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


def _with_esbuild(request: ProjectRequest, around: Surroundings, inputs: Inputs) -> ProjectRequest:
    """Name the image's esbuild; where there is no image, one of the checkout or the machine."""
    if IMAGE_ESBUILD.is_file():
        return replace(request, esbuild=IMAGE_ESBUILD)
    directory = (around.workspace / inputs.working_directory).absolute()
    places = (directory, around.workspace, around.search_path)
    found = find_esbuild(*places)
    return replace(request, esbuild=found, old_esbuild=None if found else find_too_old(*places))


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
        check=around.stop.check,
        probe=probe if probe.targets else None,
        sends_triggers=_sends_triggers(inputs),
        connected_name=reading.builds.script_name if _deploys(inputs) else None,
        dry_run=inputs.dry_run or inputs.command is Command.PLAN,
        means_top_level=reading.means_top_level,
    )


def _deploys(inputs: Inputs) -> bool:
    return inputs.command in (Command.DEPLOY, Command.PLAN, Command.PREVIEW)


def _sends_triggers(inputs: Inputs) -> bool:
    is_deploy = inputs.command in (Command.DEPLOY, Command.PLAN)
    return is_deploy and (not inputs.only or Scope.TRIGGERS in inputs.only)


def connect(inputs: Inputs, around: Surroundings, *, started: float) -> Caller:
    """Return a connection under the forward policy; it knows no account yet.

    Raises:
        ProblemsError: no token, or an address that can't be used.

    """
    if inputs.api_token is None:
        raise ProblemsError([_missing_token()])
    connection = Connection(
        base_url=inputs.api_base_url,
        token=inputs.api_token.get_secret_value(),
        request_timeout=float(inputs.request_timeout),
        allow_insecure=Allow.INSECURE_API in inputs.allow,
        clock=around.clock,
        redact=around.reporter.redact,
    )
    around.stop.when_requested(connection.close_now)
    retrier = Retrier(
        max_attempts=inputs.max_attempts,
        deadline=started + inputs.deadline,
        clock=around.clock,
        sleep=around.stop.sleep,
        rng=random.Random(),
        tell=around.reporter.line,
        check=around.stop.check,
    )
    return Caller(connection, account_id="", retrier=retrier)


def assemble(
    reading: InputsReading, loaded: Loaded, caller: Caller, around: Surroundings
) -> Session:
    """Return what a command works with; the account is looked up where nothing names it."""
    inputs, project = reading.inputs, loaded.project
    assert project is not None
    assert inputs.api_token is not None
    account_id = _account_id(reading, loaded, caller, around.reporter)
    client = WorkersClient(caller.connection, account_id=account_id, retrier=caller.retrier)
    if inputs.command in (Command.DEPLOY, Command.PREVIEW) and not inputs.dry_run:
        check_connected_worker(
            client, reading.builds, account_id=account_id, script_name=project.script_name
        )
    return Session(
        inputs=inputs,
        project=replace(
            project, takes_domains=Allow.TAKE_DOMAIN in inputs.allow, origin=around.origin
        ),
        account_id=account_id,
        api_token=SecretStr(inputs.api_token.get_secret_value()),
        client=client,
        executor=Executor(
            client=client,
            reporter=around.reporter,
            stop=around.stop,
            clock=around.clock,
            rng=random.Random(),
            revert=inputs.on_failure is OnFailure.REVERT,
            dispatch_namespace=inputs.dispatch_namespace,
            tell_step=lambda result: tell_step(around.reporter, result),
        ),
        reporter=around.reporter,
        now=around.now,
        is_older=_history(around.workspace / inputs.working_directory, around.compare),
        is_same_config=_config_history(around.workspace, project.config_file),
        before_first_write=around.before_first_write,
        workspace=around.workspace,
        pull_request_alias=around.pull_request_alias,
    )


def tell_step(reporter: Reporter, result: StepResult) -> None:
    """Tell how a step went, where there is something to tell."""
    row = render_step_row(result)
    if row is not None:
        reporter.row(row.title, row.lines, mark=row.mark)


def _account_id(reading: InputsReading, loaded: Loaded, caller: Caller, reporter: Reporter) -> str:
    given, configured = reading.inputs.account_id, loaded.account_id
    if given and configured and given != configured and reading.account_id_is_fallback:
        reporter.warning(
            f"the account id in {loaded.config_file} is used; CLOUDFLARE_ACCOUNT_ID names another"
        )
        return configured
    found = given or configured
    if found:
        return found
    client = WorkersClient(caller.connection, account_id="", retrier=caller.retrier)
    accounts = client.list_accounts()
    if len(accounts) == 1:
        return accounts[0].id
    seen = "no account" if not accounts else f"{len(accounts)} accounts"
    raise ProblemsError(
        [
            Problem(
                kind=ProblemKind.INPUT,
                subject="account-id",
                message=f"not given, and the token sees {seen}",
                hint="set account-id, CLOUDFLARE_ACCOUNT_ID or account_id in the configuration",
            )
        ]
    )


def _missing_token() -> Problem:
    return Problem(
        kind=ProblemKind.INPUT,
        subject="api-token",
        message="not given",
        hint="add  api-token: ${{ secrets.CLOUDFLARE_API_TOKEN }}  or set CLOUDFLARE_API_TOKEN; "
        "a pull request from a fork gets no secrets",
    )


def _history(
    directory: Path, compare: Callable[[str, str], bool | None]
) -> Callable[[str, str], bool | None]:
    def is_older(commit: str, other: str) -> bool | None:
        if commit.startswith(other):
            return False
        older = is_ancestor(directory, commit, other)
        if older is None and is_ancestor(directory, other, commit):
            return False
        return compare(commit, other) if older is None else older

    return is_older


def _config_history(workspace: Path, config_file: str | None) -> Callable[[str], bool | None]:
    def is_same(commit: str) -> bool | None:
        return None if config_file is None else is_same_file(workspace / config_file, commit)

    return is_same


def raw_secrets(env: Mapping[str, str], reading: InputsReading, values: Values) -> dict[str, str]:
    """Return everything that must never be shown, by the name that a warning may tell."""
    inputs = reading.inputs
    found = {secret.name: secret.value for secret in values.secrets}
    for name, token in (("api-token", inputs.api_token), ("github-token", inputs.github_token)):
        if token is not None:
            found[name] = token.get_secret_value()
    # What is wrong with an input does not make it less secret.
    named = (line.strip() for line in (inputs.secrets or "").splitlines())
    return {name: env[name] for name in named if env.get(name)} | found


def mask_secrets(reporter: PlainReporter, secrets: Mapping[str, str]) -> None:
    """Hide all values from now on, and warn of those that can't be hidden, by name."""
    for value in secrets.values():
        reporter.mask(value)
    for name, value in secrets.items():
        if value and not is_maskable(value):
            reporter.warning(f"{name} is shorter than 4 characters, so it can't be masked in logs")


def show_public_words(reporter: PlainReporter, loaded: Loaded, secrets: Mapping[str, str]) -> None:
    """Leave the script's name readable in outputs, and warn of a secret that is no secret."""
    if loaded.project is not None:
        reporter.let_show([loaded.project.script_name])
    for name, value in secrets.items():
        if reporter.is_public(value):
            reporter.warning(
                f"{name} has a value that is public, such as the script's name: "
                "it is masked in the log, but not in outputs"
            )
