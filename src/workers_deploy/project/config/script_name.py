"""Whether Cloudflare can have a script of this name.

wrangler checks the names that are written; not the one that it makes of a name and an environment,
so `Staging` was uploaded and refused as `shop-Staging` (10016).
"""

import re
from typing import Final

from workers_deploy.errors import ProblemKind
from workers_deploy.project.config.fold import Config
from workers_deploy.project.findings import Findings

# OpenAPI and wrangler. The page of error 10016 is stricter; scripts with `_` exist all the same.
_NAME: Final = re.compile(r"[a-z0-9_][a-z0-9_-]*", re.ASCII)

_POSSIBLE: Final = "only small letters, digits, - and _ are possible"


def check_script_name(
    name: str, config: Config | None, findings: Findings, *, any_name: bool
) -> None:
    """Report a name that can't be a script's; `any_name`: dispatch namespaces take others, too."""
    if not name or any_name or _NAME.fullmatch(name):
        return
    environment = config.environment if config else None
    if config is None or environment is None or config.file.is_redirected:
        return  # a name that is written somewhere was checked there
    if environment in config.environments:
        findings.problem(
            "environment",
            f"the script would be called {name}; {_POSSIBLE}",
            hint=f"write a name into env.{environment}, or give the input `script-name`",
            place=config.document.place(("env", environment), key=True),
        )
    else:  # an input's value is not repeated
        findings.problem(
            "environment",
            f"no name of a script can end in it: {_POSSIBLE}",
            hint="give the input `script-name`",
            kind=ProblemKind.INPUT,
        )
