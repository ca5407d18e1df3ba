"""Turns the outputs of a build into modules: the bundle, files beside it, the source map."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workers_deploy.core.project import Module, ModuleType
from workers_deploy.dataclass import dataclass
from workers_deploy.project.bundle.options import destination_of
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
    destination, root = destination_of(request), request.directory
    made = json.loads(content)
    files = [Path(os.path.normpath(destination / source)) for source in made["sources"]]
    made |= {"sourceRoot": "", "sources": [_relative(file, root) for file in files]}
    text = json.dumps(made | {"file": name}, ensure_ascii=False, separators=(",", ":"))
    return Module(
        name=f"{name}.map",
        type=ModuleType.SOURCE_MAP,
        content=text.encode(errors="surrogatepass"),
        sources=tuple(request.show(file) for file in files),
    )


def _relative(path: Path, start: Path) -> str:
    return Path(os.path.relpath(path, start)).as_posix()
