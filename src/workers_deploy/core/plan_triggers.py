"""The part of a plan that sets triggers; they come after traffic moved, and go back with it.

What the configuration does not name stays as it is: a kind that is `None`, and domains that are
attached besides the named ones.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

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
from workers_deploy.core.trigger_forms import cron_form, pattern_form

Trigger: TypeAlias = Mapping[str, Any]

SWITCHES = ("enabled", "previews_enabled")  # of a custom domain
_SECONDS: Mapping[str, int] = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 604800,
}
_DURATION = re.compile(rf"(?P<count>\d+) (?P<unit>{'|'.join(_SECONDS)})s?")


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
    """Return hostnames and patterns of the project that lead elsewhere, and where to."""
    for domain in project.triggers.domains or ():
        found = _by(live.triggers.domains, "hostname", domain["hostname"])
        if found and found.get("service") != project.script_name:
            yield str(domain["hostname"]), _owner_of_host(found)
    for route in project.triggers.routes or ():
        form = pattern_form(str(route["pattern"]))
        routes = live.triggers.routes or ()
        found = next((one for one in routes if pattern_form(str(one["pattern"])) == form), None)
        if found and found.get("script") != project.script_name:
            yield str(route["pattern"]), _owner_of_route(found)


def foreign_queues(project: Project, live: LiveState) -> Iterator[tuple[str, str | None]]:
    """Return queues that another consumes from, one alone may, and its script; None: by HTTP."""
    for consumer in project.triggers.queue_consumers or ():
        found = _by(live.triggers.queue_consumers, "queue", consumer["queue"])
        if found and found.get("type") and not found.get("consumer_id"):
            yield str(consumer["queue"]), found.get("script_name")


def foreign_workflows(project: Project, live: LiveState) -> Iterator[tuple[str, str]]:
    """Return workflows whose class is in another script that still exists, and that script."""
    for workflow in project.triggers.workflows or ():
        found = _by(live.triggers.workflows, "name", workflow["name"]) or {}
        owner = found.get("script_name")
        if owner not in (None, project.script_name) and not found.get("script_deleted"):
            yield str(workflow["name"]), str(owner)


def missing_queues(project: Project, live: LiveState) -> tuple[str, ...]:
    """Return the queues that the project consumes from and the account does not have."""
    if live.triggers.queue_consumers is None:
        return ()  # not read
    wanted = (str(consumer["queue"]) for consumer in project.triggers.queue_consumers or ())
    known = {consumer["queue"] for consumer in live.triggers.queue_consumers}
    return tuple(queue for queue in wanted if queue not in known)


def _schedules(project: Project, live: LiveState) -> Iterator[Step]:
    wanted, actual = project.triggers.crons, live.triggers.crons or ()
    if wanted is None:
        return
    new, old = set(map(cron_form, wanted)), set(map(cron_form, actual))
    changes = [_change(Action.CREATE, "cron", c) for c in wanted if cron_form(c) not in old]
    changes += [_change(Action.DELETE, "cron", c) for c in actual if cron_form(c) not in new]
    yield PutSchedules(
        action=_action(changes),
        title="Schedules",
        changes=tuple(changes),
        crons=wanted,
        former=actual,
    )


def _routes(project: Project, live: LiveState) -> Iterator[Step]:
    wanted = project.triggers.routes
    if wanted is None:
        return
    found = {pattern_form(str(route["pattern"])): route for route in live.triggers.routes or ()}
    patterns = [pattern_form(str(route["pattern"])) for route in wanted]
    taken = [p for p in patterns if p in found and found[p].get("script") != project.script_name]
    changes = [_change(Action.CREATE, "route", p) for p in patterns if p not in found]
    changes += [
        _change(Action.UPDATE, "route", p, detail=f"taken from {_owner_of_route(found[p])}")
        for p in taken
    ]
    changes += [
        _change(Action.DELETE, "route", pattern)
        for pattern, route in sorted(found.items())
        if route.get("script") == project.script_name and pattern not in patterns
    ]
    yield PutRoutes(
        action=_action(changes),
        title="Routes",
        changes=tuple(changes),
        routes=wanted,
        takes_over=bool(taken),
        former=tuple(
            route
            for pattern, route in found.items()
            if route.get("script") == project.script_name or pattern in taken
        ),
    )


def _domains(project: Project, live: LiveState) -> Iterator[Step]:
    for domain in project.triggers.domains or ():
        found = _by(live.triggers.domains, "hostname", domain["hostname"])
        is_foreign = found is not None and found.get("service") != project.script_name
        changes = _domain_changes(domain, found, is_foreign=is_foreign)
        yield AttachDomain(
            action=_action(changes),
            title="Domain",
            changes=tuple(changes),
            domain=domain,
            # DNS records that the token may not read are met by the write only.
            takes_over=is_foreign or (found is None and project.takes_domains),
            former=found,
        )


def _domain_changes(domain: Trigger, found: Trigger | None, *, is_foreign: bool) -> list[Change]:
    hostname = domain["hostname"]
    if found is None:
        return [_change(Action.CREATE, "domain", hostname)]
    if is_foreign:
        owner = _owner_of_host(found)
        return [_change(Action.UPDATE, "domain", hostname, detail=f"taken from {owner}")]
    # Only what Cloudflare reports can be compared: not every account has the switches.
    return [
        _change(Action.UPDATE, "domain", hostname, detail=f"{key} {str(domain[key]).lower()}")
        for key in SWITCHES
        if key in domain and found.get(key, domain[key]) != domain[key]
    ]


def _owner_of_host(found: Trigger) -> str:
    if found.get("service"):
        return f"the script {found['service']}"
    return f"DNS records ({found.get('dns_records') or 'of an unknown kind'})"


def _owner_of_route(found: Trigger) -> str:
    if found.get("script"):
        return f"the script {found['script']}"
    return "a route that keeps Workers off"


def _queue_consumers(project: Project, live: LiveState) -> Iterator[Step]:
    for consumer in project.triggers.queue_consumers or ():
        found = _by(live.triggers.queue_consumers, "queue", consumer["queue"]) or {}
        consumer_id = found.get("consumer_id")
        changes = []
        if consumer_id is None:
            changes = [_change(Action.CREATE, "queue consumer", consumer["queue"])]
        elif contradicts(consumer, found):
            told = ", ".join(_differing(consumer, found))
            changes = [_change(Action.UPDATE, "queue consumer", consumer["queue"], detail=told)]
        yield PutQueueConsumer(
            action=_action(changes),
            title="Queue consumer",
            changes=tuple(changes),
            queue_id=str(found.get("queue_id", "")),
            consumer_id=consumer_id,
            consumer=consumer,
            former=found if consumer_id else None,
        )


def _differing(consumer: Trigger, found: Trigger) -> Iterator[str]:
    """Return the names of a consumer's settings that live contradicts."""
    settings = found.get("settings") or {}
    for key, value in (consumer.get("settings") or {}).items():
        if contradicts({key: value}, settings):
            yield str(key)
    if "dead_letter_queue" in consumer and contradicts(
        consumer["dead_letter_queue"], found.get("dead_letter_queue")
    ):
        yield "dead_letter_queue"


def _workflows(project: Project, live: LiveState) -> Iterator[Step]:
    for workflow in project.triggers.workflows or ():
        found = _by(live.triggers.workflows, "name", workflow["name"])
        changes = []
        if found is None:
            changes = [_change(Action.CREATE, "workflow", workflow["name"])]
        elif changed := [key for key in workflow if _is_changed(key, workflow[key], found)]:
            told = ", ".join(changed)
            changes = [_change(Action.UPDATE, "workflow", workflow["name"], detail=told)]
        yield PutWorkflow(
            action=_action(changes),
            title="Workflow",
            changes=tuple(changes),
            workflow=workflow,
            former=found,
        )


def _is_changed(key: str, value: Any, found: Trigger) -> bool:
    if key == "jurisdiction":
        return False  # is fixed when a workflow is made, and not reported
    if key == "default_retention" and isinstance(value, Mapping):
        value = {name: retention_ms(duration) for name, duration in value.items()}
    return contradicts({key: value}, found)


def retention_ms(duration: Any) -> Any:
    """Return a duration as Cloudflare reports it, in milliseconds; what is none as it is.

    >>> retention_ms("5 minutes"), retention_ms("1 week"), retention_ms(1000), retention_ms("soon")
    (300000, 604800000, 1000, 'soon')
    """
    found = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    return int(found["count"]) * _SECONDS[found["unit"]] * 1000 if found else duration


def _by(found: tuple[Trigger, ...] | None, key: str, value: object) -> Trigger | None:
    return next((one for one in found or () if one.get(key) == value), None)


def _action(changes: list[Change]) -> Action:
    return Action.UPDATE if changes else Action.UNCHANGED


def _change(action: Action, kind: str, name: object, *, detail: str = "") -> Change:
    return Change(action=action, kind=kind, name=str(name), detail=detail)
