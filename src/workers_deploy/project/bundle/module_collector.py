"""Plugin `wrangler-module-collector`: files that match a module rule stay modules of their own.

Rules match imports as written in the source. The file is the one that Node's older resolution
finds, or else the one that esbuild resolves, or else the joined path.
"""

import hashlib
import json
import os
import re
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

from workers_deploy.core.project import Module, ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.bundle.node_resolution import MainResolver
from workers_deploy.project.bundle.request import BundleRequest
from workers_deploy.project.code.module_rules import SCRIPTS, ModuleRule
from workers_deploy.project.code.service_worker import variable_of
from workers_deploy.project.esbuild.plugins import (
    Answer,
    Import,
    Loaded,
    OnLoad,
    OnResolve,
    Plugin,
    PluginError,
    Question,
    Resolved,
)
from workers_deploy.project.findings import Findings
from workers_deploy.project.regular_files import MAX_MODULE_BYTES, read_regular

# By its own name alone a file is meant only here: `import "a.txt"` for `./a.txt`.
_KINDS_OF_BARE_NAMES = ("import-statement", "require-call")
_Work = Generator[Question, Answer, Resolved | None]


class ModuleCollector:
    """The plugin of one build; `modules` collects what it leaves beside the bundle, by name."""

    def __init__(self, request: BundleRequest, findings: Findings) -> None:
        self.modules: dict[str, Module] = {}
        self._contents: dict[Path, bytes] = {}
        self._request = request
        self._findings = findings
        self._beside = {str(request.within(path)): module for module, path in request.beside}
        self._folder = request.within(request.entry.file).parent
        self._resolver = MainResolver()
        self._is_module = request.entry.format is ScriptFormat.MODULES

    def plugin(self) -> Plugin:
        """Return the plugin, which fills `modules` during the build."""
        rules = self._request.rules
        taking = [one for one in rules.rules if self._request.beside or one.type not in SCRIPTS]
        loads = () if self._is_module else tuple(self._loads(taking))
        return Plugin(
            name="wrangler-module-collector",
            on_resolve=(*self._bare_names(), *self._rules(taking), *self._ended(rules.left_out)),
            on_load=loads,
        )

    def _bare_names(self) -> Iterator[OnResolve]:
        """Match files in the entry point's folder by bare name, as wrangler 1 did."""
        entry = self._request.entry.file.name
        with os.scandir(self._folder) as found:
            names = [one.name for one in found if one.is_file(follow_symlinks=False)]
        if names := sorted(name for name in names if name != entry):
            filter_ = f"^({'|'.join(map(re.escape, names))})$"
            yield OnResolve(filter=filter_, callback=self._take_bare_name)

    def _rules(self, rules: list[ModuleRule]) -> Iterator[OnResolve]:
        for rule in rules:
            for specifier in rule.specifiers:
                yield OnResolve(filter=specifier, callback=_Taking(self, rule))

    def _loads(self, rules: list[ModuleRule]) -> Iterator[OnLoad]:
        """Replace a module by the variable under which a service worker gets it bound."""
        for rule in rules:
            for specifier in rule.specifiers:
                yield OnLoad(filter=specifier, callback=_as_variable)

    def _ended(self, rules: tuple[ModuleRule, ...]) -> Iterator[OnResolve]:
        for rule in rules:
            for specifier in rule.specifiers:
                yield OnResolve(filter=specifier, callback=_Refusing(rule))

    def _take_bare_name(self, imported: Import) -> Resolved | None:
        if imported.kind not in _KINDS_OF_BARE_NAMES:
            return None
        self._findings.notice(
            f'it imports "{imported.path}", which will stop working: write "./{imported.path}"',
            Place(file=self._request.show(Path(imported.importer))),
        )
        file = self._folder / imported.path
        name, content = self._read(imported.path, file)
        rule = self._request.rules.rule_of_import(name)
        return self._collect(rule, name, file, content) if rule else None

    def take(self, rule: ModuleRule, imported: Import) -> _Work:
        """Collect the file of an import that matches a rule."""
        if imported.is_own:
            return None
        written = imported.path.partition("?")[0]
        file = os.path.normpath(os.path.join(imported.resolve_dir, written))  # noqa: PTH118
        if file in self._beside:
            return Resolved(path=self._name_beside(file, written), is_external=True)
        if rule.type in SCRIPTS:
            return None
        answer = yield Question(
            path=written,
            importer=imported.importer,
            resolve_dir=imported.resolve_dir,
            kind=imported.kind,
            is_own=True,
        )
        by_main = self._resolver.resolve(written, Path(imported.resolve_dir))
        found = by_main or Path(answer.path or file)
        name, content = self._read(written, found)
        return self._collect(rule, name, found, content)

    def _name_beside(self, file: str, written: str) -> str:
        """Return how the bundle has to import a module that was found before the build.

        wrangler leaves the import as written, which leads nowhere if it stands in another folder
        than the entry point.
        """
        name = self._beside[file].name
        return written if os.path.normpath(written) == os.path.normpath(name) else f"./{name}"

    def _read(self, written: str, file: Path) -> tuple[str, bytes]:
        """Return the name of the module that a file becomes, and its content."""
        try:
            content = self._contents.get(file) or read_regular(file, MAX_MODULE_BYTES)
        except OSError as error:
            raise PluginError(f'Could not resolve "{written}"') from error
        self._contents[file] = content
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        base = os.path.basename(written)  # noqa: PTH119
        if not self._request.keeps_file_names:
            return f"./{digest}-{base}", content
        return (f"./{digest}/{base}" if written.startswith("/") else written), content

    def _collect(self, rule: ModuleRule, name: str, file: Path, content: bytes) -> Resolved:
        shown = self._request.show(file)
        module = Module(name=name, type=rule.type, content=content, file=shown)
        self.modules[name] = module
        namespace = f"wrangler-module-{rule.name}"
        return Resolved(path=name, is_external=self._is_module, namespace=namespace)


@dataclass(frozen=True, slots=True)
class _Taking:
    """Collects for one rule."""

    collector: ModuleCollector
    rule: ModuleRule

    def __call__(self, imported: Import) -> _Work:
        return self.collector.take(self.rule, imported)


@dataclass(frozen=True, slots=True)
class _Refusing:
    """Refuses imports that match only an ignored rule."""

    rule: ModuleRule

    def __call__(self, imported: Import) -> Resolved | None:
        raise PluginError(
            f"The file {imported.path} matched a module rule in your configuration "
            f"({json.dumps(_as_configured(self.rule), ensure_ascii=False)}), but was ignored "
            "because a previous rule with the same type was not marked as `fallthrough = true`."
        )


def _as_configured(rule: ModuleRule) -> Mapping[str, object]:
    return {"type": rule.name, "globs": list(rule.globs)}


def _as_variable(path: str) -> Loaded:
    return Loaded(contents=f"export default {variable_of(path)};")
