"""Project and live → plan: what a deploy will do, in the order in which traffic moves last.

A pure function of values. The order is ARCHITECTURE §6: whatever Cloudflare can refuse, it refuses
before anyone notices.
"""

from collections.abc import Collection, Iterator

from workers_deploy.core.compare import compare_note, unknown_values
from workers_deploy.core.compare_settings import wanted_subdomain, was_cut_short
from workers_deploy.core.digest import Note
from workers_deploy.core.live import LiveState
from workers_deploy.core.manifest import AssetManifest
from workers_deploy.core.plan_probe import check_paths
from workers_deploy.core.plan_settings import settings_steps
from workers_deploy.core.plan_triggers import trigger_steps
from workers_deploy.core.plan_version import (
    action_of,
    asset_steps,
    end_of_rollout,
    is_gradual,
    pending_migrations,
    prune_steps,
    script_upload,
    upload_steps,
    version_changes,
)
from workers_deploy.core.project import (
    Project,
)
from workers_deploy.core.steps import (
    Action,
    CheckLive,
    DeleteSecret,
    Plan,
    Probe,
    PutSecrets,
    Step,
    Trigger,
    UploadScript,
    UploadVersion,
)

_UPLOADS = (UploadVersion, UploadScript)


def make_plan(
    project: Project, live: LiveState, note: Note, former_assets: AssetManifest | None = None
) -> Plan:
    """Return the steps that make live equal to the project, unchanged ones among them.

    `former_assets` are those of the live version, where they are known.
    """
    compared = compare_note(note, live.live)
    changes = version_changes(project, live, compared)
    # Where nothing serves, an upload is due even if no field differs: assets alone make a script.
    writes_version = live.live is None or any(c.action is not Action.UNCHANGED for c in changes)
    upload = script_upload(project, live, note)
    settings, subdomain, usage_model = settings_steps(project, live, by_note=compared.code is True)
    before_traffic: list[Step] = [*settings, *usage_model, *subdomain]
    version, traffic = upload_steps(
        upload, live, changes, action=action_of(live, writes=writes_version)
    )
    if not writes_version and is_gradual(live):
        traffic = [end_of_rollout(live, upload.message)]
    assets = asset_steps(project, live, compared, writes=writes_version, former=former_assets)
    # Settings of a script need the script. An upload that serves at once takes most of them along,
    # and shows others whose turn it is: of several runs, who is not the first sets nothing else.
    is_by_upload = any(isinstance(step, UploadScript) for step in traffic)
    order = [traffic, before_traffic] if is_by_upload else [before_traffic, traffic]
    steps = [*assets, *version, *order[0], *order[1]]
    steps += prune_steps(changes)
    steps += trigger_steps(project, live)
    if any(step.action is not Action.UNCHANGED for step in steps):
        steps += check_steps(project, live, steps)
    return Plan(
        script_name=project.script_name, steps=tuple(steps), notes=_notes(project, live, steps)
    )


def check_steps(
    project: Project, live: LiveState, steps: Collection[Step], *, probes: bool = True
) -> list[Step]:
    """Return what looks, after the last write, whether live is as planned.

    Raises:
        ProblemsError: the probe asks a path, and the script will have no URL.

    """
    uploads = [s.upload for s in steps if isinstance(s, _UPLOADS)]
    check = CheckLive(
        action=Action.UPDATE,
        title="Check",
        project=project,
        secret_names=_secrets_after(project, live, steps),
        gone_secrets=tuple(_gone_secrets(steps)),
        binding_names=tuple(
            binding.name
            for upload in uploads
            for binding in (*upload.project.bindings, *upload.inherited)
        ),
        note=next((upload.note for upload in uploads), ""),
        reads_triggers=any(
            isinstance(step, Trigger) and step.action is not Action.UNCHANGED for step in steps
        ),
    )
    if project.probe is None or not probes:
        return [check]
    check_paths(project, live, steps)
    return [check, Probe(action=Action.UPDATE, title="Probe", target=project.probe)]


def _secrets_after(project: Project, live: LiveState, steps: Collection[Step]) -> tuple[str, ...]:
    if project.main_module is None and any(isinstance(s, _UPLOADS) for s in steps):
        return ()
    names = set(live.secret_names)
    if any(
        isinstance(s, (*_UPLOADS, PutSecrets)) and s.action is not Action.UNCHANGED for s in steps
    ):
        names |= {secret.name for secret in project.secrets}
    return tuple(sorted(names - set(_gone_secrets(steps))))


def _gone_secrets(steps: Collection[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, DeleteSecret):
            yield step.name
        elif isinstance(step, PutSecrets):
            yield from step.gone


def _reach(project: Project, live: LiveState) -> str:
    """Say who can reach a new script."""
    wanted, triggers = wanted_subdomain(project, live), project.triggers
    if wanted.enabled or wanted.previews_enabled or triggers.routes or triggers.domains:
        return "; the public can reach the new script"
    return "; no address leads to the new script"


def _notes(project: Project, live: LiveState, steps: list[Step]) -> tuple[str, ...]:
    notes = [*(f"not read: {problem}" for problem in live.unread), *unknown_values(project)]
    if not live.latest_is_live and live.latest_version_id:
        notes.append(
            f"the latest version {live.latest_version_id[:8]} is not the live one: until a deploy "
            "that changes something, secrets can't be edited in the dashboard (10215, 10214)"
        )
    if not any(step.action is not Action.UNCHANGED for step in steps):
        return tuple(notes)
    if was_cut_short(live) and wanted_subdomain(project, live).enabled:
        notes.append(
            "the only deploy so far ended before it came to workers.dev, or somebody turned it "
            "off: it is turned on, as in a first deploy; `workers_dev: false` keeps it off"
        )
    if not live.exists and project.dispatch_namespace is None:
        notes.append(f"a first deploy can't be undone{_reach(project, live)}")
    if project.main_module is None and live.secret_names:
        notes.append(
            "a Worker of assets alone has no bindings: whether Cloudflare keeps the secrets "
            f"{', '.join(live.secret_names)} for a later deploy is not known"
        )
    if pending_migrations(project, live):
        notes.append("Durable Object migrations can't be undone")
    if project.dispatch_namespace is not None:
        notes.append(
            "a dispatch namespace has no versions: what is unchanged is sent again, and a deploy "
            "can't be undone"
        )
    return tuple(notes)
