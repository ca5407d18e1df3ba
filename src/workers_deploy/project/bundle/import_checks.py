"""Tells which imports of a bundle the runtime can't answer, before anything is sent."""

from collections.abc import Iterable, Iterator, Sequence

from workers_deploy.core.project import ScriptFormat
from workers_deploy.errors import Place
from workers_deploy.project.bundle.bundle_output import Bundled
from workers_deploy.project.bundle.load_check import Lacks, Needed
from workers_deploy.project.bundle.node_builtins import (
    MissingBuiltin,
    NodeMode,
    find_missing,
    node_mode,
)
from workers_deploy.project.bundle.partial_builtins import Partial, find_partial
from workers_deploy.project.findings import Findings

# Where there is none: Workers never have it, and wrangler has no stand-in for it.
_NO_WAY_OUT = "take it out, wrangler does not bundle it either"
WAY_OUT = (
    "or bundle it in a step before this one: wrangler deploy --dry-run --outdir dist, then set "
    "main to the result and no_bundle to true"
)
_NAMES_AT_MOST = 5
_AT_DATE = "Workers do not have at compatibility date"


def check_imports(
    bundled: Bundled, place: Place, date: str, flags: tuple[str, ...], findings: Findings
) -> None:
    """Report what the bundle imports at its start; `place` is its entry point."""
    external = {*bundled.imports, *bundled.out_of_reach, *bundled.late}
    if bundled.format is ScriptFormat.SERVICE_WORKER and external:
        listed = ", ".join(sorted(external))
        findings.problem(
            place.file,
            f"Unexpected external import of {listed}: without a default export it is a service "
            "worker.",
            hint="add `export default { … }` to the entry point",
            place=place,
        )
    builtins = of_node(bundled.imports)
    mode = node_mode(date, flags)
    if mode is NodeMode.NONE and (named := [*builtins, *of_node(bundled.out_of_reach)]):
        findings.notice(
            f"it imports node:{named[0]}, which needs the compatibility flag nodejs_compat",
            bundled.importers.get(f"node:{named[0]}", place),
        )
    elif mode in (NodeMode.V1, NodeMode.V2):
        for missing in find_missing(builtins, date, flags):
            importer = bundled.importers.get(f"node:{missing.name}", place)
            _refuse(missing, importer, date, findings)


def find_partly_used(bundled: Bundled, date: str, flags: tuple[str, ...]) -> tuple[Partial, ...]:
    """Return what a bundle may use that workerd has in part, where wrangler's brings the rest."""
    mode = node_mode(date, flags)
    partial = find_partial(date, flags) if mode in (NodeMode.V1, NodeMode.V2) else ()
    text = bundled.modules[0].content.decode(errors="replace")
    return tuple(
        one
        for one in partial
        if f"node:{one.name}" in bundled.imports
        or (mode is NodeMode.V2 and any(sign in text for sign in _signs_of(one)))
    )


def _signs_of(partial: Partial) -> Iterator[str]:
    """Yield what stands in a text that uses a member; `const { a } = …` may be minified."""
    yield from (f"}} = {partial.name}", f"}}={partial.name}")
    yield from (f"{partial.name}.{name}" for name in partial.lacks)


def tell_lacks(lacks: Lacks, date: str, flags: tuple[str, ...], findings: Findings) -> None:
    """Report what would stop the bundle at load, and warn of what it may come to later."""
    for partial, needed in lacks.exports:
        for one in needed:
            _refuse_export(partial, one, date, findings)
    for missing, place in _missing(lacks.at_load, date, flags):
        _refuse(missing, place, date, findings)
    for missing, place in _missing(lacks.later, date, flags):
        text = f"it fails where it comes to node:{missing.name}, which {_AT_DATE} {date}"
        findings.notice(f"{text}: {', '.join(_ways(missing.since, missing.flag))}", place)
    for partial, needed in lacks.members_at_load:
        for one in needed:
            _refuse_member(partial, one, date, findings)
    for partial, needed in lacks.members:
        ways = ", ".join(_ways(partial.since, partial.flag))
        text = f"it uses {_list(partial, needed)}, which {_AT_DATE} {date}: {ways}"
        findings.notice(text, needed[0].place)


def _missing(
    needed: Iterable[Needed], date: str, flags: tuple[str, ...]
) -> Iterator[tuple[MissingBuiltin, Place | None]]:
    for one in needed:
        for missing in find_missing(of_node([one.name]), date, flags):
            yield missing, one.place


def _refuse(missing: MissingBuiltin, place: Place | None, date: str, findings: Findings) -> None:
    findings.problem(
        place.file if place else "main",
        f"it imports node:{missing.name}, which {_AT_DATE} {date}",
        hint=", ".join(_ways(missing.since, missing.flag)),
        place=place,
    )


def _list(partial: Partial, needed: Sequence[Needed]) -> str:
    names = [f"{partial.name}.{one.name}" for one in needed]
    more = len(names) - _NAMES_AT_MOST
    return ", ".join(names[:_NAMES_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def _refuse_member(partial: Partial, needed: Needed, date: str, findings: Findings) -> None:
    findings.problem(
        needed.place.file if needed.place else "main",
        f"it uses {partial.name}.{needed.name} as it starts, which {_AT_DATE} {date}",
        hint=", ".join(_ways(partial.since, partial.flag)),
        place=needed.place,
    )


def _refuse_export(partial: Partial, needed: Needed, date: str, findings: Findings) -> None:
    findings.problem(
        needed.place.file if needed.place else "main",
        f"it imports {needed.name} of node:{partial.name}, which {_AT_DATE} {date}",
        hint=", ".join(_ways(partial.since, partial.flag)),
        place=needed.place,
    )


def _ways(since: str | None, flag: str | None) -> list[str]:
    if since is None and flag is None:
        return [_NO_WAY_OUT]
    ways = [f"set compatibility_date to {since} or later"] if since else []
    return [*ways, *([f"add the compatibility flag {flag}"] if flag else []), WAY_OUT]


def of_node(names: Iterable[str]) -> list[str]:
    """Return Node's built-in modules among imported names, without `node:`."""
    return [name.removeprefix("node:") for name in names if name.startswith("node:")]
