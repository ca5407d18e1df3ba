"""Reads a checkout and the inputs into a project.

Nothing is raised for a user's mistake: all of them are collected, so that one run tells all.
"""

import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from workers_deploy.core.project import Project
from workers_deploy.errors import ProblemKind
from workers_deploy.project.assets.choice import read_assets
from workers_deploy.project.bundle.node_compat import polyfilled_globals
from workers_deploy.project.code.entry import Entry, find_entry
from workers_deploy.project.config.build_output import check_build_output, tell_of_new_config
from workers_deploy.project.config.document import read_document
from workers_deploy.project.config.find import Checkout, find_config_file, tell_of_no_config
from workers_deploy.project.config.fold import Config, fold_config
from workers_deploy.project.config.script_name import check_script_name
from workers_deploy.project.cross_checks.project import Consistency
from workers_deploy.project.cross_checks.triggers import check_triggers
from workers_deploy.project.cross_checks.unsupported import refuse_unsupported
from workers_deploy.project.desired.bindings import list_bindings
from workers_deploy.project.desired.commit import read_commit
from workers_deploy.project.desired.package_dependencies import read_package_dependencies
from workers_deploy.project.desired.project import Parts, assemble_project, with_uncommitted
from workers_deploy.project.findings import Findings
from workers_deploy.project.request import Loaded, ProjectRequest
from workers_deploy.project.script import ScriptParts, ScriptReader

__all__ = ["Loaded", "ProjectRequest", "load_project", "load_without_code"]


def load_project(request: ProjectRequest) -> Loaded:
    """Return the desired state, or every problem that stands in its way."""
    findings = Findings()
    checkout = _find_checkout(request)
    config = _read_config(request, checkout, findings, looks_for_output=True)
    if config is not None and request.sends_triggers:
        check_triggers(config)
    # Where the file itself can't be read, every further complaint would be a guess.
    if config is None and not (findings.problems or request.names_a_source):
        tell_of_no_config(checkout, findings)
    gives_up = config is None and bool(findings.problems)
    project = None if gives_up else _build(request, checkout, config, findings)
    return Loaded(
        project=None if findings.problems else project,
        problems=tuple(findings.first_problems()),
        warnings=tuple(findings.first_notices()),
        account_id=config.get("account_id") if config else None,
        config_file=config.document.shown if config else None,
    )


def load_without_code(
    request: ProjectRequest, *, needs_name: bool = True, sets_triggers: bool = False
) -> Loaded:
    """Return what inputs and configuration say, with neither code nor assets read.

    For commands and `only` parts that send none of them: a checkout that was not built will do.
    `sets_triggers`: the run is about triggers, so those that are not supported are a problem.
    """
    findings = Findings()
    checkout = _find_checkout(request)
    config = _read_config(request, checkout, findings)
    parts = Parts(
        name=_script_name(request, config, findings),
        config=config,
        script=None,
        bindings=list_bindings(config, request.vars),
        assets=None,
        commit=read_commit(checkout.directory, request.origin, request.check),
    )
    if needs_name:
        check_script_name(
            parts.name, config, findings, any_name=request.dispatch_namespace is not None
        )
    if config is not None and sets_triggers:
        refuse_unsupported(config, api_base_url=request.api_base_url, only_triggers=True)
    if config is not None and request.sends_triggers:
        check_triggers(config)
    if needs_name and not parts.name and not findings.problems:
        _tell_of_no_name(config, checkout, findings)
    return Loaded(
        project=None
        if findings.problems
        else assemble_project(request, with_uncommitted(parts, checkout, request.check)),
        problems=tuple(findings.first_problems()),
        warnings=tuple(findings.first_notices()),
        account_id=config.get("account_id") if config else None,
        config_file=config.document.shown if config else None,
    )


def _tell_of_no_name(config: Config | None, checkout: Checkout, findings: Findings) -> None:
    if config is None:
        tell_of_no_config(checkout, findings)
        return
    findings.problem(
        "script-name",
        "neither the input nor the configuration says it",
        hint='set `script-name`, or "name" in the configuration',
        kind=ProblemKind.INPUT,
    )


def _find_checkout(request: ProjectRequest) -> Checkout:
    workspace = Path(os.path.normpath(request.workspace.absolute()))
    directory = Path(os.path.normpath(workspace / request.working_directory))
    return Checkout(workspace=workspace, directory=directory)


def _read_config(
    request: ProjectRequest,
    checkout: Checkout,
    findings: Findings,
    *,
    looks_for_output: bool = False,
) -> Config | None:
    if not os.path.isdir(checkout.directory):  # noqa: PTH112  # False for impossible names, too
        message = f"{request.working_directory} is no directory"
        findings.problem("working-directory", message, kind=ProblemKind.INPUT)
        return None
    file = find_config_file(checkout, request.config, findings)
    if looks_for_output and request.config is None:
        check_build_output(checkout, file, request.main, findings, dry=request.dry_run)
    if file is None:
        tell_of_new_config(checkout, findings)
        return None
    document = read_document(file.file, checkout.show(file.file), findings)
    if document is None:
        return None
    any_name = request.dispatch_namespace is not None
    return fold_config(
        document,
        file,
        request.environment,
        findings,
        any_name=any_name,
        means_top_level=request.means_top_level,
    )


def _script_name(request: ProjectRequest, config: Config | None, findings: Findings) -> str:
    named = request.script_name or (config.get("name") if config else None) or ""
    connected = request.connected_name
    if connected is None or connected == named:
        return named
    findings.notice(
        f"this build is connected to the script {connected}, which is deployed instead of "
        f"{named or 'one without a name'}: write that name into the configuration"
    )
    return connected


def _build(
    request: ProjectRequest, checkout: Checkout, config: Config | None, findings: Findings
) -> Project:
    entry = find_entry(
        config,
        checkout,
        request.main,
        request.bundle,
        findings,
        esbuild=request.esbuild,
        check=request.check,
        polyfilled=_polyfilled_globals(request, config),
    )
    # At once: esbuild is waited for, and git's objects take 40 ms to be read.
    with ThreadPoolExecutor(max_workers=1) as pool:
        commit = pool.submit(read_commit, checkout.directory, request.origin, request.check)
        script = _read_script(entry, config, checkout, request, findings) if entry else None
    # Assets-only scripts take no bindings.
    bindings = list_bindings(config, request.vars) if entry else ()
    parts = Parts(
        name=_script_name(request, config, findings),
        config=config,
        script=script,
        bindings=bindings + (script.bindings if script else ()),
        assets=read_assets(config, checkout, request, findings),
        commit=commit.result(),
        package_dependencies=read_package_dependencies(config, checkout, entry.project, findings)
        if entry
        else None,
    )
    Consistency(request=request, config=config, entry=entry, parts=parts, findings=findings).check()
    return assemble_project(request, with_uncommitted(parts, checkout, request.check))


def _polyfilled_globals(request: ProjectRequest, config: Config | None) -> Collection[str]:
    date, flags = request.compatibility_date, request.compatibility_flags
    if config is not None:
        date = config.get("compatibility_date") if date is None else date
        flags = config.get("compatibility_flags") if flags is None else flags
    return polyfilled_globals(date or "", flags or ())


def _read_script(
    entry: Entry,
    config: Config | None,
    checkout: Checkout,
    request: ProjectRequest,
    findings: Findings,
) -> ScriptParts | None:
    reader = ScriptReader(
        entry=entry, config=config, checkout=checkout, request=request, findings=findings
    )
    return reader.read()
