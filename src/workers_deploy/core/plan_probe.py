"""Whether there will be a URL to ask a probe's paths on; told before the first write.

After it, a URL that is not known would end a good deploy, and a first one can't be taken back.
"""

from collections.abc import Collection

from workers_deploy.core.live import LiveState
from workers_deploy.core.project import Project
from workers_deploy.core.steps import AttachDomain, SetSubdomain, Step
from workers_deploy.errors import Problem, ProblemKind, ProblemsError


def check_paths(project: Project, live: LiveState, steps: Collection[Step]) -> None:
    """Raise ProblemsError where a path is to be asked and no URL of the script will be known."""
    if project.probe is None or not project.probe.has_paths:
        return
    if project.dispatch_namespace is not None:
        raise _no_url(
            "a script in a dispatch namespace has none",
            "write whole URLs, of what dispatches to the script",
        )
    on_workers_dev, has_domain = _on_workers_dev(live, steps), _has_domain(live, steps)
    if has_domain or (on_workers_dev and live.url is not None):
        return
    if on_workers_dev:
        raise _no_url(
            "which one that is could not be read",
            "write whole URLs (https://host/path), or run again with a token that may read "
            "workers.dev",
        )
    raise _no_url(
        "there will be none: workers.dev is off, and no custom domain that the configuration "
        "names leads to the script",
        "write whole URLs (https://host/path), or turn workers-dev on",
    )


def _on_workers_dev(live: LiveState, steps: Collection[Step]) -> bool:
    """Tell whether workers.dev will be on; where that can't be read, whether its URL is known."""
    state = next((s.state.enabled for s in steps if isinstance(s, SetSubdomain)), None)
    said = live.subdomain.enabled if state is None else state
    return said is not False


def _has_domain(live: LiveState, steps: Collection[Step]) -> bool:
    """Tell whether a custom domain will lead to the script; routes make no URL."""
    return bool(live.domain_urls) or any(isinstance(step, AttachDomain) for step in steps)


def _no_url(why: str, hint: str) -> ProblemsError:
    message = f"asks a path, which is one on deployment-url, and {why}"
    kind = ProblemKind.INPUT
    return ProblemsError([Problem(kind=kind, subject="probe", message=message, hint=hint)])
