"""The source maps that modules name in their last lines (deployment-bundle `source-maps.ts`)."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workers_deploy.core.project import Module, ModuleType
from workers_deploy.project.regular_files import MAX_MODULE_BYTES, read_regular

_COMMENT = "//# sourceMappingURL="
_STRIPPED = ("./", ".\\", "../", "..\\")


class SourceMapError(Exception):
    """A source map that is named and can't be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_source_map(
    module: Module, file: Path, root: Path, find: Callable[[Path], str | None]
) -> Module | None:
    """Return the source map that a module names, None where it names none.

    `find` writes the path of a source as people know it, where it is a file of the repository.

    Raises SourceMapError where the map is missing, no JSON, inside the module, or outside `root`.
    """
    named = find_mapping_url(module.content.decode(errors="replace"))
    if named is None:
        return None
    if named.startswith("data:"):
        raise SourceMapError("it is inside the module, not a file")
    path = Path(os.path.realpath(file.parent / named))
    if not path.is_relative_to(root):
        raise SourceMapError(f"{named} is outside the repository")
    try:
        source_map = json.loads(read_regular(path, MAX_MODULE_BYTES).decode())
    except (OSError, ValueError, RecursionError) as error:
        raise SourceMapError(f"{named} can't be read as JSON") from error
    if not isinstance(source_map, dict) or not isinstance(source_map.get("sources"), list):
        raise SourceMapError(f"{named} has no sources")
    sources = tuple(
        _find(source, source_map, path.parent, find) for source in source_map["sources"]
    )
    content = json.dumps(
        _rename(source_map, module.name), ensure_ascii=False, separators=(",", ":")
    )
    return Module(
        name=f"{module.name}.map",
        type=ModuleType.SOURCE_MAP,
        content=content.encode(errors="replace"),
        sources=sources,
    )


def _find(
    source: Any, source_map: dict[str, Any], folder: Path, find: Callable[[Path], str | None]
) -> str | None:
    if not isinstance(source, str):
        return None
    root = source_map.get("sourceRoot")
    start = folder / root if isinstance(root, str) else folder
    return find(Path(os.path.normpath(start / source)))


def find_mapping_url(text: str) -> str | None:
    r"""Return the path in the comment that ends a module; only comments may follow it.

    >>> find_mapping_url("a();\n//# sourceMappingURL=a.js.map\n")
    'a.js.map'
    """
    for line in map(str.strip, reversed(text.split("\n"))):
        if line.startswith(_COMMENT):
            return line.replace(_COMMENT, "").strip()
        if line and not line.startswith(("//#", "//@")):
            return None
    return None


def _rename(source_map: dict[str, Any], name: str) -> dict[str, Any]:
    """Name the uploaded module, and take the way from the map to the sources off."""
    source_map["file"] = name
    if source_map.get("sourceRoot"):
        source_map["sourceRoot"] = _strip(source_map["sourceRoot"])
    source_map["sources"] = [_strip(source) for source in source_map["sources"]]
    return source_map


def _strip(path: Any) -> Any:
    """Strip leading steps in wrangler's order: each kind as often as it is there."""
    if isinstance(path, str):
        for prefix in _STRIPPED:
            start = 0
            while path.startswith(prefix, start):
                start += len(prefix)
            path = path[start:]
    return path
