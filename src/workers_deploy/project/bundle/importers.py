"""Where a bundle's files import modules of Node: a metafile says the file, its text the line."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from workers_deploy.errors import Place
from workers_deploy.project.bundle.bundle_files import Build


def find_importers(build: Build, show: Callable[[Path], str]) -> dict[str, Place]:
    """Return the first place that imports each, in the project's own files where they do."""
    first: dict[str, Path] = {}
    for name, file in sorted(_imports(build), key=lambda one: "node_modules" in one[1].parts):
        first.setdefault(name, file)
    return {name: _place(name, file, show(file)) for name, file in first.items()}


def _imports(build: Build) -> Iterator[tuple[str, Path]]:
    for importer, one in build.metafile["inputs"].items():
        for imported in one["imports"]:
            if imported.get("external") and imported["path"].startswith("node:"):
                yield imported["path"], build.path(importer)


def _place(name: str, file: Path, shown: str) -> Place:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Place(file=shown)
    bare = re.escape(name.removeprefix("node:"))
    found = re.search(rf"([\"'`])(?:node:)?{bare}\1", text)
    if found is None:
        return Place(file=shown)
    start = found.start()
    line = text.count("\n", 0, start) + 1
    return Place(file=shown, line=line, column=start - text.rfind("\n", 0, start))
