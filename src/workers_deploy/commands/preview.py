"""preview: a version without traffic, and the URLs where it answers."""

from collections.abc import Sequence
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
from workers_deploy.core.outcome import Outcome, Result
from workers_deploy.core.plan_commands import is_alias, make_preview_plan
from workers_deploy.errors import ApiError, DeployError
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
    return _with_urls(session, outcome, version_id, alias)


def _default_alias(session: Session) -> str | None:
    if session.pull_request is None:
        return None
    alias = f"pr-{session.pull_request}"
    if not is_alias(alias, session.project.script_name):
        session.reporter.notice(f"no alias {alias}: with the script's name it is too long")
        return None
    return alias


def _with_urls(session: Session, outcome: Outcome, version_id: str, alias: str | None) -> Outcome:
    try:
        urls = session.client.read_version_urls(session.project.script_name, version_id)
    except ApiError as error:
        # The version is there all the same.
        warning = f"the preview's URL could not be read: {error.message}"
        return replace(outcome, warnings=(*outcome.warnings, warning))
    if not urls:
        session.reporter.notice("the version has no preview URL (see the notes of the plan)")
        return outcome
    of_alias = _alias_url(urls, version_id, alias) if alias else None
    session.reporter.row("Preview", tuple(url for url in (urls[0], of_alias) if url))
    facts = replace(outcome.facts, preview_url=urls[0], preview_alias_url=of_alias)
    return replace(outcome, facts=facts)


def _alias_url(urls: Sequence[str], version_id: str, alias: str) -> str | None:
    """Return the URL that Cloudflare answered with the alias in the place of the version.

    No endpoint answers with it; wrangler puts it together of name and subdomain.
    """
    version = f"{version_id[:8]}-"
    return next((url.replace(version, f"{alias}-", 1) for url in urls if version in url), None)
