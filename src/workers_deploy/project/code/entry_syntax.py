"""Reads what an entry point imports and exports, with tree-sitter's JavaScript grammar.

For TypeScript, or syntax that is newer than the grammar, the result is a guess, and `is_clear` is
false: esbuild decides then, if there is one (`entry_by_esbuild`).
"""

from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec

from tree_sitter import Language, Node, Parser, Query, QueryCursor

from workers_deploy.dataclass import dataclass

# Patterns of one node only: others take milliseconds to compile.
_QUERY = """\
[(import_statement) (import)] @import
((identifier) @import (#eq? @import "require"))
((identifier) @commonjs (#any-of? @commonjs "module" "exports"))
((identifier) @listener (#eq? @listener "addEventListener"))
((property_identifier) @method (#eq? @method "addEventListener"))
[(jsx_element) (jsx_self_closing_element) (decorator)] @odd
"""
_SCOPES = (b"self", b"globalThis")
_NAMES = ("identifier", "shorthand_property_identifier_pattern")
_PATTERNS = ("object_pattern", "array_pattern", "rest_pattern")


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """What the source text of an entry point says.

    `is_plain`: without JSX and decorators, which no runtime reads. `is_clear`: parsed without
    errors. `is_commonjs`: it may use `exports` or `module`.
    """

    imports: bool = False
    exports: frozenset[str] = frozenset()
    listens: bool = False
    is_plain: bool = True
    is_clear: bool = True
    is_commonjs: bool = False

    @property
    def is_module(self) -> bool:
        """Tell whether it is an ES module, by wrangler's rule, instead of a service worker."""
        return "default" in self.exports or (bool(self.exports) and not self.listens)

    @property
    def changes_format(self) -> bool:
        """Tell whether it is a service worker which has exports, that a bundle takes away."""
        return bool(self.exports) and not self.is_module


def read_script(source: bytes) -> Script:
    r"""Read a JavaScript text.

    >>> read_script(b"// import x\nexport default { fetch() {} }").exports
    frozenset({'default'})
    """
    language = Language(_load_grammar())
    root = Parser(language).parse(source).root_node
    found = QueryCursor(Query(language, _QUERY)).captures(root)
    exports = frozenset(_exports(root))
    return Script(
        imports="import" in found or any(map(_is_from, root.children)),
        exports=exports,
        listens="listener" in found or any(map(_is_global, found.get("method", ()))),
        is_plain="odd" not in found,
        is_clear=not root.has_error,
        is_commonjs=not exports and "commonjs" in found,
    )


def _load_grammar() -> object:
    """Load the grammar without its package, which takes 15 ms to import files of no use here."""
    package = find_spec("tree_sitter_javascript")
    assert package is not None
    spec = PathFinder.find_spec(f"{package.name}._binding", package.submodule_search_locations)
    assert spec is not None
    assert spec.loader is not None
    binding = module_from_spec(spec)
    spec.loader.exec_module(binding)
    return binding.language()


def _is_from(statement: Node) -> bool:
    """Tell whether a statement exports from another module."""
    is_export = statement.type == "export_statement"
    return is_export and statement.child_by_field_name("source") is not None


def _is_global(method: Node) -> bool:
    """Tell whether a method is one of the global object."""
    scope = method.parent and method.parent.child_by_field_name("object")
    return scope is not None and scope.text in _SCOPES


def _exports(root: Node) -> Iterator[str]:
    for statement in root.children:
        if statement.type == "export_statement":
            names = [name for child in statement.children for name in _exported(child)]
            yield from ["default"] if "default" in map(_type, statement.children) else names


def _type(node: Node) -> str:
    return node.type


def _exported(node: Node) -> Iterator[str]:
    """Yield what one part of an export statement names."""
    match node.type:
        case "export_clause":
            for specifier in node.named_children:
                yield from _names(specifier.child_by_field_name("alias") or specifier)
        case "namespace_export":
            yield from _names(node)
        case "lexical_declaration" | "variable_declaration" | "using_declaration":
            for declarator in node.named_children:
                yield from _bound(declarator.child_by_field_name("name"))
        case kind if kind.endswith("_declaration"):
            yield from _bound(node.child_by_field_name("name"))
        case _:  # keywords and punctuation
            pass


def _names(node: Node) -> Iterator[str]:
    """Yield the name that a part of a list of exports ends in: an identifier, or a string."""
    last = node.named_children[-1] if node.named_children and node.type != "string" else node
    yield _text(last).strip("\"'")


def _bound(pattern: Node | None) -> Iterator[str]:
    """Yield the names that a pattern binds."""
    if pattern is None:
        return
    if pattern.type in _NAMES:
        yield _text(pattern)
    elif pattern.type in _PATTERNS:
        for child in pattern.named_children:
            yield from _bound(child)
    else:
        yield from _bound(
            pattern.child_by_field_name("value") or pattern.child_by_field_name("left")
        )


def _text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")
