"""Every project of the suite, by title."""

from collections.abc import Mapping

from parity.bundling import existing, imports, node, options, packages
from parity.bundling.suite import Suited

PROJECTS: Mapping[str, Suited] = {
    **packages.PROJECTS,
    **node.PROJECTS,
    **imports.PROJECTS,
    **options.PROJECTS,
    **existing.PROJECTS,
}
