"""A script in a dispatch namespace: it has settings and secrets, and no versions."""

from workers_deploy.api.endpoints.caller import UNKNOWN_SCRIPT, ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.core.live import LiveState
from workers_deploy.core.project import SECRET_KINDS
from workers_deploy.errors import RefusedError


def read_dispatched_state(
    client: WorkersClient, script: ScriptPath, *, want_migration_tag: bool = False
) -> LiveState:
    """Return what a namespace has of a script; an unknown one is an empty state.

    That is one request. Another tells the tag of its last migration, which settings don't name.
    """
    try:
        settings = client.read_settings(script)
    except RefusedError as refused:
        if refused.code in UNKNOWN_SCRIPT:
            return LiveState(script_name=script.name)
        raise
    names = (binding.name for binding in settings.bindings if binding.type in SECRET_KINDS)
    return LiveState(
        script_name=script.name,
        exists=True,
        migration_tag=client.read_dispatched_migration_tag(script) if want_migration_tag else None,
        namespace_secrets=tuple(sorted(names)),
        script_settings=settings.script_settings,
    )
