"""show, list, download: what Cloudflare has; nothing is written to it."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from workers_deploy.api.endpoints.content import ScriptContent, read_content
from workers_deploy.api.endpoints.scripts import ListedScript
from workers_deploy.api.live.script import NO_VERSIONS
from workers_deploy.commands.session import Session, finished, read_live, stopped, wrong_input
from workers_deploy.core.live import LiveState, LiveVersion
from workers_deploy.core.outcome import Facts, Outcome, Result
from workers_deploy.core.project import SubdomainState
from workers_deploy.errors import (
    ApiError,
    DeployError,
    RefusedError,
)
from workers_deploy.project.downloaded import save_script
from workers_deploy.report.details import render_list, render_show, show_record
from workers_deploy.report.measures import count_of

T = TypeVar("T")


def show(session: Session) -> Outcome:
    """Tell all that Cloudflare reports of one script."""
    live = read_live(session)
    try:
        _check_exists(session, live)
        record = _show_record(session, live)
    except DeployError as error:
        return stopped(session, live, None, error, stage="Show")
    for title, lines in render_show(record):
        session.reporter.row(title, lines)
    return replace(finished(session, live, Result.DONE), details=record)


def _show_record(session: Session, live: LiveState) -> dict[str, Any]:
    client, script = session.client, session.script
    with ThreadPoolExecutor(max_workers=6) as pool:
        settings = pool.submit(_unless_no_version, lambda: client.read_settings(script))
        secrets = pool.submit(_unless_no_version, lambda: client.list_secrets(script))
        in_namespace = script.dispatch_namespace is not None
        versions = None if in_namespace else pool.submit(_list_versions, session)
        usage = None if in_namespace else pool.submit(_usage_model, session)
        crons = None if in_namespace else pool.submit(_crons, session)
        subdomain = None if in_namespace else pool.submit(_subdomain, session)
    return show_record(
        replace(live, subdomain=(subdomain and subdomain.result()) or live.subdomain),
        settings=settings.result(),
        secret_names=tuple(secret.name for secret in secrets.result() or ()),
        versions=versions.result() if versions else (),
        usage_model=usage.result() if usage else None,
        crons=crons.result() if crons else None,
    )


def _list_versions(session: Session) -> tuple[LiveVersion, ...]:
    name = session.project.script_name
    return _unless_no_version(lambda: session.client.list_versions(name)) or ()


def _unless_no_version(read: Callable[[], T]) -> T | None:
    """Return what was read; None where the script has no version that could tell it."""
    try:
        return read()
    except RefusedError as refused:
        if refused.code == NO_VERSIONS:
            return None
        raise


def list_scripts(session: Session) -> Outcome:
    """List the account's scripts; with `search`, those whose name contains it."""
    search = session.inputs.search
    found = session.client.search_scripts(search) if search else session.client.list_scripts()
    rows = [_listed(script) for script in sorted(found, key=lambda script: script.name)]
    for line in render_list(rows):
        session.reporter.line(line)
    return Outcome(command="list", result=Result.DONE, facts=Facts(), details={"scripts": rows})


def download(session: Session) -> Outcome:
    """Write the script's modules into `output-dir`, byte for byte."""
    output_dir = session.inputs.output_dir
    if output_dir is None:
        raise wrong_input("output-dir", "not given", "name a folder for the modules")
    live = read_live(session)
    directory = session.workspace / session.inputs.working_directory / output_dir
    try:
        _check_exists(session, live)
        with read_content(session.client, session.script) as content:
            files: tuple[str, ...] = ()
            if not session.inputs.dry_run:
                modules = [(part.name, part.chunks()) for part in content.parts]
                files = save_script(directory, modules)
    except DeployError as error:
        return stopped(session, live, None, error, stage="Download")
    _tell_modules(session, live, content, files)
    details = {
        "main_module": content.main_module,
        "modules": [
            {"name": part.name, "type": part.content_type, "size": part.size, "file": file}
            for part, file in zip(content.parts, files or [None] * len(content.parts), strict=True)
        ],
    }
    return replace(finished(session, live, Result.DONE), details=details)


def _tell_modules(
    session: Session, live: LiveState, content: ScriptContent, files: tuple[str, ...]
) -> None:
    if not live.latest_is_live:
        session.reporter.notice("Cloudflare gives the code of the latest version, not of live's")
    if not content.parts:
        session.reporter.notice("the script has no modules: it only serves assets")
        return
    names = files or tuple(part.name for part in content.parts)
    lines = [
        f"{name}  {part.size:,} B  {part.content_type}"
        for part, name in zip(content.parts, names, strict=True)
    ]
    session.reporter.row("Modules", lines, folded=count_of(len(lines), "module"))


def _usage_model(session: Session) -> Mapping[str, Any] | None:
    try:
        found = session.client.read_usage_model(session.project.script_name)
    except RefusedError:
        return None  # the plan has no choice
    return {"usage_model": found.usage_model, "cpu_ms": found.cpu_ms}


def _subdomain(session: Session) -> SubdomainState | None:
    """Ask the script's own endpoint once; what live was read with stands in where it fails."""
    client = session.client
    try:
        once = client.retrying(client.retrier.with_attempts(1))
        return once.read_subdomain(session.project.script_name)
    except ApiError:
        return None


def _crons(session: Session) -> tuple[str, ...] | None:
    try:
        return session.client.read_schedules(session.project.script_name)
    except RefusedError:
        return None


def _check_exists(session: Session, live: LiveState) -> None:
    if not live.exists:
        name = session.project.script_name
        raise wrong_input(
            "script-name", f"the script {name} does not exist", "`list` names them all"
        )


def _listed(script: ListedScript) -> dict[str, Any]:
    return {
        "name": script.name,
        "modified_on": script.modified_on,
        "created_on": script.created_on,
        "handlers": list(script.handlers),
        "last_deployed_from": script.last_deployed_from,
        "has_assets": script.has_assets,
        "has_modules": script.has_modules,
    }
