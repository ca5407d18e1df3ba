"""Whether a deploy goes to the Worker that its build is connected to, as wrangler checks it."""

from workers_deploy.api.endpoints.caller import UNKNOWN_SCRIPT
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.errors import GuardError, RefusedError
from workers_deploy.inputs.workers_builds import TAG, WorkersBuilds

_HINT = 'write the name of the Worker that this build is connected to as "name"'


def check_connected_worker(
    client: WorkersClient, builds: WorkersBuilds, *, account_id: str, script_name: str
) -> None:
    """Stop where the environment names another Worker by its tag; without a tag all is well.

    Raises:
        GuardError: the account or the script is another one, or there is no such script.
        ApiError: the script could not be read.

    """
    if builds.tag is None:
        return
    if builds.account_id != account_id:
        raise GuardError(
            f"{TAG} is of another account than this deploy's",
            word=None,
            hint="set account_id in the configuration to that of the connected Worker",
        )
    try:
        tag = client.read_service_tag(script_name)
    except RefusedError as refused:
        if refused.code not in UNKNOWN_SCRIPT:
            raise
        message = f"there is no script {script_name}, and {TAG} is the tag of one"
        raise GuardError(message, word=None, hint=_HINT) from refused
    if tag != builds.tag:
        message = f"the script {script_name} is another one than {TAG} says"
        raise GuardError(message, word=None, hint=_HINT)
