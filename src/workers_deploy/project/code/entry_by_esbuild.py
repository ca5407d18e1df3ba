"""Asks esbuild about an entry point, as wrangler does to guess its format.

One build without bundling (`guess-worker-format.ts`): the metafile lists the exports, and a defined
word replaces `addEventListener`, so that its use shows in the output. It takes 20 ms.
"""

from collections.abc import Callable
from pathlib import Path

from workers_deploy.project.code.entry_syntax import Script
from workers_deploy.project.esbuild.build import BuildRequest, Built, run_build
from workers_deploy.project.esbuild.channel import open_esbuild

_LISTENER = "__WORKERS_DEPLOY_EVENT_LISTENER__"
_LISTENERS = ("addEventListener", "globalThis.addEventListener", "self.addEventListener")
_PLAIN_EXTENSIONS = (".js", ".mjs", ".cjs")


def ask_esbuild(
    program: Path, directory: Path, file: Path, check: Callable[[], None], tsconfig: Path | None
) -> Script | None:
    """Return the exports and whether it listens; None if it can't be parsed."""
    flags = ["--log-level=silent", "--target=es2024", "--metafile"]
    flags += ["--supported:import-source=true", "--supported:using=true"]
    flags += [f"--loader:{extension}=jsx" for extension in _PLAIN_EXTENSIONS]
    flags += [f"--define:{name}={_LISTENER}" for name in _LISTENERS]
    flags += [f"--tsconfig={tsconfig}"] if tsconfig else []
    request = BuildRequest(entry=file, directory=directory, flags=tuple(flags))
    built = run_build(open_esbuild(program, check), request)
    return None if built.metafile is None else _read(built)


def _read(built: Built) -> Script:
    assert built.metafile is not None
    (output,) = (one for one in built.metafile["outputs"].values() if "entryPoint" in one)
    (text,) = built.outputs.values()
    exports = frozenset(output["exports"])
    return Script(exports=exports, listens=_LISTENER.encode() in text)
