"""Finds what a bundle needs of Node that workerd lacks: in a second build, only to be looked at.

In it files of ours stand for what workerd has in part, so that esbuild tells by file and line which
named imports there are not, and members can be told by a name that nobody else uses. It is not
minified, so that its text says what runs at load (`load_time`).
"""

import bisect
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from workers_deploy.core.project import Module, ModuleType
from workers_deploy.core.source_places import find_through_map
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.bundle.bundle_files import Build
from workers_deploy.project.bundle.load_time import find_spots, mark
from workers_deploy.project.bundle.partial_builtins import Partial
from workers_deploy.project.esbuild.program import Built, Message

_STAND_IN = "__workers_deploy_"
# Each begins with a literal, which is found fast.
_MODULES = (
    re.compile(r"__require\d*\([\"'](?P<module>node:[\w/]+)[\"']\)"),
    re.compile(r"import\([\"'](?P<module>node:[\w/]+)[\"']\)"),
)
_MEMBER = re.compile(rf"{_STAND_IN}(?P<partial>[a-z]+?)\d*\.(?P<member>[\w$]+)")
_TAKEN = re.compile(rf"{{ (?P<names>[\w$:, ]+) }} = {_STAND_IN}(?P<partial>[a-z]+?)\d*(?=[;,])")
_TAKEN_NAME = re.compile(r"(?:^|, )([\w$]+)")
# How a member is asked for, compared or given: none of that fails where there is none.
_ASKED_AFTER = re.compile(r"\?\.|\s*(?:&&|\|\||\?|[!=]==?|=)")
_ASKED_BEFORE = ("typeof ", "!", "if (", "&& ", "|| ")
_GIVEN = re.compile(r"\s*(?:\?\?|\|\|)?=(?!=)")
_TELLS_NODE = ("version", "versions", "release")  # who asks for one asks whether it is Node
_FILE = re.compile(r"\n// (.+)")
_LIKELY = ("(", ".", "[")  # behind a member that is undefined, these throw
_AWAIT = "await "
_EXTENSION = ".stand-in"
_NO_MATCH = r'no matching export in "[^"]*?(?P<module>[a-z]+)\.stand-in"'
_NO_EXPORT = re.compile(rf'{_NO_MATCH} for import "(?P<name>[^"]+)"', re.IGNORECASE)
_UNDEFINED = re.compile(
    rf'Import "(?P<name>[^"]+)" will always be undefined because there is {_NO_MATCH}'
)


@dataclass(frozen=True, slots=True)
class Needed:
    """Something of Node that a bundle needs and workerd lacks, and where it says so first."""

    name: str
    place: Place | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lacks:
    """What stops a bundle at load, and what it may come to later.

    `exports` are named imports, `at_load` and `later` modules; `members_at_load` and `members` are
    those of a global that are needed where they are used.
    """

    exports: tuple[tuple[Partial, tuple[Needed, ...]], ...] = ()
    at_load: tuple[Needed, ...] = ()
    later: tuple[Needed, ...] = ()
    members_at_load: tuple[tuple[Partial, tuple[Needed, ...]], ...] = ()
    members: tuple[tuple[Partial, tuple[Needed, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What is looked for.

    `arguments` are those that esbuild was run with, `run` runs it into a folder with others.
    """

    late: Sequence[str]
    partial: Sequence[Partial]
    has_globals: bool
    directory: Path
    show: Callable[[Path], str]
    arguments: Sequence[str]
    run: Callable[[Path, Sequence[str]], Built]


def find_lacks(look: Look, output: Path) -> Lacks:
    """Return what a bundle needs and workerd lacks."""
    stand_ins = output / "stand-ins"
    stand_ins.mkdir(parents=True)
    built = look.run(output, [*look.arguments, *_write(look, stand_ins)])
    if built.metafile is None:
        exports = ((one, tuple(_not_exported(one, look, built.messages))) for one in look.partial)
        return Lacks(exports=tuple((one, needed) for one, needed in exports if needed))
    build = Build(metafile=built.metafile, output=output, directory=look.directory)
    return _Reading(look, build, built.messages).lacks()


def _write(look: Look, folder: Path) -> list[str]:
    """Write the stand-ins and return esbuild's arguments that bring them in."""
    arguments = [f"--loader:{_EXTENSION}=js", "--minify=false", "--sources-content=false"]
    injected = []
    for one in look.partial:
        file = folder / f"{one.name}{_EXTENSION}"
        exports = "".join(f"export const {name} = 0;\n" for name in one.exports)
        stand_in = f"{_STAND_IN}{one.name}"
        text = f"const {stand_in} = {{}};\n{exports}export {{ {stand_in} as default }};\n"
        file.write_text(text, encoding="utf-8")
        injected.append(f'export {{ default as {one.name} }} from "./{file.name}";\n')
        arguments += [f"{alias}{file}" for alias in _aliases(look, one)]
    if look.has_globals:
        inject = folder / f"inject{_EXTENSION}"
        inject.write_text("".join(injected), encoding="utf-8")
        arguments.append(f"--inject:{inject}")
    return arguments


def _aliases(look: Look, partial: Partial) -> Iterator[str]:
    """Yield the names that mean the module; the project's own aliases stay."""
    named, bare = f"--alias:node:{partial.name}=", f"--alias:{partial.name}="
    if partial.exports and not any(one.startswith(named) for one in look.arguments):
        yield named
    if partial.exports and f"{bare}node:{partial.name}" in look.arguments:
        yield bare


def _not_exported(partial: Partial, look: Look, messages: Sequence[Message]) -> Iterator[Needed]:
    for message in messages:
        found = _NO_EXPORT.match(message.text)
        if found and found["module"] == partial.name and message.is_error and message.file:
            file = look.show(look.directory / message.file)
            yield Needed(found["name"], Place(file=file, line=message.line, column=message.column))


def _of_namespace(partial: Partial, look: Look, messages: Sequence[Message]) -> Iterator[Needed]:
    """Yield members of `import * as …` in own code, of whose packages esbuild does not tell."""
    for message in messages:
        found = _UNDEFINED.match(message.text)
        is_its = found and found["module"] == partial.name and found["name"] in partial.lacks
        if found and is_its and message.file and message.line and message.column:
            file = look.directory / message.file
            line = file.read_text(encoding="utf-8").splitlines()[message.line - 1]
            if line.startswith(_LIKELY, message.column - 1 + len(found["name"])):
                place = Place(file=look.show(file), line=message.line, column=message.column)
                yield Needed(found["name"], place)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """A module that is needed, or a member of a global, and where it stands.

    `is_taken`: it stands in `const { member } = …`.
    """

    start: int
    end: int
    module: str | None = None
    partial: str | None = None
    member: str = ""
    is_taken: bool = False


class _Reading:
    """Reads the text of the second build."""

    def __init__(self, look: Look, build: Build, messages: Sequence[Message]) -> None:
        self._look = look
        self._messages = messages
        main = next(path for path, one in build.outputs.items() if "entryPoint" in one)
        self._text = main.read_text(encoding="utf-8")
        self._found = sorted(self._look_for(), key=lambda found: found.start)
        self._spots = find_spots(self._marked()) if self._found else {}
        self._main = main
        inputs = build.metafile["inputs"]
        starts = [one for one in _FILE.finditer(self._text) if one[1] in inputs]
        self._starts = [one.start() for one in starts]
        self._files = [one[1] for one in starts]

    def _look_for(self) -> Iterator[_Found]:
        """Yield what may be lacking."""
        for pattern in _MODULES:
            for found in pattern.finditer(self._text):
                if found["module"] in self._look.late:
                    yield _Found(start=found.start(), end=found.end(), module=found["module"])
        lacks = {one.name: one.lacks for one in self._look.partial}
        for one in (*self._members_used(), *self._members_taken()):
            if one.member in lacks.get(str(one.partial), ()):
                yield one

    def _members_used(self) -> Iterator[_Found]:
        for found in _MEMBER.finditer(self._text):
            start, end = found.span()
            yield _Found(start=start, end=end, partial=found["partial"], member=found["member"])

    def _members_taken(self) -> Iterator[_Found]:
        for taken in _TAKEN.finditer(self._text):
            for found in _TAKEN_NAME.finditer(taken["names"]):
                start, end = (taken.start("names") + one for one in found.span(1))
                partial, member = taken["partial"], found[1]
                yield _Found(start=start, end=end, partial=partial, member=member, is_taken=True)

    def lacks(self) -> Lacks:
        at_load, later = self._modules()
        members = [self._members(one) for one in self._look.partial]
        chosen = [at_load, later, *(first for first, _ in members), *(rest for _, rest in members)]
        places = self._places(sorted(number for one in chosen for number in one.values()))
        modules, loading, *of_globals = (
            tuple(Needed(name, places[number]) for name, number in one.items()) for one in chosen
        )
        count = len(members)
        return Lacks(
            at_load=modules,
            later=loading,
            members_at_load=_having(zip(self._look.partial, of_globals[:count], strict=True)),
            members=_having(
                (one, self._with_namespace(one, needed))
                for one, needed in zip(self._look.partial, of_globals[count:], strict=True)
            ),
        )

    def _modules(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return the modules that are needed at load, and later, with where that is first."""
        at_load: dict[str, int] = {}
        later: dict[str, int] = {}
        for number, found in enumerate(self._found):
            spot = self._spots.get(number)
            if spot is None or found.module is None:
                continue
            if spot.is_at_load and self._is_waited_for(found):
                at_load.setdefault(found.module, number)
            elif not spot.is_caught:
                later.setdefault(found.module, number)
        return at_load, {name: one for name, one in later.items() if name not in at_load}

    def _is_waited_for(self, found: _Found) -> bool:
        """Tell whether it throws where it stands: an import is a promise, which others may take."""
        if not self._text.startswith("import", found.start):
            return True
        is_awaited = self._text.endswith(_AWAIT, 0, found.start)
        return is_awaited and not self._text.startswith(".", found.end)

    def _with_namespace(self, partial: Partial, needed: Iterable[Needed]) -> tuple[Needed, ...]:
        """Add the members of its module's namespace."""
        first = {one.name: one for one in needed}
        for one in _of_namespace(partial, self._look, self._messages):
            first.setdefault(one.name, one)
        return tuple(first.values())

    def _members(self, partial: Partial) -> tuple[dict[str, int], dict[str, int]]:
        """Return the members that are sure to fail at load, and what may fail, own code first."""
        named = [(n, one) for n, one in enumerate(self._found) if one.partial == partial.name]
        asked = {(self._file(one), one.member) for _, one in named if self._is_asked(one)}
        given = self._given(partial, named)
        at_load: dict[str, int] = {}
        later: dict[str, int] = {}
        for number, one in sorted(named, key=lambda pair: self._is_of_package(pair[1])):
            spot, file = self._spots.get(number), self._file(one)
            is_asked = any((file, name) in asked for name in (one.member, *_TELLS_NODE))
            if spot is None or spot.is_caught or is_asked or not self._goes_on(one):
                continue
            is_sure = spot.is_at_load and not one.is_taken
            if is_sure and given is not None and one.member not in given:
                at_load.setdefault(one.member, number)
            else:
                later.setdefault(one.member, number)
        return at_load, {name: one for name, one in later.items() if name not in at_load}

    def _given(self, partial: Partial, named: Iterable[tuple[int, _Found]]) -> set[str] | None:
        """Return the members that the bundle sets, None where it may set any."""
        others = re.compile(rf"\.{partial.name} = |\({_STAND_IN}{partial.name}\d*[,)]")
        if others.search(self._text):
            return None
        return {one.member for _, one in named if _GIVEN.match(self._text, one.end)}

    def _is_asked(self, found: _Found) -> bool:
        if found.is_taken or self._goes_on(found):
            return False
        is_asked = _ASKED_AFTER.match(self._text, found.end) is not None
        return is_asked or self._text.endswith(_ASKED_BEFORE, 0, found.start)

    def _goes_on(self, found: _Found) -> bool:
        return found.is_taken or self._text.startswith(_LIKELY, found.end)

    def _is_of_package(self, found: _Found) -> bool:
        return "node_modules/" in (self._file(found) or "node_modules/")

    def _file(self, found: _Found) -> str | None:
        index = bisect.bisect(self._starts, found.start) - 1
        return self._files[index] if index >= 0 else None

    def _marked(self) -> str:
        parts, end = [], 0
        for number, found in enumerate(self._found):
            parts += [self._text[end : found.start], mark(number)]
            end = found.end
        return "".join([*parts, self._text[end:]])

    def _places(self, numbers: Sequence[int]) -> dict[int, Place | None]:
        """Return where in the sources some of what was found stands; a map takes time to read."""
        if not numbers:
            return {}
        source_map = _source_map(self._main, self._look.show)
        wanted = [self._position(self._found[number].start) for number in numbers]
        return dict(zip(numbers, find_through_map(source_map, wanted), strict=True))

    def _position(self, offset: int) -> tuple[int, int]:
        line = self._text.count("\n", 0, offset) + 1
        return line, offset - self._text.rfind("\n", 0, offset)


def _having(
    members: Iterable[tuple[Partial, tuple[Needed, ...]]],
) -> tuple[tuple[Partial, tuple[Needed, ...]], ...]:
    return tuple((one, needed) for one, needed in members if needed)


def _source_map(main: Path, show: Callable[[Path], str]) -> Module:
    content = main.with_name(f"{main.name}.map").read_bytes()
    sources = json.loads(content)["sources"]
    paths = (Path(os.path.normpath(main.parent / source)) for source in sources)
    return Module(
        name=f"{main.name}.map",
        type=ModuleType.SOURCE_MAP,
        content=content,
        sources=tuple(show(path) for path in paths),
    )
