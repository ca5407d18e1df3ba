"""Plans of `only`: some parts of a deploy, each by the endpoint that touches nothing else."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from workers_deploy.core.compare import (
    compare_bindings,
    compare_kept,
    compare_note,
    compare_runtime,
    compare_secrets,
    is_ours,
    unknown_values,
    why_not_comparable,
)
from workers_deploy.core.digest import Note, parse_note, write_message
from workers_deploy.core.live import LiveState, LiveVersion
from workers_deploy.core.plan import check_steps
from workers_deploy.core.plan_settings import settings_steps
from workers_deploy.core.plan_triggers import trigger_steps
from workers_deploy.core.project import Project
from workers_deploy.core.steps import (
    Action,
    Change,
    CreateDeployment,
    PatchSettings,
    Plan,
    PutContent,
    PutSecrets,
    Scope,
    SetSubdomain,
    Step,
)
from workers_deploy.core.taken_back import deploy_again
from workers_deploy.errors import GuardError, Problem, ProblemKind, ProblemsError

# A script in a dispatch namespace has nothing else that a deploy sets.
IN_NAMESPACE = frozenset({Scope.CODE, Scope.SECRETS})
MAKES_VERSION = "makes a new version and deploys it at once"
LOSES_NOTE = (
    f"{MAKES_VERSION}; no note of ours stays on it, so the next deploy sends code, assets and "
    "secrets again"
)


def make_narrow_plan(
    project: Project,
    live: LiveState,
    note: Note,
    scopes: Collection[Scope],
    *,
    edit: LiveVersion | None = None,
) -> Plan:
    """Return the steps of the named parts; the script must exist.

    `edit` is the latest version, where it is an edit of these parts that a run of ours took back.

    Raises:
        GuardError: the edit would be of a latest version that is not live.
        ProblemsError: there is nothing of a named part, or nothing live to change.

    """
    _check_parts(project, live, scopes)
    steps = _steps(project, live, note, scopes)
    if edit is not None and any(map(_is_versioned_write, steps)):
        base = replace(live, versions=(edit,))
        steps = _on_top(deploy_again(live, edit), _steps(project, base, note, scopes))
    else:
        _check_latest_is_live(live, steps)
    writing = [step for step in steps if step.action is not Action.UNCHANGED]
    if writing:
        serves_anew = any(map(makes_version, writing))
        steps += check_steps(project, live, steps, probes=serves_anew)
    return Plan(
        script_name=project.script_name,
        steps=tuple(steps),
        notes=tuple(_notes(project, live, writing)),
    )


def _steps(project: Project, live: LiveState, note: Note, scopes: Collection[Scope]) -> list[Step]:
    compared = compare_note(note, live.live)
    steps = [*_unversioned(project, live, scopes)]
    if Scope.SETTINGS in scopes and live.live is not None:
        steps += _versioned_settings(project, live, live.live, same=compared.code)
    if Scope.SECRETS in scopes:
        steps += _secrets(project, live, same=compared.secrets)
    if Scope.CODE in scopes:
        steps += _content(project, live, same=compared.code)
    if Scope.TRIGGERS in scopes:
        steps += trigger_steps(project, live)
    return steps


def _is_versioned_write(step: Step) -> bool:
    return makes_version(step) and step.action is not Action.UNCHANGED


def _on_top(again: CreateDeployment, steps: list[Step]) -> list[Step]:
    """Let the edit serve right before it is edited; code alone is taken without that."""
    versioned = [step for step in steps if _is_versioned_write(step)]
    if versioned and all(isinstance(step, PutContent) for step in versioned):
        return steps
    first = steps.index(versioned[0]) if versioned else len(steps)
    return [*steps[:first], again, *steps[first:]]


def makes_version(step: Step) -> bool:
    """Tell whether a step of a narrow plan makes a version, which serves at once."""
    return isinstance(step, PutContent | PutSecrets | PatchSettings | CreateDeployment)


def _check_parts(project: Project, live: LiveState, scopes: Collection[Scope]) -> None:
    in_namespace = project.dispatch_namespace is not None
    foreign = sorted(set(scopes) - IN_NAMESPACE) if in_namespace else []
    problems = [
        _problem("only", f"{scope}: a script in a dispatch namespace has none") for scope in foreign
    ]
    if Scope.CODE in scopes and project.main_module is None:
        hint = "deploy it without `only`: assets travel with a version"
        problems.append(_problem("only", "code: the project has no script, only assets", hint))
    if Scope.SECRETS in scopes and not project.secrets:
        hint = "name them in secrets, one per line"
        problems.append(_problem("secrets", "none is named, and `only` asks for them", hint))
    versioned = set(scopes) & {Scope.CODE, Scope.SECRETS, Scope.SETTINGS}
    if versioned and live.live is None and not in_namespace:
        hint = "deploy it without `only` first"
        problems.append(_problem("only", "no version of the script serves yet", hint))
    if problems:
        raise ProblemsError(problems)


def _problem(subject: str, message: str, hint: str | None = None) -> Problem:
    return Problem(kind=ProblemKind.INPUT, subject=subject, message=message, hint=hint)


def _unversioned(project: Project, live: LiveState, scopes: Collection[Scope]) -> Iterator[Step]:
    settings, subdomain, usage_model = settings_steps(project, live)
    if Scope.SETTINGS in scopes:
        yield from (*settings, *usage_model)
    if Scope.SUBDOMAIN in scopes:
        yield from map(_by_delete, subdomain)


def _by_delete(step: Step) -> Step:
    assert isinstance(step, SetSubdomain)
    off = not step.state.enabled and not step.state.previews_enabled
    return replace(step, by_delete=off)


def _check_latest_is_live(live: LiveState, steps: Collection[Step]) -> None:
    latest_id = live.latest_version_id
    if live.latest_is_live or latest_id is None:
        return
    writing = [step for step in steps if step.action is not Action.UNCHANGED]
    latest = f"the latest version {latest_id[:8]} is not the live one"
    hint = "run deploy without `only`: what it changes goes live as the latest version"
    if any(isinstance(step, PutSecrets | PatchSettings) for step in writing):
        refuses = "Cloudflare refuses to edit secrets and settings (10214, 10215)"
        raise GuardError(f"{latest}, so {refuses}", word=None, hint=hint)
    if any(isinstance(step, PutContent) for step in writing):
        brings = "the code alone would bring its bindings and secrets live"
        raise GuardError(f"{latest}, so {brings}", word=None, hint=hint)


def _notes(project: Project, live: LiveState, writing: Collection[Step]) -> Iterator[str]:
    yield from (f"not read: {problem}" for problem in live.unread)
    yield from unknown_values(project)
    for step in writing:
        match step:
            case CreateDeployment(shares=(share, *_)):
                yield (
                    f"version {share.version_id[:8]}, an edit that was taken back, serves for the "
                    "moment that it takes to edit it again (10214, 10215)"
                )
            case PatchSettings():
                yield f"settings: changing versioned settings {MAKES_VERSION}"
            case PutSecrets(former=former) if former is not None:
                yield f"secrets: setting them alone {LOSES_NOTE}"
            case PutContent(former=former) if former is not None:
                yield f"code: sending it alone {LOSES_NOTE}"
            case _:
                pass


def _secrets(project: Project, live: LiveState, *, same: bool | None) -> list[Step]:
    changes = compare_secrets(project, live, same=same)
    differing = [change for change in changes if change.action is not Action.UNCHANGED]
    gone = tuple(c.name for c in changes if c.action is Action.DELETE)
    sends = any(change.action is not Action.DELETE for change in differing)
    return [
        PutSecrets(
            action=Action.UPDATE if differing else Action.UNCHANGED,
            title="Secrets",
            changes=changes or _unchanged_secrets(project),
            secrets=project.secrets if sends else (),
            gone=gone,
            former=live.deployment,
        )
    ]


def _unchanged_secrets(project: Project) -> tuple[Change, ...]:
    names = ", ".join(secret.name for secret in project.secrets)
    return (Change(action=Action.UNCHANGED, kind="secrets", name=names),)


def _content(project: Project, live: LiveState, *, same: bool | None) -> list[Step]:
    details = {
        True: "as live",
        False: "code or configuration changed; the code alone is sent",
        None: f"the live version {why_not_comparable(live.live)}",
    }
    action = Action.UNCHANGED if same else Action.UPDATE
    return [
        PutContent(
            action=action,
            title="Content",
            changes=(Change(action=action, kind="code", detail=details[same]),),
            project=project,
            former=live.deployment,
        )
    ]


def _versioned_settings(
    project: Project, live: LiveState, version: LiveVersion, *, same: bool | None
) -> list[Step]:
    runtime: tuple[Change, ...] = ()
    if same is True:
        bindings = compare_kept(project, version)
    else:
        bindings = compare_bindings(project, version)
        runtime = compare_runtime(project, version)
    changes = (*runtime, *bindings)
    settings = {
        "bindings": _bindings(project, version, {change.name for change in bindings}),
        "compatibility_flags": list(project.compatibility_flags),
        "compatibility_date": project.compatibility_date,
        "placement": project.placement,
        "limits": project.limits,
        "cache_options": project.cache_options,
        "annotations": _annotations(project, version),
    }
    return [
        PatchSettings(
            action=Action.UPDATE if changes else Action.UNCHANGED,
            title="Versioned settings",
            changes=changes,
            settings={key: value for key, value in settings.items() if value is not None},
            former=live.deployment,
        )
    ]


def _annotations(project: Project, version: LiveVersion) -> dict[str, str] | None:
    """Return message and note, since an edit of settings inherits neither.

    The note stays that of the live version: the code is not touched, and is not known here.
    """
    note = parse_note(version.message) if is_ours(version) else None
    message = write_message(project.message, note) if note else project.message
    said = {"workers/message": message, "workers/tag": version.tag if note else None}
    return {key: value for key, value in said.items() if value} or None


def _bindings(
    project: Project, version: LiveVersion, changed: Collection[str]
) -> list[dict[str, object]]:
    """Return the whole list, since it replaces live's: what does not change is inherited."""
    desired = {binding.name: binding for binding in project.bindings}
    written = [b.as_json() for name, b in desired.items() if name in changed]
    kept = [
        {"type": "inherit", "name": binding.name}
        for binding in version.bindings
        if binding.name not in changed
    ]
    return [*written, *kept]
