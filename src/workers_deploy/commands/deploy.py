"""deploy, plan, preview: read everything, decide, write, and return what came of it."""

from dataclasses import replace

from workers_deploy.commands.session import (
    Session,
    carry_out,
    finished,
    guard,
    note_of,
    read_live,
    stopped,
    tell,
    tell_plan,
)
from workers_deploy.core.demands import unmet_demands
from workers_deploy.core.drift import drift_of
from workers_deploy.core.live import LiveState
from workers_deploy.core.outcome import Outcome, Result
from workers_deploy.core.plan import make_plan
from workers_deploy.core.plan_commands import make_preview_plan
from workers_deploy.core.plan_only import make_narrow_plan
from workers_deploy.core.steps import Plan
from workers_deploy.errors import (
    DeployError,
    FoundError,
    GuardError,
    Problem,
    ProblemKind,
    ProblemsError,
)
from workers_deploy.inputs.choices import FailOn, IfMissing
from workers_deploy.report.text import render_project_row


def deploy(session: Session) -> Outcome:
    """Make Cloudflare equal to the checkout."""
    live = _read(session)
    try:
        plan = _plan(session, live)
    except DeployError as error:
        return stopped(session, live, None, error, stage=_stage_of(error))
    try:
        guard(session, live)
    except GuardError as error:
        return stopped(session, live, plan, error, stage="Guard")
    return carry_out(session, live, plan, done=Result.DEPLOYED)


def plan(session: Session) -> Outcome:
    """Tell what a deploy would change; write nothing."""
    live = _read(session)
    try:
        made = _plan(session, live)
        _fail_on(session.inputs.fail_on, made)
    except DeployError as error:
        return stopped(session, live, None, error, stage=_stage_of(error))
    return finished(session, live, Result.PLANNED, made)


def preview(session: Session) -> Outcome:
    """Upload a version that gets no traffic, and give its URL."""
    live = _read(session)
    try:
        _check_demands(session, live)
        alias = session.inputs.preview_alias
        made = make_preview_plan(session.project, live, note_of(session), alias)
    except DeployError as error:
        return stopped(session, live, None, error, stage=_stage_of(error))
    tell_plan(session, made)
    outcome = carry_out(session, live, made, done=Result.PREVIEWED)
    version_id = outcome.facts.version_id
    if outcome.error or version_id is None:
        return outcome
    urls = session.client.read_version_urls(session.project.script_name, version_id)
    if alias:
        urls = tuple(url.replace(version_id[:8], alias, 1) for url in urls)
    if not urls:
        session.reporter.notice("the version has no preview URL (see the notes of the plan)")
    facts = replace(outcome.facts, preview_url=next(iter(urls), None))
    return replace(outcome, facts=facts)


def _read(session: Session) -> LiveState:
    tell(session.reporter, render_project_row(session.project))
    return read_live(session)


def _plan(session: Session, live: LiveState) -> Plan:
    _check_missing(session, live)
    _check_demands(session, live)
    scopes = session.inputs.only
    note = note_of(session)
    if scopes:
        made = make_narrow_plan(session.project, live, note, scopes)
    else:
        made = make_plan(session.project, live, note)
    made = replace(made, notes=(*drift_of(live, note, made), *made.notes))
    tell_plan(session, made)
    return made


def _check_missing(session: Session, live: LiveState) -> None:
    if live.exists:
        return
    name = session.project.script_name
    if session.inputs.only:
        raise _wrong("only", f"the script {name} does not exist", "deploy it without `only` first")
    if session.inputs.if_missing is IfMissing.ERROR:
        raise _wrong(
            "if-missing",
            f"the script {name} does not exist",
            "check script-name and environment, or say if-missing: create",
        )


def _check_demands(session: Session, live: LiveState) -> None:
    problems = unmet_demands(session.project, live)
    if problems:
        raise ProblemsError(problems)


def _fail_on(fail_on: FailOn | None, made: Plan) -> None:
    match fail_on:
        case FailOn.CHANGES if made.writes:
            raise FoundError("the plan has changes", hint="fail-on: changes asks for this")
        case FailOn.DRIFT if drift := [n for n in made.notes if n.startswith("drift: ")]:
            raise FoundError("; ".join(drift), hint="fail-on: drift asks for this")
        case _:
            return


def _wrong(subject: str, message: str, hint: str) -> ProblemsError:
    kind = ProblemKind.INPUT
    return ProblemsError([Problem(kind=kind, subject=subject, message=message, hint=hint)])


def _stage_of(error: DeployError) -> str:
    match error:
        case ProblemsError():
            return "Project"
        case GuardError():
            return "Guard"
        case _:
            return "Plan"
