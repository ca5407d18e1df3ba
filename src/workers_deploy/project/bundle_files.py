"""The files that a bundle leaves beside itself: what they are called, and which imports mean them.

wrangler calls such a module by the SHA-1 of its content and its file's name, or, with
`preserve_file_names`, as the import is written.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from workers_deploy.core.project import Module, ModuleType
from workers_deploy.dataclass import dataclass
from workers_deploy.project.module_rules import ModuleRules


@dataclass(frozen=True, kw_only=True, slots=True)
class Build:
    """What esbuild wrote: paths in the metafile are relative to `directory`, where it ran."""

    metafile: Mapping[str, Any]
    output: Path
    directory: Path

    @property
    def outputs(self) -> dict[Path, Mapping[str, Any]]:
        """Return what was written, by absolute path."""
        return {self.path(path): one for path, one in self.metafile["outputs"].items()}

    def path(self, written: str) -> Path:
        """Return a path of the metafile as an absolute one."""
        return Path(os.path.normpath(self.directory / written))

    def target(self, imported: Mapping[str, Any]) -> Path:
        """Return the file that an import of the bundle means."""
        name = imported["path"].partition("?")[0]
        start = self.output if imported.get("external") else self.directory
        return Path(os.path.normpath(start / name))

    def inputs(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield each import of a file that was read: who imports, and what."""
        for importer, one in self.metafile["inputs"].items():
            for imported in one["imports"]:
                yield importer, imported


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftFile:
    """A file that became a module of its own; `written` is how the bundle imports it."""

    written: str
    module: Module


@dataclass(frozen=True, kw_only=True, slots=True)
class FileNames:
    """Names the modules of one build."""

    build: Build
    rules: ModuleRules
    apart: Mapping[Path, ModuleType]
    show: Callable[[Path], str]
    keeps_names: bool

    def files(self, main: Path) -> dict[Path, LeftFile]:
        """Return every file that was left beside `main`, by the path that imports mean.

        In the order in which the bundle imports them, which is wrangler's.
        """
        found = {**self._copied(main), **self._apart(main)}
        imported = [self.build.target(one) for one in self.build.outputs[main]["imports"]]
        ordered = dict.fromkeys((*(path for path in imported if path in found), *found))
        return {path: found[path] for path in ordered}

    def _copied(self, main: Path) -> dict[Path, LeftFile]:
        """Return what esbuild copied, by the extension."""
        specifiers = self._specifiers()
        found = {}
        for path, one in self.build.outputs.items():
            if path == main or not one["inputs"]:
                continue
            source = next(iter(one["inputs"]))
            original = source.partition("?")[0]
            module = Module(
                name=self._name(self.build.path(original), path, specifiers.get(source)),
                type=self.rules.type_of_import(original) or ModuleType.DATA,
                content=path.read_bytes(),
                file=self.show(self.build.path(original)),
            )
            found[path] = LeftFile(written=f"./{path.name}", module=module)
        return found

    def _apart(self, main: Path) -> dict[Path, LeftFile]:
        """Return the files that stayed external, by their place, and are imported."""
        entry = self.build.outputs[main]["entryPoint"]
        folder = self.build.path(entry).parent
        found = {}
        for imported in self.build.outputs[main]["imports"]:
            file = self.build.target(imported)
            if imported.get("external") and file in self.apart:
                specifier = f"./{Path(os.path.relpath(file, folder)).as_posix()}"
                module = Module(
                    name=self._name(file, file, specifier),
                    type=self.apart[file],
                    content=file.read_bytes(),
                    file=self.show(file),
                )
                written = imported["path"].partition("?")[0]
                found[file] = LeftFile(written=written, module=module)
        return found

    def _specifiers(self) -> dict[str, str]:
        """Return how each file is imported first."""
        found: dict[str, str] = {}
        for _, imported in self.build.inputs():
            if "original" in imported:
                found.setdefault(imported["path"], imported["original"].partition("?")[0])
        return found

    def _name(self, original: Path, content: Path, specifier: str | None) -> str:
        if self.keeps_names and specifier and not Path(specifier).is_absolute():
            return specifier
        digest = hashlib.sha1(content.read_bytes(), usedforsecurity=False).hexdigest()
        return f"./{digest}{'/' if self.keeps_names else '-'}{original.name}"
