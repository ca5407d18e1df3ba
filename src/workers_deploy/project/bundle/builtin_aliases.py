"""Lets `import "fs"` mean `node:fs`, as it does in Node and in wrangler's bundles.

Where a package of a built-in module's name is installed, and workerd lacks the module, the package
is what the project wants. What stands below the name, as `process/browser`, stays the package's
(see `alias_subpaths`); `buffer/` alone, which by custom means the package, esbuild can't tell from
`buffer`.
"""

from collections.abc import Iterable
from pathlib import Path

from workers_deploy.project.bundle.node_builtins import ALWAYS, SINCE, find_missing

# Node has these by their `node:` names alone.
_NEVER_BARE = ("sqlite",)


def alias_builtins(project: Path, *, date: str, flags: Iterable[str]) -> dict[str, str]:
    """Return what each bare name means."""
    missing = {one.name for one in find_missing(SINCE, date, flags)}
    return {
        name: f"node:{name}"
        for name in (*ALWAYS, *SINCE)
        if "/" not in name
        and is_bare_builtin(name)
        and not (name in missing and _is_installed(project, name))
    }


def is_bare_builtin(name: str) -> bool:
    """Tell whether a name without `node:` is one of Node's."""
    return name in (*ALWAYS, *SINCE) and name not in _NEVER_BARE


def _is_installed(project: Path, name: str) -> bool:
    folders = (project, *project.parents)
    return any((folder / "node_modules" / name).is_dir() for folder in folders)
