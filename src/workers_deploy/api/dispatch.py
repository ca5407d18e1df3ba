"""A script in a dispatch namespace: it has settings and secrets, and no versions."""

from workers_deploy.api.caller import UNKNOWN_SCRIPT, ScriptPath
from workers_deploy.api.client import WorkersClient
from workers_deploy.core.live import LiveState
from workers_deploy.core.project import SECRET_KINDS
from workers_deploy.errors import RefusedError


def read_dispatched_state(client: WorkersClient, script: ScriptPath) -> LiveState:
    """Return what a namespace has of a script, in one request; an unknown one is an empty state."""
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
        namespace_secrets=tuple(sorted(names)),
        script_settings=settings.script_settings,
    )
