"""Finds the run-time files of the packages unenv and @cloudflare/unenv-preset.

Under nodejs_compat a bundle includes their stand-ins for the parts of Node that workerd lacks.
wrangler depends on both packages, and the image has them beside esbuild. The search goes from the
project and its wrangler upwards, then from the esbuild that bundles.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from workers_deploy.dataclass import dataclass
from workers_deploy.project.bundle.node_resolution import NodeResolver
from workers_deploy.project.regular_files import MAX_MODULE_BYTES, read_regular

PRESET = "@cloudflare/unenv-preset"
UNENV = "unenv"


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeFiles:
    """The packages as resolved from `directory`; `version` is the preset's.

    `wrangler` is wrangler's folder, installed or not: its virtual modules get paths in there.
    """

    directory: Path
    wrangler: Path
    version: str


def install_command(versions: Mapping[str, str]) -> str:
    """Return what installs the packages where there is no wrangler.

    >>> install_command({"@cloudflare/unenv-preset": "2.16.2", "unenv": "2.0.0-rc.24"})
    'npm install @cloudflare/unenv-preset@2.16.2 unenv@2.0.0-rc.24'
    """
    return " ".join(("npm install", *(f"{name}@{versions[name]}" for name in (PRESET, UNENV))))


def find_node_files(
    project: Path, root: Path, esbuild: Path, versions: Mapping[str, str]
) -> NodeFiles | None:
    """Return the nearest packages of the wanted version, or else the nearest of any version."""
    found = list(_candidates(project, root, esbuild))
    exact = (one for one in found if one.version == versions[PRESET])
    return next(exact, next(iter(found), None))


def _candidates(project: Path, root: Path, esbuild: Path) -> Iterator[NodeFiles]:
    inside = (one for one in (project, *project.parents) if one.is_relative_to(root))
    for folder in (*inside, *Path(os.path.realpath(esbuild)).parents):
        modules = folder / "node_modules"
        wrangler = Path(os.path.realpath(modules / "wrangler"))
        own = folder if (modules / PRESET).is_dir() else None
        for directory in (wrangler if wrangler.is_dir() else None, own):
            if directory and (version := _version_in(directory)) is not None:
                yield NodeFiles(directory=directory, wrangler=wrangler, version=version)


def _version_in(directory: Path) -> str | None:
    """Return the preset's version as resolved from a folder; None unless both packages are."""
    resolver = NodeResolver()
    manifests = [resolver.resolve(f"{name}/package.json", directory) for name in (UNENV, PRESET)]
    if None in manifests or manifests[1] is None:
        return None
    try:
        read = json.loads(read_regular(manifests[1], MAX_MODULE_BYTES))
    except (OSError, ValueError):
        return None
    version = read.get("version") if isinstance(read, dict) else None
    return version if isinstance(version, str) else None
