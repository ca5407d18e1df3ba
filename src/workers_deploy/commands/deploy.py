"""deploy and plan: read everything, decide, write, and return what came of it."""

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
    with_domains,
    with_first_url,
    wrong_input,
)
from workers_deploy.core.compare import UPLOAD_TRIGGERS, is_ours, live_note
from workers_deploy.core.demands import unmet_demands
from workers_deploy.core.digest import Note, parse_note
from workers_deploy.core.drift import MARK, drift_of
from workers_deploy.core.live import LiveState, LiveVersion
from workers_deploy.core.manifest import AssetManifest
from workers_deploy.core.outcome import Outcome, Result
from workers_deploy.core.plan import make_plan
from workers_deploy.core.plan_only import make_narrow_plan
from workers_deploy.core.steps import Plan, Scope
from workers_deploy.core.taken_back import edit_taken_back
from workers_deploy.errors import (
    ApiError,
    DeployError,
    FoundError,
    GuardError,
    ProblemsError,
)
from workers_deploy.inputs.choices import Command, FailOn, IfMissing
from workers_deploy.report.text import render_project_row


def deploy(session: Session) -> Outcome:
    """Make Cloudflare equal to the checkout."""
    live = read_with_project(session)
    made = None
    try:
        made = _make(session, live)
        tell_plan(session, made)
        if made.writes:
            guard(session, live, made)
    except DeployError as error:
        return stopped(session, live, made, error, stage=stage_of(error))
    return carry_out(session, live, made, done=Result.DEPLOYED)


def plan(session: Session) -> Outcome:
    """Tell what a deploy would change, and what would stop it; write nothing."""
    live = read_with_project(session)
    made = None
    try:
        made = _with_guard(session, live, _make(session, live))
        tell_plan(session, made)
        _fail_on(session.inputs.fail_on, made)
    except DeployError as error:
        return stopped(session, live, made, error, stage=stage_of(error))
    return finished(session, live, Result.PLANNED, made)


def read_with_project(session: Session) -> LiveState:
    """Tell what the checkout holds, then read what serves."""
    tell(session.reporter, render_project_row(session.project))
    scopes = session.inputs.only
    live = read_live(session, triggers=not scopes or Scope.TRIGGERS in scopes, notices=False)
    return with_first_url(session, with_domains(session, live))


def _make(session: Session, live: LiveState) -> Plan:
    scopes = session.inputs.only
    _check_missing(session, live)
    check_demands(session, live, scopes)
    note = note_of(session)
    if scopes:
        made = make_narrow_plan(
            session.project, live, note, scopes, edit=_edit_taken_back(session, live)
        )
    else:
        made = make_plan(session.project, live, note, _former_assets(session, live, note))
    ours = _last_of_ours(session, live)
    last = ours or live.live
    known = parse_note(last.message) if last else None
    commit = known.known_commit if known else None
    same_config = session.is_same_config(commit) if commit else None
    drift = drift_of(live, ours, note, made, same_config=same_config)
    return replace(made, notes=(*drift, *made.notes))


def _former_assets(session: Session, live: LiveState, note: Note) -> AssetManifest | None:
    """Return the assets of the live version where git has them, proven by its note.

    For runs that only show a plan: a deploy need not wait for it.
    """
    was = live_note(live.live)
    shows = session.inputs.command is Command.PLAN or session.inputs.dry_run
    if not shows or was is None or was.known_commit is None or was.assets == note.assets:
        return None
    found = session.read_former_assets(was.known_commit)
    return found if found and note_of(session, assets=found).assets == was.assets else None


def _edit_taken_back(session: Session, live: LiveState) -> LiveVersion | None:
    """Return the latest version where a run of ours made it by the same `only` and took it back."""
    found = edit_taken_back(live, session.inputs.only)
    return session.client.read_version(live.script_name, found).version if found else None


def _last_of_ours(session: Session, live: LiveState) -> LiveVersion | None:
    """Return the last version of ours that served, where another one does; None: not known."""
    if live.live is None or is_ours(live.live):
        return None
    served = {share.version_id for one in live.former_deployments for share in one.shares}
    name = session.project.script_name
    try:
        versions = session.client.list_versions(name, deployable=True)
        ours = (v for v in versions if v.id in served and is_ours(v))
        found = next((v for v in ours if v.triggered_by in UPLOAD_TRIGGERS), None)
        return session.client.read_version(name, found.id).version if found else None
    except ApiError as error:
        session.reporter.notice(f"what was changed since our last deploy is not known: {error}")
        return None


def _with_guard(session: Session, live: LiveState, made: Plan) -> Plan:
    if not made.writes:
        return made
    try:
        guard(session, live, made)
    except GuardError as error:
        way = f" (allow: {error.word})" if error.word else ""
        return replace(made, notes=(*made.notes, f"a guard stops this: {error.message}{way}"))
    return made


def _check_missing(session: Session, live: LiveState) -> None:
    if live.exists:
        return
    name = session.project.script_name
    if session.inputs.only:
        raise wrong_input(
            "only", f"the script {name} does not exist", "deploy it without `only` first"
        )
    if session.inputs.if_missing is IfMissing.ERROR:
        raise wrong_input(
            "if-missing",
            f"the script {name} does not exist",
            "check script-name and environment, or say if-missing: create",
        )


def check_demands(session: Session, live: LiveState, scopes: tuple[Scope, ...] = ()) -> None:
    """Raise ProblemsError where live lacks what the project demands; `scopes`: of these parts."""
    problems = unmet_demands(session.project, live, scopes)
    if problems:
        raise ProblemsError(problems)


def _fail_on(fail_on: FailOn | None, made: Plan) -> None:
    drift = [note.removeprefix(MARK) for note in made.notes if note.startswith(MARK)]
    match fail_on:
        case FailOn.CHANGES if made.writes:
            count = len(made.changes)
            raise FoundError(
                f"the plan has changes: {count}", hint="fail-on: changes asks for this"
            )
        case FailOn.DRIFT if drift:
            raise FoundError("; ".join(drift), hint="fail-on: drift asks for this")
        case _:
            return


def stage_of(error: DeployError) -> str:
    """Return the phase before the first write that an error ended."""
    match error:
        case ProblemsError():
            return "Project"
        case GuardError():
            return "Guard"
        case _:
            return "Plan"
