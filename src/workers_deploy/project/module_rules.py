"""Which files become modules, and of which kind: wrangler's `rules`."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from workers_deploy.core.project import ModuleType
from workers_deploy.dataclass import dataclass

_TYPES: Mapping[str, ModuleType] = {
    "ESModule": ModuleType.ESM,
    "CommonJS": ModuleType.COMMONJS,
    "CompiledWasm": ModuleType.WASM,
    "Text": ModuleType.TEXT,
    "Data": ModuleType.DATA,
    "PythonModule": ModuleType.PYTHON,
}
DEFAULT_RULES: Sequence[Mapping[str, Any]] = (
    {"type": "Text", "globs": ["**/*.txt", "**/*.html", "**/*.sql"]},
    {"type": "Data", "globs": ["**/*.bin"]},
    {"type": "CompiledWasm", "globs": ["**/*.wasm", "**/*.wasm?module"]},
)
# A pattern that says no more than how a file ends.
_EXTENSION = re.compile(r"(?:\*\*/)*\*+(\.[\w.-]+)")
# What esbuild reads by itself: to leave all such files beside would take the bundle apart.
BUNDLED_EXTENSIONS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_PYTHON: Mapping[str, Any] = {"type": "PythonModule", "globs": ["**/*.py"]}


@dataclass(frozen=True, slots=True)
class ModuleRule:
    """Files that match one of the patterns are modules of the type."""

    type: ModuleType
    globs: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]

    def matches(self, path: str) -> bool:
        """Tell whether a path, relative to the module root, falls under the rule."""
        return any(pattern.fullmatch(path) for pattern in self.patterns)

    def takes_import(self, path: str) -> bool:
        """Tell whether an import of a file may fall under the rule, however it is written.

        wrangler compares what stands in the import, where `*` goes over slashes; each way to name
        the file from a folder above it is such a text.
        """
        parts = path.split("/")
        names = ["/".join(parts[start:]) for start in range(len(parts))]
        specifiers = [form for name in names for form in (name, f"./{name}")]
        return any(
            re.fullmatch(pattern, specifier, re.DOTALL)
            for pattern in map(_as_specifier, self.globs)
            for specifier in specifiers
        )


@dataclass(frozen=True, slots=True)
class ModuleRules:
    """The rules in order; the first that matches decides.

    `left_out` are those that don't count, since a rule before them ends their type.
    """

    rules: tuple[ModuleRule, ...]
    left_out: tuple[ModuleRule, ...] = ()

    def type_of(self, path: str) -> ModuleType | None:
        """Return the kind of module that a file becomes, None where no rule takes it."""
        return next((rule.type for rule in self.rules if rule.matches(path)), None)

    def type_of_import(self, path: str) -> ModuleType | None:
        """Return the kind of module that an imported file becomes, None where no rule takes it."""
        return next((rule.type for rule in self.rules if rule.takes_import(path)), None)

    def ends_before(self, path: str) -> bool:
        """Tell whether the only rules that take an imported file are those that don't count."""
        is_left_out = any(rule.takes_import(path) for rule in self.left_out)
        return is_left_out and self.type_of_import(path) is None

    def extensions(self, without: Collection[ModuleType]) -> list[str]:
        """Return the extensions whose files the rules of other types take, wherever they are."""
        found = [_extension_of(glob) for glob in self._globs(without)]
        return list(dict.fromkeys(extension for extension in found if extension))

    def by_path(self, without: Collection[ModuleType]) -> "ModuleRules":
        """Return the rules of other types with the patterns that say more than an extension."""
        return ModuleRules(
            tuple(
                ModuleRule(rule.type, globs, ())
                for rule in self.rules
                if rule.type not in without
                and (globs := tuple(glob for glob in rule.globs if _extension_of(glob) is None))
            )
        )

    def _globs(self, without: Collection[ModuleType]) -> list[str]:
        return [glob for rule in self.rules if rule.type not in without for glob in rule.globs]


def parse_rules(configured: Iterable[Mapping[str, Any]], *, is_python: bool) -> ModuleRules:
    """Put the configured rules before wrangler's own.

    A rule without `fallthrough: true` ends its type: later rules of the type, the defaults too,
    don't count.
    """
    rules = [*configured, *([_PYTHON] if is_python else []), *DEFAULT_RULES]
    taken: list[ModuleRule] = []
    left_out: list[ModuleRule] = []
    ended: set[str] = set()
    for rule in rules:
        patterns = tuple(re.compile(translate_glob(glob), re.DOTALL) for glob in rule["globs"])
        kept = left_out if rule["type"] in ended else taken
        kept.append(ModuleRule(_TYPES[rule["type"]], tuple(rule["globs"]), patterns))
        if rule.get("fallthrough") is not True:
            ended.add(rule["type"])
    return ModuleRules(tuple(taken), tuple(left_out))


def _extension_of(glob: str) -> str | None:
    match = _EXTENSION.fullmatch(glob.partition("?")[0])
    if match is None or match.group(1) in BUNDLED_EXTENSIONS:
        return None
    return match.group(1)


def _as_specifier(glob: str) -> str:
    """Translate a glob as glob-to-regexp does without options: `*` goes over slashes.

    The query is no part of a file's name: "*.wasm?module" is a file that ends in .wasm.
    """
    return ".*".join(map(re.escape, glob.partition("?")[0].split("*")))


def translate_glob(glob: str) -> str:
    r"""Translate a glob as the npm package glob-to-regexp 0.4.1 does with its option `globstar`.

    `**` between slashes is any number of directories, `*` is within one, all else is itself.

    >>> translate_glob("**/*.txt")
    '((?:[^/]*(?:/|$))*)([^/]*)\\.txt'
    """
    result = []
    index = 0
    while index < len(glob):
        stars = len(glob) - index - len(glob[index:].lstrip("*"))
        if not stars:
            result.append(re.escape(glob[index]))
            index += 1
            continue
        after = index + stars
        opens = index == 0 or glob[index - 1] == "/"
        if stars > 1 and opens and glob[after : after + 1] in ("/", ""):
            result.append("((?:[^/]*(?:/|$))*)")
            after += 1
        else:
            result.append("([^/]*)")
        index = after
    return "".join(result)
