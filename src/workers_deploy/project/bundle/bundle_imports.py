"""How the imports of a build are written: wrangler's rules look at that, not at what they mean.

esbuild's metafile says it of what went into the bundle or was copied, not of what stayed external.
Of files that import such, a second run says it, in which everything is external: ten milliseconds.
"""

import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from workers_deploy.dataclass import dataclass
from workers_deploy.project.bundle.bundle_files import Build
from workers_deploy.project.esbuild.program import run_esbuild


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One import of a file; the importer is as the metafile names it."""

    importer: str
    file: Path
    written: str


def read_imports(
    build: Build,
    program: Path,
    arguments: Sequence[str],
    apart: Collection[Path],
    check: Callable[[], None],
) -> list[Import]:
    """Return the imports of files; `arguments` are those of the build without what it bundles.

    Of what stayed external only the files that are `apart` are told.
    """
    inputs = build.metafile["inputs"]
    asking = [name for name, one in inputs.items() if _has_any(build, one["imports"], apart)]
    written = _ask(build, program, arguments, asking, check) if asking else {}
    return [
        found
        for importer, one in inputs.items()
        for found in _read(build, importer, one["imports"], written.get(importer, ()), apart)
    ]


def _has_any(build: Build, imports: Iterable[Mapping[str, Any]], apart: Collection[Path]) -> bool:
    return any(one.get("external") and build.target(one) in apart for one in imports)


def _read(
    build: Build,
    importer: str,
    imports: Sequence[Mapping[str, Any]],
    written: Sequence[str],
    apart: Collection[Path],
) -> Iterator[Import]:
    is_told = len(written) == len(imports)
    for index, one in enumerate(imports):
        file = build.target(one)
        if "original" in one and not one.get("external"):
            yield Import(importer=importer, file=file, written=one["original"])
        elif one.get("external") and file in apart:
            text = written[index] if is_told else _from(build.path(importer), file)
            yield Import(importer=importer, file=file, written=text)


def _from(importer: Path, file: Path) -> str:
    """Write an import as most do, where nothing tells how it is written."""
    path = Path(os.path.relpath(file, importer.parent)).as_posix()
    return path if path.startswith("../") else f"./{path}"


def _ask(
    build: Build,
    program: Path,
    arguments: Sequence[str],
    importers: Iterable[str],
    check: Callable[[], None],
) -> dict[str, tuple[str, ...]]:
    """Return what each file imports, word for word and in the metafile's order."""
    files = [str(path) for path in map(build.path, importers) if path.is_file()]
    with tempfile.TemporaryDirectory(prefix="workers-deploy-") as folder:
        options = [*files, *arguments, "--external:*"]
        metafile = run_esbuild(program, build.directory, Path(folder), options, check).metafile
    inputs = metafile["inputs"] if metafile else {}
    return {name: tuple(i["path"] for i in one["imports"]) for name, one in inputs.items()}
