"""Plugin `hybrid-nodejs_compat`: wrangler's support for Node under nodejs_compat v2.

Built-in modules that workerd has stay imports. The others resolve to stand-ins from unenv or
Cloudflare's preset. Virtual modules, injected before the entry point, set Node's globals. A
`require()` of a built-in goes through a small module that imports it and re-exports its default.
"""

import re
from collections.abc import Iterator, Mapping

from workers_deploy.project.bundle.node_compat import NodeEnvironment
from workers_deploy.project.bundle.node_files import NodeFiles
from workers_deploy.project.bundle.node_resolution import NodeResolver
from workers_deploy.project.esbuild.plugins import (
    Import,
    Loaded,
    OnLoad,
    OnResolve,
    Plugin,
    Resolved,
)

_REQUIRED_BUILTIN = "node-built-in-modules"
_REQUIRED_STAND_IN = "required-unenv-alias"
_REQUIRE = "require-call"
_MADE_FOR_IMPORT = ("unenv/npm/", "unenv/mock/")
# Node has these by their `node:` names alone: without, a package is meant.
_NEVER_BARE = ("sqlite",)
_VIRTUAL = "_virtual_unenv_global_polyfill-"
_VIRTUAL_FILTER = f"{_VIRTUAL}(.+)$"
# Byte for byte as in wrangler: source maps include these modules.
_BUILTIN = """\
import libDefault from '{path}';
module.exports = libDefault;"""
_STAND_IN = """\
import * as esm from '{path}';
module.exports = Object.entries(esm)
			.filter(([k,]) => k !== 'default')
			.reduce((cjs, [k, value]) =>
				Object.defineProperty(cjs, k, {{ value, enumerable: true }}),
				"default" in esm ? esm.default : {{}}
			);"""


class NodePolyfills:
    """The plugin of one build; `imported` collects the built-in modules that the code uses."""

    def __init__(
        self, environment: NodeEnvironment, builtins: tuple[str, ...], files: NodeFiles
    ) -> None:
        self.imported: set[str] = set()
        self._environment = environment
        self._builtins = builtins
        self._files = files
        self._resolver = NodeResolver()
        self._located: dict[str, str | None] = {}
        prefix = files.wrangler / _VIRTUAL
        self._globals = {
            f"{prefix}{module.replace('/', '-')}": module
            for module in dict.fromkeys(map(_module_of, environment.inject.values()))
        }

    def plugin(self) -> Plugin:
        """Return the plugin."""
        builtin = f"^({'|'.join(map(re.escape, self._builtins))}|node:.+)$"
        alias = f"^({'|'.join(map(re.escape, self._environment.alias))})$"
        return Plugin(
            name="hybrid-nodejs_compat",
            on_resolve=(
                OnResolve(filter=builtin, callback=self._resolve_builtin),
                OnResolve(filter=alias, callback=self._resolve_alias),
                OnResolve(filter=_VIRTUAL_FILTER, callback=lambda asked: Resolved(path=asked.path)),
            ),
            on_load=(
                OnLoad(filter=".*", namespace=_REQUIRED_BUILTIN, callback=_load_builtin),
                OnLoad(filter=".*", namespace=_REQUIRED_STAND_IN, callback=_load_stand_in),
                OnLoad(filter=_VIRTUAL_FILTER, callback=self._load_globals),
            ),
        )

    def injected(self) -> Iterator[str]:
        """Yield the paths to inject, in order."""
        yield from self._globals
        for name in self._environment.polyfill:
            if file := self._resolver.resolve(name, self._files.directory):
                yield str(file)

    def _resolve_builtin(self, imported: Import) -> Resolved | None:
        self.imported.add(imported.path)
        if imported.kind != _REQUIRE:
            return None
        return Resolved(path=imported.path, namespace=_REQUIRED_BUILTIN)

    def _resolve_alias(self, imported: Import) -> Resolved | None:
        alias = self._environment.alias[imported.path]
        if alias not in self._located:
            self._located[alias] = self._locate(alias)
        path = self._located[alias]
        if path is None:
            return None
        if imported.kind == _REQUIRE and alias.startswith(_MADE_FOR_IMPORT):
            return Resolved(path=imported.path, namespace=_REQUIRED_STAND_IN)
        return Resolved(path=path, is_external=alias in self._environment.external)

    def _locate(self, alias: str) -> str | None:
        """Return the file that an alias names; built-in modules keep their names."""
        is_builtin = alias in self._builtins and alias not in _NEVER_BARE
        if is_builtin or alias.startswith("node:"):
            return alias
        file = self._resolver.resolve(alias, self._files.directory)
        return str(file) if file else None

    def _load_globals(self, path: str) -> Loaded | None:
        module = self._globals.get(path)
        if module is None:
            return None
        contents = _set_globals(module, self._environment.inject)
        return Loaded(contents=contents, resolve_dir=str(self._files.directory))


def _module_of(source: str | tuple[str, str]) -> str:
    return source if isinstance(source, str) else source[0]


def _load_builtin(path: str) -> Loaded:
    return Loaded(contents=_BUILTIN.format(path=path))


def _load_stand_in(path: str) -> Loaded:
    return Loaded(contents=_STAND_IN.format(path=path))


def _set_globals(module: str, inject: Mapping[str, str | tuple[str, str]]) -> str:
    """Return the virtual module that sets the globals which one module exports.

    >>> print(_set_globals("m", {"a": "m", "b": ("m", "c"), "d": "n"}))
    import { default as defaultExport, c } from "m";
    globalThis.a = defaultExport;
    globalThis.b = c;
    """
    sources = {name: one for name, one in inject.items() if _module_of(one) == module}
    imports = (
        "default as defaultExport" if isinstance(one, str) else one[1] for one in sources.values()
    )
    setting = (
        f"globalThis.{name} = {'defaultExport' if isinstance(one, str) else one[1]};"
        for name, one in sources.items()
    )
    return "\n".join((f'import {{ {", ".join(imports)} }} from "{module}";', *setting))
