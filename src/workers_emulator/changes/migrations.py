"""Durable Object classes of a script: changed by migrations or exports, needed by bindings."""

from collections.abc import Mapping
from typing import Any

from workers_emulator.requests.shapes import Migrations, MigrationStep
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import (
    EXPORTS_IN_SPLIT,
    MIGRATION,
    MIGRATION_IN_SPLIT,
    VALIDATION,
)
from workers_emulator.state.model import Script

Classes = Mapping[str, str]
_SQLITE, _LEGACY = "sqlite", "legacy-kv"


def migrate(script: Script | None, migrations: Migrations) -> tuple[Classes, str | None]:
    """Return the classes and the migration tag after these migrations.

    Raises:
        Refusal: 10074 where `old_tag` is not the script's tag, or a step does not fit.

    """
    tag = script.migration_tag if script is not None else None
    if migrations.old_tag != tag and not (tag is None and not migrations.old_tag):
        raise Refusal(
            MIGRATION,
            f"Migration tag precondition failed; expected tag '{migrations.old_tag or ''}',"
            f" the script's is '{tag or ''}'.",
        )
    classes = dict(script.classes) if script is not None else {}
    for step in migrations.all_steps():
        _apply(classes, step)
    return classes, migrations.new_tag or tag


def _apply(classes: dict[str, str], step: MigrationStep) -> None:
    for name in step.deleted_classes:
        _take(classes, name)
    for rename in step.renamed_classes:
        _add(classes, rename.to, _take(classes, rename.from_))
    for transfer in step.transferred_classes:
        _add(classes, transfer.to, _SQLITE)
    for name in step.new_classes:
        _add(classes, name, _LEGACY)
    for name in step.new_sqlite_classes:
        _add(classes, name, _SQLITE)


def _take(classes: dict[str, str], name: str) -> str:
    if name not in classes:
        raise Refusal(MIGRATION, f"Class '{name}' does not exist in this Worker.")
    return classes.pop(name)


def _add(classes: dict[str, str], name: str, storage: str) -> None:
    if name in classes:
        raise Refusal(MIGRATION, f"Class '{name}' exists already.")
    classes[name] = storage


def check_undivided(
    script: Script, classes: Classes, tag: str | None, *, by_exports: bool = False
) -> None:
    """Refuse to change classes of Durable Objects while two versions are deployed.

    Raises:
        Refusal: 10211 for migrations, 100405 for `exports`.

    """
    is_split = script.deployment is not None and len(script.deployment.versions) > 1
    if is_split and (classes, tag) != (script.classes, script.migration_tag):
        raise Refusal(EXPORTS_IN_SPLIT if by_exports else MIGRATION_IN_SPLIT)


def export_classes(script: Script | None, exports: Mapping[str, Mapping[str, Any]]) -> Classes:
    """Return the classes after declarative exports: what is declared is, what is deleted is not."""
    classes = dict(script.classes) if script is not None else {}
    for name, export in exports.items():
        if export.get("type") != "durable-object":
            continue
        state = export.get("state", "created")
        if state in {"created", "expecting-transfer"}:
            classes.setdefault(name, str(export.get("storage", _SQLITE)))
        elif state == "renamed":
            classes[str(export.get("renamed_to"))] = classes.pop(name, _SQLITE)
        elif state in {"deleted", "transferred"}:
            classes.pop(name, None)
        else:
            raise Refusal(VALIDATION, f"Export '{name}' has an unknown state.")
    return classes
