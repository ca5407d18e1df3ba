"""What packages say that they do without where there is no Node: `"browser": {"fs": false}`.

A bundler answers such a `require` with an empty object. esbuild does not, since the built-in
modules stay external, which counts before a package's word. Files that packages name instead are
not taken: wrangler, whose stand-ins count before them, does not take them either.
"""

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from workers_deploy.project.bundle.bundle_files import Build


def find_emptied(build: Build, missing: Collection[str]) -> frozenset[str]:
    """Return the missing modules that a package requires and says that it does without."""
    return frozenset(
        name
        for importer, one in build.metafile["inputs"].items()
        for name in _required(one["imports"], missing)
        if _does_without(build.path(importer), name)
    )


def _required(imports: Collection[dict[str, str]], missing: Collection[str]) -> Iterator[str]:
    for one in imports:
        if one["kind"] == "require-call" and one["path"] in missing:
            yield one["path"]


def _does_without(file: Path, name: str) -> bool:
    """Tell by the nearest package.json whether a file's package does without a module."""
    for folder in file.parents:
        package = folder / "package.json"
        if package.is_file():
            return _is_replaced(package, name)
    return False


def _is_replaced(package: Path, name: str) -> bool:
    try:
        browser = json.loads(package.read_text(encoding="utf-8"))["browser"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    names = (name, name.removeprefix("node:"))
    return isinstance(browser, dict) and any(one in browser for one in names)
