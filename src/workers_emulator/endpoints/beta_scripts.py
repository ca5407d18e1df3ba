"""The `workers/workers` resource: scripts by name or tag, JSON only (beta)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workers_emulator.changes.render import unversioned
from workers_emulator.changes.unversioned import patched
from workers_emulator.endpoints.scripts import (
    account_scripts,
    binding_scripts,
    check_room,
    new_script,
    remove_script,
)
from workers_emulator.endpoints.subdomains import check_reachable
from workers_emulator.requests.bodies import WorkerBody
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok, paged
from workers_emulator.requests.shapes import Unversioned, plain, read
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import BAD_BODY, SCRIPT_EXISTS, SCRIPT_MISSING
from workers_emulator.state.clock import render_time
from workers_emulator.state.model import Place, Script, ScriptSettings
from workers_emulator.state.names import check_script_name


def find_worker(call: Call) -> Script:
    """Return the script by its name or its tag.

    Raises:
        Refusal: 10007 where there is none.

    """
    wanted = call.args["worker_id"]
    for script in account_scripts(call.state):
        if wanted in {script.place.name, script.tag}:
            return script
    raise Refusal(SCRIPT_MISSING)


def worker_object(call: Call, script: Script) -> dict[str, Any]:
    """Return a script in this resource's shape (rule: run-url)."""
    name = script.place.name
    settings = unversioned(script.settings)
    consumers = [{"name": c["service"]} for c in script.settings.tail_consumers or ()]
    deployment = script.deployment
    return {
        "id": script.tag,
        "name": name,
        "created_on": render_time(script.created_on),
        "updated_on": render_time(script.modified_on),
        "deployed_on": render_time(deployment.created_on) if deployment else None,
        "logpush": settings["logpush"],
        "observability": settings["observability"] or {"enabled": False},
        "tags": settings["tags"],
        "tail_consumers": consumers,
        "subdomain": {
            "enabled": script.subdomain_enabled,
            "previews_enabled": script.previews_enabled,
            "url": f"{call.origin}/__emulator__/run/{name}/",
            "preview_url_suffix": f"-{name}.{call.state.subdomain}.workers.dev",
        },
        "references": _references(call, script),
    }


def _references(call: Call, script: Script) -> dict[str, Any]:
    by_name = {s.place.name: s for s in account_scripts(call.state)}
    users = binding_scripts(call.state, script.place)
    return {
        "workers": [{"id": by_name[n].tag, "name": n} for n in users if n in by_name],
        "domains": [
            {k: d[k] for k in ("id", "hostname", "zone_id", "zone_name")}
            | {"certificate_id": d["cert_id"]}
            for d in call.state.domains.values()
            if d["service"] == script.place.name
        ],
        "durable_objects": [],
        "queues": [],
        "dispatch_namespace_outbounds": [],
    }


def list_workers(call: Call) -> Answer:
    """List the account's scripts."""
    page, per_page = call.page()
    workers = [worker_object(call, script) for script in account_scripts(call.state)]
    return paged(workers, page=page, per_page=per_page)


def get_worker(call: Call) -> Answer:
    """Answer with one script."""
    return ok(worker_object(call, find_worker(call)))


def create_worker(call: Call) -> Answer:
    """Create a script that has no version yet."""
    body = read(WorkerBody, call.json_object(), BAD_BODY, "body")
    if body.name is None:
        raise Refusal(BAD_BODY, "body.name: Field required")
    check_script_name(body.name)
    place = Place(name=body.name)
    if place in call.state.scripts:
        raise Refusal(SCRIPT_EXISTS)
    check_room(call, place)
    return _store(call, new_script(call, place), body)


def replace_worker(call: Call) -> Answer:
    """Replace the script-level settings: what is left out gets its default."""
    body = read(WorkerBody, call.json_object(), BAD_BODY, "body")
    script = replace(
        find_worker(call),
        settings=ScriptSettings(),
        subdomain_enabled=False,
        previews_enabled=False,
    )
    return _store(call, script, body)


def edit_worker(call: Call) -> Answer:
    """Change the script-level settings that were sent."""
    body = read(WorkerBody, call.json_object(), BAD_BODY, "body")
    return _store(call, find_worker(call), body)


def _store(call: Call, script: Script, body: WorkerBody) -> Answer:
    sent: dict[str, Any] = plain(body)
    consumers = sent.pop("tail_consumers", None)
    if consumers is not None:
        sent["tail_consumers"] = [{"service": consumer["name"]} for consumer in consumers]
    fields = {key: value for key, value in sent.items() if key in Unversioned.model_fields}
    changed = replace(
        script,
        settings=patched(call, script.settings, Unversioned.model_validate(fields)),
    )
    changed = _with_subdomain(call, changed, sent.get("subdomain") or {})
    return ok(worker_object(call, call.account.write_script(changed)))


def _with_subdomain(call: Call, script: Script, sent: Mapping[str, Any]) -> Script:
    enabled, previews = sent.get("enabled"), sent.get("previews_enabled")
    if enabled:
        check_reachable(call, script)
    return replace(
        script,
        subdomain_enabled=script.subdomain_enabled if enabled is None else enabled,
        previews_enabled=script.previews_enabled if previews is None else previews,
    )


def delete_worker(call: Call) -> Answer:
    """Delete the script."""
    remove_script(call, find_worker(call))
    return ok(None)


_WORKER = "A/workers/workers/{worker_id}"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "A/workers/workers", list_workers),
    endpoint("POST", "A/workers/workers", create_worker),
    endpoint("GET", _WORKER, get_worker),
    endpoint("PUT", _WORKER, replace_worker),
    endpoint("PATCH", _WORKER, edit_worker),
    endpoint("DELETE", _WORKER, delete_worker),
)
