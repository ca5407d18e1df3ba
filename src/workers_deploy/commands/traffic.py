"""rollback and delete: traffic back to an earlier version, or the whole script away."""

from collections.abc import Mapping, Sequence
from typing import Any

from workers_deploy.commands.session import (
    Session,
    carry_out,
    finished,
    read_live,
    stopped,
    tell_plan,
    with_domains,
    wrong_input,
)
from workers_deploy.core.guards import check_rollout
from workers_deploy.core.live import LiveState
from workers_deploy.core.outcome import Outcome, Result
from workers_deploy.core.plan_commands import find_target, make_delete_plan, make_rollback_plan
from workers_deploy.core.steps import Plan
from workers_deploy.errors import (
    DeployError,
    GuardError,
    RefusedError,
)
from workers_deploy.inputs.choices import Allow


def rollback(session: Session) -> Outcome:
    """Move traffic back to an earlier version."""
    live = with_domains(session, read_live(session))
    made = None
    try:
        made = _plan_rollback(session, live)
        tell_plan(session, made)
        if made.writes and live.deployment and Allow.END_ROLLOUT not in session.inputs.allow:
            check_rollout(live.deployment)
    except DeployError as error:
        stage = "Guard" if isinstance(error, GuardError) else "Plan"
        return stopped(session, live, made, error, stage=stage)
    return carry_out(session, live, made, done=Result.ROLLED_BACK)


def _plan_rollback(session: Session, live: LiveState) -> Plan:
    if session.project.dispatch_namespace is not None:
        message = "a script in a dispatch namespace has no versions to go back to"
        raise wrong_input("dispatch-namespace", message)
    if live.deployment is None:
        raise wrong_input("script-name", "the script does not exist or was never deployed")
    client, name = session.client, session.project.script_name
    deployable = client.list_versions(name, deployable=True)
    shares = find_target(live, deployable, session.inputs.version_id)
    # The list tells no bindings, and so no secrets.
    targets = [client.read_version(name, share.version_id).version for share in shares]
    return make_rollback_plan(live, session.project, shares, targets)


def delete(session: Session) -> Outcome:
    """Delete the script; `confirm` must equal its name."""
    name = session.project.script_name
    if session.inputs.confirm != name:
        raise wrong_input(
            "confirm", "does not equal the script's name", "set it to the name to delete"
        )
    live = read_live(session)
    force = Allow.BREAK_BINDINGS in session.inputs.allow
    try:
        referring = _referring(session) if live.exists else ()
    except DeployError as error:
        return stopped(session, live, None, error, stage="Plan")
    made = make_delete_plan(live, referring, force=force)
    tell_plan(session, made)
    if referring and not force:
        return stopped(session, live, made, _still_referred_to(name, referring), stage="Guard")
    if session.inputs.dry_run or live.exists:
        return carry_out(session, live, made, done=Result.DELETED)
    return finished(session, live, Result.DELETED, made)


def _still_referred_to(name: str, referring: Sequence[str]) -> GuardError:
    return GuardError(
        f"other things refer to {name}: {', '.join(referring)} (10142)",
        word=Allow.BREAK_BINDINGS.value,
        hint="take the references away first; forced, they break",
    )


def _referring(session: Session) -> tuple[str, ...]:
    """Return what refers to the script, in words."""
    script = session.script
    if script.dispatch_namespace is not None:
        return ()  # nothing binds a script of a namespace
    try:
        found = session.client.read_references(script)
    except RefusedError as refused:
        # Only wrangler's source tells of this endpoint; Cloudflare refuses what is bound (10142).
        session.reporter.notice(f"what refers to the script is not known: {refused.message}")
        return ()
    return tuple(dict.fromkeys(_references_in(found, script.name)))


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
