"""One short function per command: read everything, decide, write, and return what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import SecretStr

from workers_deploy.api.client import WorkersClient
from workers_deploy.api.live import read_live_state
from workers_deploy.ci.base import Reporter
from workers_deploy.core.demands import unmet_demands
from workers_deploy.core.digest import derive_note_key, make_note
from workers_deploy.core.guards import check_guards, live_commit
from workers_deploy.core.live import LiveState
from workers_deploy.core.metadata import describe_code
from workers_deploy.core.outcome import Facts, Outcome, Result
from workers_deploy.core.plan import make_plan
from workers_deploy.core.project import Project
from workers_deploy.core.steps import Plan
from workers_deploy.errors import DeployError, FoundError, Problem, ProblemKind, ProblemsError
from workers_deploy.executor.run import Executor
from workers_deploy.inputs import Inputs
from workers_deploy.inputs.choices import FailOn, IfMissing
from workers_deploy.report.text import Row, render_live_row, render_plan_rows, render_project_row


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """What a command works with; built in the composition root."""

    inputs: Inputs
    project: Project
    account_id: str
    api_token: SecretStr
    client: WorkersClient
    executor: Executor
    reporter: Reporter
    now: Callable[[], datetime]
    # (commit, other) → whether commit comes before other; None: the history doesn't tell
    is_older: Callable[[str, str], bool | None] = field(repr=False)


def deploy(session: Session) -> Outcome:
    """Make Cloudflare equal to the checkout."""
    live, plan = _plan(session)
    _check(session, live)
    if session.inputs.dry_run:
        return _planned(session, live, plan)
    if not plan.writes:
        return replace(_planned(session, live, plan), result=Result.UNCHANGED)
    return session.executor.execute(plan, live)


def plan(session: Session) -> Outcome:
    """Tell what a deploy would change; write nothing."""
    live, made = _plan(session)
    outcome = _planned(session, live, made)
    found = _found(session.inputs.fail_on, made)
    return outcome if found is None else replace(outcome, result=Result.FAILED, error=found)


def _plan(session: Session) -> tuple[LiveState, Plan]:
    project, reporter = session.project, session.reporter
    _tell(reporter, render_project_row(project))
    live = read_live_state(
        session.client, project.script_name, want_usage_model=project.usage_model is not None
    )
    _tell(reporter, render_live_row(live, now=session.now(), commit=live_commit(live)))
    problems = unmet_demands(project, live)
    if problems:
        raise ProblemsError(problems)
    key = derive_note_key(
        session.api_token.get_secret_value(), session.account_id, project.script_name
    )
    note = make_note(
        key,
        commit=project.commit,
        modules=project.modules,
        metadata=describe_code(project),
        assets=project.assets,
        secrets=project.secrets,
    )
    made = make_plan(project, live, note)
    for row in render_plan_rows(made):
        _tell(reporter, row)
    return live, made


def _check(session: Session, live: LiveState) -> None:
    if not live.exists and session.inputs.if_missing is IfMissing.ERROR:
        raise ProblemsError(
            [
                Problem(
                    kind=ProblemKind.INPUT,
                    subject="if-missing",
                    message=f"the script {session.project.script_name} does not exist",
                    hint="check script-name and environment, or say if-missing: create",
                )
            ]
        )
    check_guards(
        live, is_older=_is_older(session, live), allow={str(word) for word in session.inputs.allow}
    )


def _is_older(session: Session, live: LiveState) -> bool | None:
    other = live_commit(live)
    if session.project.commit is None or other is None:
        return None
    older = session.is_older(session.project.commit, other)
    if older is None:
        session.reporter.notice(
            "whether this commit is older than the live one was not checked: the history is too "
            "short; check out with fetch-depth: 0"
        )
    return older


def _planned(session: Session, live: LiveState, made: Plan) -> Outcome:
    version = live.live
    facts = Facts(
        script_name=session.project.script_name,
        deployment_url=live.url if live.subdomain.enabled else None,
        urls=(live.url,) if live.url and live.subdomain.enabled else (),
        live_version_id=version.id if version else None,
        etag=version.etag if version else None,
        workers_dev_enabled=live.subdomain.enabled,
        preview_urls_enabled=live.subdomain.previews_enabled,
    )
    return Outcome(
        command=session.inputs.command.value, result=Result.PLANNED, plan=made, facts=facts
    )


def _found(fail_on: FailOn | None, made: Plan) -> DeployError | None:
    match fail_on:
        case FailOn.CHANGES if made.writes:
            return FoundError("the plan has changes", hint="fail-on: changes was asked for")
        case _:
            return None


def _tell(reporter: Reporter, row: Row) -> None:
    reporter.row(row.title, row.lines, mark=row.mark)
