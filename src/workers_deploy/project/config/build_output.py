"""Projects that are built for `cf`, Cloudflare's own CLI, which deploys from another configuration.

`.cloudflare/output/v0`, `v1` and so on hold what such a build made (the Build Output
specification). wrangler 4.164.0 refuses to deploy beside it: its own configuration may name
another Worker (`cf-build-output-guard.ts`).
"""

import os
import re
from pathlib import Path

from workers_deploy.errors import Place
from workers_deploy.project.config.find import Checkout, ConfigFile
from workers_deploy.project.findings import Findings

OUTPUT = Path(".cloudflare/output")
NEW_CONFIG = "cloudflare.config.ts"
_VERSION = re.compile(r"v(0|[1-9][0-9]*)")


def check_build_output(
    checkout: Checkout, file: ConfigFile | None, main: str | None, findings: Findings, *, dry: bool
) -> None:
    """Refuse to deploy beside a Build Output; where nothing is written (`dry`), warn of it.

    It is looked for beside the entry point that an input names, else in the working directory, and
    beside the configuration that the user wrote.
    """
    named = file.written_by_user if file else None
    first = checkout.directory if main is None else (checkout.directory / main).parent
    for folder in dict.fromkeys([first, named.parent if named else first]):
        if not _has_output(folder):
            continue
        shown = checkout.show(folder / OUTPUT)
        message = f"{shown} was built for the Cloudflare CLI (cf)"
        if dry:
            findings.notice(f"{message}: a deploy with another configuration is refused")
            return
        if named is None:
            reason, way_out = "the inputs may name another Worker", "write a configuration, named"
        else:
            reason, way_out = "this configuration may name another Worker", "name the configuration"
        findings.problem(
            shown,
            f"{message}; {reason}",
            hint="delete the folder if an earlier build left it, deploy it with `cf deploy`, or "
            f"{way_out} by the input `config` to deploy that",
            place=Place(file=shown),
        )
        return


def tell_of_new_config(checkout: Checkout, findings: Findings) -> None:
    """Say what a `cloudflare.config.ts` is where there is no configuration that can be read."""
    file = checkout.directory / NEW_CONFIG
    if os.path.isfile(file):  # noqa: PTH113  # False for what no file can be called, too
        findings.notice(
            f"{NEW_CONFIG} is not read: it is the experimental configuration of the Cloudflare "
            "CLI (cf) and of `wrangler --experimental-new-config`, and a program; write a "
            "wrangler.jsonc beside it",
            Place(file=checkout.show(file)),
        )


def _has_output(folder: Path) -> bool:
    try:
        with os.scandir(folder / OUTPUT) as entries:
            return any(
                _VERSION.fullmatch(entry.name)
                and (entry.is_symlink() or entry.is_dir(follow_symlinks=False))
                for entry in entries
            )
    except OSError:
        return False
