"""After the last write: live is read until it equals the plan, and the script is asked."""

from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

from workers_deploy.api.http.explain import TIMES
from workers_deploy.api.live.dispatched import read_dispatched_state
from workers_deploy.api.live.script import read_deployments
from workers_deploy.api.live.written import Written, read_written
from workers_deploy.core.attribution.race import is_of_a_run, is_right_after
from workers_deploy.core.check import (
    mismatches,
    settings_read_otherwise,
    subdomain_reads_otherwise,
    triggers_read_otherwise,
    usage_model_reads_otherwise,
)
from workers_deploy.core.digest import parse_note
from workers_deploy.core.live import LiveDeployment, LiveState, render_shares
from workers_deploy.core.steps import (
    CheckLive,
    PatchScriptSettings,
    Probe,
    PutUsageModel,
    SetSubdomain,
)
from workers_deploy.errors import ApiError, MismatchError
from workers_deploy.executor.context import Run
from workers_deploy.executor.race import (
    GIVING_WAY_SECONDS,
    check_first,
    deployed_since,
    see_to_the_whole,
    set_again,
)

if TYPE_CHECKING:
    from workers_deploy.api.probe import Probed


# A trigger that was answered as taken and reads otherwise for so long is read in another form.
TRIGGER_SECONDS = 3.0


@dataclass(kw_only=True, slots=True)
class _Seen:
    """What the last read showed; `since` is when the first one was asked for."""

    since: float
    live: LiveState | None = None
    wrong: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    is_contested: bool = False  # other runs deployed too
    is_repaired: bool = False  # what other runs set was set again
    replaced_at: float | None = None  # when another run's version was first seen to serve


def check_live_step(run: Run, step: CheckLive) -> str:
    """Read what the run wrote until it is so, up to 30 s; triggers alone are waited for 3 s.

    Everything is written by now, and was answered. What reads otherwise than it was set, and a read
    that is refused or not answered, are no reason to take a good deploy back: the run warns.

    Raises:
        MismatchError: what is live is known to be wrong.

    """
    told, seen = "live equals plan", _Seen(since=run.patience.clock())
    try:
        run.patience.until_equal("live", lambda: _differences(run, step, seen))
        if seen.is_contested and run.state.is_whole:
            told = _told_of_repairs(see_to_the_whole(run, step.project))
    except MismatchError:
        if seen.wrong or not seen.otherwise:
            raise
        told = "what serves is as planned; some settings read otherwise"
        run.state.warn_of(seen.otherwise)
        _learn(run, step, seen)
    except ApiError as error:
        _check_traffic_alone(run)
        told = "all is written; live could not be read back"
        run.state.warnings.append(
            f"everything was written, but live could not be read back to check it: {error.message}"
        )
    else:
        if seen.otherwise:
            told = "what serves is as planned; some triggers read otherwise"
            run.state.warn_of(seen.otherwise)
        _learn(run, step, seen)
    synced = tuple(secret.name for secret in step.project.secrets)
    if step.note:  # secrets that travelled with an upload
        run.state.learn(secrets_synced=synced if run.state.moved else ())
    return told


def _check_traffic_alone(run: Run) -> None:
    """Look once whether this run's version still serves, where not all of live can be read.

    Raises:
        MismatchError: someone deployed after this run.

    """
    state = run.state
    if not state.moved or run.script.dispatch_namespace is not None:
        return
    once = run.client.retrying(run.client.retrier.with_attempts(1))
    try:
        deployments = read_deployments(once, run.script.name)
    except ApiError:
        return
    newer = list(takewhile(lambda one: not state.is_of_this_run(one), deployments))
    # Reads lag: where this run's is not among them, what is newest was there before.
    if newer and len(newer) < len(deployments):
        raise _replaced(newer[0], ())


def _differences(run: Run, step: CheckLive, seen: _Seen) -> tuple[str, ...]:
    live = seen.live = _read(run, step)
    if _is_replaced(run, live, seen):
        return ("another run's version serves",)
    shares = run.state.our_shares if run.script.dispatch_namespace is None else ()
    seen.wrong = mismatches(step, live, shares) if run.state.moved else ()
    settings = _settings_read_otherwise(run, live)
    triggers = triggers_read_otherwise(step, live) if step.reads_triggers else ()
    seen.otherwise = (*settings, *triggers)
    if seen.otherwise and not seen.wrong and _may_be_of_others(run, seen):
        seen.is_repaired = True
        see_to_the_whole(run, step.project)
        return seen.otherwise
    if seen.wrong:
        _check_not_replaced(run, live, seen.wrong)
    is_form = not (seen.wrong or settings) and run.patience.clock() - seen.since >= TRIGGER_SECONDS
    if is_form and seen.otherwise and _comes_right_after(run, seen):
        seen.is_repaired = True
        set_again(run, step.project)
        return _differences(run, step, seen)
    return () if is_form else (*seen.wrong, *seen.otherwise)


def _is_replaced(run: Run, live: LiveState, seen: _Seen) -> bool:
    """Tell whether another run's version serves that may yet be given up for this run's.

    Raises:
        GuardError: another run deployed first, or its version stays.

    """
    if not run.state.moved or live.deployment is None:
        return False
    found = check_first(run, (live.deployment, *live.former_deployments))
    if found is None:
        return False
    seen.is_contested |= found.is_contested or run.state.had_rivals
    if found.serves is None or not is_of_a_run(found.serves, run.state.noted | run.state.edits):
        return False
    now = run.patience.clock()
    seen.replaced_at = now if seen.replaced_at is None else seen.replaced_at
    if now - seen.replaced_at >= GIVING_WAY_SECONDS:
        raise deployed_since(found.serves)
    return True


def _may_be_of_others(run: Run, seen: _Seen) -> bool:
    """Tell whether another run may have set what reads otherwise than this run set it."""
    if seen.is_repaired or seen.live is None or not (run.state.moved and run.state.is_whole):
        return False
    return seen.is_contested or run.state.has_no_claim


def _comes_right_after(run: Run, seen: _Seen) -> bool:
    """Tell whether the run that deployed before may have set its triggers after this one did."""
    if seen.is_repaired or seen.live is None or not (run.state.moved and run.state.is_whole):
        return False
    made = run.state.made or seen.live.deployment
    return is_right_after(run.state.before.deployment, made)


def _told_of_repairs(names: tuple[str, ...]) -> str:
    if not names:
        return "live equals plan; other runs gave way"
    return f"live equals plan; other runs gave way, and {', '.join(names)} was set again"


def _settings_read_otherwise(run: Run, live: LiveState) -> tuple[str, ...]:
    """Return what reads neither as it was set nor as it was answered, which was told already."""
    state = run.state
    found: tuple[str, ...] = ()
    for one in (result.step for result in state.results):
        match one:
            case PatchScriptSettings() if state.settings_read_back is not None:
                read = live.script_settings
                if settings_read_otherwise(one.settings, read):
                    found += settings_read_otherwise(state.settings_read_back, read)
            case SetSubdomain() if state.subdomain_answered is not None:
                if subdomain_reads_otherwise(one.state, live.subdomain):
                    found += subdomain_reads_otherwise(state.subdomain_answered, live.subdomain)
            case PutUsageModel() if state.usage_model_answered is not None:
                if usage_model_reads_otherwise(one.usage_model, live.usage_model):
                    found += usage_model_reads_otherwise(
                        state.usage_model_answered, live.usage_model
                    )
            case _:
                pass
    return found


def _learn(run: Run, step: CheckLive, seen: _Seen) -> None:
    live = seen.live
    if live is None:
        return
    _tell_of_replaced(run, live)
    _learn_live(run, live, note=step.note)


def _tell_of_replaced(run: Run, live: LiveState) -> None:
    """Warn where this run's version took the place of one that someone deployed a moment before."""
    if not run.state.moved or live.deployment is None:
        return
    theirs = run.state.known.between((live.deployment, *live.former_deployments))
    if theirs is not None:
        version = render_shares(theirs.shares)
        run.state.warnings.append(
            f"{theirs.author or 'someone'} deployed {version} right before this run moved traffic; "
            "this run's version serves instead"
        )


def _check_not_replaced(run: Run, live: LiveState, found: tuple[str, ...]) -> None:
    """Raise MismatchError where someone deployed after this run: no read will equal the plan."""
    made = run.state.made
    if made is None or all(earlier.id != made.id for earlier in live.former_deployments):
        return
    raise _replaced(live.deployment, found)


def _replaced(newest: LiveDeployment | None, found: tuple[str, ...]) -> MismatchError:
    who = (newest and newest.author) or "someone"
    details = f": {', '.join(found)}" if found else ""
    return MismatchError(
        f"{who} deployed right after this run, so live is not as planned{details}",
        hint="look at what serves now; run again if it is not what it should be",
    )


def _read(run: Run, step: CheckLive) -> LiveState:
    if run.script.dispatch_namespace is not None:
        return read_dispatched_state(run.client, run.script)
    state = run.state
    names = (*step.secret_names, *step.gone_secrets, *step.binding_names)
    reads_version = state.moved and bool(step.note or names)
    written = Written(
        traffic=state.moved,
        version_id=state.version_id if reads_version else None,
        script_settings=state.settings_read_back is not None,
        addresses=state.subdomain_answered is not None,
        usage_model=state.usage_model_answered is not None,
        triggers=step.project.triggers if step.reads_triggers else None,
    )
    return read_written(run.client, run.script.name, written)


def _learn_live(run: Run, live: LiveState, *, note: str) -> None:
    version = live.live
    if version is not None:
        run.state.learn(live_version_id=version.id)
        if note and parse_note(version.message) is None:
            run.state.warnings.append(
                "Cloudflare dropped the note at the end of the version's message, so the next "
                "deploy can't tell whether anything changed"
            )
    if live.url is not None and live.subdomain.enabled:
        run.state.learn_url(live.url)
    run.state.warnings += live.unread


def probe_step(run: Run, step: Probe) -> str:
    """Ask the deployed script until it answers well."""
    from workers_deploy.api.probe import probe  # noqa: PLC0415 - few runs ask

    try:
        probed = probe(
            step.target,
            run.state.facts.deployment_url,
            clock=run.patience.clock,
            sleep=run.patience.sleep,
            check=run.client.retrier.check,
            headers=_override_header(run),
        )
    except ValueError as error:
        raise MismatchError(str(error), hint="turn workers-dev on, or probe a URL") from error
    good = [f"{url} → {_seen(probed, url)}" for url in _urls(probed) if url not in probed.bad]
    if not probed.is_good:
        bad = "; ".join(f"{url} → {_seen(probed, url)}" for url in probed.bad)
        raise MismatchError(
            "; ".join([f"{bad} for {probed.seconds:.0f} s", *good]), hint=_probe_hint(run)
        )
    return ", ".join(good)


def _probe_hint(run: Run) -> str:
    return (
        f"see what the script logs (wrangler tail {run.script.name}, or its logs in the "
        "dashboard); raise probe-timeout if it needs longer, or name these answers in probe-status "
        "if they are good"
    )


def _override_header(run: Run) -> dict[str, str]:
    """Ask for this run's version while edges may still have the former one."""
    if run.state.version_id is None or not run.state.before.exists:
        return {}
    override = f'{run.script.name}="{run.state.version_id}"'
    return {"Cloudflare-Workers-Version-Overrides": override}


def _urls(probed: "Probed") -> tuple[str, ...]:
    return tuple(dict.fromkeys(sight.url for sight in probed.sights))


def _seen(probed: "Probed", url: str) -> str:
    """Return what came at each try, in its order; the same again is counted."""
    runs = ((seen, len(list(same))) for seen, same in groupby(map(str, probed.of(url))))
    return ", ".join(seen if count == 1 else f"{seen} {TIMES}{count}" for seen, count in runs)
