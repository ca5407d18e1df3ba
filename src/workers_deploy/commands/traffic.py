"""rollback and delete: traffic back to an earlier version, or the whole script away."""

from collections.abc import Mapping
from typing import Any

from workers_deploy.api.caller import ScriptPath
from workers_deploy.commands.session import (
    Session,
    carry_out,
    finished,
    read_live,
    stopped,
    tell_plan,
)
from workers_deploy.core.guards import check_rollout
from workers_deploy.core.outcome import Outcome, Result
from workers_deploy.core.plan_commands import make_delete_plan, make_rollback_plan
from workers_deploy.errors import GuardError, Problem, ProblemKind, ProblemsError
from workers_deploy.inputs.choices import Allow


def rollback(session: Session) -> Outcome:
    """Move traffic back to an earlier version."""
    live = read_live(session)
    if live.deployment is None:
        raise _wrong("script-name", "the script does not exist or was never deployed")
    deployable = session.client.list_versions(session.project.script_name, deployable=True)
    try:
        plan = make_rollback_plan(live, session.project, deployable, session.inputs.version_id)
    except ProblemsError as error:
        return stopped(session, live, None, error, stage="Plan")
    tell_plan(session, plan)
    try:
        if Allow.END_ROLLOUT not in session.inputs.allow:
            check_rollout(live.deployment)
    except GuardError as error:
        return stopped(session, live, plan, error, stage="Guard")
    return carry_out(session, live, plan, done=Result.ROLLED_BACK)


def delete(session: Session) -> Outcome:
    """Delete the script; `confirm` must equal its name."""
    name = session.project.script_name
    if session.inputs.confirm != name:
        raise _wrong("confirm", "does not equal the script's name", "set it to the name to delete")
    live = read_live(session)
    referring = _referring(session) if live.exists else ()
    force = Allow.BREAK_BINDINGS in session.inputs.allow
    plan = make_delete_plan(live, referring, force=force and bool(referring))
    tell_plan(session, plan)
    if not live.exists:
        return finished(session, live, Result.DELETED, plan)
    if referring and not force:
        error = GuardError(
            f"other things refer to {name}: {', '.join(referring)} (10142)",
            word=Allow.BREAK_BINDINGS.value,
            hint="take the references away first; forced, they break",
        )
        return stopped(session, live, plan, error, stage="Guard")
    return carry_out(session, live, plan, done=Result.DELETED)


def _referring(session: Session) -> tuple[str, ...]:
    """Return what refers to the script, in words."""
    path = ScriptPath(name=session.project.script_name)
    found = session.client.read_references(path)
    return tuple(dict.fromkeys(_references_in(found, path.name)))


def _references_in(found: Mapping[str, Any], name: str) -> list[str]:
    services = found.get("services") or {}
    names = [
        f"service binding of {one.get('service', 'a script')}"
        for one in services.get("incoming") or []
    ]
    names += ["a Pages function"] if services.get("pages_function") else []
    objects = [one for one in found.get("durable_objects") or [] if one.get("service") != name]
    names += [f"Durable Object binding of {one.get('service', 'a script')}" for one in objects]
    outbounds = found.get("dispatch_outbounds") or []
    names += [f"outbound of dispatch namespace {one.get('namespace', '')}" for one in outbounds]
    return names


def _wrong(subject: str, message: str, hint: str | None = None) -> ProblemsError:
    kind = ProblemKind.INPUT
    return ProblemsError([Problem(kind=kind, subject=subject, message=message, hint=hint)])
