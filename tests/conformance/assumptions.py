"""The emulator's assumptions as they stand in docs/conformance.md."""

from collections.abc import Mapping
from typing import Any

import httpx

from fakes.patience import PATIENCE
from workers_emulator.server.server import EmulatorServer


def read_assumptions() -> list[Mapping[str, Any]]:
    """Return what the emulator itself says that it assumes."""
    with EmulatorServer() as cloudflare:
        answer = httpx.get(f"{cloudflare.origin}/__emulator__/assumptions", timeout=PATIENCE)
    found: list[Mapping[str, Any]] = answer.raise_for_status().json()["assumed"]
    return found


def render_assumptions(assumed: list[Mapping[str, Any]]) -> str:
    """Return the assumptions as a table, in the order of their names."""
    rows = [_row(rule) for rule in sorted(assumed, key=lambda rule: str(rule["id"]))]
    head = "| rule | the emulator assumes | code | because |\n|---|---|---|---|\n"
    return head + "".join(rows)


def _row(rule: Mapping[str, Any]) -> str:
    says, source = _cell(rule["says"]), _cell(rule["source"])
    return f"| `{rule['id']}` | {says} | {rule['code'] or ''} | {source} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
