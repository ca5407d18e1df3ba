"""The files that a bundle leaves beside itself: what they are called, and which imports mean them.

wrangler calls such a module by the SHA-1 of its content and its file's name, or, with
`preserve_file_names`, as the import is written.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workers_deploy.core.project import Module, ModuleType
from workers_deploy.dataclass import dataclass


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

    @property
    def main(self) -> Path:
        """Return the bundle itself."""
        return next(path for path, one in self.outputs.items() if "entryPoint" in one)

    @property
    def left(self) -> set[Path]:
        """Return what the bundle imports of what stayed external."""
        imports = self.outputs[self.main]["imports"]
        return {self.target(one) for one in imports if one.get("external")}

    @property
    def copied(self) -> dict[Path, str]:
        """Return what was copied, with the file that it is of.

        esbuild makes one more output of several inputs: all imported CSS. wrangler sends none.
        """
        outputs = self.outputs
        styles = {self.path(one["cssBundle"]) for one in outputs.values() if "cssBundle" in one}
        return {
            path: next(iter(one["inputs"])).partition("?")[0]
            for path, one in outputs.items()
            if one["inputs"] and "entryPoint" not in one and path not in styles
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What a rule makes of a file, and how the import that it takes is written."""

    type: ModuleType
    written: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftFile:
    """A file that became a module of its own; `written` is how the bundle imports it."""

    written: str
    module: Module


@dataclass(frozen=True, kw_only=True, slots=True)
class FileNames:
    """Names the modules of one build."""

    build: Build
    taken: Mapping[Path, Taken]
    show: Callable[[Path], str]
    keeps_names: bool

    def files(self, main: Path) -> dict[Path, LeftFile]:
        """Return every file that was left beside `main`, by the path that imports mean.

        In the order in which the bundle imports them, which is wrangler's.
        """
        found = {**self._copied(), **self._apart(main)}
        imported = [self.build.target(one) for one in self.build.outputs[main]["imports"]]
        ordered = dict.fromkeys((*(path for path in imported if path in found), *found))
        return {path: found[path] for path in ordered}

    def _copied(self) -> dict[Path, LeftFile]:
        """Return what esbuild copied, by the extension."""
        return {
            path: LeftFile(
                written=f"./{path.name}",
                module=self._module(self.build.path(original), path),
            )
            for path, original in self.build.copied.items()
        }

    def _apart(self, main: Path) -> dict[Path, LeftFile]:
        """Return the files that stayed external, by their place, and are imported."""
        found = {}
        for imported in self.build.outputs[main]["imports"]:
            file = self.build.target(imported)
            if imported.get("external") and file in self.taken:
                written = imported["path"].partition("?")[0]
                found[file] = LeftFile(written=written, module=self._module(file, file))
        return found

    def _module(self, original: Path, content: Path) -> Module:
        taken = self.taken[original]
        read = content.read_bytes()
        return Module(
            name=self._name(taken.written, read),
            type=taken.type,
            content=read,
            file=self.show(original),
        )

    def _name(self, written: str, content: bytes) -> str:
        if self.keeps_names and not Path(written).is_absolute():
            return written
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        return f"./{digest}{'/' if self.keeps_names else '-'}{Path(written).name}"
