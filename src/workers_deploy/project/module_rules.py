"""Which files become modules, and of which kind: wrangler's `rules`."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers_deploy.core.project import ModuleType

_TYPES: Mapping[str, ModuleType] = {
    "ESModule": ModuleType.ESM,
    "CommonJS": ModuleType.COMMONJS,
    "CompiledWasm": ModuleType.WASM,
    "Text": ModuleType.TEXT,
    "Data": ModuleType.DATA,
    "PythonModule": ModuleType.PYTHON,
}
_DEFAULTS: Sequence[Mapping[str, Any]] = (
    {"type": "Text", "globs": ["**/*.txt", "**/*.html", "**/*.sql"]},
    {"type": "Data", "globs": ["**/*.bin"]},
    {"type": "CompiledWasm", "globs": ["**/*.wasm", "**/*.wasm?module"]},
)
_EXTENSION = re.compile(r"\*(\.[\w.-]+)$")
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


@dataclass(frozen=True, slots=True)
class ModuleRules:
    """The rules in order; the first that matches decides."""

    rules: tuple[ModuleRule, ...]

    def type_of(self, path: str) -> ModuleType | None:
        """Return the kind of module that a file becomes, None where no rule takes it."""
        return next((rule.type for rule in self.rules if rule.matches(path)), None)

    def extensions(self, without: Collection[ModuleType]) -> list[str]:
        """Return the extensions of the files that the rules of other types take.

        The bundler is told of files by extension; a pattern that ends otherwise takes none there.
        """
        found = [
            match.group(1)
            for rule in self.rules
            if rule.type not in without
            for glob in rule.globs
            if (match := _EXTENSION.search(glob))
        ]
        return list(dict.fromkeys(found))


def parse_rules(configured: Iterable[Mapping[str, Any]], *, is_python: bool) -> ModuleRules:
    """Put the configured rules before wrangler's own.

    A rule without `fallthrough: true` ends its type: later rules of the type, the defaults too,
    don't count.
    """
    rules = [*configured, *([_PYTHON] if is_python else []), *_DEFAULTS]
    taken: list[ModuleRule] = []
    ended: set[str] = set()
    for rule in rules:
        if rule["type"] in ended:
            continue
        patterns = tuple(re.compile(translate_glob(glob), re.DOTALL) for glob in rule["globs"])
        taken.append(ModuleRule(_TYPES[rule["type"]], tuple(rule["globs"]), patterns))
        if rule.get("fallthrough") is not True:
            ended.add(rule["type"])
    return ModuleRules(tuple(taken))


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
