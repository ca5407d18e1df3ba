"""Bundles an entry point as wrangler does, with esbuild.

Files that a rule takes are not put into the bundle but beside it: esbuild's `copy` loader leaves
their imports in place, and they become modules of their own. What differs from wrangler's bundle
in bytes, not in behaviour: Node's built-in modules stay imports instead of getting stand-ins (see
`node_builtins`, `partial_builtins`).
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from workers_deploy.core.project import Module, ModuleType, ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.alias_subpaths import Subpath, find_subpaths, resolve_subpaths
from workers_deploy.project.bound_classes import check_bound_classes
from workers_deploy.project.builtin_aliases import alias_builtins, is_bare_builtin
from workers_deploy.project.bundle_files import Build, FileNames
from workers_deploy.project.bundle_output import Bundled, read_bundle
from workers_deploy.project.config import Config
from workers_deploy.project.config_file import Checkout
from workers_deploy.project.entry import Entry
from workers_deploy.project.esbuild import Built, Message, run_esbuild
from workers_deploy.project.esbuild_script import ask_esbuild
from workers_deploy.project.findings import Findings
from workers_deploy.project.import_checks import (
    WAY_OUT,
    check_imports,
    find_partly_used,
    tell_lacks,
)
from workers_deploy.project.load_check import Look, find_lacks
from workers_deploy.project.module_rules import ModuleRules
from workers_deploy.project.node_builtins import NEVER, SINCE, NodeMode, find_missing, node_mode

_CONDITIONS = "workerd,worker,browser"
_NAVIGATOR_DATE = "2022-03-21"
# Rules of these types say which files are modules beside the bundle, not what an import becomes.
SCRIPTS = (ModuleType.ESM, ModuleType.COMMONJS, ModuleType.PYTHON)


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleRequest:
    """What is bundled and how.

    `beside` are modules that were found and stay files of their own; `apart` are files that become
    modules where they are imported, by rules that say more than an extension.
    """

    entry: Entry
    config: Config | None
    checkout: Checkout
    rules: ModuleRules
    beside: tuple[tuple[Module, Path], ...]
    apart: Mapping[Path, ModuleType]
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    esbuild: Path
    check: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Made:
    """A bundle, and what esbuild was told to make it."""

    bundled: Bundled
    arguments: tuple[str, ...]


def make_bundle(request: BundleRequest, findings: Findings) -> Bundled | None:
    """Return the bundle and the modules beside it; None where that is a problem."""
    with tempfile.TemporaryDirectory(prefix="workers-deploy-") as folder:
        output = Path(folder).resolve()
        made = _build(request, output / "modules", ScriptFormat.MODULES, findings)
        if made is not None and not _is_module(request, made.bundled):
            made = _build(request, output / "script", ScriptFormat.SERVICE_WORKER, findings)
        if made is None:
            return None
        _check_imports(request, made, output / "look", findings)
    exports = made.bundled.exports
    check_bound_classes(request.config, request.entry.shown, exports, findings)
    return made.bundled


def _is_module(request: BundleRequest, bundled: Bundled) -> bool:
    """Tell an ES module from a service worker by its exports, as wrangler does."""
    if "default" in bundled.exports:
        return True
    if not bundled.exports:
        return False
    asked = ask_esbuild(request.esbuild, request.entry.project, request.entry.file)
    return not (asked.listens if asked else request.entry.listens)


def _build(
    request: BundleRequest, output: Path, format_: ScriptFormat, findings: Findings
) -> _Made | None:
    output.mkdir()
    builtins = {}
    date, flags = request.compatibility_date, request.compatibility_flags
    mode = node_mode(date, flags)
    if mode is NodeMode.V2:
        builtins = alias_builtins(request.entry.project, date=date, flags=flags)
    built, arguments = _run(request, output, format_, builtins, findings)
    for message in built.messages:
        _tell(request, message, findings)
    if built.metafile is None:
        return None
    build = Build(metafile=built.metafile, output=output, directory=request.entry.project)
    _check_rules(request, build, findings)
    names = FileNames(
        build=build,
        rules=request.rules,
        apart=request.apart,
        show=request.checkout.show,
        keeps_names=bool(request.config and request.config.get("preserve_file_names")),
    )
    has_node = mode in (NodeMode.V1, NodeMode.V2)
    missing = find_missing((*SINCE, *NEVER), date, flags) if has_node else []
    bundled = read_bundle(
        names,
        beside=request.beside,
        format_=format_,
        requires_node=mode is NodeMode.V2,
        missing=[f"node:{one.name}" for one in missing],
    )
    return _Made(bundled, tuple(arguments))


def _run(
    request: BundleRequest,
    output: Path,
    format_: ScriptFormat,
    builtins: Mapping[str, str],
    findings: Findings,
) -> tuple[Built, list[str]]:
    """Run esbuild, again where aliases took something along that they are not said for.

    Returns what it built, and the arguments of the run that counts.
    """
    configured = (request.config.get("alias") if request.config else None) or {}
    aliases = {**builtins, **configured}
    program, project = request.esbuild, request.entry.project
    while True:
        arguments = list(_arguments(request, format_, aliases))
        built = run_esbuild(program, project, output, arguments, request.check)
        taken = find_subpaths(built, aliases)
        resolved = resolve_subpaths(program, project, taken, [*_resolution(request)])
        if not resolved:
            break
        aliases |= resolved
    for one in (one for one in taken if one.is_lost):
        _tell(request, _unresolved(one), findings)
    return built, arguments


def _unresolved(subpath: Subpath) -> Message:
    text = f'Could not resolve "{subpath.name}"'
    return Message(is_error=True, text=text, file=subpath.importer)


def _arguments(
    request: BundleRequest, format_: ScriptFormat, aliases: Mapping[str, str]
) -> Iterator[str]:
    config = request.config
    yield str(request.entry.file)
    yield from ("--bundle", "--target=es2024", "--supported:import-source=true")
    yield from ("--supported:using=true", "--sourcemap=linked")
    yield from _resolution(request)
    yield "--format=" + ("esm" if format_ is ScriptFormat.MODULES else "iife")
    yield from ("--log-level=warning", "--log-limit=0", "--color=false")
    yield from (f"--loader:{extension}=jsx" for extension in (".js", ".mjs", ".cjs"))
    yield from _module_arguments(request)
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


def _resolution(request: BundleRequest) -> Iterator[str]:
    yield f"--conditions={_CONDITIONS}"
    if request.config and (tsconfig := request.config.get("tsconfig")):
        yield f"--tsconfig={request.config.directory / tsconfig}"


def _module_arguments(request: BundleRequest) -> Iterator[str]:
    yield "--asset-names=[hash]-[name]"
    yield from ("--external:cloudflare:*", "--external:__STATIC_CONTENT_MANIFEST")
    yield "--external:node:*"
    for extension in request.rules.extensions(SCRIPTS):
        yield f"--loader:{extension}=copy"
    for file in (*(file for _, file in request.beside), *request.apart):
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


def _tell(request: BundleRequest, message: Message, findings: Findings) -> None:
    place = Place(file=request.entry.shown)
    if message.file is not None:
        file = request.checkout.show(request.entry.project / message.file)
        place = Place(file=file, line=message.line, column=message.column)
    if not message.is_error:
        findings.notice(message.text, place)
        return
    findings.problem(place.file, message.text, hint=_hint(message), place=place)


def _hint(message: Message) -> str | None:
    if message.text.startswith("Invalid alias name"):
        return f"name a package, {WAY_OUT}"
    name = message.text.removeprefix('Could not resolve "').rstrip('"')
    if name == message.text:
        return None
    if is_bare_builtin(name):
        return 'it is built into Node: add the compatibility flag "nodejs_compat"'
    return "install the project's packages in a step before this one (npm ci)"


def _check_imports(request: BundleRequest, made: _Made, output: Path, findings: Findings) -> None:
    """Report what of Node it needs and workerd lacks; a second build looks, where it may be so."""
    date, flags, bundled = request.compatibility_date, request.compatibility_flags, made.bundled
    check_imports(bundled, Place(file=request.entry.shown), date, flags, findings)
    partial = find_partly_used(bundled, date, flags)
    if bundled.format is ScriptFormat.SERVICE_WORKER or not (partial or bundled.late):
        return
    project = request.entry.project
    look = Look(
        late=bundled.late,
        partial=partial,
        has_globals=node_mode(date, flags) is NodeMode.V2,
        directory=project,
        show=request.checkout.show,
        arguments=made.arguments,
        run=lambda folder, arguments: run_esbuild(
            request.esbuild, project, folder, arguments, request.check
        ),
    )
    tell_lacks(find_lacks(look, output), date, flags, findings)


def _check_rules(request: BundleRequest, build: Build, findings: Findings) -> None:
    """Report files that only a rule takes which another rule ends."""
    for importer, imported in build.inputs():
        path = imported["path"].partition("?")[0]
        if not imported.get("external") and request.rules.ends_before(path):
            shown = request.checkout.show(build.path(importer))
            findings.problem(
                shown,
                f"{path} is imported, but the module rule that takes it is ignored: a rule of the "
                "same type before it ends the type",
                hint="set fallthrough to true on that rule",
                place=Place(file=shown),
            )
