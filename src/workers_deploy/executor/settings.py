"""Script settings, usage model, workers.dev and single secrets.

What a write was answered says what Cloudflare took. Where that differs from what was sent it is
told, once, and the run goes on; the check at the end reads it all again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from workers_deploy.api.live.dispatched import read_dispatched_state
from workers_deploy.core.check import (
    settings_read_otherwise,
    subdomain_reads_otherwise,
    usage_model_reads_otherwise,
)
from workers_deploy.core.compare import BY_SECRET
from workers_deploy.core.compare_settings import (
    beside_upload,
    only_set,
    settings_are_set,
    subdomain_is_set,
)
from workers_deploy.core.live import LiveDeployment
from workers_deploy.core.project import ScriptSettings, SubdomainState
from workers_deploy.core.steps import (
    DeleteSecret,
    PatchScriptSettings,
    PatchSettings,
    PutSecrets,
    PutUsageModel,
    SetSubdomain,
)
from workers_deploy.errors import GuardError, RefusedError
from workers_deploy.executor.context import Run
from workers_deploy.executor.traffic import (
    TrafficWatch,
    check_before_settings,
    check_unmoved,
    learn_served,
    learn_served_by,
    was_made,
)

# Cloudflare edits settings and secrets of the latest version, where that one serves.
EDITS_LATEST = frozenset({10214, 10215})
FOUND_SET = "was set meanwhile"


def patch_script_settings_step(run: Run, step: PatchScriptSettings) -> str:
    """Patch the script settings that differ."""

    def is_set() -> bool:
        read = run.state.read_before[step.title] = run.client.read_script_settings(run.script)
        return settings_are_set(step.settings, read)

    told = ", ".join(f"{change.name} {change.after}" for change in step.changes)
    if run.state.has_no_claim and _were_carried(is_set):
        return f"{told} (with the upload)"
    if _was_set_meanwhile(run, step, is_set):
        return FOUND_SET
    settings = step.settings
    if step.with_upload:
        settings = beside_upload(settings)
        if settings == ScriptSettings():
            return f"{told} (with the upload)"
    check_before_settings(run)
    answered = run.client.patch_script_settings(run.script, settings)
    run.state.settings_read_back = only_set(answered, by=settings)
    run.state.warn_of(settings_read_otherwise(settings, answered))
    return told


def _were_carried(is_set: Callable[[], bool]) -> bool:
    """Tell whether the upload of a script set them; reads may lag, and not know it yet."""
    try:
        return is_set()
    except RefusedError:
        return False


def put_usage_model_step(run: Run, step: PutUsageModel) -> str:
    """Set the usage model."""
    check_before_settings(run)
    answered = run.client.put_usage_model(run.script.name, step.usage_model)
    run.state.usage_model_answered = answered
    run.state.warn_of(usage_model_reads_otherwise(step.usage_model, answered))
    return ", ".join(f"{change.name} {change.after}" for change in step.changes)


def set_subdomain_step(run: Run, step: SetSubdomain) -> str:
    """Turn workers.dev and preview URLs on or off."""

    def is_set() -> bool:
        read = run.state.read_before[step.title] = run.client.read_subdomain(run.script.name)
        return subdomain_is_set(step.state, read)

    if not _was_set_meanwhile(run, step, is_set):
        check_before_settings(run)
        answered = _set_subdomain(run, step)
        run.state.subdomain_answered = answered
        run.state.warn_of(subdomain_reads_otherwise(step.state, answered))
    run.state.learn_subdomain(run.state.subdomain_answered or step.state)
    return ", ".join(f"{change.kind} {change.after}" for change in step.changes)


def _set_subdomain(run: Run, step: SetSubdomain) -> SubdomainState:
    """Set both; returns what Cloudflare answers, and what was sent where it answers nothing."""
    if step.by_delete:
        run.client.delete_subdomain(run.script.name)
        return step.state
    state = step.state
    if None in (state.enabled, state.previews_enabled):
        # Both are sent: what could not be read for the plan must be known now.
        known = run.client.read_subdomain(run.script.name)
        state = SubdomainState(
            enabled=known.enabled if state.enabled is None else state.enabled,
            previews_enabled=known.previews_enabled
            if state.previews_enabled is None
            else state.previews_enabled,
        )
    answered = run.client.set_subdomain(
        run.script.name,
        enabled=bool(state.enabled),
        previews_enabled=bool(state.previews_enabled),
    )
    return SubdomainState(
        enabled=state.enabled if answered.enabled is None else answered.enabled,
        previews_enabled=state.previews_enabled
        if answered.previews_enabled is None
        else answered.previews_enabled,
    )


def _was_set_meanwhile(
    run: Run, step: PatchScriptSettings | SetSubdomain, is_set: Callable[[], bool]
) -> bool:
    """Tell whether someone set this since the plan was made, such as another run.

    Then it is theirs: this run neither sets it nor puts it back.
    """
    if not run.state.before.exists or not is_set():
        return False
    run.state.found_set.append(step)
    return True


def delete_secret_step(run: Run, step: DeleteSecret) -> str:
    """Delete only what the upload did not leave out."""
    pruned = (*run.state.facts.secrets_pruned, step.name)
    if step.name not in _secrets_now(run):
        run.state.learn(secrets_pruned=pruned)
        return f"{step.name}: left out of the version"
    run.client.delete_secret(run.script, step.name)
    if run.script.dispatch_namespace is None:
        # Deleting makes and deploys a version of its own.
        learn_served(run, partial(_made_by_secret, run))
    run.state.learn(secrets_pruned=pruned)
    return f"{step.name}: deleted"


def _made_by_secret(run: Run, newer: tuple[LiveDeployment, ...]) -> LiveDeployment | None:
    read = partial(run.client.read_version, run.script.name, is_new=True)

    def is_made(deployment: LiveDeployment) -> bool:
        ids = (share.version_id for share in deployment.shares)
        return any(read(one).version.triggered_by == BY_SECRET for one in ids)

    return next((one for one in newer if is_made(one)), None)


def _secrets_now(run: Run) -> tuple[str, ...]:
    if run.script.dispatch_namespace is not None:
        return read_dispatched_state(run.client, run.script).secret_names
    assert run.state.version_id is not None
    found = run.client.read_version(run.script.name, run.state.version_id, is_new=True)
    return found.version.secret_names


def put_secrets_step(run: Run, step: PutSecrets) -> str:
    """Set and delete secrets: one request for several, since each makes a version.

    A lost request is not sent again where names of secrets show that it was taken, or may have
    been: values are never read back, so where all the names were there before, no more is known.
    """
    check_unmoved(run, step.former)
    with _latest_serving(run):
        _send_secrets(run, step)
    run.state.moved = True
    learn_served_by(run, step)
    _read_back(run, step)
    synced = tuple(secret.name for secret in step.secrets)
    run.state.learn(secrets_synced=synced, secrets_pruned=step.gone)
    parts = [f"{', '.join(synced)} set"] if synced else []
    return " · ".join([*parts, *([f"{', '.join(step.gone)} deleted"] if step.gone else [])])


def _send_secrets(run: Run, step: PutSecrets) -> None:
    client, watch = run.client, TrafficWatch(run, step)

    def look() -> bool | None:
        return was_made(run, step)

    if len(step.secrets) + len(step.gone) > 1:
        client.patch_secrets(run.script, step.secrets, gone=step.gone, look=look, watch=watch)
    elif step.secrets:
        client.put_secret(run.script, step.secrets[0], look=look, watch=watch)
    else:
        client.delete_secret(run.script, step.gone[0], watch=watch)


@contextmanager
def _latest_serving(run: Run) -> Iterator[None]:
    """Let a refusal say that someone uploaded a version since the plan was made."""
    try:
        yield
    except RefusedError as refused:
        before = run.state.before
        is_split = len(before.versions) > 1  # the plan knew of it: nobody uploaded since
        if refused.code not in EDITS_LATEST or is_split or not before.latest_is_live:
            raise
        raise GuardError(
            f"the latest version moved meanwhile: someone uploaded one ({refused.code})",
            word=None,
            hint="run again once that version is deployed",
        ) from refused


def _read_back(run: Run, step: PutSecrets) -> None:
    """Read the secrets until all are there and none that is to go: a single one by its name."""
    run.patience.until_equal("secrets", lambda: _secret_differences(run, step))


def _secret_differences(run: Run, step: PutSecrets) -> tuple[str, ...]:
    names = (*(secret.name for secret in step.secrets), *step.gone)
    if len(names) == 1:
        found = run.client.read_secret(run.script, names[0])
        known = {names[0]} if found is not None else set()
    else:
        known = {secret.name for secret in run.client.list_secrets(run.script)}
    missing = [f"{secret.name} is missing" for secret in step.secrets if secret.name not in known]
    return (*missing, *(f"{name} is still there" for name in step.gone if name in known))


def patch_settings_step(run: Run, step: PatchSettings) -> str:
    """Change versioned settings: makes a version, and deploys it."""
    check_unmoved(run, step.former)
    with _latest_serving(run):
        run.client.patch_settings(
            run.script,
            step.settings,
            look=lambda: was_made(run, step),
            watch=TrafficWatch(run, step),
        )
    run.state.moved = True
    learn_served_by(run, step)
    return f"{(run.state.version_id or '')[:8]} · serves"
