"""A Runnable as the options of miniflare 4, which miniflare 5 converts; pure.

The options are in the shape of `V4MiniflareOptions` (miniflare's index.d.ts). Bytes are written as
`{"$base64": "..."}`; `node/run.mjs` turns them back and adds what is code.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
NOT_A_MODULE = "application/source-map"
ASSET_SETTINGS = "settings"
MISSING_WORKER = "workers-emulator-missing"

# A service binding answers whatever name the script calls on it, so it can say for any binding why
# there is nothing behind it.
MISSING_SOURCE = """\
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
const missing = (message, Base = WorkerEntrypoint) => class extends Base {
  constructor(ctx, env) {
    super(ctx, env);
    return new Proxy(this, {
      get: (_target, key) => key === "then" ? undefined : () => { throw new Error(message); },
    });
  }
};
export default { fetch: () => new Response(null, { status: 404 }) };
"""

Binding = Mapping[str, Any]
Options = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    """Where the bindings of one type stand in miniflare's options, and as what."""

    option: str
    value: Callable[[Binding], Any]


_KINDS: Mapping[str, _Kind] = {
    "plain_text": _Kind(option="bindings", value=lambda b: b["text"]),
    "secret_text": _Kind(option="bindings", value=lambda b: b["text"]),
    "json": _Kind(option="bindings", value=lambda b: b["json"]),
    "kv_namespace": _Kind(option="kvNamespaces", value=lambda b: b["namespace_id"]),
    # The same name in another jurisdiction is another bucket.
    "r2_bucket": _Kind(
        option="r2Buckets",
        value=lambda b: "-".join(filter(None, (b["bucket_name"], b.get("jurisdiction")))),
    ),
    "d1": _Kind(option="d1Databases", value=lambda b: b.get("id") or b["database_id"]),
    "queue": _Kind(
        option="queueProducers",
        value=lambda b: _given(queueName=b["queue_name"], deliveryDelay=b.get("delivery_delay")),
    ),
    "analytics_engine": _Kind(
        option="analyticsEngineDatasets", value=lambda b: {"dataset": b["dataset"]}
    ),
    "ratelimit": _Kind(
        option="ratelimits",
        value=lambda b: {"namespace_id": str(b["namespace_id"]), "simple": b["simple"]},
    ),
    # The upload does not tell which classes were made with SQLite; its storage has the
    # key-value interface too.
    "durable_object_namespace": _Kind(
        option="durableObjects",
        value=lambda b: {"className": b["class_name"], "useSQLite": True},
    ),
    "workflow": _Kind(
        option="workflows",
        value=lambda b: {"name": b["workflow_name"], "className": b["class_name"]},
    ),
}


def make_worker(runnable: Runnable) -> Options:
    """Return the script with its bindings as one worker of miniflare.

    Raises RuntimeUnavailable for a Python Worker (workerd loads its Python from the network), and
    ScriptFailed where a part or a field of a binding is not there.
    """
    worker: Options = {
        "name": runnable.script_name,
        "compatibilityDate": runnable.compatibility_date or OLDEST_COMPATIBILITY_DATE,
        "compatibilityFlags": list(runnable.compatibility_flags),
        **_source(runnable),
    }
    for binding in runnable.bindings:
        try:
            _bind(worker, binding, runnable)
        except KeyError as lacking:
            message = f"the binding {binding['name']} has no {lacking}"
            raise ScriptFailed(message, is_final=True) from lacking
    return worker


def make_options(runnable: Runnable) -> Options:
    """Return the options of miniflare for the script.

    `_headers` and `_redirects` are looked for in ASSET_SETTINGS below the working directory.
    Raises RuntimeUnavailable and ScriptFailed, as `make_worker`.
    """
    worker = make_worker(runnable)
    workers = [worker]
    if runnable.assets is not None:
        worker["assets"] = _asset_options(runnable)
    lacking = [binding for binding in runnable.bindings if _is_missing(binding, runnable)]
    if lacking:
        workers.append(_missing_worker(worker, lacking))
    return {"host": "127.0.0.1", "port": 0, "cf": False, "workers": workers}


def encode_bytes(content: bytes) -> dict[str, str]:
    """Return the form in which run.mjs takes bytes."""
    return {"$base64": base64.b64encode(content).decode()}


def media_type(content_type: str) -> str:
    """Return a content type without its parameters.

    >>> media_type("Text/Plain; charset=utf-8")
    'text/plain'
    """
    return content_type.partition(";")[0].strip().lower()


def _source(runnable: Runnable) -> Options:
    modules = [part for part in runnable.modules if media_type(part.content_type) != NOT_A_MODULE]
    if runnable.main_module is not None:
        return {"modules": _modules(modules, runnable.main_module)}
    if runnable.body_part is not None:
        return {"script": _text(_part(modules, runnable.body_part))}
    nothing = {"type": "ESModule", "path": "assets-only.mjs", "contents": "export default {};"}
    return {"modules": [nothing]}


def _modules(parts: Sequence[Part], main_module: str) -> list[Options]:
    main = _part(parts, main_module)
    if media_type(main.content_type) == PYTHON:
        raise RuntimeUnavailable(
            "a Python Worker can't run offline: workerd loads its Python from the network"
        )
    # miniflare takes the first for the main module.
    return [_module(part) for part in (main, *(part for part in parts if part is not main))]


def _module(part: Part) -> Options:
    kind = MODULE_TYPES.get(media_type(part.content_type), "Data")
    is_binary = kind in {"CompiledWasm", "Data"}
    contents = encode_bytes(part.content) if is_binary else _text(part)
    return {"type": kind, "path": part.name, "contents": contents}


def _part(parts: Sequence[Part], name: str) -> Part:
    for part in parts:
        if part.name == name:
            return part
    raise ScriptFailed(f"the script has no part {name!r}", is_final=True)


def _text(part: Part) -> str:
    return part.content.decode("utf-8", errors="replace")


def _bind(worker: Options, binding: Binding, runnable: Runnable) -> None:
    name, kind = binding["name"], binding["type"]
    if _is_missing(binding, runnable):
        return
    if kind in _KINDS:
        worker.setdefault(_KINDS[kind].option, {})[name] = _KINDS[kind].value(binding)
        return
    match kind:
        case "service":
            target = _given(name=runnable.script_name, entrypoint=binding.get("entrypoint"))
            worker.setdefault("serviceBindings", {})[name] = target
        case "wasm_module":
            worker.setdefault("wasmBindings", {})[name] = _blob(binding, runnable)
        case "data_blob":
            worker.setdefault("dataBlobBindings", {})[name] = _blob(binding, runnable)
        case "text_blob":
            # A variable is what a text blob is to the script; miniflare would read a file.
            text = _text(_part(runnable.modules, binding["part"]))
            worker.setdefault("bindings", {})[name] = text
        case "version_metadata" if "id" in binding:
            told = {key: binding.get(key, "") for key in ("id", "tag", "timestamp")}
            worker.setdefault("bindings", {})[name] = told
        case "version_metadata":
            worker["versionMetadata"] = name
        case "send_email":
            worker.setdefault("email", {}).setdefault("send_email", []).append(_email(binding))
        case _:
            pass  # assets stand with the files


def _blob(binding: Binding, runnable: Runnable) -> dict[str, str]:
    return encode_bytes(_part(runnable.modules, binding["part"]).content)


def _email(binding: Binding) -> Options:
    limits = ("destination_address", "allowed_destination_addresses", "allowed_sender_addresses")
    return {"name": binding["name"]} | {key: binding[key] for key in limits if key in binding}


_OTHERS = frozenset(
    {"service", "wasm_module", "data_blob", "text_blob", "version_metadata", "send_email", "assets"}
)


def _is_missing(binding: Binding, runnable: Runnable) -> bool:
    """Tell whether nothing here plays the binding: an unknown type, or another script's."""
    kind = binding["type"]
    match kind:
        case "service":
            return bool(binding["service"] != runnable.script_name)
        case "assets":
            return runnable.assets is None
        case "durable_object_namespace" | "workflow":
            is_foreign = binding.get("script_name") not in {None, "", runnable.script_name}
            return is_foreign or not binding.get("class_name")
        case _:
            return kind not in _KINDS and kind not in _OTHERS


def _missing_worker(worker: Options, lacking: Sequence[Binding]) -> Options:
    """Return a worker that answers for all bindings that nothing plays; binds them in `worker`."""
    source = MISSING_SOURCE
    objects: Options = {}
    for number, binding in enumerate(lacking):
        class_name = f"Missing{number}"
        message = json.dumps(_complaint(binding))
        if binding["type"] == "durable_object_namespace":
            # Its ids are made before anything is asked, so there must be a namespace.
            source += f"export const {class_name} = missing({message}, DurableObject);\n"
            objects[class_name] = {"className": class_name, "useSQLite": True}
            option, bound = (
                "durableObjects",
                {"className": class_name, "scriptName": MISSING_WORKER},
            )
        else:
            source += f"export const {class_name} = missing({message});\n"
            option = "serviceBindings"
            bound = {"name": MISSING_WORKER, "entrypoint": class_name}
        worker.setdefault(option, {})[binding["name"]] = bound
    return {
        "name": MISSING_WORKER,
        "compatibilityDate": "2025-01-01",
        "modules": [{"type": "ESModule", "path": "missing.mjs", "contents": source}],
        "durableObjects": objects,
    }


def _complaint(binding: Binding) -> str:
    of = binding.get("service") or binding.get("script_name")
    whose = f" of the script {of}" if of else ""
    return f"the emulator does not play the binding {binding['name']}: {binding['type']}{whose}"


def _asset_options(runnable: Runnable) -> Options:
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
        "directory": ASSET_SETTINGS,
        "routerConfig": router,
        "assetConfig": served,
        **_given(binding=next(iter(names), None), run_worker_first=first or None),
    }


def _given(**fields: Any) -> Options:
    return {key: value for key, value in fields.items() if value is not None}
