"""Keeps aliases to the one name that they are said for, as wrangler's are.

esbuild lets an alias of `util` or `foo` take `util/x` and `foo/bar` along. Where a build shows such
an import, what it means without the alias is asked of esbuild, and said by an alias of its own: of
two that fit, the longer one counts. So it can mean one file only, which is looked at.
"""

import json
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from workers_deploy.dataclass import dataclass
from workers_deploy.project.bundle.node_builtins import ALWAYS, NEVER, SINCE
from workers_deploy.project.esbuild.program import Built, run_esbuild

# Not all: without a loader that reads code esbuild adds no extension to what is in a package.
_EMPTIED = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".json")
# What makes a name mean something else in a folder than in the one above.
_TURNS = ("node_modules", "package.json", "tsconfig.json", "jsconfig.json")
_ORIGINALLY = re.compile(r'\(originally "([^"]+)"\)')


@dataclass(frozen=True, slots=True)
class Subpath:
    """What a file imports below an aliased name; the file is relative to where esbuild ran.

    `is_lost`: the build went by without it, since the alias made it one of the runtime's modules.
    """

    name: str
    importer: str
    is_lost: bool


def find_subpaths(built: Built, aliases: Collection[str]) -> list[Subpath]:
    """Return the imports of a build that an alias took along."""
    found = [*_failed(built), *_succeeded(built)]
    return [one for one in dict.fromkeys(found) if _is_below(one.name, aliases)]


def _is_below(name: str, aliases: Collection[str]) -> bool:
    # No alias may end in a slash.
    is_named = name in aliases or name.endswith("/")
    return not is_named and any(name.startswith(f"{alias}/") for alias in aliases)


def _failed(built: Built) -> Iterator[Subpath]:
    for message in built.messages:
        named = _ORIGINALLY.search(message.text)
        if named and message.file:
            yield Subpath(named.group(1), message.file, is_lost=False)


def _succeeded(built: Built) -> Iterator[Subpath]:
    for importer, one in (built.metafile or {"inputs": {}})["inputs"].items():
        for imported in one["imports"]:
            name = imported["path"].removeprefix("node:")
            if "original" in imported:
                yield Subpath(imported["original"], importer, is_lost=False)
            elif name != imported["path"] and name not in (*ALWAYS, *SINCE, *NEVER):
                yield Subpath(name, importer, is_lost=True)


@dataclass(frozen=True, slots=True)
class Meanings:
    """What names below aliases mean, by the name and the folder that decides on it.

    None is what means no file.
    """

    files: Mapping[tuple[str, Path], str | None]

    @property
    def aliases(self) -> dict[str, str]:
        """Return a file of each name."""
        return {name: file for (name, _), file in self.files.items() if file}

    def find_split(self, directory: Path, subpaths: Iterable[Subpath]) -> Iterator[Subpath]:
        """Yield what means something else than another import of the same name.

        A package that is installed twice in the same version is the same.
        """
        first: dict[str, str | None] = {}
        told: set[tuple[str, Path]] = set()
        for subpath in subpaths:
            place = _place_of(directory, subpath)
            file = self.files[place]
            if not _are_same(first.setdefault(subpath.name, file), file) and place not in told:
                told.add(place)
                yield subpath


def _are_same(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one == other
    return one == other or _content_of(Path(one)) == _content_of(Path(other))


def _content_of(file: Path) -> tuple[bytes, bytes]:
    """Return what is in a file and in the manifest of its package."""
    manifests = (folder / "package.json" for folder in file.parents)
    manifest = next((one for one in manifests if one.is_file()), Path(os.devnull))
    return file.read_bytes(), manifest.read_bytes()


def resolve_subpaths(
    program: Path,
    directory: Path,
    subpaths: Iterable[Subpath],
    arguments: Sequence[str],
    known: Meanings,
    check: Callable[[], None],
) -> Meanings:
    """Return what is `known` and what such imports mean; `arguments` say how esbuild resolves."""
    places = dict.fromkeys(_place_of(directory, subpath) for subpath in subpaths)
    found = {
        (name, folder): _resolve(program, folder, name, arguments, check)
        for name, folder in places
        if (name, folder) not in known.files
    }
    return Meanings({**known.files, **found})


def _place_of(directory: Path, subpath: Subpath) -> tuple[str, Path]:
    folder = Path(os.path.normpath(directory / subpath.importer)).parent
    deciding = (one for one in (folder, *folder.parents) if _has_turn(one))
    return subpath.name, next(deciding, folder)


def _has_turn(folder: Path) -> bool:
    return any((folder / name).exists() for name in _TURNS)


def _resolve(
    program: Path,
    folder: Path,
    name: str,
    arguments: Sequence[str],
    check: Callable[[], None],
) -> str | None:
    """Bundle one import, with every file as an empty one, and look which was read."""
    extensions = {*_EMPTIED, Path(name).suffix} - {""}
    loaders = [f"--loader:{extension}=empty" for extension in sorted(extensions)]
    options = ["--bundle", "--log-level=error", *arguments, *loaders]
    with tempfile.TemporaryDirectory(prefix="workers-deploy-") as temporary:
        output = Path(temporary)
        source = output / "source"
        source.write_text(f"import {json.dumps(name)};", encoding="utf-8")
        built = run_esbuild(program, folder, output, options, check, source=source)
    inputs = built.metafile["inputs"] if built.metafile else {}
    files = [path for path in inputs if path != "<stdin>" and ":" not in path]
    return os.path.normpath(folder / files[0]) if files else None
