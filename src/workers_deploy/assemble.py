"""Inputs and a read checkout → a session with Cloudflare; nothing is sent but to find the account.

It imports all that talks to Cloudflare, a third of what a run imports: `__main__` does so while the
checkout is read.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from workers_deploy.api.endpoints.caller import Caller
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.http.connection import Connection
from workers_deploy.api.http.retry import Retrier
from workers_deploy.ci.base import Reporter
from workers_deploy.commands import Session
from workers_deploy.commands.connected_worker import check_connected_worker
from workers_deploy.core.manifest import AssetManifest
from workers_deploy.core.outcome import StepResult
from workers_deploy.errors import Advice, Problem, ProblemKind, ProblemsError
from workers_deploy.executor.run import Executor
from workers_deploy.inputs import Inputs, InputsReading
from workers_deploy.inputs.choices import Allow, Command, OnFailure
from workers_deploy.project.desired.commit import is_ancestor, is_same_file
from workers_deploy.project.request import Loaded
from workers_deploy.read_checkout import Surroundings
from workers_deploy.report.text import render_step_row


def connect(inputs: Inputs, around: Surroundings, *, started: float) -> Caller:
    """Return a connection under the forward policy; it knows no account yet.

    Raises:
        ProblemsError: no token, or an address that can't be used.

    """
    if inputs.api_token is None:
        raise ProblemsError([_missing_token(around.missing_token)])
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
        project=replace(project, takes_domains=Allow.TAKE_DOMAIN in inputs.allow),
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
        is_older=_history(around.workspace / inputs.working_directory, around),
        is_same_config=_config_history(around.workspace, project.config_file),
        read_former_assets=lambda commit: _former_assets(commit, project.assets, around),
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


def _missing_token(advice: Advice) -> Problem:
    return Problem(
        kind=ProblemKind.INPUT,
        subject="api-token",
        message="not given",
        hint=advice.text,
        block=advice.block,
    )


def _former_assets(
    commit: str, assets: AssetManifest | None, around: Surroundings
) -> AssetManifest | None:
    if assets is None:
        return None
    from workers_deploy.project.assets.former import (  # noqa: PLC0415  # only for plans
        read_former_assets,
    )

    return read_former_assets(commit, assets, check=around.stop.check)


def _history(directory: Path, around: Surroundings) -> Callable[[str, str], bool | None]:
    check = around.stop.check

    def is_older(commit: str, other: str) -> bool | None:
        if commit.startswith(other):
            return False
        older = is_ancestor(directory, commit, other, check)
        if older is None and is_ancestor(directory, other, commit, check):
            return False
        return around.compare(commit, other) if older is None else older

    return is_older


def _config_history(workspace: Path, config_file: str | None) -> Callable[[str], bool | None]:
    def is_same(commit: str) -> bool | None:
        return None if config_file is None else is_same_file(workspace / config_file, commit)

    return is_same
