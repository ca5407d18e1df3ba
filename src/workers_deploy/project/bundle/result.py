"""Turns the outputs of a build into modules: the bundle, files beside it, the source map."""

import json
import os
import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pydantic_core

from workers_deploy.core.project import Module, ModuleType
from workers_deploy.dataclass import dataclass
from workers_deploy.project.bundle.options import DESTINATION
from workers_deploy.project.bundle.request import BundleRequest
from workers_deploy.project.esbuild.build import Built


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundled:
    """A bundle: the main module first; `exports` are those of the entry point."""

    modules: tuple[Module, ...]
    exports: tuple[str, ...]
    source_map: Module


def read_bundle(request: BundleRequest, built: Built, collected: Mapping[str, Module]) -> Bundled:
    """Return the modules of a successful build; `collected` are those beside the bundle."""
    assert built.metafile is not None
    outputs = built.metafile["outputs"]
    path, main = next((path, one) for path, one in outputs.items() if "entryPoint" in one)
    file = Path(os.path.normpath(request.directory / path))
    exports = tuple(main["exports"])
    type_ = ModuleType.ESM if exports else ModuleType.COMMONJS
    beside = {module.name: module for module, _ in request.beside}
    beside |= {name: collected[name] for name in _in_order(main["imports"], collected)}
    return Bundled(
        modules=(
            Module(name=file.name, type=type_, content=built.outputs[file]),
            *beside.values(),
        ),
        exports=exports,
        source_map=_source_map(request, file.name, built.outputs[Path(f"{file}.map")]),
    )


def _in_order(imports: list[Mapping[str, Any]], collected: Mapping[str, Module]) -> Iterator[str]:
    """Yield the collected names in the order of the bundle's imports: callbacks have no order."""
    imported = [one["path"] for one in imports]
    yield from (name for name in dict.fromkeys(imported) if name in collected)
    yield from sorted(collected.keys() - set(imported))


def _source_map(request: BundleRequest, name: str, content: bytes) -> Module:
    """Make the sources relative to the project's root, as wrangler does (`source-maps.ts`)."""
    made = _parse(content)
    sources = [_from_root(request, source) for source in made["sources"]]
    project = request.show(request.directory)
    return Module(
        name=f"{name}.map",
        type=ModuleType.SOURCE_MAP,
        content=_write(made | {"sourceRoot": "", "sources": sources, "file": name}),
        sources=tuple(posixpath.normpath(f"{project}/{source}") for source in sources),
    )


def _from_root(request: BundleRequest, source: str) -> str:
    """Return a source's path from the project's root: text alone, since a map has thousands."""
    if os.path.isabs(source):  # noqa: PTH117
        return Path(os.path.relpath(source, request.directory)).as_posix()
    return posixpath.normpath(f"{DESTINATION}/{source}")


def _parse(content: bytes) -> Any:
    """Parse a map, which has megabytes: pydantic's parser and writer take a third of the time.

    They refuse half of a surrogate pair, which a text in JavaScript may have.
    """
    try:
        return pydantic_core.from_json(content, cache_strings="none")
    except ValueError:
        return json.loads(content)


def _write(made: Any) -> bytes:
    r"""Write as JavaScript's `JSON.stringify` does, which escapes half a pair: `\ud800`."""
    try:
        return pydantic_core.to_json(made)
    except ValueError:
        text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
        return text.encode(errors="backslashreplace")
