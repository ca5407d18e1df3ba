"""The rest of a configuration in Cloudflare's words: placement, exports, settings, tags."""

from collections.abc import Mapping
from typing import Any

from workers_deploy.core.project import ScriptSettings
from workers_deploy.project.config.fold import Config


def build_placement(config: Config) -> Mapping[str, Any] | None:
    """Return the placement; "off" is said by leaving it out."""
    placement = config.table("placement")
    hint = placement.get("hint")
    if hint or placement.get("mode") == "smart":
        return {"mode": "smart", **({"hint": hint} if "hint" in placement else {})}
    for target in ("region", "host", "hostname"):
        if placement.get(target):
            return {"mode": "targeted", target: placement[target]}
    return None


def build_code_update_strategy(config: Config) -> Mapping[str, Any] | None:
    """Return how Durable Objects move to new code, with wrangler's default of 300 seconds."""
    said = config.table("durable_objects").get("code_update_strategy")
    if said is None or said["mode"] == "immediate":
        return said and {"mode": "immediate"}
    return {"mode": "deferred", "max_delay": said.get("max_delay", 300)}


def build_exports(config: Config) -> Mapping[str, Any] | None:
    """Return the declared exports in wrangler's order: entry points, Durable Objects, workflows."""
    exports = config.table("exports")
    ordered = {
        name: entry
        for kind in ("worker", "durable-object", "workflow")
        for name, entry in exports.items()
        if entry["type"] == kind
    }
    return ordered or None


def build_containers(config: Config) -> tuple[Mapping[str, Any], ...] | None:
    """Return the containers by name and class; the default name is of script and class."""
    containers = config.get("containers")
    if containers is None:
        return None
    return tuple(_container(config, container) for container in containers)


def _container(config: Config, container: Mapping[str, Any]) -> Mapping[str, Any]:
    name, class_name = container.get("name"), container.get("class_name")
    if not name:
        in_environment = len(config.paths["containers"]) > 1
        section = config.document.values
        script = section.get("name")
        if in_environment:
            script = section["env"][config.environment].get("name") or script
        suffix = f"-{config.environment}" if in_environment else ""
        name = f"{script}-{class_name}{suffix}".lower().replace(" ", "-")
    return {"name": name, **({"class_name": class_name} if class_name is not None else {})}


def build_script_settings(
    config: Config | None, laid_over: Mapping[str, Any] | None
) -> ScriptSettings:
    """Return the unversioned settings: the configuration's, and over them the input's."""
    said: dict[str, Any] = {}
    if config is not None:
        names = ("logpush", "observability", "tail_consumers", "streaming_tail_consumers")
        said = {name: config.get(name) for name in names if config.get(name) is not None}
    said |= laid_over or {}
    return ScriptSettings(
        logpush=said.get("logpush"),
        observability=said.get("observability"),
        tags=_tuple(said.get("tags")),
        tail_consumers=_tuple(said.get("tail_consumers")),
        streaming_tail_consumers=_tuple(said.get("streaming_tail_consumers")),
    )


def _tuple(value: Any) -> tuple[Any, ...] | None:
    return None if value is None else tuple(value)


def build_service_tags(config: Config) -> tuple[str, ...]:
    """Return the tags by which the dashboard groups the environments of one service.

    Only of a configuration with environments; foreign tags are not touched (deploy-helpers
    `environments.ts`).
    """
    values = config.document.values
    if config.file.is_redirected:
        service, environments = values.get("topLevelName"), values.get("definedEnvironments")
        environment = values.get("targetEnvironment")
    else:
        service, environments, environment = (
            values.get("name"),
            config.environments,
            config.environment,
        )
    if not environments or not service:
        return ()
    tags = [f"cf:service={service}"]
    if environment:
        tags.append(f"cf:environment={environment}")
    return tuple(tags)
