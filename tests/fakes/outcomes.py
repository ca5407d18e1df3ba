"""A deploy as it came out, by default a good one: each test changes only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from workers_deploy.core.live import LiveDeployment, TrafficShare
from workers_deploy.core.manifest import AssetEntry, AssetManifest
from workers_deploy.core.outcome import (
    AssetCounts,
    Facts,
    Outcome,
    Result,
    Status,
    StepResult,
    Try,
)
from workers_deploy.core.project import ScriptSettings
from workers_deploy.core.steps import (
    Action,
    Change,
    CreateDeployment,
    PatchScriptSettings,
    Plan,
    Step,
    UploadAssets,
)
from workers_deploy.errors import RefusedError
from workers_deploy.report.context import RunContext

OLD = "7c1f2b9a-93cd-4e5f-8d67-1f5e3d1c0a4b"
NEW = "9d207f31-0a6e-4c55-9f3e-2b8a6c0d1e2f"
URL = "https://shop-staging.acme.workers.dev"
ACCOUNT = "0123456789abcdef0123456789abcdef"
CONTEXT = RunContext(
    version="1.0.0",
    finished_at=datetime(2026, 11, 24, 3, 0, 1, tzinfo=UTC),
    run_url="https://github.com/acme/shop/actions/runs/7",
)


def change(
    kind: str = "setting",
    name: str = "logpush",
    before: str | None = "false",
    after: str | None = "true",
    detail: str = "",
    action: Action = Action.UPDATE,
) -> Change:
    return Change(action=action, kind=kind, name=name, before=before, after=after, detail=detail)


def settings_step(*changes: Change, title: str = "Settings") -> PatchScriptSettings:
    return PatchScriptSettings(
        action=Action.UPDATE,
        title=title,
        changes=changes,
        settings=ScriptSettings(logpush=True),
        former=ScriptSettings(logpush=False),
    )


def asset_step(*changes: Change) -> UploadAssets:
    entry = AssetEntry(path="/a.txt", hash="0" * 32, size=3, content_type=None, file="public/a.txt")
    return UploadAssets(
        action=Action.UPDATE,
        title="Assets",
        changes=changes,
        manifest=AssetManifest(entries=(entry,)),
    )


def deployment_step() -> CreateDeployment:
    former = LiveDeployment(id="d", shares=(TrafficShare(version_id=OLD, percentage=100),))
    return CreateDeployment(
        action=Action.UPDATE, title="Deployment", message="Fix the cart", former=former
    )


def plan(*steps: Step, notes: tuple[str, ...] = ()) -> Plan:
    return Plan(script_name="shop-staging", steps=steps, notes=notes)


def result(
    step: Step | None = None,
    *,
    status: Status = Status.DONE,
    seconds: float = 0.1,
    detail: str = "",
    tries: tuple[Try, ...] = (),
) -> StepResult:
    return StepResult(
        step=step or settings_step(),
        status=status,
        seconds=seconds,
        attempts=len(tries) + 1,
        tries=tries,
        detail=detail,
    )


def refusal(**changes: Any) -> RefusedError:
    given: dict[str, Any] = {
        "message": "Cloudflare refused the script: Uncaught ReferenceError: kv is not defined",
        "request": "POST versions",
        "status": 400,
        "code": 10021,
        "ray_id": "8f3a5d2b1c0e9f7a-FRA",
    }
    given |= changes
    return RefusedError(given.pop("message"), **given)


def outcome(**changes: Any) -> Outcome:
    steps = (asset_step(change("assets", "", None, None, "1 file")), settings_step(change()))
    good = Outcome(
        command="deploy",
        result=Result.DEPLOYED,
        plan=plan(*steps),
        results=tuple(result(step) for step in steps),
        facts=facts(),
        seconds=3.41,
        header={"account": ACCOUNT, "environment": "staging", "config": "wrangler.jsonc"},
    )
    return replace(good, **changes)


def facts(**changes: Any) -> Facts:
    good = Facts(
        script_name="shop-staging",
        deployment_url=URL,
        urls=(URL,),
        version_id=NEW,
        live_version_id=NEW,
        previous_version_id=OLD,
        etag="e7a9",
        startup_time_ms=12,
        assets=AssetCounts(
            total=412, uploaded=14, bytes=1_992_294, largest_new=(("/img/hero.png", 900_000),)
        ),
        secrets_synced=("STRIPE_KEY", "MAIL_KEY"),
        workers_dev_enabled=True,
        preview_urls_enabled=False,
    )
    return replace(good, **changes)


def failed(**changes: Any) -> Outcome:
    broken = outcome(
        result=Result.FAILED,
        error=refusal(),
        stage="Script",
        facts=facts(version_id=None, live_version_id=OLD, live_note="version 7c1f… (as before)"),
    )
    return replace(broken, **changes)
