"""The programs that the tests bundle with."""

from collections.abc import Callable
from pathlib import Path

from fakes.warm_wrangler import NODE_MODULES
from workers_deploy.project.esbuild.channel import Esbuild, open_esbuild
from workers_deploy.project.esbuild.program import find_esbuild


def wranglers() -> Path:
    """Return wrangler's own esbuild."""
    found = find_esbuild(NODE_MODULES.parent, NODE_MODULES.parent, "")
    assert found is not None
    return found


def oldest() -> Path:
    """Return the oldest esbuild that we accept."""
    (found,) = (NODE_MODULES / "esbuild-oldest").glob("node_modules/@esbuild/*/bin/esbuild")
    return found


def opened(program: Path, check: Callable[[], None] = lambda: None) -> Esbuild:
    return open_esbuild(program, check)
