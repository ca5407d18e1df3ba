"""Bundles an entry point as wrangler does, with esbuild.

Files that a rule takes are not put into the bundle but beside it: esbuild leaves their imports in
place, and they become modules of their own (see `bundle_sorting`).
What differs from wrangler's bundle in bytes, not in behaviour: Node's built-in modules stay imports
instead of getting stand-ins (see `node_builtins`, `partial_builtins`).
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from workers_deploy.core.project import ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.bundle.alias_subpaths import Meanings, find_subpaths, resolve_subpaths
from workers_deploy.project.bundle.builtin_aliases import alias_builtins
from workers_deploy.project.bundle.bundle_arguments import (
    BundleRequest,
    arguments_of,
    resolution_of,
)
from workers_deploy.project.bundle.bundle_files import Build, FileNames
from workers_deploy.project.bundle.bundle_imports import Import, read_imports
from workers_deploy.project.bundle.bundle_messages import find_hint, say_split, say_unresolved
from workers_deploy.project.bundle.bundle_output import Bundled, read_bundle
from workers_deploy.project.bundle.bundle_sorting import Sorter, Sorting
from workers_deploy.project.bundle.import_checks import check_imports, find_partly_used, tell_lacks
from workers_deploy.project.bundle.load_check import Look, find_lacks
from workers_deploy.project.bundle.node_builtins import (
    NEVER,
    SINCE,
    NodeMode,
    find_missing,
    node_mode,
)
from workers_deploy.project.code.bound_classes import check_bound_classes
from workers_deploy.project.esbuild.program import Built, Message, run_esbuild
from workers_deploy.project.findings import Findings


@dataclass(frozen=True, slots=True)
class _Made:
    """A bundle, and what esbuild was told to make it."""

    bundled: Bundled
    arguments: tuple[str, ...]


def make_bundle(request: BundleRequest, findings: Findings) -> Bundled | None:
    """Return the bundle and the modules beside it; None where that is a problem."""
    with tempfile.TemporaryDirectory(prefix="workers-deploy-") as folder:
        output = Path(folder).resolve()
        made = _build(request, output / "bundle", findings)
        if made is None:
            return None
        _check_imports(request, made, output / "look", findings)
    exports = made.bundled.exports
    check_bound_classes(request.config, request.entry.shown, exports, findings)
    return made.bundled


def _build(request: BundleRequest, output: Path, findings: Findings) -> _Made | None:
    output.mkdir()
    format_ = request.entry.format
    builtins = {}
    date, flags = request.compatibility_date, request.compatibility_flags
    mode = node_mode(date, flags)
    if mode is NodeMode.V2:
        builtins = alias_builtins(request.entry.project, date=date, flags=flags)
    done = _sort(request, output, format_, builtins)
    for message in done.messages:
        _tell(request, message, findings)
    if done.build is None:
        return None
    _check_rules(request, done, findings)
    names = FileNames(
        build=done.build,
        taken=done.sorter.taken(done.imports),
        show=request.checkout.show,
        keeps_names=done.sorter.keeps_names,
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
    return _Made(bundled, done.arguments)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Done:
    """The build in which every file is where the rules want it; None where it failed."""

    messages: tuple[Message, ...]
    arguments: tuple[str, ...]  # that esbuild was run with
    build: Build | None = None
    imports: tuple[Import, ...] = ()
    sorter: Sorter
    sorting: Sorting


def _sort(
    request: BundleRequest, output: Path, format_: ScriptFormat, builtins: Mapping[str, str]
) -> _Done:
    """Build until the files are sorted; most projects need one build for that."""
    config, directory = request.config, request.entry.project
    configured: Mapping[str, str] = (config.get("alias") if config else None) or {}
    sorter = Sorter(
        rules=request.rules,
        entry=request.entry.file,
        directory=directory,
        fixed=[file for _, file in request.beside],
        aliases=configured,
        keeps_names=bool(config and config.get("preserve_file_names")),
    )
    sorting = Sorting(bare={})
    while True:
        bare = {name: str(file) for name, file in sorting.bare.items()}
        aliases = {**builtins, **bare, **configured}
        built, messages, arguments = _run(request, output, format_, aliases, sorting)
        if built.metafile is None:
            done = _Done(messages=messages, arguments=arguments, sorter=sorter, sorting=sorting)
            following = sorter.after_errors(sorting, messages)
        else:
            build = Build(metafile=built.metafile, output=output, directory=directory)
            asked = list(arguments_of(request, format_, {}, sorting))
            imports = tuple(
                read_imports(build, request.esbuild, asked, sorting.apart, request.check)
            )
            done = _Done(
                messages=messages,
                arguments=arguments,
                build=build,
                imports=imports,
                sorter=sorter,
                sorting=sorting,
            )
            following = sorter.after_build(sorting, build, imports)
        if following == sorting:
            return done
        sorting = following


def _run(
    request: BundleRequest,
    output: Path,
    format_: ScriptFormat,
    aliases: Mapping[str, str],
    sorting: Sorting,
) -> tuple[Built, tuple[Message, ...], tuple[str, ...]]:
    """Run esbuild, again where aliases took something along that they are not said for.

    Returns what it built, what there is to say of it, and the arguments of the run that counts.
    """
    program, project = request.esbuild, request.entry.project
    meanings = Meanings({})
    while True:
        all_ = {**aliases, **meanings.aliases}
        arguments = [str(request.entry.file), *arguments_of(request, format_, all_, sorting)]
        built = run_esbuild(program, project, output, arguments, request.check)
        taken = find_subpaths(built, aliases)
        found = resolve_subpaths(
            program, project, taken, [*resolution_of(request)], meanings, request.check
        )
        if found.aliases == meanings.aliases:
            break
        meanings = found
    lost = [say_unresolved(one) for one in taken if one.is_lost]
    split = [say_split(one) for one in found.find_split(project, taken)]
    return built, (*built.messages, *lost, *split), tuple(arguments)


def _tell(request: BundleRequest, message: Message, findings: Findings) -> None:
    place = Place(file=request.entry.shown)
    if message.file is not None:
        file = request.checkout.show(request.entry.project / message.file)
        place = Place(file=file, line=message.line, column=message.column)
    if not message.is_error:
        findings.notice(message.text, place)
        return
    hint = find_hint(message.text, request.compatibility_date, request.compatibility_flags)
    findings.problem(place.file, message.text, hint=hint, place=place)


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


def _check_rules(request: BundleRequest, done: _Done, findings: Findings) -> None:
    """Report imports that no rule can decide, or only one that another rule ends."""
    assert done.build is not None
    for one in done.imports:
        if one.written not in done.sorter.aliases and request.rules.ends_before(one.written):
            imported = request.checkout.show(one.file)
            _refuse(
                request.checkout.show(done.build.path(one.importer)),
                f"{imported} is imported, but the module rule that takes it is ignored: a rule of "
                "the same type before it ends the type",
                "set fallthrough to true on that rule",
                findings,
            )
    for taken, bundled, file in done.sorter.split(done.sorting, done.imports):
        _refuse(
            request.checkout.show(file),
            f'it is imported as "{taken}", which a module rule takes, and as "{bundled}", which '
            "none takes: it can be one of both only",
            "write both imports alike, or change the rule's globs",
            findings,
        )
    for name in done.sorting.bare:
        findings.notice(
            f'it imports "{name}", which will stop working: write "./{name}"',
            Place(file=request.entry.shown),
        )


def _refuse(file: str, message: str, hint: str, findings: Findings) -> None:
    findings.problem(file, message, hint=hint, place=Place(file=file))
