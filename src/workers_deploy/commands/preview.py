"""preview: a version without traffic, and the URLs where it answers."""

from dataclasses import replace

from workers_deploy.commands.deploy import check_demands, stage_of
from workers_deploy.commands.session import (
    Session,
    carry_out,
    note_of,
    read_live,
    stopped,
    tell,
    tell_plan,
)
from workers_deploy.core.live import LiveState
from workers_deploy.core.outcome import Outcome, Result
from workers_deploy.core.plan_commands import is_alias, make_preview_plan
from workers_deploy.errors import DeployError
from workers_deploy.report.text import render_project_row


def preview(session: Session) -> Outcome:
    """Upload a version that gets no traffic, and tell its URL and that of its alias."""
    tell(session.reporter, render_project_row(session.project))
    live = read_live(session)
    alias = session.inputs.preview_alias or _default_alias(session)
    made = None
    try:
        check_demands(session, live)
        made = make_preview_plan(session.project, live, note_of(session), alias)
    except DeployError as error:
        return stopped(session, live, made, error, stage=stage_of(error))
    tell_plan(session, made)
    outcome = carry_out(session, live, made, done=Result.PREVIEWED)
    version_id = outcome.facts.version_id
    if outcome.result is not Result.PREVIEWED or version_id is None:
        return outcome
    return _with_urls(session, live, outcome, version_id, alias)


def _default_alias(session: Session) -> str | None:
    alias = session.pull_request_alias
    if alias is None:
        return None
    if not is_alias(alias, session.project.script_name):
        session.reporter.notice(f"no alias {alias}: with the script's name it is too long")
        return None
    return alias


def _with_urls(
    session: Session, live: LiveState, outcome: Outcome, version_id: str, alias: str | None
) -> Outcome:
    """Return the outcome with the URLs of version and alias, put together as wrangler does it."""
    if outcome.facts.has_preview is False or live.subdomain.previews_enabled is False:
        session.reporter.notice("the version has no preview URL (see the notes of the plan)")
        return outcome
    suffix = live.preview_url_suffix
    if suffix is None:
        # The version is there all the same; why it is not known was told as live was read.
        warning = "the preview's URL is not known: neither the script's nor the account's was read"
        return replace(outcome, warnings=(*outcome.warnings, warning))
    url = f"https://{version_id[:8]}{suffix}"
    of_alias = f"https://{alias}{suffix}" if alias else None
    session.reporter.row("Preview", tuple(one for one in (url, of_alias) if one))
    facts = replace(outcome.facts, preview_url=url, preview_alias_url=of_alias)
    return replace(outcome, facts=facts)
