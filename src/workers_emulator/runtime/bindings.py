"""The bindings of a script as options of its miniflare worker; pure.

A binding that nothing here plays is given to a worker that says why when it is used, so a script
starts and serves what it can without it.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers_emulator.runtime.runnable import Part, Runnable, ScriptFailed

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
        value=lambda b: given(queueName=b["queue_name"], deliveryDelay=b.get("delivery_delay")),
    ),
    "analytics_engine": _Kind(
        option="analyticsEngineDatasets", value=lambda b: {"dataset": b["dataset"]}
    ),
    "ratelimit": _Kind(
        option="ratelimits",
        value=lambda b: {"namespace_id": str(b["namespace_id"]), "simple": b["simple"]},
    ),
}
_OTHERS = frozenset(
    {
        "assets",
        "data_blob",
        "durable_object_namespace",
        "send_email",
        "service",
        "text_blob",
        "version_metadata",
        "wasm_module",
        "workflow",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The scripts that run in one process, as their bindings find each other.

    `workers` maps a script's name to that of its worker; `reasons` says of other scripts why they
    can't be called.
    """

    workers: Mapping[str, str]
    reasons: Mapping[str, str]

    def reason(self, script: str) -> str | None:
        """Return why the script can't be called here, None where it can."""
        if script in self.workers:
            return None
        return self.reasons.get(script, not_deployed(script))


def not_deployed(script: str) -> str:
    """Return why a script without a live version can't be called."""
    return f"the script {script} is not deployed"


def why_missing(
    binding: Binding, own: str, *, has_assets: bool, reason: Callable[[str], str | None]
) -> str | None:
    """Return why nothing plays a binding of the script `own`, None where something does.

    `reason` says why another script can't be called.
    """
    kind = binding["type"]
    match kind:
        case "service":
            return None if binding["service"] == own else reason(binding["service"])
        case "assets":
            return None if has_assets else "the version has no assets"
        case "durable_object_namespace" | "workflow":
            if not binding.get("class_name"):
                return f"a {kind} without class_name is not simulated"
            owner = binding.get("script_name")
            return None if owner in {None, "", own} else reason(str(owner))
        case _:
            is_played = kind in _KINDS or kind in _OTHERS
            return None if is_played else f"bindings of the type {kind} are not simulated"


def bind(worker: Options, binding: Binding, runnable: Runnable, group: Group) -> None:
    """Add a binding that something plays to the script's worker.

    Raises KeyError for a field, and ScriptFailed for a part, that is not there.
    """
    name, kind = binding["name"], binding["type"]
    if kind in _KINDS:
        worker.setdefault(_KINDS[kind].option, {})[name] = _KINDS[kind].value(binding)
        return
    match kind:
        case "service" | "durable_object_namespace" | "workflow":
            _bind_script(worker, binding, group)
        case "wasm_module":
            worker.setdefault("wasmBindings", {})[name] = _blob(binding, runnable)
        case "data_blob":
            worker.setdefault("dataBlobBindings", {})[name] = _blob(binding, runnable)
        case "text_blob":
            # A variable is what a text blob is to the script; miniflare would read a file.
            text = text_of(part_of(runnable.modules, binding["part"]))
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


def _bind_script(worker: Options, binding: Binding, group: Group) -> None:
    """Add a binding to a script, or to a class of one."""
    match binding["type"]:
        case "service":
            option = "serviceBindings"
            value = given(
                name=group.workers[binding["service"]],
                entrypoint=binding.get("entrypoint"),
                props=binding.get("props"),
            )
        case "workflow":
            option = "workflows"
            value = {"name": binding["workflow_name"], "className": binding["class_name"]}
            value |= _owner(worker, binding, group)
        case _:
            # The upload does not say which classes were made with SQLite; its storage has the
            # key-value interface too.
            option = "durableObjects"
            value = {"className": binding["class_name"], "useSQLite": True}
            value |= _owner(worker, binding, group)
    worker.setdefault(option, {})[binding["name"]] = value


def _owner(worker: Options, binding: Binding, group: Group) -> Options:
    """Return where another script's class is; its own is where the binding is."""
    owner = group.workers.get(binding.get("script_name") or "")
    return {} if owner is None or owner == worker["name"] else {"scriptName": owner}


def missing_worker(worker: Options, name: str, lacking: Sequence[tuple[Binding, str]]) -> Options:
    """Return a worker that says for each of these bindings why it can't run; binds them."""
    source = MISSING_SOURCE
    objects: Options = {}
    for number, (binding, why) in enumerate(lacking):
        class_name = f"Missing{number}"
        message = json.dumps(f"the emulator can't run the binding {binding['name']}: {why}")
        if binding["type"] == "durable_object_namespace":
            # Its ids are made before anything is asked, so there must be a namespace.
            source += f"export const {class_name} = missing({message}, DurableObject);\n"
            objects[class_name] = {"className": class_name, "useSQLite": True}
            option, bound = "durableObjects", {"className": class_name, "scriptName": name}
        else:
            source += f"export const {class_name} = missing({message});\n"
            option, bound = "serviceBindings", {"name": name, "entrypoint": class_name}
        worker.setdefault(option, {})[binding["name"]] = bound
    return {
        "name": name,
        "compatibilityDate": "2025-01-01",
        "modules": [{"type": "ESModule", "path": "missing.mjs", "contents": source}],
        "durableObjects": objects,
    }


def encode_bytes(content: bytes) -> dict[str, str]:
    """Return the form in which run.mjs takes bytes."""
    return {"$base64": base64.b64encode(content).decode()}


def part_of(parts: Sequence[Part], name: str) -> Part:
    """Return the part of this name; raises ScriptFailed where there is none."""
    for part in parts:
        if part.name == name:
            return part
    raise ScriptFailed(f"the script has no part {name!r}", is_final=True)


def text_of(part: Part) -> str:
    """Return a part as text."""
    return part.content.decode("utf-8", errors="replace")


def given(**fields: Any) -> Options:
    """Return the fields that have a value."""
    return {key: value for key, value in fields.items() if value is not None}


def _blob(binding: Binding, runnable: Runnable) -> dict[str, str]:
    return encode_bytes(part_of(runnable.modules, binding["part"]).content)


def _email(binding: Binding) -> Options:
    limits = ("destination_address", "allowed_destination_addresses", "allowed_sender_addresses")
    return {"name": binding["name"]} | {key: binding[key] for key in limits if key in binding}
