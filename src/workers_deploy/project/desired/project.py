"""Puts the parts of a load together; an input wins over the configuration."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workers_deploy.core.digest import DIRTY
from workers_deploy.core.manifest import AssetManifest
from workers_deploy.core.project import (
    Binding,
    Project,
    ScriptFormat,
    SubdomainState,
    Triggers,
    UsageModel,
)
from workers_deploy.dataclass import dataclass
from workers_deploy.project.config.find import Checkout
from workers_deploy.project.config.fold import Config
from workers_deploy.project.desired import settings
from workers_deploy.project.desired.commit import Commit
from workers_deploy.project.desired.triggers import build_triggers
from workers_deploy.project.request import ProjectRequest
from workers_deploy.project.script import ScriptParts

MAX_TAG_BYTES = 100  # of annotations["workers/tag"] (official SDK 5.9.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What a load has read; `script` is None where there are only assets, or a problem."""

    name: str
    config: Config | None
    script: ScriptParts | None
    bindings: tuple[Binding, ...]
    assets: AssetManifest | None
    commit: Commit | None
    uncommitted: str | None = None  # a file that is not as in the commit
    package_dependencies: tuple[Mapping[str, str], ...] | None = None

    def either(self, given: Any, key: str) -> Any:
        """Return an input, or what the configuration says where nobody gave it."""
        return given if given is not None else (self.config.get(key) if self.config else None)


def assemble_project(request: ProjectRequest, parts: Parts) -> Project:
    """Return the project of these parts."""
    script, commit = parts.script, parts.commit
    modules = script.modules if script else ()
    usage = UsageModel(usage_model=request.usage_model, cpu_ms=request.cpu_ms)
    flags = parts.either(request.compatibility_flags, "compatibility_flags")
    return Project(
        script_name=parts.name,
        format=script.format if script else ScriptFormat.MODULES,
        main_module=modules[0].name if modules else None,
        modules=modules,
        bindings=parts.bindings,
        compatibility_date=parts.either(request.compatibility_date, "compatibility_date"),
        compatibility_flags=tuple(flags or ()),
        assets=parts.assets,
        keep_vars=bool(parts.either(request.keep_vars, "keep_vars")),
        secrets=request.secrets,
        prune_secrets=request.prune_secrets,
        script_settings=settings.build_script_settings(parts.config, request.script_settings),
        subdomain=SubdomainState(
            enabled=parts.either(request.workers_dev, "workers_dev"),
            previews_enabled=parts.either(request.preview_urls, "preview_urls"),
        ),
        usage_model=None if usage == UsageModel() else usage,
        dispatch_namespace=request.dispatch_namespace,
        commit=commit.id if commit else None,
        uncommitted=parts.uncommitted,
        origin=request.origin,
        message=request.message or (commit.subject if commit else ""),
        tag=cut_tag(request.tag) or _tag(parts),
        environment=request.environment,
        probe=request.probe,
        capnp_schema=script.capnp_schema if script else None,
        local_source_map=script.local_source_map if script else None,
        package_dependencies=parts.package_dependencies,
        **_from_config(request, parts.config, parts.name),
    )


def with_uncommitted(
    parts: Parts, checkout: Checkout, check: Callable[[], None] = lambda: None
) -> Parts:
    """Return the parts with a file that is not as in the commit, where there is one."""
    if parts.commit is None:
        return parts
    from workers_deploy.project.desired.uncommitted import (  # noqa: PLC0415  # only with git
        Deployed,
        find_uncommitted,
    )

    folder = parts.config.project_directory if parts.config else checkout.directory
    found = find_uncommitted(
        Deployed(project=str(folder), files=_files(parts, checkout), check=check)
    )
    return parts if found is None else replace(parts, uncommitted=checkout.show(Path(found)))


def _files(parts: Parts, checkout: Checkout) -> Iterator[str]:
    """Yield the files that something deployed comes from, as far as they are known."""
    if parts.config is not None:
        yield str(parts.config.document.file)
    script = parts.script
    maps = (script.local_source_map,) if script and script.local_source_map else ()
    for module in (*(script.modules if script else ()), *maps):
        for shown in (module.file, *module.sources):
            # What a source map names may be nowhere.
            file = f"{checkout.workspace}/{shown}"  # as text: a map names thousands
            if shown is not None and os.path.isfile(file):  # noqa: PTH113
                yield file
    if parts.assets is not None:
        yield from parts.assets.rule_files
        yield from (entry.file for entry in parts.assets.entries)


def cut_tag(tag: str | None) -> str | None:
    """Return what Cloudflare keeps of a version's tag."""
    kept = (tag or "").encode(errors="replace")[:MAX_TAG_BYTES]
    return kept.decode(errors="ignore") or None


def _tag(parts: Parts) -> str | None:
    if parts.commit is None:
        return None
    return f"{parts.commit.id}{DIRTY if parts.uncommitted else ''}"


def _from_config(request: ProjectRequest, config: Config | None, name: str) -> dict[str, Any]:
    """Return the fields that only a configuration can say."""
    if config is None:
        return {}
    in_namespace = request.dispatch_namespace is not None
    return {
        "config_file": config.document.shown,
        "placement": settings.build_placement(config),
        "limits": config.get("limits"),
        "cache_options": config.get("cache"),
        "exports": settings.build_exports(config),
        "containers": settings.build_containers(config),
        "migrations": config.items("migrations"),
        "unsafe_metadata": config.table("unsafe").get("metadata") or {},
        "code_update_strategy": settings.build_code_update_strategy(config),
        "required_secrets": tuple(config.table("secrets").get("required") or ()),
        "service_tags": settings.build_service_tags(config),
        # Nothing but a dispatch Worker sends events into a namespace.
        "triggers": Triggers() if in_namespace else build_triggers(config, name),
    }
