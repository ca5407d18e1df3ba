"""What the steps of the migrations owe each other: wrangler refuses what can't be applied.

As wrangler counts, classes that come from another script (`transferred_classes`) are none of these.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from workers_deploy.project.config.checks import Spot


def check_migrations(spot: Spot, migrations: Iterable[Mapping[str, Any]]) -> None:
    """Report each class that a step needs and the steps before do not leave, or the reverse."""
    known: set[str] = set()
    for index, step in enumerate(migrations):
        _check_step(spot.at(index), step, known)


def _check_step(spot: Spot, step: Mapping[str, Any], known: set[str]) -> None:
    """Apply a step to the classes that are known, in wrangler's order."""
    for index, name in enumerate(step.get("deleted_classes") or ()):
        _take(spot.at("deleted_classes").at(index), "deleted_classes", name, known)
    for index, one in enumerate(step.get("renamed_classes") or ()):
        inner = spot.at("renamed_classes").at(index).at("from")
        _take(inner, "renamed_classes", one["from"], known)
        known.add(one["to"])
    for key in ("new_classes", "new_sqlite_classes"):
        for index, name in enumerate(step.get(key) or ()):
            if name in known:
                spot.at(key).at(index).error(
                    f"Cannot apply {key} migration to existing class {name}"
                )
            known.add(name)


def _take(spot: Spot, key: str, name: str, known: set[str]) -> None:
    if name not in known:
        spot.error(f"Cannot apply {key} migration to non-existent class {name}")
    known.discard(name)
