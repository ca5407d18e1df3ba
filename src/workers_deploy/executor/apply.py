"""One step → its requests: the only place that writes to Cloudflare while going forward."""

from typing import assert_never

from workers_deploy.api.assets import upload_assets
from workers_deploy.api.caller import ScriptPath
from workers_deploy.api.client import WorkersClient
from workers_deploy.api.live import read_live_state
from workers_deploy.api.probe import Probed, probe
from workers_deploy.api.scripts import UploadedScript
from workers_deploy.api.versions import UploadedVersion
from workers_deploy.ci.base import Reporter
from workers_deploy.core.check import differing_settings, differing_subdomain, mismatches
from workers_deploy.core.digest import parse_note
from workers_deploy.core.live import LiveDeployment, LiveVersion
from workers_deploy.core.metadata import build_metadata
from workers_deploy.core.outcome import AssetCounts
from workers_deploy.core.steps import (
    CheckLive,
    CreateDeployment,
    DeleteSecret,
    PatchScriptSettings,
    Probe,
    PutUsageModel,
    ScriptUpload,
    SetSubdomain,
    Step,
    UploadAssets,
    UploadScript,
    UploadVersion,
)
from workers_deploy.errors import GuardError, MismatchError
from workers_deploy.executor.state import RunState
from workers_deploy.executor.waiting import Patience


class Applier:
    """Carries out steps one by one; what they learn goes into the state."""

    def __init__(
        self,
        client: WorkersClient,
        reporter: Reporter,
        *,
        script: ScriptPath,
        state: RunState,
        patience: Patience,
    ) -> None:
        self._client = client
        self._reporter = reporter
        self._script = script
        self._state = state
        self._patience = patience

    def apply(self, step: Step) -> str:  # noqa: C901, PLR0911 - one decision over a closed set
        """Carry out a step; returns what there is to say of it.

        Raises:
            DeployError: it failed for good.

        """
        match step:
            case UploadAssets():
                return self._upload_assets(step)
            case UploadVersion():
                return self._upload_version(step)
            case UploadScript():
                return self._upload_script(step)
            case PatchScriptSettings():
                return self._patch_script_settings(step)
            case PutUsageModel():
                return self._put_usage_model(step)
            case SetSubdomain():
                return self._set_subdomain(step)
            case CreateDeployment():
                return self._create_deployment(step)
            case DeleteSecret():
                return self._delete_secret(step)
            case CheckLive():
                return self._check_live(step)
            case Probe():
                return self._probe(step)
            case _:
                assert_never(step)

    def _upload_assets(self, step: UploadAssets) -> str:
        manifest = step.manifest
        with self._reporter.progress("Assets", len(manifest.entries), manifest.total_bytes) as bar:
            sent = upload_assets(
                self._client,
                self._script,
                manifest,
                progress=bar.advance,
            )
        self._state.completion_token = sent.token
        self._state.learn(
            assets=AssetCounts(
                total=len(manifest.entries),
                uploaded=sent.uploaded,
                bytes=sent.bytes,
                largest_new=sent.largest_new,
            )
        )
        stored = len(manifest.by_hash) - sent.uploaded
        return f"{sent.uploaded:,} uploaded, {stored:,} were stored already"

    def _upload_version(self, step: UploadVersion) -> str:
        uploaded = self._client.create_version(
            self._script.name,
            build_metadata(step.upload, completion_token=self._state.completion_token),
            step.upload.project.modules,
            look=lambda: self._find_version(step.upload.note),
        )
        self._state.version_id = uploaded.id
        self._state.learn(
            version_id=uploaded.id, etag=uploaded.etag, startup_time_ms=uploaded.startup_time_ms
        )
        return f"{uploaded.id[:8]}{_starts_in(uploaded.startup_time_ms)}"

    def _find_version(self, note: str) -> UploadedVersion | None:
        """Return the version that a request whose answer was lost has made."""
        for version in self._client.list_versions(self._script.name):
            if version.id == self._state.before.latest_version_id:
                return None
            if _has_note(version, note):
                return UploadedVersion(id=version.id, number=version.number, etag=version.etag)
        return None

    def _upload_script(self, step: UploadScript) -> str:
        if step.former is not None:
            self._check_unmoved(step.former)
        uploaded = self._client.put_script(
            self._script,
            build_metadata(step.upload, completion_token=self._state.completion_token),
            step.upload.project.modules,
            look=lambda: self._find_script(step.upload),
        )
        self._state.version_id = uploaded.version_id
        self._state.moved = True
        self._state.learn(
            version_id=uploaded.version_id,
            live_version_id=uploaded.version_id,
            etag=uploaded.etag,
            startup_time_ms=uploaded.startup_time_ms,
            secrets_synced=tuple(secret.name for secret in step.upload.project.secrets),
        )
        return f"{(uploaded.version_id or '')[:8]}{_starts_in(uploaded.startup_time_ms)} · serves"

    def _find_script(self, upload: ScriptUpload) -> UploadedScript | None:
        live = read_live_state(self._client, self._script.name)
        former = self._state.before.deployment
        if live.live is None or live.deployment is None:
            return None
        is_new = former is None or live.deployment.id != former.id
        if not is_new or not _has_note(live.live, upload.note):
            return None
        return UploadedScript(version_id=live.live.id, etag=live.live.etag)

    def _patch_script_settings(self, step: PatchScriptSettings) -> str:
        self._client.patch_script_settings(self._script, step.settings)
        self._patience.until_equal(
            "script settings",
            lambda: differing_settings(
                step.settings, self._client.read_script_settings(self._script)
            ),
        )
        return ", ".join(f"{change.name} {change.after}" for change in step.changes)

    def _put_usage_model(self, step: PutUsageModel) -> str:
        self._client.put_usage_model(self._script.name, step.usage_model)
        return ", ".join(f"{change.name} {change.after}" for change in step.changes)

    def _set_subdomain(self, step: SetSubdomain) -> str:
        self._client.set_subdomain(
            self._script.name,
            enabled=bool(step.state.enabled),
            previews_enabled=bool(step.state.previews_enabled),
        )
        self._patience.until_equal(
            "subdomain",
            lambda: differing_subdomain(step.state, self._client.read_subdomain(self._script.name)),
        )
        self._state.learn(
            workers_dev_enabled=step.state.enabled,
            preview_urls_enabled=step.state.previews_enabled,
        )
        return ", ".join(f"{change.kind} {change.after}" for change in step.changes)

    def _create_deployment(self, step: CreateDeployment) -> str:
        self._check_unmoved(step.former)
        self._client.create_deployment(
            self._script.name,
            self._state.our_shares,
            message=step.message,
            force=step.force,
            look=lambda: self._find_deployment(step.former),
        )
        self._state.moved = True
        self._state.learn(live_version_id=self._state.version_id)
        return f"{(self._state.version_id or '')[:8]} serves 100 %"

    def _find_deployment(self, former: LiveDeployment) -> LiveDeployment | None:
        newest = self._newest_deployment()
        if newest is None or newest.id == former.id:
            return None
        return newest if newest.shares == self._state.our_shares else None

    def _check_unmoved(self, former: LiveDeployment) -> None:
        """Raise GuardError when someone deployed between plan and deployment."""
        newest = self._newest_deployment()
        if newest is None or newest.id == former.id:
            return
        who = newest.author or "someone"
        raise GuardError(
            f"live moved meanwhile: {who} deployed version {newest.shares[0].version_id[:8]} "
            f"at {newest.created_on or 'an unknown time'}",
            word=None,
            hint="run again: the plan was made for another live version",
        )

    def _newest_deployment(self) -> LiveDeployment | None:
        return next(iter(self._client.list_deployments(self._script.name)), None)

    def _delete_secret(self, step: DeleteSecret) -> str:
        """Delete only what the upload did not leave out."""
        assert self._state.version_id is not None
        found = self._client.read_version(self._script.name, self._state.version_id, is_new=True)
        pruned = (*self._state.facts.secrets_pruned, step.name)
        if step.name not in found.version.secret_names:
            self._state.learn(secrets_pruned=pruned)
            return f"{step.name}: left out of the version"
        self._client.delete_secret(self._script, step.name)
        # Deleting makes and deploys a version of its own.
        newest = self._newest_deployment()
        if newest is not None and newest.shares:
            self._state.version_id = newest.shares[0].version_id
            self._state.learn(live_version_id=self._state.version_id)
        self._state.learn(secrets_pruned=pruned)
        return f"{step.name}: deleted"

    def _check_live(self, step: CheckLive) -> str:
        self._patience.until_equal("live", lambda: self._differences(step))
        synced = tuple(secret.name for secret in step.project.secrets)
        self._state.learn(secrets_synced=synced if self._state.moved else ())
        return "live equals plan"

    def _differences(self, step: CheckLive) -> tuple[str, ...]:
        live = read_live_state(
            self._client, self._script.name, want_usage_model=step.usage_model is not None
        )
        expected = self._state.version_id or (live.live.id if live.live else None)
        found = mismatches(step, live, expected)
        if not found:
            self._learn_live(live.live, url=live.url if live.subdomain.enabled else None)
        return found

    def _learn_live(self, version: LiveVersion | None, *, url: str | None) -> None:
        if version is not None:
            self._state.learn(live_version_id=version.id)
            if self._state.moved and parse_note(version.message) is None:
                self._state.warnings.append(
                    "Cloudflare dropped the note at the end of the version's message, so the next "
                    "deploy can't tell whether anything changed"
                )
        if url is not None:
            self._state.learn(deployment_url=url, urls=(url,))

    def _probe(self, step: Probe) -> str:
        try:
            probed = probe(
                step.target,
                self._state.facts.deployment_url,
                clock=self._patience.clock,
                sleep=self._patience.sleep,
                headers=self._override_header(),
            )
        except ValueError as error:
            raise MismatchError(str(error), hint="turn workers-dev on, or probe a URL") from error
        if not probed.is_good:
            raise MismatchError(
                "; ".join(f"{url} → {_seen(probed, url)}" for url in probed.bad)
                + f" for {probed.seconds:.0f} s"
            )
        return ", ".join(f"{url} → {_seen(probed, url)}" for url in _urls(probed))

    def _override_header(self) -> dict[str, str]:
        """Ask for this run's version while edges may still have the former one."""
        if self._state.version_id is None or not self._state.before.exists:
            return {}
        override = f'{self._script.name}="{self._state.version_id}"'
        return {"Cloudflare-Workers-Version-Overrides": override}


def _urls(probed: Probed) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sight.url for sight in probed.sights))


def _seen(probed: Probed, url: str) -> str:
    shown = [str(sight) for sight in probed.of(url)]
    return ", ".join(shown[-5:]) if len(shown) <= 5 else "… " + ", ".join(shown[-5:])


def _has_note(version: LiveVersion, note: str) -> bool:
    return str(parse_note(version.message)) == note


def _starts_in(milliseconds: int | None) -> str:
    return "" if milliseconds is None else f", starts in {milliseconds} ms"
