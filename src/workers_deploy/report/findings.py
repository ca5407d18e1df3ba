"""What show, list and download found, for the summary: lists, since tables are too wide."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from workers_deploy.core.outcome import Outcome
from workers_deploy.core.sizes import render_bytes
from workers_deploy.report.details import list_cells, show_cells
from workers_deploy.report.escape import cell, code, folded, paragraphs
from workers_deploy.report.measures import count_of

MAX_ITEMS: Final = 200  # of a list; the rest is counted, and whole in report.json


def render_findings(outcome: Outcome) -> str:
    """Return what a reading command found; nothing for all other commands."""
    found = outcome.details
    if "scripts" in found:
        return _items(count_of(len(found["scripts"]), "script"), _scripts(found["scripts"]))
    if "modules" in found:
        return _items(count_of(len(found["modules"]), "module"), _modules(found["modules"]))
    if "live_version" in found:
        return paragraphs(_show(found)).rstrip()
    return ""


def _scripts(scripts: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_item(cells) for cells in list_cells(scripts)]


def _modules(modules: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        _item([module["file"] or module["name"], render_bytes(module["size"]), str(module["type"])])
        for module in modules
    ]


def _show(record: Mapping[str, Any]) -> Iterator[str]:
    for title, rows in show_cells(record):
        if len(rows) == 1 and len(rows[0]) == 1:
            yield f"**{title}** {cell(rows[0][0])}"
        elif rows:
            yield _items(title, [_item(cells) for cells in rows], is_folded=title == "Deployments")


def _item(cells: Sequence[str]) -> str:
    name, *others = cells
    return " · ".join((code(name), *(cell(other) for other in others if other)))


def _items(title: str, items: Sequence[str], *, is_folded: bool = False) -> str:
    lines = [f"- {item}" for item in items[:MAX_ITEMS]]
    if len(items) > MAX_ITEMS:
        lines.append(f"- … and {len(items) - MAX_ITEMS} more, in report.json")
    listed = "\n".join(lines)
    return folded(title, listed) if is_folded else f"**{title}**\n\n{listed}".rstrip()
