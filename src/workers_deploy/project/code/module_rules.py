"""Which files become modules, and of which kind: wrangler's `rules`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workers_deploy.core.project import ModuleType
from workers_deploy.dataclass import dataclass
from workers_deploy.project.globs import join_at_stars

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
# Rules of these types say which files are modules beside the bundle, not what an import becomes.
SCRIPTS = (ModuleType.ESM, ModuleType.COMMONJS)
_PYTHON: Mapping[str, Any] = {"type": "PythonModule", "globs": ["**/*.py"]}


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleRule:
    """Files that match one of the patterns are modules of the type, which `name` is in wrangler.

    `specifiers` are the same globs for imports as written: regular expressions for esbuild, which
    matches in linear time.
    """

    name: str
    type: ModuleType
    globs: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    specifiers: tuple[str, ...]

    def matches(self, path: str) -> bool:
        """Tell whether a path, relative to the module root, falls under the rule."""
        return any(pattern.fullmatch(path) for pattern in self.patterns)

    def takes_import(self, written: str) -> bool:
        """Tell whether an import, as written, falls under the rule."""
        texts = map(_escaped_texts, self.globs)
        return any(re.fullmatch(join_at_stars(one, ".*"), written) for one in texts)


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

    def rule_of_import(self, written: str) -> ModuleRule | None:
        """Return the rule that an import matches, None if there is none."""
        return next((rule for rule in self.rules if rule.takes_import(written)), None)


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
        kept = left_out if rule["type"] in ended else taken
        kept.append(_make_rule(rule["type"], tuple(rule["globs"])))
        if rule.get("fallthrough") is not True:
            ended.add(rule["type"])
    return ModuleRules(tuple(taken), tuple(left_out))


def _make_rule(name: str, globs: tuple[str, ...]) -> ModuleRule:
    return ModuleRule(
        name=name,
        type=_TYPES[name],
        globs=globs,
        patterns=tuple(re.compile(translate_glob(glob), re.DOTALL) for glob in globs),
        specifiers=tuple(map(as_specifier, globs)),
    )


def as_specifier(glob: str) -> str:
    r"""Translate a glob as glob-to-regexp does without options: `*` goes over slashes.

    >>> print(as_specifier("**/*.wasm?module"))
    ^.*/.*\.wasm\?module$
    """
    return f"^{'.*'.join(_escaped_texts(glob))}$"


def _escaped_texts(glob: str) -> list[str]:
    """Return what stands between the stars of a glob."""
    return [re.escape(text) for text in re.split(r"\*+", glob)]


def translate_glob(glob: str) -> str:
    r"""Translate a glob as the npm package glob-to-regexp 0.4.1 does with its option `globstar`.

    `**` between slashes is any number of directories, `*` is within one, all else is itself.

    >>> translate_glob("**/*.txt")
    '(?:[^/]*/)*[^/]*\\.txt'
    """
    paths: list[str] = []
    texts = [""]  # of the path since the last `**`: what stands between its stars
    start = 0
    for stars in re.finditer(r"\*+", glob):
        texts[-1] += re.escape(glob[start : stars.start()])
        start = stars.end()
        opens = stars.start() == 0 or glob[stars.start() - 1] == "/"
        if len(stars.group()) > 1 and opens and glob[start : start + 1] in ("/", ""):
            start += 1
            paths.append(join_at_stars(texts, "[^/]*"))
            texts = [""]
        else:
            texts.append("")
    texts[-1] += re.escape(glob[start:])
    # Where nothing follows `**`, or its slash, the rest is a path of any kind.
    ends_open = bool(paths) and texts == [""]
    paths.append(join_at_stars(texts, "[^/]*"))
    return join_at_stars(paths, "(?:[^/]*/)*") + (".*" if ends_open else "")
