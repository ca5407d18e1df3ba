"""Where in the checkout an error stands that Cloudflare reports of an uploaded module.

A script that fails to start is told by module, line and column. What people can mend is a file: the
one that the module is a copy of, or the one that a bundle's source map names. Source maps are
decoded here (ECMA-426): it takes forty lines, and the packages on PyPI that do it are unkept or
bring a native library.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from workers_deploy.core.project import Module, ModuleType, Project, ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place

_DIGITS = {
    char: value
    for value, char in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
_CONTINUES = 32  # the bit of a digit that says that the number goes on


# Source, its line and its column, as far as a map is read.
_State = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a piece of a line comes from; all count from 0."""

    column: int  # where the piece begins in the line
    source: int
    source_line: int
    source_column: int


def find_in_checkout(place: Place, project: Project) -> Place | None:
    """Return the place in a file of the checkout, None where no file is known."""
    module = _module_at(place, project)
    if module is None:
        return None
    maps = (*project.modules, *((project.local_source_map,) if project.local_source_map else ()))
    source_map = next((one for one in maps if one.name == f"{module.name}.map"), None)
    if source_map is not None and source_map.type is ModuleType.SOURCE_MAP and place.line:
        mapped = _through_map(source_map, place.line, place.column or 1)
        if mapped is not None:
            return mapped
    if module.file is None:
        return None
    return Place(file=module.file, line=place.line, column=place.column)


def _module_at(place: Place, project: Project) -> Module | None:
    if project.format is ScriptFormat.SERVICE_WORKER:
        # It is the only code, whatever the runtime calls it.
        named = project.main_module
    else:
        named = place.file.removeprefix("./")
    return next((one for one in project.modules if one.name.removeprefix("./") == named), None)


def _through_map(source_map: Module, line: int, column: int) -> Place | None:
    (found,) = find_through_map(source_map, [(line, column)])
    return found


def find_through_map(source_map: Module, wanted: Sequence[tuple[int, int]]) -> list[Place | None]:
    """Return where in the sources stands what has these lines and columns in the mapped text."""
    pieces = read_lines(_mappings_of(source_map), {line - 1 for line, _ in wanted})
    return [_place_of(source_map, pieces.get(line - 1, []), column) for line, column in wanted]


def _place_of(source_map: Module, pieces: Sequence[_Origin], column: int) -> Place | None:
    before = [one for one in pieces if one.column < column]
    if not before:
        return None
    origin = before[-1]
    known = source_map.sources
    file = known[origin.source] if 0 <= origin.source < len(known) else None
    if file is None:
        return None
    return Place(file=file, line=origin.source_line + 1, column=origin.source_column + 1)


def _mappings_of(source_map: Module) -> str:
    try:
        mappings = json.loads(source_map.content).get("mappings")
    except (ValueError, AttributeError):
        return ""
    return mappings if isinstance(mappings, str) else ""


def read_lines(mappings: str, wanted: Collection[int]) -> dict[int, list[_Origin]]:
    """Return where the pieces of some lines come from, in the order of their columns.

    A map that is no map has nothing to say.

    >>> found = read_lines(";AAEA,IAAC", [1])
    >>> [(one.column, one.source_line, one.source_column) for one in found[1]]
    [(0, 2, 0), (4, 2, 1)]
    """
    lines = mappings.split(";")
    found: dict[int, list[_Origin]] = {}
    state, done = (0, 0, 0), 0
    for number in sorted(one for one in wanted if one < len(lines)):
        state = _skip(state, lines[done:number])
        pieces, state = _read_line(state, lines[number])
        if pieces:
            found[number] = pieces
        done = number + 1
    return found


def _skip(state: _State, lines: Iterable[str]) -> _State:
    """Return what lines without interest end with: of a million pieces few thousand differ."""
    for text, times in Counter(",".join(lines).split(",")).items():
        fields = read_numbers(text)
        if len(fields) >= 4:
            state = _moved(state, [times * one for one in fields])
    return state


def _read_line(state: _State, line: str) -> tuple[list[_Origin], _State]:
    """Return where the pieces of a line come from, in the order of their columns."""
    column = 0
    pieces = []
    for fields in map(read_numbers, line.split(",")):
        column += fields[0] if fields else 0
        if len(fields) >= 4:
            state = _moved(state, fields)
            pieces.append(_Origin(column, *state))
    return sorted(pieces, key=lambda one: one.column), state


def _moved(state: _State, fields: Sequence[int]) -> _State:
    """Return where a piece comes from: all but the column goes on from the piece before."""
    return state[0] + fields[1], state[1] + fields[2], state[2] + fields[3]


def read_numbers(text: str) -> Sequence[int]:
    """Return the numbers of a piece, none where it is no such text (ECMA-426, Base64 VLQ).

    >>> read_numbers("AAgBC"), read_numbers("D"), read_numbers("g"), read_numbers("ä")
    ([0, 0, 16, 1], [-1], [], [])
    """
    try:
        return list(_numbers(text))
    except KeyError:
        return []


def _numbers(text: str) -> Iterator[int]:
    value = shift = 0
    for char in text:
        digit = _DIGITS[char]
        value |= (digit & ~_CONTINUES) << shift
        shift += 5
        if not digit & _CONTINUES:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
