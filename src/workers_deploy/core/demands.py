"""What a project demands of what is live; told like every other problem, before the first write."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from workers_deploy.core.compare_settings import wanted_subdomain
from workers_deploy.core.live import LiveState
from workers_deploy.core.plan_triggers import (
    foreign_queues,
    foreign_workflows,
    missing_queues,
)
from workers_deploy.core.project import Project
from workers_deploy.core.steps import Scope
from workers_deploy.errors import Place, Problem, ProblemKind

Demand: TypeAlias = Callable[[Project, LiveState], Iterator[Problem]]


def unmet_demands(
    project: Project, live: LiveState, scopes: Collection[Scope] = ()
) -> tuple[Problem, ...]:
    """Return what live lacks, and what of it a deploy would overwrite by mistake.

    With `scopes`, of those parts only.
    """
    demands: Mapping[Scope, Sequence[Demand]] = {
        Scope.SECRETS: (_missing_secrets,),
        Scope.SETTINGS: (_shadowed_secrets, _missing_resources),
        Scope.SUBDOMAIN: (_half_known_subdomain,),
        Scope.TRIGGERS: (_missing_queues, _foreign_queues, _foreign_workflows),
    }
    return tuple(
        problem
        for scope, checks in demands.items()
        if not scopes or scope in scopes
        for check in checks
        for problem in check(project, live)
    )


def _missing_secrets(project: Project, live: LiveState) -> Iterator[Problem]:
    kept = set() if project.prune_secrets else set(live.secret_names)
    known = kept | {secret.name for secret in project.secrets}
    for name in project.required_secrets:
        if name not in known:
            yield _problem(
                f"secret {name}",
                "required by the configuration, neither given nor on the script",
                f"name it in the input secrets, with {name} under env:",
            )


def _shadowed_secrets(project: Project, live: LiveState) -> Iterator[Problem]:
    secrets = set(live.secret_names)
    for binding in project.bindings:
        if binding.name in secrets and binding.type != "inherit":
            yield _problem(
                binding.name,
                f"a {binding.type} of this name would replace a live secret",
                "rename it, or delete the secret first",
            )


def _missing_resources(project: Project, live: LiveState) -> Iterator[Problem]:
    bound = {binding.name: binding.type for binding in live.live.bindings} if live.live else {}
    for binding in project.bindings:
        found = bound.get(binding.name)
        is_there = found is not None and binding.inherits in (None, found)
        if binding.type == "inherit" and not is_there:
            kind = binding.inherits or "binding"
            other = f"no {kind} of this name" + (f", but a {found}" if found else "")
            yield _problem(
                binding.name,
                f"has no id in the configuration, and live has {other}",
                "create the resource (dashboard or wrangler) and write its id into the "
                "configuration; nothing is created silently",
                binding.place,
            )


def _half_known_subdomain(project: Project, live: LiveState) -> Iterator[Problem]:
    """Refuse to set one of two fields that are set together while the other one is not known."""
    wanted = wanted_subdomain(project, live)
    known = (wanted.enabled is not None, wanted.previews_enabled is not None)
    if any(known) and not all(known):
        what = "preview URLs are" if known[0] else "workers.dev is"
        yield _problem(
            "workers.dev",
            f"whether {what} on could not be read, and both are set together",
            "give both inputs, workers-dev and preview-urls, or a token that may read them",
        )


def _missing_queues(project: Project, live: LiveState) -> Iterator[Problem]:
    for queue in missing_queues(project, live):
        yield _problem(
            f"queue {queue}",
            "the account has no such queue to consume from",
            f"create it: wrangler queues create {queue}",
        )


def _foreign_queues(project: Project, live: LiveState) -> Iterator[Problem]:
    for queue, script in foreign_queues(project, live):
        who, kind = (f"the script {script}", "worker") if script else ("a client over HTTP", "http")
        remove = " ".join(["wrangler queues consumer", kind, "remove", queue, script or ""]).strip()
        yield _problem(
            f"queue {queue}",
            f"{who} consumes from it, and a queue has one consumer",
            f"remove that one first: {remove}",
        )


def _foreign_workflows(project: Project, live: LiveState) -> Iterator[Problem]:
    for workflow, script in foreign_workflows(project, live):
        yield _problem(
            f"workflow {workflow}",
            f"belongs to the script {script}",
            f"give it another name here, or delete that one first: "
            f"wrangler workflows delete {workflow}",
        )


def _problem(subject: str, message: str, hint: str, place: Place | None = None) -> Problem:
    return Problem(
        kind=ProblemKind.PROJECT, subject=subject, message=message, hint=hint, place=place
    )
