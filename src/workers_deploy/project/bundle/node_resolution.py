"""Node's module resolution: wrangler asks Node itself, which we don't have.

wrangler uses `require.resolve` for aliases and Node's stand-ins, and the npm package `resolve`
1.22.8, which ignores `exports`, for files that match module rules.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from workers_deploy.project.regular_files import MAX_MODULE_BYTES, read_regular

_MODULES = "node_modules"
# Those of `require` in Node 22 and newer; `default` always counts.
_CONDITIONS = ("node", "require", "module-sync", "node-addons", "default")
_NOWHERE: Any = object()


class NodeResolver:
    """Resolves as `require.resolve(name, { paths: [directory] })` does."""

    extensions: tuple[str, ...] = (".js", ".json", ".node")

    def __init__(self) -> None:
        self._packages: dict[str, Any] = {}

    def resolve(self, name: str, directory: Path) -> Path | None:
        """Return the file that a name resolves to from a directory, None if there is none."""
        found = self._find(name, str(directory))
        return Path(os.path.realpath(found)) if found else None

    def _find(self, name: str, directory: str) -> str | None:
        if name.startswith(("./", "../", "/")) or name in (".", ".."):
            path = os.path.normpath(os.path.join(directory, name))  # noqa: PTH118
            is_folder = name.endswith("/") or name in (".", "..")
            return (None if is_folder else self._file(path)) or self._folder(path)
        for modules in _folders_of_modules(directory):
            if (found := self._in_package(name, modules)) is not None:
                return found or None
        return None

    def _in_package(self, name: str, modules: str) -> str | None:
        """Look in one node_modules; an empty string if the package does not export the path."""
        scope_parts = 2 if name.startswith("@") else 1
        parts = name.split("/")
        package = f"{modules}/{'/'.join(parts[:scope_parts])}"
        exports = self._manifest(package).get("exports")
        if exports is not None:
            subpath = "/".join((".", *parts[scope_parts:]))
            target = _exported(exports, subpath)
            return os.path.normpath(f"{package}/{target}") if target else ""
        path = os.path.normpath(f"{modules}/{name}")
        return self._file(path) or self._folder(path)

    def _file(self, path: str) -> str | None:
        candidates = (f"{path}{extension}" for extension in ("", *self.extensions))
        return next(filter(_is_file, candidates), None)

    def _folder(self, path: str) -> str | None:
        main = self._manifest(path).get("main")
        if isinstance(main, str) and main:
            target = os.path.normpath(f"{path}/{main}")
            if found := self._file(target) or self._file(f"{target}/index"):
                return found
        return self._file(f"{path}/index")

    def _manifest(self, folder: str) -> dict[str, Any]:
        """Return a folder's package.json, empty if it is missing or unreadable."""
        if folder not in self._packages:
            try:
                read = json.loads(read_regular(Path(folder, "package.json"), MAX_MODULE_BYTES))
            except (OSError, ValueError, RecursionError):
                read = None
            self._packages[folder] = read if isinstance(read, dict) else {}
        manifest: dict[str, Any] = self._packages[folder]
        return manifest


class MainResolver(NodeResolver):
    """Resolves as the npm package `resolve` does: by `main` alone, and links stay as they are."""

    extensions = (".js",)

    def resolve(self, name: str, directory: Path) -> Path | None:
        """Return the file that a name resolves to from a directory, None if there is none."""
        found = self._find(name, str(directory))
        return Path(found) if found else None

    def _in_package(self, name: str, modules: str) -> str | None:
        path = os.path.normpath(f"{modules}/{name}")
        return self._file(path) or self._folder(path)


def _is_file(path: str) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  # False for what no file can be called, too


def _folders_of_modules(directory: str) -> Iterator[str]:
    for folder in (Path(directory), *Path(directory).parents):
        if folder.name != _MODULES:
            yield str(folder / _MODULES)


def _exported(exports: Any, subpath: str) -> str | None:
    """Return the target of a subpath, as `.` or `./a`, by a package's `exports`.

    >>> _exported({"./*": {"types": "./*.d.ts", "default": "./dist/*.mjs"}}, "./node/fs")
    './dist/node/fs.mjs'
    """
    if not (isinstance(exports, dict) and any(key.startswith(".") for key in exports)):
        return _target(exports, "") if subpath == "." else None
    if subpath in exports and "*" not in subpath:
        return _target(exports[subpath], "")
    for pattern in sorted(exports, key=_specificity):
        before, star, after = pattern.partition("*")
        is_match = subpath.startswith(before) and subpath.endswith(after)
        if star and is_match and len(subpath) >= len(pattern):
            return _target(exports[pattern], subpath[len(before) : len(subpath) - len(after)])
    return None


def _specificity(pattern: str) -> tuple[int, int]:
    """Sort patterns as Node does: the longest prefix first."""
    return -len(pattern.partition("*")[0]), -len(pattern)


def _target(target: Any, star: str) -> str | None:
    found = _first(target)
    return found.replace("*", star) if isinstance(found, str) and found.startswith("./") else None


def _first(target: Any) -> Any:
    """Evaluate conditions: a path, None for an excluded one, or _NOWHERE."""
    if isinstance(target, dict):
        taken = (_first(target[name]) for name in target if name in _CONDITIONS)
        return _first_said(taken)
    if isinstance(target, list):
        return _first_said(map(_first, target))
    return target


def _first_said(found: Iterable[Any]) -> Any:
    return next((one for one in found if one is not _NOWHERE), _NOWHERE)
