"""The part of a plan that sets triggers; they come after traffic moved, and are not undone.

What the configuration does not name stays as it is: a kind that is `None`, and domains that are
attached besides the named ones.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from workers_deploy.core.compare import contradicts
from workers_deploy.core.live import LiveState
from workers_deploy.core.project import Project
from workers_deploy.core.steps import (
    Action,
    AttachDomain,
    Change,
    PutQueueConsumer,
    PutRoutes,
    PutSchedules,
    PutWorkflow,
    Step,
)


def trigger_steps(project: Project, live: LiveState) -> list[Step]:
    """Return a step for each trigger that the project names, unchanged ones too."""
    if project.dispatch_namespace is not None:
        return []
    return [
        *_schedules(project, live),
        *_routes(project, live),
        *_domains(project, live),
        *_queue_consumers(project, live),
        *_workflows(project, live),
    ]


def foreign_hosts(project: Project, live: LiveState) -> Iterator[tuple[str, str]]:
    """Return hostnames and patterns of the project that belong to another script, and to which."""
    for domain in project.triggers.domains or ():
        found = _by(live.triggers.domains, "hostname", domain["hostname"])
        if found and found.get("service") != project.script_name:
            yield str(domain["hostname"]), str(found.get("service") or "something else")
    for route in project.triggers.routes or ():
        found = _by(live.triggers.routes, "pattern", route["pattern"])
        if found and found.get("script") not in (None, project.script_name):
            yield str(route["pattern"]), str(found["script"])


def missing_queues(project: Project, live: LiveState) -> tuple[str, ...]:
    """Return the queues that the project consumes from and the account does not have."""
    wanted = (str(consumer["queue"]) for consumer in project.triggers.queue_consumers or ())
    known = {consumer["queue"] for consumer in live.triggers.queue_consumers or ()}
    return tuple(queue for queue in wanted if queue not in known)


def _schedules(project: Project, live: LiveState) -> Iterator[Step]:
    wanted, actual = project.triggers.crons, live.triggers.crons or ()
    if wanted is None:
        return
    changes = [_change(Action.CREATE, "cron", cron) for cron in wanted if cron not in actual]
    changes += [_change(Action.DELETE, "cron", cron) for cron in actual if cron not in wanted]
    yield PutSchedules(
        action=_action(changes), title="Schedules", changes=tuple(changes), crons=wanted
    )


def _routes(project: Project, live: LiveState) -> Iterator[Step]:
    wanted = project.triggers.routes
    if wanted is None:
        return
    ours = {
        str(route["pattern"])
        for route in live.triggers.routes or ()
        if route.get("script") == project.script_name
    }
    patterns = [str(route["pattern"]) for route in wanted]
    changes = [
        _change(Action.CREATE, "route", pattern) for pattern in patterns if pattern not in ours
    ]
    changes += [
        _change(Action.DELETE, "route", pattern) for pattern in sorted(ours - set(patterns))
    ]
    yield PutRoutes(action=_action(changes), title="Routes", changes=tuple(changes), routes=wanted)


def _domains(project: Project, live: LiveState) -> Iterator[Step]:
    for domain in project.triggers.domains or ():
        found = _by(live.triggers.domains, "hostname", domain["hostname"])
        service = found.get("service") if found else None
        changes = []
        if found is None:
            changes = [_change(Action.CREATE, "domain", domain["hostname"])]
        elif service != project.script_name:
            taken = f"taken from {service}"
            changes = [_change(Action.UPDATE, "domain", domain["hostname"], detail=taken)]
        yield AttachDomain(
            action=_action(changes),
            title="Domain",
            changes=tuple(changes),
            domain=domain,
            takes_over=found is not None and service != project.script_name,
        )


def _queue_consumers(project: Project, live: LiveState) -> Iterator[Step]:
    for consumer in project.triggers.queue_consumers or ():
        found = _by(live.triggers.queue_consumers, "queue", consumer["queue"]) or {}
        consumer_id = found.get("consumer_id")
        changes = []
        if consumer_id is None:
            changes = [_change(Action.CREATE, "queue consumer", consumer["queue"])]
        elif contradicts(consumer, found):
            changes = [_change(Action.UPDATE, "queue consumer", consumer["queue"])]
        yield PutQueueConsumer(
            action=_action(changes),
            title="Queue consumer",
            changes=tuple(changes),
            queue_id=str(found.get("queue_id", "")),
            consumer_id=consumer_id,
            consumer=consumer,
        )


def _workflows(project: Project, live: LiveState) -> Iterator[Step]:
    for workflow in project.triggers.workflows or ():
        found = _by(live.triggers.workflows, "name", workflow["name"])
        changes = []
        if found is None:
            changes = [_change(Action.CREATE, "workflow", workflow["name"])]
        elif contradicts(workflow, found):
            changes = [_change(Action.UPDATE, "workflow", workflow["name"])]
        yield PutWorkflow(
            action=_action(changes), title="Workflow", changes=tuple(changes), workflow=workflow
        )


def _by(
    found: tuple[Mapping[str, Any], ...] | None, key: str, value: object
) -> Mapping[str, Any] | None:
    return next((one for one in found or () if one.get(key) == value), None)


def _action(changes: list[Change]) -> Action:
    return Action.UPDATE if changes else Action.UNCHANGED


def _change(action: Action, kind: str, name: object, *, detail: str = "") -> Change:
    return Change(action=action, kind=kind, name=str(name), detail=detail)
