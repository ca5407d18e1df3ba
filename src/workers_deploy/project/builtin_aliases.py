"""Lets `import "fs"` mean `node:fs`, as it does in Node and in wrangler's bundles.

esbuild's aliases take subpaths along, and so `buffer/`, which by custom means the npm package,
would follow. Where a package of a built-in module's name is installed, the alias goes to a stub
that has the subpaths; where workerd lacks the module, the package is what the project wants.
"""

from collections.abc import Iterable
from pathlib import Path

from workers_deploy.project.node_builtins import ALWAYS, SINCE, find_missing

# The files by which such packages are imported besides their main one.
_SUBPATHS = ("index.js", "browser.js")


def alias_builtins(
    project: Path, stubs: Path, *, date: str, flags: Iterable[str]
) -> dict[str, str]:
    """Return what each bare name means; writes the stubs that are needed."""
    missing = {one.name for one in find_missing(SINCE, date, flags)}
    aliases = {}
    for name in (*ALWAYS, *SINCE):
        if "/" in name:
            continue
        if not _is_installed(project, name):
            aliases[name] = f"node:{name}"
        elif name not in missing:
            aliases[name] = str(_write_stub(stubs, name))
    return aliases


def _is_installed(project: Path, name: str) -> bool:
    folders = (project, *project.parents)
    return any((folder / "node_modules" / name).is_dir() for folder in folders)


def _write_stub(stubs: Path, name: str) -> Path:
    folder = stubs / name
    folder.mkdir(parents=True, exist_ok=True)
    for file in _SUBPATHS:
        text = f'module.exports = require("node:{name}");\n'
        (folder / file).write_text(text, encoding="utf-8")
    return folder
