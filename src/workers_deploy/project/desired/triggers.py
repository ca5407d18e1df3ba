"""What sends events to the script: crons, routes, custom domains, queue consumers, workflows."""

from collections.abc import Mapping
from typing import Any

from workers_deploy.core.project import Triggers
from workers_deploy.project.config.fold import Config

_CONSUMER_SETTINGS: Mapping[str, str] = {
    "max_batch_size": "batch_size",
    "max_retries": "max_retries",
    "max_batch_timeout": "max_wait_time_ms",
    "max_concurrency": "max_concurrency",
    "retry_delay": "retry_delay",
    "visibility_timeout_ms": "visibility_timeout_ms",
}
_WORKFLOW_SETTINGS = ("limits", "concurrency", "schedules", "default_retention", "jurisdiction")


def build_triggers(config: Config, script_name: str) -> Triggers:
    """Return the triggers that are configured; what is not named stays as it is live."""
    crons = config.table("triggers").get("crons")
    routes = list_routes(config)
    consumers = config.table("queues").get("consumers")
    return Triggers(
        crons=None if crons is None else tuple(str(cron) for cron in crons),
        routes=tuple(_route(one) for one in routes if not _is_domain(one)) or None,
        domains=tuple(_domain(one) for one in routes if _is_domain(one)) or None,
        queue_consumers=tuple(_consumer(one) for one in consumers or ()) or None,
        workflows=tuple(_workflows(config, script_name)) or None,
    )


def list_routes(config: Config) -> list[str | dict[str, Any]]:
    """Return `routes`, or the one `route`."""
    routes = config.get("routes")
    if routes is None:
        single = config.get("route")
        return [single] if single else []
    return list(routes)


def _is_domain(route: str | dict[str, Any]) -> bool:
    return isinstance(route, dict) and bool(route.get("custom_domain"))


def _route(route: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(route, str):
        return {"pattern": route}
    return {key: route[key] for key in ("pattern", "zone_id", "zone_name") if key in route}


def _domain(route: str | dict[str, Any]) -> dict[str, Any]:
    assert isinstance(route, dict)
    more = ("zone_id", "zone_name", "enabled", "previews_enabled")
    return {"hostname": route["pattern"], **{key: route[key] for key in more if key in route}}


def _consumer(consumer: Mapping[str, Any]) -> dict[str, Any]:
    """Write a consumer as Cloudflare takes it; a batch's time-out is told there in milliseconds."""
    settings = {
        written: consumer[name] * 1000 if name == "max_batch_timeout" else consumer[name]
        for name, written in _CONSUMER_SETTINGS.items()
        if name in consumer
    }
    found: dict[str, Any] = {"queue": consumer["queue"], "settings": settings}
    if "dead_letter_queue" in consumer:
        found["dead_letter_queue"] = consumer["dead_letter_queue"]
    return found


def _workflows(config: Config, script_name: str) -> list[dict[str, Any]]:
    """Return the workflows whose class is in this script, bound or declared in `exports`."""
    bound = [
        workflow
        for workflow in config.items("workflows")
        if workflow.get("script_name", script_name) == script_name
    ]
    exported = [
        {**export, "class_name": class_name}
        for class_name, export in config.table("exports").items()
        if export["type"] == "workflow"
    ]
    # By name, as a workflow may be bound and declared; what its export says counts.
    owned = {workflow["name"]: workflow for workflow in (*bound, *exported)}
    return [_workflow(workflow, script_name) for workflow in owned.values()]


def _workflow(workflow: Mapping[str, Any], script_name: str) -> dict[str, Any]:
    settings = {
        key: _schedules(workflow[key]) if key == "schedules" else workflow[key]
        for key in _WORKFLOW_SETTINGS
        if workflow.get(key)
    }
    return {
        "name": workflow["name"],
        "class_name": workflow["class_name"],
        "script_name": script_name,
        **settings,
    }


def _schedules(crons: str | list[str]) -> list[dict[str, str]]:
    return [{"cron": cron} for cron in ([crons] if isinstance(crons, str) else crons)]
