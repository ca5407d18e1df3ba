"""What a command works with, and what several commands share."""

from collections.abc import Callable
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.live.addresses import read_first_url
from workers_deploy.api.live.dispatched import read_dispatched_state
from workers_deploy.api.live.script import read_live_state
from workers_deploy.api.live.triggers import read_triggers
from workers_deploy.ci.base import Reporter
from workers_deploy.core.digest import Note, derive_note_key, make_note
from workers_deploy.core.guards import (
    check_guards,
    check_hosts,
    describe_rollback,
    live_commit,
    rolled_back_commit,
)
from workers_deploy.core.live import LiveState
from workers_deploy.core.manifest import AssetManifest
from workers_deploy.core.metadata import describe_code
from workers_deploy.core.outcome import Outcome, Result
from workers_deploy.core.project import Project, Triggers
from workers_deploy.core.steps import (
    Action,
    CheckLive,
    CreateDeployment,
    PatchSettings,
    Plan,
    Probe,
    PutContent,
    PutSecrets,
    Scope,
    UploadScript,
)
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ApiError, DeployError, Problem, ProblemKind, ProblemsError
from workers_deploy.executor.run import Executor, facts_of
from workers_deploy.inputs import Inputs
from workers_deploy.inputs.choices import Allow
from workers_deploy.report.text import Row, render_live_row, render_plan_rows

MOVES_TRAFFIC = (CreateDeployment, UploadScript, PutContent, PutSecrets, PatchSettings)


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One command's surroundings; built in the composition root."""

    inputs: Inputs
    project: Project
    account_id: str
    api_token: SecretStr
    client: WorkersClient
    executor: Executor
    reporter: Reporter
    now: Callable[[], datetime]
    workspace: Path
    # (commit, other) → whether commit comes before other; None: the history doesn't tell
    is_older: Callable[[str, str], bool | None] = field(repr=False)
    # whether the configuration is as it was in a commit; None: the history doesn't tell
    is_same_config: Callable[[str], bool | None] = field(repr=False)
    # the project's assets as a commit has them; None: git can't tell
    read_former_assets: Callable[[str], AssetManifest | None] = field(
        repr=False, default=lambda _commit: None
    )
    before_first_write: Callable[[], None] = field(repr=False, default=lambda: None)
    pull_request_alias: str | None = None  # of the pull request's preview, such as pr-17

    @property
    def script(self) -> ScriptPath:
        """Return where the script is."""
        project = self.project
        return ScriptPath(name=project.script_name, dispatch_namespace=project.dispatch_namespace)


def read_live(session: Session, *, triggers: bool = False, notices: bool = True) -> LiveState:
    """Read and tell what serves now.

    `triggers` where the command compares them as well; `notices` of what could not be read, where
    no plan has them as notes.
    """
    project = session.project
    if project.dispatch_namespace is not None:
        live = read_dispatched_state(
            session.client, session.script, want_migration_tag=bool(project.migrations)
        )
    else:
        live = read_live_state(
            session.client,
            project.script_name,
            want_usage_model=project.usage_model is not None,
            triggers=project.triggers if triggers else None,
        )
    tell(
        session.reporter,
        render_live_row(
            live,
            now=session.now(),
            commit=live_commit(live),
            namespace=project.dispatch_namespace,
        ),
    )
    for sentence in live.unread if notices else ():
        session.reporter.notice(sentence)
    return live


def with_domains(session: Session, live: LiveState) -> LiveState:
    """Return live with the configured custom domains, where a probe's path needs one of them.

    For commands that read no triggers. What may not be read is left to the plan.
    """
    probe, domains = session.project.probe, session.project.triggers.domains
    needs_one = probe is not None and probe.has_paths and live.subdomain.enabled is False
    if not (needs_one and domains and live.exists and live.triggers.domains is None):
        return live
    try:
        read = read_triggers(session.client, live.script_name, Triggers(domains=domains))
    except ApiError as error:
        session.reporter.notice(f"the custom domains could not be read: {error.message}")
        return live
    return replace(live, triggers=replace(live.triggers, domains=read.triggers.domains))


def with_first_url(session: Session, live: LiveState) -> LiveState:
    """Return live with the URL that a script will have which does not exist yet.

    Where a probe's path needs it: whether there is one must be known before the first write.
    """
    probe = session.project.probe
    is_first = not live.exists and session.project.dispatch_namespace is None
    if not (is_first and probe is not None and probe.has_paths):
        return live
    try:
        return replace(live, url=read_first_url(session.client, live.script_name))
    except ApiError as error:
        session.reporter.notice(f"the URL could not be read: {error.message}")
        return live


def note_of(session: Session, *, assets: AssetManifest | None = None) -> Note:
    """Return the note of what would be deployed, or of other `assets` in it."""
    project = session.project
    key = derive_note_key(
        session.api_token.get_secret_value(), session.account_id, project.script_name
    )
    return make_note(
        key,
        commit=project.commit,
        is_dirty=project.uncommitted is not None,
        modules=project.modules,
        metadata=describe_code(project),
        assets=assets or project.assets,
        secrets=project.secrets,
    )


def guard(session: Session, live: LiveState, plan: Plan) -> None:
    """Raise GuardError where what the plan writes would overrule someone else's decision."""
    writing = [step for step in plan.steps if step.action is not Action.UNCHANGED]
    allow = {str(word) for word in session.inputs.allow}
    if not any(isinstance(step, MOVES_TRAFFIC) for step in writing):
        allow |= {Allow.END_ROLLOUT, Allow.AFTER_ROLLBACK}
    # Values of secrets belong to no commit.
    of_commit = [s for s in writing if not isinstance(s, PutSecrets | CheckLive | Probe)]
    is_older = _is_older(session, live) if of_commit else None
    is_newer = Allow.AFTER_ROLLBACK not in allow and _comes_after_rollback(session, live)
    check_guards(live, is_older=is_older, allow=allow, is_newer=is_newer)
    if not session.inputs.only or Scope.TRIGGERS in session.inputs.only:
        check_hosts(session.project, live, allow=allow)


def _is_older(session: Session, live: LiveState) -> bool | None:
    other = live_commit(live)
    commit = session.project.known_commit
    if commit is None or other is None:
        return None
    older = session.is_older(commit, other)
    if older is None:
        session.reporter.notice(
            "whether this commit is older than the live one was not checked: the history here "
            f"does not reach commit {other}; check out with fetch-depth: 0, unless the history was "
            "rewritten"
        )
    return older


def _comes_after_rollback(session: Session, live: LiveState) -> bool:
    """Tell whether this commit comes after the one that someone rolled back, and say so."""
    commit, rolled_back = session.project.known_commit, rolled_back_commit(live)
    if commit is None or rolled_back is None or commit.startswith(rolled_back):
        return False
    is_after = bool(session.is_older(rolled_back, commit))
    if is_after:
        session.reporter.notice(describe_rollback(live))
    return is_after


def tell_plan(session: Session, plan: Plan) -> None:
    """Show every difference, and what must be known before the first write."""
    for row in render_plan_rows(plan):
        tell(session.reporter, row)


def tell(reporter: Reporter, row: Row) -> None:
    """Write a row."""
    reporter.row(row.title, row.lines, mark=row.mark, folded=row.folded)


def finished(
    session: Session, live: LiveState, result: Result, plan: Plan | None = None
) -> Outcome:
    """Return the outcome of a run that wrote nothing."""
    return Outcome(
        command=session.inputs.command.value, result=result, plan=plan, facts=facts_of(live)
    )


def carry_out(session: Session, live: LiveState, plan: Plan, *, done: Result) -> Outcome:
    """Carry a plan out, unless it changes nothing or is only to be shown."""
    if session.inputs.dry_run:
        return finished(session, live, Result.PLANNED, plan)
    if not plan.writes:
        return finished(session, live, Result.UNCHANGED, plan)
    session.before_first_write()
    outcome = session.executor.execute(plan, live)
    return outcome if outcome.error else replace(outcome, result=done)


def stopped(
    session: Session, live: LiveState, plan: Plan | None, error: DeployError, *, stage: str
) -> Outcome:
    """Return the outcome of a run that was stopped before its first write."""
    version = f"version {live.live.id[:8]}" if live.live else "no version"
    facts = replace(facts_of(live), live_note=f"{version} (as before)")
    return Outcome(
        command=session.inputs.command.value,
        result=Result.FAILED,
        plan=plan,
        facts=facts,
        error=error,
        stage=stage,
    )


def wrong_input(subject: str, message: str, hint: str | None = None) -> ProblemsError:
    """Return the error of one input that a command can't go on with."""
    kind = ProblemKind.INPUT
    return ProblemsError([Problem(kind=kind, subject=subject, message=message, hint=hint)])
