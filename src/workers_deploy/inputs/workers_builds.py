"""What Cloudflare's Workers Builds says in the environment, as wrangler 4.164.0 takes it.

It isn't an input: nobody writes it into a workflow. It names the Worker that a build is connected
to, and wins over the name that the project has, so that a copied configuration does not deploy
over another Worker.
"""

from collections.abc import Mapping

from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Problem, ProblemKind
from workers_deploy.inputs.texts import Invalid, parse_script_name

NAME = "WRANGLER_CI_OVERRIDE_NAME"
TAG = "WRANGLER_CI_MATCH_TAG"


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkersBuilds:
    """The Worker that the build is connected to; all None outside of Workers Builds."""

    script_name: str | None = None
    tag: str | None = None  # the script's immutable id
    account_id: str | None = None  # that the tag belongs to


def read_workers_builds(env: Mapping[str, str]) -> tuple[WorkersBuilds, list[Problem]]:
    """Return what is said, and what is wrong with it; an empty text says nothing."""
    name, problems = env.get(NAME) or None, []
    try:
        name = parse_script_name(name) if name else None
    except Invalid as flaw:
        problem = Problem(kind=ProblemKind.INPUT, subject=NAME, message=str(flaw), hint=flaw.hint)
        name, problems = None, [problem]
    tag = env.get(TAG) or None
    account_id = env.get("CLOUDFLARE_ACCOUNT_ID") if tag else None
    return WorkersBuilds(script_name=name, tag=tag, account_id=account_id), problems
