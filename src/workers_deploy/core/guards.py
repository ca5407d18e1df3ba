"""What stops a run before its first write (exit 7), and the word for `allow` that opens it."""

from collections.abc import Collection, Iterable, Iterator
from itertools import dropwhile

from workers_deploy.core.compare import is_ours
from workers_deploy.core.digest import parse_note
from workers_deploy.core.live import LiveDeployment, LiveState, render_shares
from workers_deploy.core.plan_triggers import foreign_hosts
from workers_deploy.core.project import Project
from workers_deploy.errors import GuardError


def check_guards(
    live: LiveState, *, is_older: bool | None, allow: Collection[str], is_newer: bool = False
) -> None:
    """Raise GuardError where someone else's decision would be overruled.

    `is_older` tells whether the commit to deploy is an ancestor of the live one; None: not known.
    `is_newer`: it comes after the one that was rolled back, if any was.
    """
    if live.deployment is None:
        return
    if "end-rollout" not in allow:
        check_rollout(live.deployment)
    if "after-rollback" not in allow and not is_newer:
        _check_rollback(live, live.deployment)
    if is_older and "older-commit" not in allow:
        raise GuardError(
            f"an older commit: live is commit {live_commit(live)}, which comes after this one",
            word="older-commit",
            hint="run the newest commit's deploy instead; `rollback` brings an older version back",
        )


def check_hosts(project: Project, live: LiveState, *, allow: Collection[str]) -> None:
    """Raise GuardError where a hostname or a route of the project belongs to something else."""
    foreign = dict(foreign_hosts(project, live))
    if not foreign or "take-domain" in allow:
        return
    told = "; ".join(f"{host} belongs to {owner}" for host, owner in foreign.items())
    raise GuardError(
        told,
        word="take-domain",
        hint="remove it there first, or name another hostname in the configuration",
    )


def live_commit(live: LiveState) -> str | None:
    """Return the 12 hex digits of the live version's commit, where its note has one."""
    if live.live is None or not is_ours(live.live):
        return None
    note = parse_note(live.live.message)
    return note.known_commit if note else None


def check_rollout(deployment: LiveDeployment) -> None:
    """Raise GuardError where more than one version gets traffic."""
    if len(deployment.serving) < 2:
        return
    shares = render_shares(deployment.shares)
    raise GuardError(
        f"a gradual rollout is under way ({shares}; {_by(deployment)}); a deploy would end it",
        word="end-rollout",
        hint="finish the rollout first",
    )


def _check_rollback(live: LiveState, deployment: LiveDeployment) -> None:
    if not was_rolled_back(live):
        return
    version, commit = deployment.shares[0].version_id[:8], rolled_back_commit(live)
    of_commit = f" of commit {commit}" if commit else ""
    raise GuardError(
        f"the last deploy{of_commit} was rolled back to version {version} ({_by(deployment)})",
        word="after-rollback",
        hint="deploy a commit that comes after it, or check that the cause of the rollback is "
        "fixed",
    )


def rolled_back_commit(live: LiveState) -> str | None:
    """Return the 12 hex digits of the commit that someone took back; None where none is known.

    Of several deploys that were taken back, it is the newest one's.
    """
    if not was_rolled_back(live):
        return None
    ours = next(one for one in live.former_deployments if _is_ours(one))
    note = parse_note(ours.message)
    return note.known_commit if note else None


def describe_rollback(live: LiveState) -> str:
    """Say who took what back, for a deploy that goes on after it."""
    assert live.deployment is not None
    return (
        f"commit {rolled_back_commit(live)} was rolled back ({_by(live.deployment)}); "
        "this commit comes after it, so it is deployed"
    )


def was_rolled_back(live: LiveState) -> bool:
    """Tell whether someone gave the traffic to an earlier version after our last deploy.

    Where several rollbacks follow each other, only the end counts: the version that serves now
    served before our last deploy, and is not the one that this deploy left.
    """
    deployment = live.deployment
    if deployment is None or len(deployment.serving) != 1 or _is_ours(deployment):
        return False
    former = [one.serving for one in _from_our_last(live.former_deployments)]
    return deployment.serving in former[1:] and deployment.serving != former[0]


def _from_our_last(former: Iterable[LiveDeployment]) -> Iterator[LiveDeployment]:
    """Return our last deployment, then those before it; `former` is newest first."""
    return dropwhile(lambda one: not _is_ours(one), former)


def _is_ours(deployment: LiveDeployment) -> bool:
    return "wd1:" in (deployment.message or "")


def _by(deployment: LiveDeployment) -> str:
    who = deployment.author or "someone"
    return f"by {who}, {deployment.created_on}" if deployment.created_on else f"by {who}"
