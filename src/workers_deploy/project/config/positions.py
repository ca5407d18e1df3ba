"""Where each key and value of a configuration file stands, for errors and warnings.

Values are read by `json` and `tomli`, which forget positions; tomlkit keeps the text but not the
positions. The tree-sitter grammars keep both for JSON and TOML, come as wheels without further
packages, and read a file in well under a millisecond. They are imported only when a position is
asked for: a configuration without a mistake never pays for them.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from workers_deploy.dataclass import dataclass
from workers_deploy.project.config.toml_1_0 import as_toml_1_0

if TYPE_CHECKING:
    from tree_sitter import Node

FieldPath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """A place in a text; both count from 1, the column in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Positions:
    """Keys and values of one file by their path."""

    keys: Mapping[FieldPath, Position] = field(default_factory=dict)
    values: Mapping[FieldPath, Position] = field(default_factory=dict)

    def of_value(self, path: FieldPath) -> Position | None:
        """Return where the value stands; of a missing one, where the object around it begins."""
        for length in range(len(path), 0, -1):
            if found := self.values.get(path[:length]):
                return found
        return None

    def of_key(self, path: FieldPath) -> Position | None:
        """Return where the key stands; an item of an array has none, so it is the item itself."""
        return self.keys.get(path) or self.of_value(path)


def read_json_positions(text: str) -> Positions:
    """Return the positions of a JSON text without comments and trailing commas."""
    import tree_sitter_json  # noqa: PLC0415  # only a mistake needs it
    from tree_sitter import Language, Parser  # noqa: PLC0415

    source = text.encode()
    tree = Parser(Language(tree_sitter_json.language())).parse(source)
    index = _Index(source)
    for node in tree.root_node.named_children:
        index.add_json((), node)
    return Positions(index.keys, index.values)


def read_toml_positions(text: str) -> Positions:
    """Return the positions of a TOML text."""
    import tree_sitter_toml  # noqa: PLC0415  # only a mistake needs it
    from tree_sitter import Language, Parser  # noqa: PLC0415

    source = text.encode()
    tree = Parser(Language(tree_sitter_toml.language())).parse(as_toml_1_0(source))
    index = _Index(source)
    index.add_toml_document(tree.root_node)
    return Positions(index.keys, index.values)


class _Index:
    """Collects positions while walking a tree; the last of two equal keys wins, as in JSON."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._line_starts = [0, *(found.end() for found in re.finditer(b"\n", source))]
        self._array_lengths: dict[FieldPath, int] = {}
        self.keys: dict[FieldPath, Position] = {}
        self.values: dict[FieldPath, Position] = {}

    def add_json(self, path: FieldPath, node: "Node") -> None:
        """Add a value and all that is in it."""
        if path:
            self.values[path] = self._position(node)
        if node.type == "object":
            for pair in _children(node, "pair"):
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is not None and value is not None:
                    inner = (*path, _json_key(self._text(key)))
                    self.keys[inner] = self._position(key)
                    self.add_json(inner, value)
        elif node.type == "array":
            for number, item in enumerate(_items(node)):
                self.add_json((*path, number), item)

    def add_toml_document(self, root: "Node") -> None:
        """Add the pairs before the first table, then the tables."""
        self._add_toml_pairs((), root)
        for node in root.named_children:
            if node.type in ("table", "table_array_element"):
                self._add_toml_table(node)

    def _add_toml_table(self, node: "Node") -> None:
        name = next((child for child in _items(node) if child.type in _TOML_KEYS), None)
        if name is None:
            return
        path = self._resolve(
            tuple(self._toml_names(name)), opens_item=node.type == "table_array_element"
        )
        self.keys.setdefault(path, self._position(name))
        self.values.setdefault(path, self._position(node))
        self._add_toml_pairs(path, node)

    def _resolve(self, names: tuple[str, ...], *, opens_item: bool) -> FieldPath:
        """Write the number of the current item after each name of an array of tables."""
        path: FieldPath = ()
        for depth, name in enumerate(names):
            path = (*path, name)
            if opens_item and depth == len(names) - 1:
                self._array_lengths[path] = self._array_lengths.get(path, 0) + 1
            if length := self._array_lengths.get(path):
                path = (*path, length - 1)
        return path

    def _add_toml_pairs(self, path: FieldPath, node: "Node") -> None:
        for pair in _children(node, "pair"):
            parts = _items(pair)
            if len(parts) == 2:
                inner = (*path, *self._toml_names(parts[0]))
                self.keys[inner] = self._position(parts[0])
                self._add_toml_value(inner, parts[1])

    def _add_toml_value(self, path: FieldPath, node: "Node") -> None:
        self.values[path] = self._position(node)
        if node.type == "inline_table":
            self._add_toml_pairs(path, node)
        elif node.type == "array":
            for number, item in enumerate(_items(node)):
                self._add_toml_value((*path, number), item)

    def _toml_names(self, node: "Node") -> Iterator[str]:
        if node.type == "dotted_key":
            for part in _items(node):
                yield from self._toml_names(part)
        else:
            yield _toml_key(self._text(node))

    def _position(self, node: "Node") -> Position:
        line = bisect_right(self._line_starts, node.start_byte)
        before = self._source[self._line_starts[line - 1] : node.start_byte]
        return Position(line=line, column=len(before.decode(errors="replace")) + 1)

    def _text(self, node: "Node") -> str:
        return self._source[node.start_byte : node.end_byte].decode(errors="replace")


_TOML_KEYS = ("bare_key", "quoted_key", "dotted_key")


def _children(node: "Node", kind: str) -> Iterator["Node"]:
    return (child for child in node.named_children if child.type == kind)


def _items(node: "Node") -> list["Node"]:
    return [child for child in node.named_children if child.type != "comment"]


def _json_key(text: str) -> str:
    r"""Return the name that a quoted key spells.

    >>> _json_key(r'"lim\u0069ts"')
    'limits'
    """
    try:
        return str(json.loads(text))
    except ValueError:
        return text.strip('"')


def _toml_key(text: str) -> str:
    """Return the name that a bare or quoted key spells."""
    if not text.startswith(("'", '"')):
        return text
    if "\\" not in text or text.startswith("'"):
        return text[1:-1]
    import tomli  # noqa: PLC0415  # read already: a position is asked for once values are known

    try:
        return str(tomli.loads(f"key = {text}")["key"])
    except tomli.TOMLDecodeError:
        return text[1:-1]
