"""Uploading assets, versions and scripts; what an answer that was lost has made is looked up."""

from collections.abc import Iterator
from contextlib import contextmanager

from workers_deploy.api.assets.upload import upload_assets
from workers_deploy.api.endpoints.scripts import UploadedScript
from workers_deploy.api.endpoints.versions import UploadedVersion
from workers_deploy.core.digest import parse_note
from workers_deploy.core.live import LiveVersion
from workers_deploy.core.metadata import build_metadata, code_of, content_metadata
from workers_deploy.core.outcome import AssetCounts
from workers_deploy.core.permissions import ADD_IT, missing_for_upload
from workers_deploy.core.project import Project
from workers_deploy.core.source_places import find_in_checkout
from workers_deploy.core.steps import (
    PutContent,
    UploadAssets,
    UploadScript,
    UploadVersion,
)
from workers_deploy.errors import GuardError, RefusedError
from workers_deploy.executor.context import Run
from workers_deploy.executor.race import wait_for_earlier
from workers_deploy.executor.traffic import (
    TrafficWatch,
    check_unmoved,
    find_made,
    learn_served_by,
)


def upload_assets_step(run: Run, step: UploadAssets) -> str:
    """Store the assets that Cloudflare does not have, and keep the completion token."""
    manifest = step.manifest
    with run.reporter.progress("Assets", len(manifest.entries), manifest.total_bytes) as bar:
        sent = upload_assets(
            run.client,
            run.script,
            manifest,
            progress=bar.advance,
        )
    run.state.completion_token = sent.token
    run.state.learn(
        assets=AssetCounts(
            total=len(manifest.entries),
            uploaded=sent.uploaded,
            bytes=sent.bytes,
            largest_new=sent.largest_new,
        )
    )
    stored = len(manifest.entries) - sent.uploaded
    return f"{sent.uploaded:,} uploaded, {stored:,} were stored already"


@contextmanager
def _explained(project: Project) -> Iterator[None]:
    """Let a refusal name the file that people can fix, and the bindings it is about."""
    try:
        yield
    except RefusedError as refused:
        if refused.place is not None:
            refused.place = find_in_checkout(refused.place, project)
        _name_permission(refused, project)
        raise


def _name_permission(refused: RefusedError, project: Project) -> None:
    """Let a refusal say which permission the token lacks, and for which bindings."""
    missing = missing_for_upload(refused.code, refused.message, project.bindings)
    if missing is None:
        return
    bindings = [binding for binding in project.bindings if binding.type in missing.kinds]
    names = ", ".join(binding.name for binding in bindings)
    need = "needs" if len(bindings) == 1 else "need"
    which = f", which {names} {need}" if names else ""
    refused.hint = f"The token lacks {missing.permission}{which}. {ADD_IT}"
    if bindings and refused.place is None:
        refused.place = bindings[0].place


def upload_version_step(run: Run, step: UploadVersion) -> str:
    """Upload a version that gets no traffic yet."""
    with _explained(step.upload.project):
        uploaded = run.client.create_version(
            run.script.name,
            build_metadata(step.upload, completion_token=run.state.completion_token),
            step.upload.project.modules,
            look=lambda: _find_version(run, step.upload.note),
        )
    run.state.version_id = run.state.uploaded_id = uploaded.id
    run.state.learn(
        version_id=uploaded.id,
        has_preview=uploaded.has_preview,
        etag=uploaded.etag,
        startup_time_ms=uploaded.startup_time_ms,
    )
    if run.state.moves_later:
        wait_for_earlier(run, uploaded.id, uploaded.number)
    return f"{uploaded.id[:8]}{_starts_in(uploaded.startup_time_ms)}"


def _find_version(run: Run, note: str) -> UploadedVersion | None:
    """Return the version that a request whose answer was lost has made."""
    for version in run.client.list_versions(run.script.name):
        if version.id == run.state.before.latest_version_id:
            return None
        if _has_note(version, note):
            return UploadedVersion(
                id=version.id,
                number=version.number,
                etag=version.etag,
                has_preview=version.has_preview,
            )
    return None


def upload_script_step(run: Run, step: UploadScript) -> str:
    """Upload a version that serves at once."""
    check_unmoved(run, step.former)
    token = run.state.completion_token
    with _explained(step.upload.project):
        uploaded = run.client.put_script(
            run.script,
            build_metadata(step.upload, completion_token=token, serves=True),
            step.upload.project.modules,
            look=lambda: _find_script(run, step),
            watch=TrafficWatch(run, step),
        )
    run.state.version_id = run.state.uploaded_id = uploaded.version_id
    run.state.moved = True
    run.state.has_no_claim = run.state.before.exists
    run.state.looks_again = run.script.dispatch_namespace is None
    run.state.learn(
        version_id=uploaded.version_id,
        live_version_id=uploaded.version_id,
        etag=uploaded.etag,
        startup_time_ms=uploaded.startup_time_ms,
        secrets_synced=tuple(secret.name for secret in step.upload.project.secrets),
    )
    if uploaded.version_id is None:  # the field that tells it is not documented
        learn_served_by(run, step)
    return f"{(run.state.version_id or '')[:8]}{_starts_in(uploaded.startup_time_ms)} · serves"


def _find_script(run: Run, step: UploadScript | PutContent) -> UploadedScript | None:
    """Return what a request whose answer was lost has made."""
    made = find_made(run, step)
    if made is None:
        return None
    found = run.client.read_version(run.script.name, made.shares[0].version_id, is_new=True)
    return UploadedScript(version_id=found.version.id, etag=found.version.etag)


def _has_note(version: LiveVersion, note: str) -> bool:
    return str(parse_note(version.message)) == note


def _starts_in(milliseconds: int | None) -> str:
    return "" if milliseconds is None else f", starts in {milliseconds} ms"


def put_content_step(run: Run, step: PutContent) -> str:
    """Replace the modules alone; configuration and secrets stay."""
    check_unmoved(run, step.former)
    _check_latest_is_live(run, step)
    with _explained(step.project):
        uploaded = run.client.put_content(
            run.script,
            content_metadata(step.project),
            code_of(step.project),
            look=lambda: _find_script(run, step),
            watch=TrafficWatch(run, step),
        )
    run.state.moved = True
    learn_served_by(run, step)
    run.state.learn(etag=uploaded.etag)
    return f"{(run.state.version_id or '')[:8]} · serves"


def _check_latest_is_live(run: Run, step: PutContent) -> None:
    """Raise GuardError where someone uploaded a version since the plan was made.

    New code gets the bindings and secrets of the latest version, not of live's.
    """
    if run.script.dispatch_namespace is not None or step.former is None:
        return
    latest = next(iter(run.client.list_versions(run.script.name, per_page=1)), None)
    known = {run.state.version_id, run.state.before.latest_version_id}
    known |= {share.version_id for share in step.former.shares}
    if latest is not None and latest.id not in known:
        who = latest.author or "someone"
        raise GuardError(
            f"the latest version moved meanwhile: {who} uploaded version {latest.id[:8]}, and the "
            "code alone would bring its bindings and secrets live",
            word=None,
            hint="run again, without `only` if that version stays the latest",
        )
