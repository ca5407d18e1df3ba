"""Which imported files stay beside a bundle: those whose imports fall under a rule as written.

Most rules name an extension, and esbuild copies such files by itself. For the others, and where an
extension says too much, it bundles again with those files external, until each import is as the
rules have it. A file that can't be bundled is left out first, and looked at then.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from workers_deploy.core.project import ModuleType
from workers_deploy.dataclass import dataclass
from workers_deploy.project.bundle.bundle_files import Build, Taken
from workers_deploy.project.bundle.bundle_imports import Import
from workers_deploy.project.code.module_rules import ModuleRules
from workers_deploy.project.esbuild.program import Message

_NO_LOADER = re.compile(r'No loader is configured for ".*" files: (.+)')
_UNRESOLVED = re.compile(r'Could not resolve "(.+)"')
_SOURCE_PHASE = "Bundling with source phase imports is not supported"
_ANY_HASH = "0" * 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorting:
    """What esbuild is told: `apart` are external, and where it `copies`, so are extensions.

    `kept` are files that it has to bundle after all. `bare` are the files that are imported by
    their name only, as wrangler 1 had it.
    """

    apart: frozenset[Path] = frozenset()
    kept: frozenset[Path] = frozenset()
    copies: bool = True
    bare: Mapping[str, Path]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorter:
    """Sorts the files of one bundle; `fixed` are what it never takes out."""

    rules: ModuleRules
    entry: Path
    directory: Path
    fixed: Collection[Path]
    aliases: Collection[str]
    keeps_names: bool

    def after_errors(self, sorting: Sorting, messages: Iterable[Message]) -> Sorting:
        """Leave out what could not be bundled, unless it was looked at already."""
        errors = [message for message in messages if message.is_error]
        bare = dict(filter(None, map(self._bare, errors)))
        if bare.keys() - sorting.bare.keys():
            return replace(sorting, bare={**sorting.bare, **bare})
        if sorting.copies and any(one.text.startswith(_SOURCE_PHASE) for one in errors):
            return replace(sorting, copies=False)
        if sorting.copies and not self.rules.say_more():
            return sorting
        failed = {self.directory / name for message in errors for name in _files_of(message)}
        failed -= {self.entry, *self.fixed, *sorting.kept}
        return replace(sorting, apart=sorting.apart | failed)

    def after_build(self, sorting: Sorting, build: Build, imports: Iterable[Import]) -> Sorting:
        """Put each file where its imports want it.

        Rules take no files that only a pattern finds, as that of ``import(`./${name}.txt`)``.
        """
        taken, wanted = self.taken(imports), self._bundled(imports)
        copied = set(map(build.path, build.copied.values()))
        found = (copied | (build.left & sorting.apart)) - {one.file for one in imports}
        loose = (wanted - taken.keys()) & (sorting.apart | copied) | found
        copies = sorting.copies and not loose & copied
        apart = sorting.apart | (taken.keys() - (copied if copies else set()) - {*self.fixed})
        kept = sorting.kept | loose
        return replace(sorting, apart=apart - kept, kept=kept, copies=copies)

    def taken(self, imports: Iterable[Import]) -> dict[Path, Taken]:
        """Return the files that become modules, by the first import which says so."""
        found: dict[Path, Taken] = {}
        for one in imports:
            if (type_ := self._type_of(one)) and one.file != self.entry:
                found.setdefault(one.file, Taken(type=type_, written=_plain(one.written)))
        return found

    def split(self, sorting: Sorting, imports: Iterable[Import]) -> Iterator[tuple[str, str, Path]]:
        """Yield the files that one import takes and another bundles, with how both are written."""
        files = self.taken(imports).keys() & self._bundled(imports)
        for file in sorted(files & (sorting.apart | sorting.kept)):
            both = [(self._type_of(one), one.written) for one in imports if one.file == file]
            yield (
                next(written for type_, written in both if type_),
                next(written for type_, written in both if not type_),
                file,
            )

    def _bundled(self, imports: Iterable[Import]) -> set[Path]:
        return {one.file for one in imports if not self._type_of(one)}

    def _type_of(self, one: Import) -> ModuleType | None:
        if one.written in self.aliases:
            return None
        bare = self._type_of_bare(one.written) if one.file.parent == self.entry.parent else None
        return bare or self.rules.type_of_import(one.written)

    def _type_of_bare(self, name: str) -> ModuleType | None:
        """Look at the name that the module will have, as wrangler does."""
        if "/" in name or name == self.entry.name:
            return None
        return self.rules.type_of_import(name if self.keeps_names else f"./{_ANY_HASH}-{name}")

    def _bare(self, message: Message) -> tuple[str, Path] | None:
        found = _UNRESOLVED.fullmatch(message.text)
        name = found.group(1) if found else ""
        file = self.entry.parent / name
        is_bare = self._type_of_bare(name) is not None and not name.startswith(".")
        return (name, file) if is_bare and "=" not in name and file.is_file() else None


def _plain(written: str) -> str:
    return written.partition("?")[0]


def _files_of(message: Message) -> Iterator[str]:
    if found := _NO_LOADER.fullmatch(message.text):
        yield _plain(found.group(1))
    elif message.file and not message.text.startswith(_SOURCE_PHASE):
        yield message.file
