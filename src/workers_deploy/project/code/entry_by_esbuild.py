"""What esbuild says about an entry point: wrangler's way to tell its format.

One run without a bundle, as wrangler's: the metafile lists exports and imports, and a listener
shows by a word that is put in its place. Ten milliseconds.
"""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from workers_deploy.project.code.entry_syntax import Script, imports_in, names_commonjs
from workers_deploy.project.code.javascript_text import blank
from workers_deploy.project.esbuild.program import run_esbuild

_LISTENER = "__WORKERS_DEPLOY_EVENT_LISTENER__"
_LISTENERS = ("addEventListener", "globalThis.addEventListener", "self.addEventListener")
# What the metafile does not tell without a bundle: `require`, imports by a pattern, decorators.
_TO_BE_READ = re.compile(r"require|(?<![.\w$])import\s*\(|@")
_PLAIN_EXTENSIONS = (".js", ".mjs", ".cjs")


def ask_esbuild(
    program: Path, directory: Path, file: Path, check: Callable[[], None]
) -> Script | None:
    """Return what an entry point says about itself; None where it can't be parsed."""
    for loader in ("js", "jsx"):
        if (script := _ask(program, directory, file, loader, check)) is not None:
            return script
    return None


def _ask(
    program: Path, directory: Path, file: Path, loader: str, check: Callable[[], None]
) -> Script | None:
    with tempfile.TemporaryDirectory(prefix="workers-deploy-") as folder:
        arguments = [str(file), "--target=esnext", "--log-level=error"]
        arguments += [f"--loader:{extension}={loader}" for extension in _PLAIN_EXTENSIONS]
        arguments += [f"--define:{name}={_LISTENER}" for name in _LISTENERS]
        metafile = run_esbuild(program, directory, Path(folder), arguments, check).metafile
        if metafile is None:
            return None
        (path, output), *_ = (one for one in metafile["outputs"].items() if "entryPoint" in one[1])
        text = (directory / path).read_text(encoding="utf-8")
    exports = frozenset(output["exports"])
    # Reading the text takes half a second for each megabyte.
    code = blank(text) if not exports or _TO_BE_READ.search(text) else None
    return Script(
        imports=bool(output["imports"]) or (code is not None and imports_in(code.code)),
        exports=exports,
        listens=_LISTENER in text,
        is_plain=loader == "js" and (code is None or code.is_plain),
        is_commonjs=not exports and code is not None and names_commonjs(code.code),
    )
