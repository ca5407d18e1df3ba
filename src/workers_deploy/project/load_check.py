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
from workers_deploy.project.bundle_files import Build
from workers_deploy.project.esbuild import Built, Message
from workers_deploy.project.load_time import find_spots, mark
from workers_deploy.project.partial_builtins import Partial

_STAND_IN = "__workers_deploy_"
# Each begins with a literal, which is found fast: in a tenth of the time of one pattern for all.
_MODULES = (
    re.compile(r"__require\d*\([\"'](?P<module>node:[\w/]+)[\"']\)"),
    re.compile(r"import\([\"'](?P<module>node:[\w/]+)[\"']\)"),
)
_MEMBER = re.compile(rf"{_STAND_IN}(?P<partial>[a-z]+?)\d*\.(?P<member>[\w$]+)")
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

    `exports` are named imports, `at_load` and `later` modules, `members` those of a global that the
    project's own code needs where it uses them.
    """

    exports: tuple[tuple[Partial, tuple[Needed, ...]], ...] = ()
    at_load: tuple[Needed, ...] = ()
    later: tuple[Needed, ...] = ()
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


class _Reading:
    """Reads the text of the second build."""

    def __init__(self, look: Look, build: Build, messages: Sequence[Message]) -> None:
        self._look = look
        self._messages = messages
        main = next(path for path, one in build.outputs.items() if "entryPoint" in one)
        self._text = main.read_text(encoding="utf-8")
        self._found = sorted(self._look_for(), key=lambda found: found.start())
        self._spots = find_spots(self._marked()) if self._found else {}
        self._main = main
        inputs = build.metafile["inputs"]
        starts = [one for one in _FILE.finditer(self._text) if one[1] in inputs]
        self._starts = [one.start() for one in starts]
        self._files = [one[1] for one in starts]

    def _look_for(self) -> Iterator[re.Match[str]]:
        """Yield what may be lacking."""
        for pattern in _MODULES:
            for found in pattern.finditer(self._text):
                if found["module"] in self._look.late:
                    yield found
        lacks = {one.name: one.lacks for one in self._look.partial}
        for found in _MEMBER.finditer(self._text):
            if found["member"] in lacks.get(found["partial"], ()):
                yield found

    def lacks(self) -> Lacks:
        at_load, later = self._modules()
        members = [(one, self._members(one)) for one in self._look.partial]
        chosen = [at_load, later, *(numbers for _, numbers in members)]
        places = self._places(sorted(number for one in chosen for number in one.values()))
        needed = [
            tuple(Needed(name, places[number]) for name, number in one.items()) for one in chosen
        ]
        return Lacks(
            at_load=needed[0],
            later=needed[1],
            members=tuple(self._with_namespaces(members, needed[2:])),
        )

    def _modules(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return the modules that are needed at load, and later, with where that is first."""
        at_load: dict[str, int] = {}
        later: dict[str, int] = {}
        for number, found in enumerate(self._found):
            spot, module = self._spots.get(number), found.groupdict().get("module")
            if spot is None or module is None:
                continue
            if spot.is_at_load and self._is_waited_for(found):
                at_load.setdefault(module, number)
            elif not spot.is_caught:
                later.setdefault(module, number)
        return at_load, {name: one for name, one in later.items() if name not in at_load}

    def _is_waited_for(self, found: re.Match[str]) -> bool:
        """Tell whether it throws where it stands: an import is a promise, which others may take."""
        if not found.group().startswith("import"):
            return True
        start, end = max(0, found.start() - len(_AWAIT)), found.end()
        return self._text[start : found.start()] == _AWAIT and self._text[end : end + 1] != "."

    def _with_namespaces(
        self,
        members: Iterable[tuple[Partial, object]],
        needed: Iterable[tuple[Needed, ...]],
    ) -> Iterator[tuple[Partial, tuple[Needed, ...]]]:
        """Yield the members of each global with those of its module's namespace."""
        for (partial, _), of_global in zip(members, needed, strict=True):
            first = {one.name: one for one in of_global}
            for one in _of_namespace(partial, self._look, self._messages):
                first.setdefault(one.name, one)
            if first:
                yield partial, tuple(first.values())

    def _members(self, partial: Partial) -> dict[str, int]:
        """Return the members that own code goes on with, unless its file looks whether they are."""
        named = [
            (number, found)
            for number, found in enumerate(self._found)
            if found.groupdict().get("partial") == partial.name
        ]
        asking = {self._file(found) for _, found in named if not self._goes_on(found)}
        needed: dict[str, int] = {}
        for number, found in named:
            file, spot = self._file(found), self._spots.get(number)
            is_own = file is not None and "node_modules/" not in file and file not in asking
            if is_own and spot and not spot.is_caught:
                needed.setdefault(found["member"], number)
        return needed

    def _goes_on(self, found: re.Match[str]) -> bool:
        return self._text.startswith(_LIKELY, found.end())

    def _file(self, found: re.Match[str]) -> str | None:
        index = bisect.bisect(self._starts, found.start()) - 1
        return self._files[index] if index >= 0 else None

    def _marked(self) -> str:
        parts, end = [], 0
        for number, found in enumerate(self._found):
            parts += [self._text[end : found.start()], mark(number)]
            end = found.end()
        return "".join([*parts, self._text[end:]])

    def _places(self, numbers: Sequence[int]) -> dict[int, Place | None]:
        """Return where in the sources some of what was found stands; a map takes time to read."""
        if not numbers:
            return {}
        source_map = _source_map(self._main, self._look.show)
        wanted = [self._position(self._found[number].start()) for number in numbers]
        return dict(zip(numbers, find_through_map(source_map, wanted), strict=True))

    def _position(self, offset: int) -> tuple[int, int]:
        line = self._text.count("\n", 0, offset) + 1
        return line, offset - self._text.rfind("\n", 0, offset)


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
