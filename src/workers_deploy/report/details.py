"""What show and list tell: records for report.json, cells for the summary, tables for the log."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from workers_deploy.core.digest import parse_note, read_message
from workers_deploy.core.live import LiveDeployment, LiveState, LiveVersion
from workers_deploy.core.project import SECRET_KINDS, Binding

LATEST_SHOWN = 10  # deployments and versions in the log; report.json has all


class Settings(Protocol):
    """The versioned settings of the latest version."""

    @property
    def compatibility_date(self) -> str | None:
        """The compatibility date."""

    @property
    def compatibility_flags(self) -> tuple[str, ...]:
        """The compatibility flags."""

    @property
    def limits(self) -> Mapping[str, Any] | None:
        """Limits, such as cpu_ms."""

    @property
    def placement(self) -> Mapping[str, Any] | None:
        """The placement."""


def show_record(
    live: LiveState,
    *,
    settings: Settings | None,
    secret_names: Sequence[str],
    versions: Sequence[LiveVersion],
    usage_model: Mapping[str, Any] | None,
    crons: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return everything that is known of a script; bindings without the values of variables.

    `settings` are those of the latest version; None where there is none. `crons` are None where
    they can't be read.
    """
    version = live.live
    deployments = [live.deployment, *live.former_deployments] if live.deployment else []
    return {
        "script_name": live.script_name,
        "script_tag": live.script_tag,
        "url": live.url,
        "live_version": _version_record(version) if version else None,
        "latest_version_id": live.latest_version_id,
        "bindings": [_binding_record(b) for b in version.bindings] if version else [],
        "secrets": {
            "live": list(version.secret_names) if version else [],
            "latest": sorted(secret_names),
        },
        "settings": _settings_record(settings) if settings else None,
        "script_settings": _plain(asdict(live.script_settings)),
        "subdomain": asdict(live.subdomain),
        "usage_model": usage_model,
        "crons": None if crons is None else list(crons),
        "migration_tag": live.migration_tag,
        "last_deployed_from": live.last_deployed_from,
        "deployments": [_deployment_record(deployment) for deployment in deployments],
        "versions": [_version_record(v) for v in versions],
    }


def _settings_record(settings: Settings) -> dict[str, Any]:
    return {
        "compatibility_date": settings.compatibility_date,
        "compatibility_flags": list(settings.compatibility_flags),
        "limits": dict(settings.limits or {}),
        "placement": dict(settings.placement or {}),
    }


def show_cells(record: Mapping[str, Any]) -> Iterator[tuple[str, list[list[str]]]]:
    """Return what is known of a script: titles, each with its rows of cells."""
    live = record["live_version"]
    bindings = [[b["name"], b["type"], _pairs(b["fields"])] for b in record["bindings"]]
    settings, usage_model = record["settings"], record["usage_model"]
    deployments = [_deployment_row(d) for d in record["deployments"]]
    yield "Version", [[_pairs(live)]] if live else [["none"]]
    yield "Bindings", bindings or [["none"]]
    yield "Secrets", [[", ".join(record["secrets"]["live"]) or "none"]]
    yield "Settings", [[_pairs(settings) if settings else "none"]]
    yield "Script settings", [[_pairs(record["script_settings"]) or "none"]]
    yield "Subdomain", [[_pairs(record["subdomain"])]]
    yield "Usage model", [[_pairs(usage_model) if usage_model else "no choice"]]
    if record["crons"]:
        yield "Crons", [[cron] for cron in record["crons"]]
    yield "Deployments", deployments[:LATEST_SHOWN]


def render_show(record: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Return titled rows for the log."""
    for title, rows in show_cells(record):
        yield title, table(rows)


def list_cells(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return a row of cells for each script."""
    return [
        [
            str(row["name"]),
            str(row["modified_on"] or ""),
            str(row["last_deployed_from"] or ""),
            ", ".join(row["handlers"]) or ("assets" if row["has_assets"] else ""),
        ]
        for row in rows
    ]


def render_list(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the scripts as a table."""
    if not rows:
        return ["no scripts"]
    head = ["name", "modified", "from", "handlers"]
    return table(_without_empty_columns(head, list_cells(rows)))


def _without_empty_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return head and rows without the columns that no row has anything in.

    `scripts-search` answers with fewer fields than the list of all scripts.
    """
    kept = [index for index in range(len(head)) if any(row[index] for row in rows)]
    return [[row[index] for index in kept] for row in (head, *rows)]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows with their columns under each other.

    >>> table([["a", "b"], ["long", "c"]])
    ['a     b', 'long  c']
    """
    widths: dict[int, int] = {}
    for row in rows:
        for index, cell in enumerate(row):
            widths[index] = max(widths.get(index, 0), len(cell))
    return [
        "  ".join(cell.ljust(widths[index]) for index, cell in enumerate(row)).rstrip()
        for row in rows
    ]


def _version_record(version: LiveVersion) -> dict[str, Any]:
    note = parse_note(version.message)
    return {
        "id": version.id,
        "number": version.number,
        "created_on": version.created_on,
        "author": version.author,
        "source": version.source,
        "message": read_message(version.message),
        "tag": version.tag,
        "commit": note.commit if note else None,
        "triggered_by": version.triggered_by,
    }


def _deployment_record(deployment: LiveDeployment) -> dict[str, Any]:
    return {
        "id": deployment.id,
        "created_on": deployment.created_on,
        "author": deployment.author,
        "message": read_message(deployment.message),
        "versions": [asdict(share) for share in deployment.shares],
    }


def _deployment_row(record: Mapping[str, Any]) -> list[str]:
    shares = ", ".join(f"{v['version_id'][:8]} {v['percentage']:g} %" for v in record["versions"])
    return [record["created_on"] or "", shares, record["author"] or "", record["message"]]


def _binding_record(binding: Binding) -> dict[str, Any]:
    hidden = binding.type in (*SECRET_KINDS, "plain_text", "json")
    fields = {} if hidden else dict(binding.fields)
    return {"name": binding.name, "type": binding.type, "fields": fields}


def _pairs(record: Mapping[str, Any]) -> str:
    shown = {key: value for key, value in record.items() if value not in (None, "", [], {}, ())}
    return " · ".join(f"{key} {_plain_text(value)}" for key, value in shown.items())


def _plain_text(value: Any) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case Mapping():
            return ", ".join(f"{key}: {_plain_text(item)}" for key, item in value.items())
        case list() | tuple():
            return ", ".join(_plain_text(item) for item in value)
        case _:
            return str(value)


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(item) if isinstance(item, tuple) else item for key, item in value.items()}
