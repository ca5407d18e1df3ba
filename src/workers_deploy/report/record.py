"""What machines read: the outputs, and report.json.

report.json, format 1 (a field may be added; a field that changes or goes is a new format):
every field is there, `null` or empty where nothing is known. Times are seconds, sizes bytes.
Values of variables and secrets are in neither: only names.
"""

from collections.abc import Mapping
from typing import Any, Final, assert_never

from workers_deploy.core.outcome import Facts, Outcome, Result, StepResult
from workers_deploy.core.steps import Change, Plan, Step
from workers_deploy.errors import ApiError, DeployError, GuardError, Place, ProblemsError
from workers_deploy.report.context import RunContext
from workers_deploy.report.encode import encode_json

FORMAT: Final = 1

# INTERFACE: the outputs in their order; tests tie action.yml to it.
OUTPUT_NAMES: Final = (
    "outcome",
    "changed",
    "deployment-url",
    "urls",
    "preview-url",
    "preview-alias-url",
    "script-name",
    "version-id",
    "live-version-id",
    "previous-version-id",
    "etag",
    "startup-time-ms",
    "assets-total",
    "assets-uploaded",
    "assets-bytes",
    "secrets-synced",
    "secrets-pruned",
    "workers-dev-enabled",
    "preview-urls-enabled",
    "plan",
    "report",
    "error-code",
    "error-stage",
    "ray-id",
)


def outputs_of(outcome: Outcome, *, report_path: str | None = None) -> dict[str, str]:
    """Return the outputs that are known, in the order of OUTPUT_NAMES; the others read as "".

    `outcome`, `changed` and the numbers of secrets are always there. Booleans are `true` and
    `false`, numbers decimal, `urls` and `plan` JSON.
    """
    error = outcome.error if isinstance(outcome.error, ApiError) else None
    facts = outcome.facts
    known: dict[str, str | int | bool | None] = {
        "outcome": outcome.result.value,
        "changed": is_changed(outcome),
        **_outputs_of_facts(facts),
        "plan": encode_json(plan_record(outcome.plan)) if outcome.plan else None,
        "report": report_path,
        "error-code": error.code if error else None,
        "error-stage": outcome.stage if outcome.error else None,
        "ray-id": error.ray_id if error else None,
    }
    return {name: _text(known[name]) for name in OUTPUT_NAMES if known[name] not in (None, "")}


def _outputs_of_facts(facts: Facts) -> dict[str, str | int | bool | None]:
    assets = facts.assets
    return {
        "deployment-url": facts.deployment_url,
        "urls": encode_json(facts.urls) if facts.urls else None,
        "preview-url": facts.preview_url,
        "preview-alias-url": facts.preview_alias_url,
        "script-name": facts.script_name,
        "version-id": facts.version_id,
        "live-version-id": facts.live_version_id,
        "previous-version-id": facts.previous_version_id,
        "etag": facts.etag,
        "startup-time-ms": facts.startup_time_ms,
        "assets-total": assets.total if assets else None,
        "assets-uploaded": assets.uploaded if assets else None,
        "assets-bytes": assets.bytes if assets else None,
        "secrets-synced": len(facts.secrets_synced),
        "secrets-pruned": len(facts.secrets_pruned),
        "workers-dev-enabled": facts.workers_dev_enabled,
        "preview-urls-enabled": facts.preview_urls_enabled,
    }


def _text(value: str | int | bool | None) -> str:
    """Write an output's value.

    >>> _text(True), _text(0), _text("a")
    ('true', '0', 'a')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_changed(outcome: Outcome) -> bool:
    """Tell whether Cloudflare is not as it was before the run; for a plan, whether it would be."""
    match outcome.result:
        case Result.DEPLOYED | Result.PREVIEWED | Result.ROLLED_BACK | Result.PARTIAL:
            return True
        case Result.PLANNED | Result.DELETED:
            return outcome.plan is not None and outcome.plan.writes
        case Result.UNCHANGED | Result.DONE | Result.SKIPPED | Result.FAILED | Result.REVERTED:
            return False
        case _:
            assert_never(outcome.result)


def report_record(outcome: Outcome, context: RunContext) -> dict[str, Any]:
    """Return report.json: the whole outcome."""
    return {
        "format": FORMAT,
        "tool": {"name": "workers-deploy", "version": context.version},
        "command": outcome.command,
        "outcome": outcome.result.value,
        "reason": outcome.reason or None,
        "exit_code": outcome.exit_code,
        "changed": is_changed(outcome),
        "finished_at": context.finished_at.isoformat(),
        "seconds": round(outcome.seconds, 3),
        "run_url": context.run_url,
        "account_id": outcome.header.get("account"),
        "environment": outcome.header.get("environment"),
        "config": outcome.header.get("config"),
        **_facts_record(outcome.facts),
        "plan": plan_record(outcome.plan) if outcome.plan else None,
        "steps": [_result_record(result) for result in outcome.results],
        "details": dict(outcome.details),
        "warnings": list(outcome.all_warnings),
        "error": _error_record(outcome.error, outcome.stage) if outcome.error else None,
    }


def _facts_record(facts: Facts) -> dict[str, Any]:
    assets = facts.assets
    return {
        "script_name": facts.script_name,
        "deployment_url": facts.deployment_url,
        "urls": list(facts.urls),
        "preview_url": facts.preview_url,
        "preview_alias_url": facts.preview_alias_url,
        "versions": {
            "new": facts.version_id,
            "live": facts.live_version_id,
            "previous": facts.previous_version_id,
        },
        "live": facts.live_note or None,
        "etag": facts.etag,
        "startup_time_ms": facts.startup_time_ms,
        "assets": assets
        and {
            "total": assets.total,
            "uploaded": assets.uploaded,
            "bytes": assets.bytes,
            "largest_new": [{"path": path, "size": size} for path, size in assets.largest_new],
        },
        "secrets": {"synced": list(facts.secrets_synced), "pruned": list(facts.secrets_pruned)},
        "workers_dev": {
            "enabled": facts.workers_dev_enabled,
            "previews_enabled": facts.preview_urls_enabled,
        },
    }


def plan_record(plan: Plan) -> dict[str, Any]:
    """Return a plan: its steps in order, each with its differences."""
    return {
        "script_name": plan.script_name,
        "writes": plan.writes,
        "steps": [_step_record(step) for step in plan.steps],
        "notes": list(plan.notes),
    }


def _step_record(step: Step) -> dict[str, Any]:
    return {
        "kind": type(step).__name__,
        "title": step.title,
        "action": step.action.value,
        "changes": [_change_record(change) for change in step.changes],
    }


def _change_record(change: Change) -> dict[str, str | None]:
    return {
        "action": change.action.value,
        "kind": change.kind,
        "name": change.name,
        "before": change.before,
        "after": change.after,
        "detail": change.detail,
    }


def _result_record(result: StepResult) -> dict[str, Any]:
    return {
        "kind": type(result.step).__name__,
        "title": result.step.title,
        "action": result.step.action.value,
        "status": result.status.value,
        "seconds": round(result.seconds, 3),
        "attempts": result.attempts,
        "tries": [
            {"request": t.request, "problem": t.problem, "waited": round(t.waited, 3)}
            for t in result.tries
        ],
        "detail": result.detail,
    }


def _error_record(error: DeployError, stage: str | None) -> dict[str, Any]:
    api = error if isinstance(error, ApiError) else None
    return {
        "kind": type(error).__name__,
        "stage": stage,
        "message": error.message,
        "hint": error.hint,
        "place": _place_record(error.place),
        "request": api and api.request,
        "status": api and api.status,
        "code": api and api.code,
        "ray_id": api and api.ray_id,
        "allow": error.word if isinstance(error, GuardError) else None,
        "problems": _problem_records(error) if isinstance(error, ProblemsError) else [],
    }


def _problem_records(error: ProblemsError) -> list[dict[str, Any]]:
    return [
        {
            "kind": problem.kind.value,
            "subject": problem.subject,
            "message": problem.message,
            "hint": problem.hint,
            "block": problem.block,
            "place": _place_record(problem.place),
        }
        for problem in error.problems
    ]


def _place_record(place: Place | None) -> Mapping[str, Any] | None:
    if place is None:
        return None
    return {"file": place.file, "line": place.line, "column": place.column}
