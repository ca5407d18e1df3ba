"""A Runnable as the options of miniflare 4, which miniflare 5 converts; pure.

The options are in the shape of `V4MiniflareOptions` (miniflare's index.d.ts). Bytes are written as
`{"$base64": "..."}`; `node/run.mjs` turns them back and adds what is code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workers_emulator.runtime.bindings import (
    Group,
    Options,
    bind,
    encode_bytes,
    given,
    missing_worker,
    part_of,
    text_of,
    why_missing,
)
from workers_emulator.runtime.runnable import Part, Runnable, RuntimeUnavailable, ScriptFailed

# Cloudflare's date for a script that has none (documented: "Compatibility dates").
OLDEST_COMPATIBILITY_DATE = "2021-11-02"

MODULE_TYPES = {
    "application/javascript+module": "ESModule",
    "text/javascript+module": "ESModule",
    "application/javascript": "CommonJS",
    "text/javascript": "CommonJS",
    "application/wasm": "CompiledWasm",
    "text/plain": "Text",
    "application/octet-stream": "Data",
}
PYTHON = "text/x-python"
WHY_NOT_PYTHON = "a Python Worker can't run offline: workerd loads its Python from the network"
NOT_A_MODULE = "application/source-map"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Member:
    """A script of the group: its worker's name, and the folder of its `_headers` below cwd."""

    runnable: Runnable
    worker: str
    settings: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What node is asked to run; `assets` are the files to serve, by their settings' folder."""

    options: Options
    assets: Mapping[str, Runnable]


def make_job(runnable: Runnable) -> Job:
    """Return the options of miniflare for the script and the others that it calls.

    `_headers` and `_redirects` are looked for in the folders of `assets`, below the working
    directory. Raises RuntimeUnavailable for a Python Worker (workerd loads its Python from the
    network), and ScriptFailed where a part or a field of a binding is not there; another script
    of this kind is one that can't be called.
    """
    members, reasons = _members(runnable)
    group = Group(workers=_workers_by_script(members), reasons=reasons)
    workers = [worker for member in members for worker in _make_workers(member, group)]
    _declare_classes(workers)
    return Job(
        options={"host": "127.0.0.1", "port": 0, "cf": False, "workers": workers},
        assets={m.settings: m.runnable for m in members if m.runnable.assets is not None},
    )


def media_type(content_type: str) -> str:
    """Return a content type without its parameters.

    >>> media_type("Text/Plain; charset=utf-8")
    'text/plain'
    """
    return content_type.partition(";")[0].strip().lower()


def _members(runnable: Runnable) -> tuple[list[_Member], dict[str, str]]:
    """Return the scripts that can run, the asked one first, and why others can't."""
    _check(runnable)
    members = [_Member(runnable=runnable, worker=runnable.script_name, settings="settings-0")]
    reasons: dict[str, str] = {}
    for name, other in sorted(runnable.others.items()):
        try:
            _check(other)
        except (RuntimeUnavailable, ScriptFailed) as failed:
            reasons[name] = f"the script {name} can't run here: {failed}"
        else:
            # The asked version may be another one than that which its own script's name stands for.
            worker = f"{name}@live" if name == runnable.script_name else name
            settings = f"settings-{len(members)}"
            members.append(_Member(runnable=other, worker=worker, settings=settings))
    return members, reasons


def _check(runnable: Runnable) -> None:
    """Fail where the script can't run, whatever the others are."""
    itself = Group(workers={runnable.script_name: runnable.script_name}, reasons={})
    member = _Member(runnable=runnable, worker=runnable.script_name, settings="")
    _make_workers(member, itself)


def _workers_by_script(members: Sequence[_Member]) -> dict[str, str]:
    # In this order: a live version of the asked script stands for the script's name.
    return {member.runnable.script_name: member.worker for member in members}


def _make_workers(member: _Member, group: Group) -> list[Options]:
    """Return the script as a worker, and one that speaks for the bindings that nothing plays."""
    runnable = member.runnable
    worker: Options = {
        "name": member.worker,
        "compatibilityDate": runnable.compatibility_date or OLDEST_COMPATIBILITY_DATE,
        "compatibilityFlags": list(runnable.compatibility_flags),
        **_source(runnable),
        **given(tails=_tails(runnable, group) or None),
    }
    lacking = []
    for binding in runnable.bindings:
        why = why_missing(
            binding,
            runnable.script_name,
            has_assets=runnable.assets is not None,
            reason=group.reason,
        )
        if why is not None:
            lacking.append((binding, why))
            continue
        try:
            bind(worker, binding, runnable, group)
        except KeyError as field:
            message = f"the binding {binding['name']} has no {field}"
            raise ScriptFailed(message, is_final=True) from field
    if runnable.assets is not None:
        worker["assets"] = _asset_options(runnable, member.settings)
    if not lacking:
        return [worker]
    return [worker, missing_worker(worker, f"{member.worker}@missing", lacking)]


def _tails(runnable: Runnable, group: Group) -> list[str]:
    return [group.workers[name] for name in runnable.tails if name in group.workers]


def _declare_classes(workers: Sequence[Options]) -> None:
    """Let scripts have the Durable Object classes that others bind and they themselves do not."""
    by_name = {worker["name"]: worker for worker in workers}
    for worker in workers:
        for bound in worker.get("durableObjects", {}).values():
            owner = by_name[bound.get("scriptName", worker["name"])]
            if owner is not worker:
                declared = {"className": bound["className"], "useSQLite": True}
                owner.setdefault("additionalUnboundDurableObjects", []).append(declared)


def _source(runnable: Runnable) -> Options:
    modules = [part for part in runnable.modules if media_type(part.content_type) != NOT_A_MODULE]
    if runnable.main_module is not None:
        return {"modules": _modules(modules, runnable.main_module)}
    if runnable.body_part is not None:
        return {"script": text_of(part_of(modules, runnable.body_part))}
    nothing = {"type": "ESModule", "path": "assets-only.mjs", "contents": "export default {};"}
    return {"modules": [nothing]}


def _modules(parts: Sequence[Part], main_module: str) -> list[Options]:
    main = part_of(parts, main_module)
    if media_type(main.content_type) == PYTHON:
        raise RuntimeUnavailable(WHY_NOT_PYTHON)
    # miniflare takes the first for the main module.
    return [_module(part) for part in (main, *(part for part in parts if part is not main))]


def _module(part: Part) -> Options:
    kind = MODULE_TYPES.get(media_type(part.content_type), "Data")
    is_binary = kind in {"CompiledWasm", "Data"}
    contents = encode_bytes(part.content) if is_binary else text_of(part)
    return {"type": kind, "path": part.name, "contents": contents}


def _asset_options(runnable: Runnable, settings: str) -> Options:
    config = runnable.asset_config
    router: Options = {"has_user_worker": bool(runnable.main_module or runnable.body_part)}
    first = config.get("run_worker_first")
    if isinstance(first, bool):
        router["invoke_user_worker_ahead_of_assets"] = first
    elif first:
        router["static_routing"] = {
            "user_worker": [rule for rule in first if not rule.startswith("!")],
            "asset_worker": [rule[1:] for rule in first if rule.startswith("!")],
        }
    names = [binding["name"] for binding in runnable.bindings if binding["type"] == "assets"]
    served = {
        key: config[key]
        for key in ("html_handling", "not_found_handling", "base_path")
        if config.get(key) is not None
    }
    return {
        "directory": settings,
        "routerConfig": router,
        "assetConfig": served,
        **given(binding=next(iter(names), None), run_worker_first=first or None),
    }
