"""Script settings, usage model, workers.dev and single secrets, each read back until equal."""

from workers_deploy.api.dispatch import read_dispatched_state
from workers_deploy.core.check import differing_settings, differing_subdomain
from workers_deploy.core.steps import (
    DeleteSecret,
    PatchScriptSettings,
    PatchSettings,
    PutSecrets,
    PutUsageModel,
    SetSubdomain,
)
from workers_deploy.executor.context import Run
from workers_deploy.executor.traffic import check_unmoved, newest_deployment


def patch_script_settings_step(run: Run, step: PatchScriptSettings) -> str:
    """Patch the script settings that differ, and read them back until they are so."""
    run.client.patch_script_settings(run.script, step.settings)
    run.patience.until_equal(
        "script settings",
        lambda: differing_settings(step.settings, run.client.read_script_settings(run.script)),
    )
    return ", ".join(f"{change.name} {change.after}" for change in step.changes)


def put_usage_model_step(run: Run, step: PutUsageModel) -> str:
    """Set the usage model."""
    run.client.put_usage_model(run.script.name, step.usage_model)
    return ", ".join(f"{change.name} {change.after}" for change in step.changes)


def set_subdomain_step(run: Run, step: SetSubdomain) -> str:
    """Turn workers.dev and preview URLs on or off, and read that back until it is so."""
    if step.by_delete:
        run.client.delete_subdomain(run.script.name)
    else:
        run.client.set_subdomain(
            run.script.name,
            enabled=bool(step.state.enabled),
            previews_enabled=bool(step.state.previews_enabled),
        )
    run.patience.until_equal(
        "subdomain",
        lambda: differing_subdomain(step.state, run.client.read_subdomain(run.script.name)),
    )
    run.state.learn(
        workers_dev_enabled=step.state.enabled,
        preview_urls_enabled=step.state.previews_enabled,
    )
    return ", ".join(f"{change.kind} {change.after}" for change in step.changes)


def delete_secret_step(run: Run, step: DeleteSecret) -> str:
    """Delete only what the upload did not leave out."""
    pruned = (*run.state.facts.secrets_pruned, step.name)
    if step.name not in _secrets_now(run):
        run.state.learn(secrets_pruned=pruned)
        return f"{step.name}: left out of the version"
    run.client.delete_secret(run.script, step.name)
    if run.script.dispatch_namespace is None:
        _learn_served(run)  # deleting makes and deploys a version of its own
    run.state.learn(secrets_pruned=pruned)
    return f"{step.name}: deleted"


def _secrets_now(run: Run) -> tuple[str, ...]:
    if run.script.dispatch_namespace is not None:
        return read_dispatched_state(run.client, run.script).secret_names
    assert run.state.version_id is not None
    found = run.client.read_version(run.script.name, run.state.version_id, is_new=True)
    return found.version.secret_names


def put_secrets_step(run: Run, step: PutSecrets) -> str:
    """Set and delete secrets: one request for several, since each makes a version."""
    if step.former is not None:
        check_unmoved(run, step.former)
    if len(step.secrets) + len(step.gone) > 1:
        run.client.patch_secrets(run.script, step.secrets, gone=step.gone)
    elif step.secrets:
        run.client.put_secret(run.script, step.secrets[0])
    else:
        run.client.delete_secret(run.script, step.gone[0])
    _learn_served(run)
    synced = tuple(secret.name for secret in step.secrets)
    run.state.learn(secrets_synced=synced, secrets_pruned=step.gone)
    parts = [f"{', '.join(synced)} set"] if synced else []
    return " · ".join([*parts, *([f"{', '.join(step.gone)} deleted"] if step.gone else [])])


def patch_settings_step(run: Run, step: PatchSettings) -> str:
    """Change versioned settings: makes a version, and deploys it."""
    if step.former is not None:
        check_unmoved(run, step.former)
    run.client.patch_settings(run.script, step.settings, look=lambda: _find_patched(run, step))
    _learn_served(run)
    return f"{(run.state.version_id or '')[:8]} · serves"


def _find_patched(run: Run, step: PatchSettings) -> bool | None:
    newest = newest_deployment(run)
    if newest is None or (step.former is not None and newest.id == step.former.id):
        return None
    return True


def _learn_served(run: Run) -> None:
    newest = newest_deployment(run)
    run.state.moved = True
    if newest is not None and newest.shares:
        run.state.version_id = newest.shares[0].version_id
        run.state.learn(version_id=run.state.version_id, live_version_id=run.state.version_id)
