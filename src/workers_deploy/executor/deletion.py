"""Deleting a script: gone already is done, and a lost answer is looked at."""

from workers_deploy.api.live.script import read_live_deployment
from workers_deploy.core.steps import DeleteScript
from workers_deploy.errors import ApiError, RefusedError, UnansweredError
from workers_deploy.executor.context import Run

REFERENCED = 10142  # DELETE script: others have a service binding to it


def delete_script_step(run: Run, step: DeleteScript) -> str:
    """Delete the script; by force only where Cloudflare wants that and the plan allows it."""
    mark = run.client.retrier.journal.mark()
    try:
        was_there = _delete(run, force=False)
    except RefusedError as refused:
        if refused.code != REFERENCED or not step.force:
            raise
        was_there = _delete(run, force=True)
    _read_until_gone(run)
    run.state.learn_deleted()
    if was_there:
        return "deleted"
    # It was there when it was read, so an earlier try may have deleted it without an answer.
    was_tried = run.client.retrier.journal.since(mark).tries
    return "deleted: the next try found it gone" if was_tried else "was gone already"


def _read_until_gone(run: Run) -> None:
    """Verify a delete that was answered; a read that fails shows nothing, so the run warns.

    Raises:
        MismatchError: the script still serves after 30 s.

    """
    if run.script.dispatch_namespace is not None:
        return  # nothing tells there

    def still_there() -> tuple[str, ...]:
        found = read_live_deployment(run.client, run.script.name)
        return () if found is None else ("it still serves",)

    try:
        run.patience.until_equal("the deleted script", still_there)
    except ApiError as error:
        run.state.warnings.append(
            f"the delete was answered, but could not be verified: {error.message}"
        )


def _delete(run: Run, *, force: bool) -> bool:
    try:
        return run.client.delete_script(run.script, force=force)
    except UnansweredError:
        if not _is_gone(run):
            raise
        return True


def _is_gone(run: Run) -> bool:
    if run.script.dispatch_namespace is not None:
        return False  # nothing is known: the error stands
    try:
        return read_live_deployment(run.client, run.script.name) is None
    except ApiError:
        return False
