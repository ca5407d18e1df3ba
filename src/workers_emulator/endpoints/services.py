"""Scripts as wrangler looks at them: services, references, tails, dispatch lookups."""

from dataclasses import replace
from typing import Any

from workers_emulator.changes.render import script_object
from workers_emulator.endpoints.scripts import binding_scripts, remove_script
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok
from workers_emulator.rules.account_rules import TAIL_MISSING
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import SERVICE_MISSING
from workers_emulator.state.clock import render_time
from workers_emulator.state.model import Script

_TAIL_SECONDS = 6 * 3600


def get_service(call: Call) -> Answer:
    """Answer with the script as a service with one environment."""
    script = _service(call)
    created, modified = render_time(script.created_on), render_time(script.modified_on)
    environment = {
        "environment": "production",
        "created_on": created,
        "modified_on": modified,
        "script": script_object(script),
    }
    return ok(
        {
            "id": script.place.name,
            "default_environment": environment,
            "environments": [environment],
            "created_on": created,
            "modified_on": modified,
        }
    )


def _service(call: Call) -> Script:
    script = call.state.script(call.args["service_name"])
    if script is None:
        raise Refusal(SERVICE_MISSING)
    return script


def delete_service(call: Call) -> Answer:
    """Delete a script the way wrangler does."""
    remove_script(call, _service(call))
    return ok(None)


def get_references(call: Call) -> Answer:
    """Tell which other scripts refer to this one."""
    script = call.script()
    users = binding_scripts(call.state, script.place)
    references: dict[str, Any] = {}
    if users:
        references["services"] = {
            "incoming": [
                {"service": user, "environment": "production", "name": name, "type": "service"}
                for user in users
                for name in _binding_names(call, user, script.place.name)
            ],
            "outgoing": [],
        }
    return ok(references)


def _binding_names(call: Call, user: str, target: str) -> list[str]:
    script = call.state.script(user)
    latest = script.latest if script is not None else None
    bindings = latest.bindings if latest is not None else ()
    return [b["name"] for b in bindings if b["type"] == "service" and b["service"] == target]


def tails_by_consumer(call: Call) -> Answer:
    """Tell whose logs a script consumes."""
    name = call.args["script_name"]
    producers = [
        script
        for script in call.state.scripts.values()
        if any(c["service"] == name for c in script.settings.tail_consumers or ())
    ]
    return ok(
        [
            {
                "tag": script.tag,
                "producer": {
                    "script": script.place.name,
                    "service": script.place.name,
                    "environment": "production",
                },
                "consumer": {"service": name},
                "log_push": False,
            }
            for script in producers
        ]
    )


def start_tail(call: Call) -> Answer:
    """Open a tail; no events come from it."""
    script = call.script()
    tail = {
        "id": call.account.new_hex(),
        "url": f"{call.origin.replace('http', 'ws', 1)}/__emulator__/tail/{script.place.name}",
        "expires_at": render_time(call.account.now() + _TAIL_SECONDS),
        "script": script.place.name,
    }
    call.account.write(replace(call.state, tails={**call.state.tails, tail["id"]: tail}))
    return ok(_tail(tail))


def list_tails(call: Call) -> Answer:
    """List the open tails of a script."""
    name = call.script().place.name
    return ok([_tail(tail) for tail in call.state.tails.values() if tail["script"] == name])


def delete_tail(call: Call) -> Answer:
    """Close a tail."""
    tail_id = call.args["id"]
    if tail_id not in call.state.tails:
        raise Refusal(TAIL_MISSING)
    left = {key: tail for key, tail in call.state.tails.items() if key != tail_id}
    call.account.write(replace(call.state, tails=left))
    return ok(None)


def _tail(tail: Any) -> dict[str, Any]:
    return {key: tail[key] for key in ("id", "url", "expires_at")}


_SCRIPT = "A/workers/scripts/{script_name}"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "A/workers/services/{service_name}", get_service),
    endpoint("DELETE", "A/workers/services/{service_name}", delete_service),
    endpoint("GET", f"{_SCRIPT}/references", get_references),
    endpoint("GET", "A/workers/tails/by-consumer/{script_name}", tails_by_consumer),
    endpoint("POST", f"{_SCRIPT}/tails", start_tail),
    endpoint("GET", f"{_SCRIPT}/tails", list_tails),
    endpoint("DELETE", f"{_SCRIPT}/tails/{{id}}", delete_tail),
)
