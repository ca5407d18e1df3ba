"""Every project of the suite, by group and title."""

from collections.abc import Mapping

from parity.bundling import existing, imports, node, oddities, options, packages, resolution, syntax
from parity.bundling.suite import Suited

GROUPS: Mapping[str, Mapping[str, Suited]] = {
    "packages": packages.PROJECTS,
    "node": node.PROJECTS,
    "imports": {**imports.PROJECTS, **resolution.PROJECTS},
    "options": {**options.PROJECTS, **oddities.PROJECTS, **syntax.PROJECTS},
    "existing": existing.PROJECTS,
}
PROJECTS: Mapping[str, Suited] = {
    title: project for group in GROUPS.values() for title, project in group.items()
}
