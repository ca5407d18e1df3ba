"""Reads and bundles the project in a folder, and prints the seconds as `ours`.

As `esbuild` it prints the command that esbuild bundles the same files with, alone: the same flags,
Node's modules left out, no plugins.
"""

import json
import sys
import time
from pathlib import Path

source, folder, word = sys.argv[1:]
sys.path.insert(0, source)

from workers_deploy.project.bundle import bundle  # noqa: E402
from workers_deploy.project.bundle.node_compat import read_node_table  # noqa: E402
from workers_deploy.project.esbuild.build import BuildRequest, Built  # noqa: E402
from workers_deploy.project.esbuild.channel import Esbuild  # noqa: E402
from workers_deploy.project.esbuild.program import find_esbuild  # noqa: E402
from workers_deploy.project.load import load_project  # noqa: E402
from workers_deploy.project.request import ProjectRequest  # noqa: E402

commands: list[list[str]] = []
run_build = bundle.run_build


def keep_command(esbuild: Esbuild, request: BuildRequest) -> Built:
    """Build as always, and keep the command of it."""
    flags = (one for one in request.flags if not one.startswith(("--inject:", "--outdir=")))
    names = ("node:*", "cloudflare:*", *read_node_table().builtins)
    left_out = (f"--external:{name}" for name in names)
    commands.append([str(esbuild.program), str(request.entry), *flags, *left_out])
    return run_build(esbuild, request)


bundle.run_build = keep_command
began = time.perf_counter()
load_project(
    ProjectRequest(
        workspace=Path(folder),
        working_directory=".",
        esbuild=find_esbuild(Path(folder), Path(folder), ""),
    )
)
seconds = time.perf_counter() - began
print(seconds if word == "ours" else json.dumps(commands[0]))
