"""Whether there will be a URL to ask a probe's paths on; told before the first write.

What is not known yet is no reason to stop: a read that failed before the plan may succeed after it.
"""

from collections.abc import Iterable

from workers_deploy.core.live import LiveState
from workers_deploy.core.project import Project
from workers_deploy.core.steps import AttachDomain, SetSubdomain, Step
from workers_deploy.errors import Problem, ProblemKind, ProblemsError


def check_paths(project: Project, live: LiveState, steps: Iterable[Step]) -> None:
    """Raise ProblemsError where a path is to be asked and the script will surely have no URL."""
    if project.probe is None or not project.probe.has_paths:
        return
    if project.dispatch_namespace is not None:
        raise _no_url(
            "a script in a dispatch namespace has none",
            "write whole URLs, of what dispatches to the script",
        )
    if not _may_have_url(live, steps):
        raise _no_url(
            "there will be none: workers.dev is off, and no custom domain that the configuration "
            "names leads to the script",
            "write whole URLs (https://host/path), or turn workers-dev on",
        )


def _may_have_url(live: LiveState, steps: Iterable[Step]) -> bool:
    """Tell whether workers.dev may be on, or a custom domain be known; routes make no URL."""
    on_workers_dev = live.subdomain.enabled
    for step in steps:
        match step:
            case AttachDomain():
                return True
            case SetSubdomain():
                on_workers_dev = step.state.enabled
            case _:
                pass
    return on_workers_dev is not False or bool(live.domain_urls)


def _no_url(why: str, hint: str) -> ProblemsError:
    message = f"asks a path, which is one on deployment-url, and {why}"
    kind = ProblemKind.INPUT
    return ProblemsError([Problem(kind=kind, subject="probe", message=message, hint=hint)])
