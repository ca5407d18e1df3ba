"""Several runs that deploy one script at once: whose turn it is, and what the first one sees to."""

from collections.abc import Sequence

from workers_deploy.api.live.script import read_deployments
from workers_deploy.api.live.written import Written, read_written
from workers_deploy.core.attribution.claims import (
    earlier_claims,
    may_have_rivals,
    seconds_to_wait,
)
from workers_deploy.core.attribution.race import Standing, is_of_a_run, standing
from workers_deploy.core.attribution.undo_plan import SettingsStep
from workers_deploy.core.compare import BY_SECRET, is_ours
from workers_deploy.core.digest import parse_note
from workers_deploy.core.live import LiveDeployment
from workers_deploy.core.plan_settings import settings_steps
from workers_deploy.core.plan_triggers import trigger_steps
from workers_deploy.core.project import Project, Triggers
from workers_deploy.core.steps import (
    Action,
    AttachDomain,
    PatchScriptSettings,
    PutRoutes,
    PutUsageModel,
    SetSubdomain,
    Step,
    Trigger,
    UploadScript,
    UploadVersion,
)
from workers_deploy.errors import GuardError
from workers_deploy.executor.context import Run
from workers_deploy.executor.read_until_equal import FIRST_WAIT
from workers_deploy.executor.traffic import check_unmoved
from workers_deploy.executor.triggers import apply_trigger

LONGEST_LOOK = 2.0  # seconds between two looks for the deployment of another run
# How long the others may take to give the traffic back, and their settings.
GIVING_WAY_SECONDS = 8.0
ROUNDS = 3  # of repairing what others set


def wait_for_earlier(run: Run, version_id: str, number: int | None) -> None:
    """Wait for the runs that uploaded before this one; as a rule there is none, and no request.

    Raises:
        GuardError: one of them deployed.

    """
    before = run.state.before
    if not may_have_rivals(before, number):
        return
    versions = run.client.list_versions(run.script.name)
    claims = earlier_claims(before, versions, version_id)
    if not claims:
        return
    own = next(one for one in versions if one.id == version_id)
    seconds = seconds_to_wait(claims, own)
    others = ", ".join(one.id[:8] for one in claims)
    run.reporter.line(
        f"another run uploaded version {others} right before this one; "
        f"waiting up to {seconds:.0f} s for its deployment"
    )
    _watch_live(run, seconds)
    run.state.had_rivals = True


def _watch_live(run: Run, seconds: float) -> None:
    patience = run.patience
    end, wait = min(patience.clock() + seconds, patience.deadline), FIRST_WAIT
    while True:
        check_unmoved(run, run.state.before.deployment)
        if patience.clock() >= end:
            return
        patience.sleep(min(wait, max(end - patience.clock(), 0.0)))
        wait = min(wait * 2, LONGEST_LOOK)


def check_first(run: Run, deployments: Sequence[LiveDeployment]) -> Standing | None:
    """Return how this run stands among others that deployed; None where that is not seen yet.

    Raises:
        GuardError: another run deployed first.

    """
    known = run.state.known
    found = standing(known, deployments, run.state.noted, own=_own_notes(run))
    if found is None or len(deployments) < 2:
        return found
    if found.serves is not None or found.is_contested or _hides_uploads(run, deployments):
        _learn_makers(run)
        found = standing(known, deployments, run.state.noted, own=_own_notes(run))
    if found is not None and found.first is not None:
        run.state.gives_way_to = found.first
        version = found.first.shares[0].version_id[:8] if found.first.shares else "?"
        raise GuardError(
            f"another run deployed version {version} right before this one, and stays",
            word=None,
            hint="run again; a concurrency group in the CI lets one run wait for the other",
        )
    return found


def _hides_uploads(run: Run, deployments: Sequence[LiveDeployment]) -> bool:
    """Tell whether something came since the plan whose maker only its version tells."""
    known = {one.id for one in run.state.known.former}
    newer = [one for one in deployments if one.id not in known]
    return len(newer) > 1 and any(not one.message for one in newer)


def _learn_makers(run: Run) -> None:
    """Learn which versions other runs of ours uploaded, and which are edits, of whomever.

    A version with the same note is this run's own, sent again after its answer was lost, or equal.
    """
    versions = run.client.list_versions(run.script.name)
    own = _own_notes(run)
    run.state.noted = frozenset(
        one.id for one in versions if is_ours(one) and str(parse_note(one.message)) not in own
    )
    run.state.edits = frozenset(one.id for one in versions if one.triggered_by == BY_SECRET)


def _own_notes(run: Run) -> frozenset[str]:
    steps = (result.step for result in run.state.results)
    return frozenset(s.upload.note for s in steps if isinstance(s, UploadScript | UploadVersion))


def look_whether_first(run: Run, step: SettingsStep | Trigger) -> None:
    """Look once, after traffic moved, before anything else is set.

    The settings of a new script don't wait for that: whoever makes it sets all of them.

    Raises:
        GuardError: another run deployed first, or deployed since and stays.

    """
    state = run.state
    if not state.looks_again or not (state.before.exists or isinstance(step, Trigger)):
        return
    state.looks_again = False
    found = check_first(run, read_deployments(run.client, run.script.name))
    if found is not None and found.serves is not None and is_of_a_run(found.serves, state.noted):
        run.patience.sleep(GIVING_WAY_SECONDS)
        found = check_first(run, read_deployments(run.client, run.script.name))
        if found is not None and found.serves is not None:
            raise deployed_since(found.serves)


def see_to_the_whole(run: Run, project: Project) -> tuple[str, ...]:
    """Let the others give way, then set again what they set; returns what that was.

    Raises:
        GuardError: another run deployed first, or deployed since and stays.
        ApiError: a request failed for good.

    """
    run.patience.sleep(GIVING_WAY_SECONDS)
    found = check_first(run, read_deployments(run.client, run.script.name))
    if found is not None and found.serves is not None:
        raise deployed_since(found.serves)
    told: list[str] = []
    for _ in range(ROUNDS):
        found_otherwise = set_again(run, project)
        if not found_otherwise:
            break
        told += found_otherwise
    return tuple(dict.fromkeys(told))


def set_again(run: Run, project: Project) -> tuple[str, ...]:
    """Set what is not as the project names it beside the version; returns what that was."""
    steps = _set_by_others(run, project)
    for step in steps:
        _set_again(run, step)
    return tuple(change.name or change.kind for step in steps for change in step.changes)


def deployed_since(serves: LiveDeployment) -> GuardError:
    """Return the error of a run whose version no longer serves."""
    version = serves.shares[0].version_id[:8] if serves.shares else "?"
    return GuardError(
        f"another run deployed version {version} right after this one, and it serves",
        word=None,
        hint="look at what serves now; run again if it is not what it should be",
    )


def _set_by_others(run: Run, project: Project) -> list[Step]:
    """Return the steps that a plan has now beside the version."""
    triggers = project.triggers
    written = Written(
        script_settings=True,
        addresses=True,
        usage_model=project.usage_model is not None,
        triggers=triggers if triggers != Triggers() else None,
    )
    live = read_written(run.client, run.script.name, written)
    settings, subdomain, usage_model = settings_steps(project, live, by_note=True)
    steps = [*settings, *subdomain, *usage_model, *trigger_steps(project, live)]
    return [
        step
        for step in steps
        if step.action is not Action.UNCHANGED
        and not (isinstance(step, AttachDomain | PutRoutes) and step.takes_over)
    ]


def _set_again(run: Run, step: Step) -> None:
    client, name = run.client, run.script.name
    match step:
        case PatchScriptSettings():
            client.patch_script_settings(run.script, step.settings)
        case PutUsageModel():
            client.put_usage_model(name, step.usage_model)
        case SetSubdomain(state=state):
            client.set_subdomain(
                name, enabled=bool(state.enabled), previews_enabled=bool(state.previews_enabled)
            )
        case _:
            assert isinstance(step, Trigger)
            apply_trigger(run, step)
