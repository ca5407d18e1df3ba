"""Plugin `alias`: the configuration's `alias`, resolved by Node's rules from the project's root.

As in wrangler, only the exact name is replaced: an alias for `pkg` does not change `pkg/sub`.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from workers_deploy.project.bundle.node_resolution import NodeResolver
from workers_deploy.project.esbuild.plugins import (
    Import,
    OnResolve,
    Plugin,
    PluginError,
    Resolved,
)


def alias_plugin(aliases: Mapping[str, str], project: Path) -> Plugin:
    """Return the plugin; targets are resolved from `project`."""
    if not aliases:
        return Plugin(name="alias")
    resolver = NodeResolver()

    def resolve(imported: Import) -> Resolved | None:
        target = aliases.get(imported.path)
        if not target:
            return None
        file = resolver.resolve(target, project)
        if file is None:
            raise PluginError(f'Could not resolve "{target}", the alias of "{imported.path}"')
        return Resolved(path=str(file))

    return Plugin(
        name="alias",
        on_resolve=(OnResolve(filter="|".join(map(re.escape, aliases)), callback=resolve),),
    )
