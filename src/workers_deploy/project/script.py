"""The script's modules: as they lie in the checkout, or bundled."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from workers_deploy.core.project import Binding, Module, ModuleType, ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.code.bound_classes import check_bound_classes
from workers_deploy.project.code.capnp import read_capnp_schema
from workers_deploy.project.code.entry import BundleMode, Entry
from workers_deploy.project.code.modules import ModuleSearch
from workers_deploy.project.code.service_worker import as_blobs, bind_blobs, read_blobs
from workers_deploy.project.config.find import Checkout
from workers_deploy.project.config.fold import Config
from workers_deploy.project.esbuild.program import OLDEST
from workers_deploy.project.findings import Findings
from workers_deploy.project.request import ProjectRequest


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptParts:
    """What goes up: the main module first, and the bindings that a service worker's parts need."""

    format: ScriptFormat
    modules: tuple[Module, ...]
    bindings: tuple[Binding, ...] = ()
    capnp_schema: str | None = None  # the name of the module that holds it
    local_source_map: Module | None = None  # the bundle's, where it does not go up


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptReader:
    """Makes the parts of one script."""

    entry: Entry
    config: Config | None
    checkout: Checkout
    request: ProjectRequest
    findings: Findings

    def read(self) -> ScriptParts | None:
        """Return the script's parts; None where they can't be had, which is a problem."""
        return self._bundle() if self.entry.bundles else self._take()

    def _take(self) -> ScriptParts:
        as_written = self._keeps_name()
        search = self._search(by_default=as_written)
        main, *others = search.read_modules()
        if not as_written:
            self._check_classes()
            main = replace(main, name=f"{Path(main.name).stem}.js")
        return self._arrange(self.entry.format, main, others)

    def _check_classes(self) -> None:
        """Look into what wrangler would bundle, too; a service worker can't have classes at all."""
        if self.entry.format is ScriptFormat.MODULES:
            check_bound_classes(self.config, self.entry.shown, self.entry.exports, self.findings)

    def _keeps_name(self) -> bool:
        """Tell whether wrangler would not bundle either, and so keep the entry point's name.

        Of a bundle it makes `index.js` out of `index.mjs`; what imports nothing needs none, and
        is the same without.
        """
        mode = self.request.bundle
        if self.entry.is_python or mode is BundleMode.NO:
            return True
        return mode is BundleMode.AUTO and bool(self.config and self.config.get("no_bundle"))

    def _search(self, *, by_default: bool) -> ModuleSearch:
        return ModuleSearch(
            entry=self.entry,
            config=self.config,
            checkout=self.checkout,
            report_dir=self.request.report_dir,
            findings=self.findings,
            check=self.request.check,
            by_default=by_default,
        )

    def _bundle(self) -> ScriptParts | None:
        if self.request.esbuild is None:
            old = self.request.old_esbuild
            needed = ".".join(map(str, OLDEST))
            lacks = f"esbuild {old} is too old for it" if old else "there is no esbuild"
            self.findings.problem(
                "bundle",
                f"{self.entry.shown} has to be bundled, and {lacks}",
                hint=f"install {needed} or newer (npm install esbuild@latest), or bundle in a step "
                "before this one (wrangler deploy --dry-run --outdir dist), set main to the "
                "result, and no_bundle to true",
                place=Place(file=self.entry.shown),
            )
            return None
        # Most deploys bundle nothing.
        from workers_deploy.project.bundle.bundle import make_bundle  # noqa: PLC0415
        from workers_deploy.project.bundle.request import BundleRequest  # noqa: PLC0415
        from workers_deploy.project.esbuild.channel import open_esbuild  # noqa: PLC0415

        search = self._search(by_default=False)
        bundled = make_bundle(
            BundleRequest(
                entry=self.entry,
                config=self.config,
                checkout=self.checkout,
                rules=search.rules(),
                beside=tuple(search.further()),
                compatibility_date=self._said("compatibility_date") or "",
                compatibility_flags=tuple(self._said("compatibility_flags") or ()),
                esbuild=open_esbuild(self.request.esbuild, self.request.check),
            ),
            self.findings,
        )
        if bundled is None:
            return None
        format_, (main, *others) = self.entry.format, bundled.modules
        if self._said("upload_source_maps") is not False:
            return self._arrange(format_, main, [*others, bundled.source_map])
        parts = self._arrange(format_, main, others)
        return replace(parts, local_source_map=bundled.source_map)

    def _said(self, key: str) -> Any:
        given = getattr(self.request, key, None)
        return given if given is not None else (self.config.get(key) if self.config else None)

    def _arrange(self, format_: ScriptFormat, main: Module, others: list[Module]) -> ScriptParts:
        """Bind what a service worker can't import."""
        schema = read_capnp_schema(self.config, self.checkout) if self.config else None
        name, more = (schema.name, (schema,)) if schema else (None, ())
        if format_ is ScriptFormat.MODULES:
            return ScriptParts(format=format_, modules=(main, *others, *more), capnp_schema=name)
        maps = [module for module in others if module.type is ModuleType.SOURCE_MAP]
        bound = read_blobs(self.config, self.checkout) if self.config else ()
        blobs = [*bound, *as_blobs(others)]
        return ScriptParts(
            format=format_,
            modules=(main, *blobs, *maps, *more),
            bindings=tuple(bind_blobs(blobs)),
            capnp_schema=name,
        )
