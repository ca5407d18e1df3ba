"""What is bundled, and what esbuild is told to do so: as wrangler tells it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from workers_deploy.core.project import Module, ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.project.bundle.bundle_sorting import Sorting
from workers_deploy.project.code.entry import Entry
from workers_deploy.project.code.module_rules import ModuleRules
from workers_deploy.project.config.find import Checkout
from workers_deploy.project.config.fold import Config

_CONDITIONS = "workerd,worker,browser"
_NAVIGATOR_DATE = "2022-03-21"


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleRequest:
    """What is bundled and how.

    `beside` are modules that were found and stay files of their own.
    """

    entry: Entry
    config: Config | None
    checkout: Checkout
    rules: ModuleRules
    beside: tuple[tuple[Module, Path], ...]
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    esbuild: Path
    check: Callable[[], None]


def arguments_of(
    request: BundleRequest, format_: ScriptFormat, aliases: Mapping[str, str], sorting: Sorting
) -> Iterator[str]:
    """Yield all options; `aliases` are Node's and the project's together."""
    config = request.config
    yield from ("--bundle", "--target=es2024", "--supported:import-source=true")
    yield from ("--supported:using=true", "--sourcemap=linked")
    yield from resolution_of(request)
    yield "--format=" + ("esm" if format_ is ScriptFormat.MODULES else "iife")
    yield from ("--log-level=warning", "--log-limit=0", "--color=false")
    yield from (f"--loader:{extension}=jsx" for extension in (".js", ".mjs", ".cjs"))
    yield from _module_arguments(request, sorting)
    yield from (f"--alias:{name}={target}" for name, target in aliases.items())
    yield from _define_arguments(request)
    if config is None:
        yield from ("--keep-names",)
        return
    if config.get("keep_names") is not False:
        yield "--keep-names"
    if config.get("minify"):
        yield "--minify"
    yield f"--jsx-factory={config.get('jsx_factory') or 'React.createElement'}"
    yield f"--jsx-fragment={config.get('jsx_fragment') or 'React.Fragment'}"


def resolution_of(request: BundleRequest) -> Iterator[str]:
    """Yield the options that say what an import means."""
    yield f"--conditions={_CONDITIONS}"
    if request.config and (tsconfig := request.config.get("tsconfig")):
        yield f"--tsconfig={request.config.directory / tsconfig}"


def _module_arguments(request: BundleRequest, sorting: Sorting) -> Iterator[str]:
    yield "--asset-names=[hash]-[name]"
    yield from ("--external:cloudflare:*", "--external:__STATIC_CONTENT_MANIFEST")
    yield "--external:node:*"
    for extension in request.rules.extensions() if sorting.copies else ():
        yield f"--loader:{extension}=copy"
    for file in (*(file for _, file in request.beside), *sorted(sorting.apart)):
        yield f"--external:{file}"


def _define_arguments(request: BundleRequest) -> Iterator[str]:
    flags = request.compatibility_flags
    defines = dict.fromkeys(
        (f"{scope}process.env.NODE_ENV" for scope in ("", "global.", "globalThis.")),
        '"production"',
    )
    has_navigator = request.compatibility_date >= _NAVIGATOR_DATE or "global_navigator" in flags
    if has_navigator and "no_global_navigator" not in flags:
        defines["navigator.userAgent"] = '"Cloudflare-Workers"'
    defines |= request.config.table("define") if request.config else {}
    yield from (f"--define:{name}={value}" for name, value in defines.items())
