"""The modules of a script that is not bundled: the entry point and the files that the rules take.

Names are relative to the module root, with `/`, in the order of a sorted walk. Unlike wrangler we
never look into `node_modules`, `.git`, `.wrangler` and the report directory, and never leave the
repository.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from workers_deploy.core.project import Module, ModuleType, ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.code.entry import Entry
from workers_deploy.project.code.module_rules import ModuleRules, parse_rules, translate_glob
from workers_deploy.project.code.source_maps import SourceMapError, read_source_map
from workers_deploy.project.config.find import Checkout
from workers_deploy.project.config.fold import Config
from workers_deploy.project.findings import Findings
from workers_deploy.project.regular_files import MAX_MODULE_BYTES, read_regular

_NEVER_ENTERED = ("node_modules", ".git", ".wrangler")
_VENDORED = "python_modules"
_VENDORED_SCRIPTS = (".js", ".mjs")
_FORMER_REQUIREMENTS = "cf-requirements.txt"
_DEFAULT_EXCLUDES = ("**/*.pyc",)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleSearch:
    """Where modules are looked for, and what is left out."""

    entry: Entry
    config: Config | None
    checkout: Checkout
    report_dir: Path | None
    findings: Findings
    check: Callable[[], None]  # asked before each file; raises where the run is to end
    # Beside a bundle wrangler looks for further modules only where it is told to.
    by_default: bool

    def read_modules(self) -> tuple[Module, ...]:
        """Return the main module, the further ones, and their source maps."""
        main = Module(
            name=self.entry.file.name,
            type=self._main_type(),
            content=self.entry.content,
            file=self.entry.shown,
        )
        found = {main.name: (main, self.entry.file)}
        for module, file in self.further():
            found.setdefault(module.name, (module, file))
        if self.entry.is_python:
            found |= {module.name: (module, file) for module, file in self._vendored()}
        return tuple(module for module, _ in found.values()) + tuple(
            self._source_maps(found.values())
        )

    def _main_type(self) -> ModuleType:
        if self.entry.is_python:
            return ModuleType.PYTHON
        is_module = self.entry.format is ScriptFormat.MODULES
        return ModuleType.ESM if is_module else ModuleType.COMMONJS

    def rules(self) -> ModuleRules:
        """Return the rules that count for this script."""
        configured = self.config.items("rules") if self.config else ()
        return parse_rules(configured, is_python=self.entry.is_python)

    def further(self) -> Iterator[tuple[Module, Path]]:
        """Return the modules beside the main one, with their files."""
        wanted = self.config.get("find_additional_modules") if self.config else None
        if wanted or (wanted is None and self.by_default):
            yield from self._further()

    def _further(self) -> Iterator[tuple[Module, Path]]:
        root, rules = self.entry.root, self.rules()
        if self.config is not None and (flaw := self._flaw_of(root)):
            self.config.spot("base_dir").error(f"base_dir: {self.checkout.show(root)} {flaw}")
            return
        left_out = {self.entry.file}
        if self.config is not None:
            left_out.add(self.config.document.file)
        for path, file in self._walk(root, ""):
            if file not in left_out:
                yield from self._take(path, file, rules)
        self._tell_of_packages(root, rules)

    def _tell_of_packages(self, root: Path, rules: ModuleRules) -> None:
        """Tell of a nested `node_modules` with modules in it, which wrangler would take."""
        for folder in sorted({file.parent for _, file in self._walk(root, "")} - {root}):
            packages = folder / "node_modules"
            prefix = f"{packages.relative_to(root).as_posix()}/"
            if any(rules.type_of(path) for path, _ in self._walk(packages, prefix)):
                shown = self.checkout.show(packages)
                self.findings.notice(
                    f"{shown} holds modules by the rules and is left out, as all node_modules",
                    Place(file=shown),
                )

    def _flaw_of(self, root: Path) -> str | None:
        if not self._is_inside(root):
            return "is outside the repository"
        return None if os.path.isdir(root) else "is no directory"  # noqa: PTH112 - as in Checkout

    def _take(self, path: str, file: Path, rules: ModuleRules) -> Iterator[tuple[Module, Path]]:
        type_ = rules.type_of(path)
        if type_ is not None and (content := self._read(path, file)) is not None:
            shown = self.checkout.show(file)
            yield Module(name=path, type=type_, content=content, file=shown), file

    def _walk(self, folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
        except FileNotFoundError:
            return
        except OSError as error:
            shown = self.checkout.show(folder)
            message = f"{shown} can't be read: {error.strerror}"
            self.findings.problem(shown, message, place=Place(file=shown))
            return
        for entry in entries:
            self.check()
            file = folder / entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield prefix + entry.name, file
            elif entry.name not in _NEVER_ENTERED and file != self.report_dir:
                yield from self._walk(file, f"{prefix}{entry.name}/")

    def _read(self, path: str, file: Path) -> bytes | None:
        shown = self.checkout.show(file)
        place = Place(file=shown)
        try:
            path.encode()
        except UnicodeEncodeError:
            readable = shown.encode(errors="replace").decode()
            self.findings.problem(
                readable, f"{readable}: its name is not UTF-8", place=Place(file=readable)
            )
            return None
        if not self._is_inside(file):
            message = f"{shown} is a symlink that leaves the repository"
            self.findings.problem(shown, message, place=place)
            return None
        if os.path.isdir(file):  # noqa: PTH112 - as in Checkout
            return None
        try:
            return read_regular(file, MAX_MODULE_BYTES)
        except OSError as error:
            self.findings.problem(shown, f"{shown} can't be read: {error.strerror}", place=place)
            return None

    def _is_inside(self, path: Path) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.checkout.root))

    def _vendored(self) -> Iterator[tuple[Module, Path]]:
        """Read the packages that pywrangler put beside the configuration.

        All are data, but the JavaScript of the Workers SDK, which is imported at run time.
        """
        self._warn_of_requirements()
        folder = self.entry.project / _VENDORED
        beside = os.path.exists(self.entry.root / _VENDORED)  # noqa: PTH110 - as above
        if self.entry.project != self.entry.root and beside:
            shown = self.checkout.show(self.entry.root / _VENDORED)
            self.findings.problem(
                shown,
                "The 'python_modules' directory cannot exist in your module root.",
                place=Place(file=shown),
            )
            return
        if not os.path.isdir(folder):  # noqa: PTH112 - as above
            return
        excluded = [re.compile(translate_glob(glob), re.DOTALL) for glob in self._excludes()]
        for path, file in self._walk(folder, ""):
            if any(pattern.fullmatch(path) for pattern in excluded):
                continue
            if (content := self._read(path, file)) is not None:
                is_script = path.startswith("workers/") and file.suffix in _VENDORED_SCRIPTS
                type_ = ModuleType.ESM if is_script else ModuleType.DATA
                name, shown = f"{_VENDORED}/{path}", self.checkout.show(file)
                yield Module(name=name, type=type_, content=content, file=shown), file

    def _warn_of_requirements(self) -> None:
        if shown := self.checkout.find(self.entry.project / _FORMER_REQUIREMENTS):
            self.findings.notice(
                f"{_FORMER_REQUIREMENTS} is not used: name the packages in pyproject.toml, and "
                "vendor them with pywrangler",
                Place(file=shown),
            )

    def _excludes(self) -> Sequence[str]:
        configured = self.config.table("python_modules").get("exclude") if self.config else None
        return _DEFAULT_EXCLUDES if configured is None else configured

    def _source_maps(self, modules: Iterable[tuple[Module, Path]]) -> Iterator[Module]:
        wanted = self.config.get("upload_source_maps") if self.config else None
        if wanted is False:
            return
        root = Path(os.path.realpath(self.checkout.root))
        for module, file in modules:
            try:
                source_map = read_source_map(module, file, root, self.checkout.find)
            except SourceMapError as error:
                if wanted:
                    shown = self.checkout.show(file)
                    message = f"{shown} names a source map: {error.reason}"
                    self.findings.problem(shown, message, place=Place(file=shown))
                continue
            if source_map is not None:
                yield source_map
