"""Bundles an entry point as wrangler 4.164.0 does: one build of esbuild, with wrangler's plugins.

With the same esbuild the bundle and its source map are those of wrangler, to the byte.
"""

import os
from dataclasses import field
from pathlib import Path

from workers_deploy.core.project import ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.bundle.aliases import alias_plugin
from workers_deploy.project.bundle.messages import report_message
from workers_deploy.project.bundle.module_collector import ModuleCollector
from workers_deploy.project.bundle.node_compat import NodeMode, node_mode, read_node_table
from workers_deploy.project.bundle.node_files import find_node_files, install_command
from workers_deploy.project.bundle.node_polyfills import NodePolyfills
from workers_deploy.project.bundle.options import flags_of
from workers_deploy.project.bundle.request import BundleRequest
from workers_deploy.project.bundle.result import Bundled, read_bundle
from workers_deploy.project.bundle.runtime_imports import (
    RuntimeImports,
    refuse_in_service_worker,
    warn_of_node,
)
from workers_deploy.project.code.bound_classes import check_bound_classes
from workers_deploy.project.esbuild.build import BuildRequest, run_build
from workers_deploy.project.esbuild.plugins import Plugin
from workers_deploy.project.findings import Findings


def make_bundle(request: BundleRequest, findings: Findings) -> Bundled | None:
    """Return the bundle and the modules beside it; None where that is a problem."""
    is_service_worker = request.entry.format is ScriptFormat.SERVICE_WORKER
    imports = RuntimeImports()
    node = _node(request, imports, findings)
    if node is None:
        return None
    collector = ModuleCollector(request, findings)
    aliases = alias_plugin(request.table("alias"), request.directory)
    built = run_build(
        request.esbuild,
        BuildRequest(
            entry=request.within(request.entry.file),
            directory=request.directory,
            flags=(*flags_of(request), *(f"--inject:{file}" for file in node.injected)),
            plugins=(aliases, collector.plugin(), *node.plugins, imports.cloudflare()),
        ),
    )
    for message in built.messages:
        report_message(message, request, findings)
    if is_service_worker:
        refuse_in_service_worker({*imports.names, *node.imported}, _place_of(request), findings)
    if node.mode in (NodeMode.NONE, NodeMode.ASYNC_LOCAL_STORAGE):
        warn_of_node(imports.of_node, request.show, findings)
    if built.metafile is None:
        return None
    bundled = read_bundle(request, built, collector.modules)
    check_bound_classes(request.config, request.entry.shown, bundled.exports, findings)
    return bundled


@dataclass(frozen=True, kw_only=True, slots=True)
class _Node:
    """Support for Node in one build: plugins, and paths to inject.

    `imported` collects the built-in modules that polyfills are used for.
    """

    mode: NodeMode
    plugins: tuple[Plugin, ...]
    injected: tuple[str, ...] = ()
    imported: set[str] = field(default_factory=set)


def _node(request: BundleRequest, imports: RuntimeImports, findings: Findings) -> _Node | None:
    """Return what the compatibility date and flags ask for; None if its files are missing."""
    mode = node_mode(request.compatibility_date, request.compatibility_flags)
    match mode:
        case NodeMode.V2:
            return _polyfilled(request, findings)
        case NodeMode.ASYNC_LOCAL_STORAGE:
            return _Node(mode=mode, plugins=(imports.async_hooks(), imports.node()))
        case NodeMode.V1 | NodeMode.NONE:
            return _Node(mode=mode, plugins=(imports.node(),))


def _polyfilled(request: BundleRequest, findings: Findings) -> _Node | None:
    table = read_node_table()
    root = Path(os.path.realpath(request.checkout.root))
    program = request.esbuild.program
    files = find_node_files(request.directory, root, program, table.versions)
    if files is None:
        findings.problem(
            "bundle",
            "nodejs_compat needs run-time files of the npm packages unenv and "
            "@cloudflare/unenv-preset, which are not installed",
            hint=f"install wrangler, or just these: {install_command(table.versions)}",
            place=_place_of(request),
        )
        return None
    environment = table.environment(request.compatibility_date, request.compatibility_flags)
    polyfills = NodePolyfills(environment, table.builtins, files)
    return _Node(
        mode=NodeMode.V2,
        plugins=(polyfills.plugin(),),
        injected=tuple(polyfills.injected()),
        imported=polyfills.imported,
    )


def _place_of(request: BundleRequest) -> Place:
    return Place(file=request.entry.shown)
