"""The script's modules: as they lie in the checkout, or bundled."""

from dataclasses import dataclass, replace
from pathlib import Path

from workers_deploy.core.project import Binding, Module, ScriptFormat
from workers_deploy.errors import Place
from workers_deploy.project.config import Config
from workers_deploy.project.config_file import Checkout
from workers_deploy.project.entry import BundleMode, Entry
from workers_deploy.project.findings import Findings
from workers_deploy.project.modules import ModuleSearch
from workers_deploy.project.request import ProjectRequest
from workers_deploy.project.service_worker import as_blobs, bind_blobs, read_blobs


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptParts:
    """What goes up: the main module first, and the bindings that a service worker's parts need."""

    format: ScriptFormat
    modules: tuple[Module, ...]
    bindings: tuple[Binding, ...] = ()


def read_script_parts(
    entry: Entry,
    config: Config | None,
    checkout: Checkout,
    request: ProjectRequest,
    findings: Findings,
) -> ScriptParts | None:
    """Read or make the modules; None where that is not possible."""
    if entry.bundles:
        findings.problem(
            "bundle",
            f"{entry.shown} needs a bundle, which is not made here yet",
            hint="bundle it in a step before this one (wrangler deploy --dry-run --outdir "
            "dist), set main to the result, and no_bundle to true",
            place=Place(file=entry.shown),
        )
        return None
    as_written = keeps_name(entry, config, request.bundle)
    search = ModuleSearch(
        entry=entry,
        config=config,
        checkout=checkout,
        report_dir=request.report_dir,
        findings=findings,
        by_default=as_written,
    )
    main, *others = search.read_modules()
    if not as_written:
        main = replace(main, name=f"{Path(main.name).stem}.js")
    if entry.format is ScriptFormat.MODULES:
        return ScriptParts(format=entry.format, modules=(main, *others))
    blobs = [*(read_blobs(config) if config else ()), *as_blobs(others)]
    return ScriptParts(
        format=entry.format, modules=(main, *blobs), bindings=tuple(bind_blobs(blobs))
    )


def keeps_name(entry: Entry, config: Config | None, mode: BundleMode) -> bool:
    """Tell whether wrangler would not bundle either, and so keep the entry point's name.

    Of a bundle it makes `index.js` out of `index.mjs`; what imports nothing is the same with and
    without.
    """
    if entry.is_python or mode is BundleMode.NO:
        return True
    return mode is BundleMode.AUTO and bool(config and config.get("no_bundle"))
