"""workers.dev: the account's subdomain, and whether a script answers there."""

from dataclasses import replace
from typing import Any

from workers_emulator.requests.bodies import SubdomainState
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok
from workers_emulator.requests.shapes import read
from workers_emulator.rules.account_rules import SUBDOMAIN_FREE, SUBDOMAIN_NONE, SUBDOMAIN_TAKEN
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import BAD_BODY, NAME_TOO_LONG_FOR_DNS, NO_SUBDOMAIN_YET
from workers_emulator.state.model import Script
from workers_emulator.state.names import MAX_LABEL, check_subdomain

_DATED = "cloudflare-workers-script-api-date"
# wrangler 4.164.0 sends this date so that a missing previews_enabled follows enabled
_FOLLOWS_SINCE = "2025-08-01"
TAKEN = ("www", "api", "cloudflare", "workers")


def get_subdomain(call: Call) -> Answer:
    """Answer with the account's workers.dev subdomain."""
    if call.state.subdomain is None:
        raise Refusal(SUBDOMAIN_NONE)
    return ok({"subdomain": call.state.subdomain})


def put_subdomain(call: Call) -> Answer:
    """Register the account's workers.dev subdomain."""
    name = check_subdomain(call.json_object().get("subdomain"))
    if name in TAKEN:
        raise Refusal(SUBDOMAIN_TAKEN)
    call.account.write(replace(call.state, subdomain=name))
    return ok({"subdomain": name})


def probe_subdomain(call: Call) -> Answer:
    """Tell whether a name is free: always by an error, unless it is the account's own."""
    name = check_subdomain(call.args["subdomain"])
    if name == call.state.subdomain:
        return ok({"subdomain": name})
    raise Refusal(SUBDOMAIN_TAKEN if name in TAKEN else SUBDOMAIN_FREE)


def get_script_subdomain(call: Call) -> Answer:
    """Tell whether the script answers on workers.dev, and its previews."""
    return ok(subdomain_state(call.script()))


def subdomain_state(script: Script) -> dict[str, Any]:
    """Return the state of workers.dev for one script."""
    return {"enabled": script.subdomain_enabled, "previews_enabled": script.previews_enabled}


def post_script_subdomain(call: Call) -> Answer:
    """Turn workers.dev on or off for the script."""
    script = call.script()
    sent = read(SubdomainState, call.json_object(), BAD_BODY, "body")
    previews = sent.previews_enabled
    if previews is None:  # by rule subdomain-dated-header, subdomain-undated
        dated = call.headers.get(_DATED, "") >= _FOLLOWS_SINCE
        previews = sent.enabled if dated else script.previews_enabled
    if sent.enabled:
        check_reachable(call, script)
    changed = replace(script, subdomain_enabled=sent.enabled, previews_enabled=previews)
    return ok(subdomain_state(call.account.write_script(changed)))


def check_reachable(call: Call, script: Script) -> None:
    """Refuse to enable workers.dev where there can be no such name."""
    if call.state.subdomain is None:
        raise Refusal(NO_SUBDOMAIN_YET)
    if len(script.place.name) > MAX_LABEL:
        raise Refusal(NAME_TOO_LONG_FOR_DNS)


def delete_script_subdomain(call: Call) -> Answer:
    """Turn off workers.dev and the previews of the script."""
    changed = replace(call.script(), subdomain_enabled=False, previews_enabled=False)
    return ok(subdomain_state(call.account.write_script(changed)))


_SCRIPT = "A/workers/scripts/{script_name}/subdomain"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "A/workers/subdomain", get_subdomain),
    endpoint("PUT", "A/workers/subdomain", put_subdomain),
    endpoint("GET", "A/workers/subdomains/{subdomain}", probe_subdomain),
    endpoint("GET", _SCRIPT, get_script_subdomain),
    endpoint("POST", _SCRIPT, post_script_subdomain),
    endpoint("DELETE", _SCRIPT, delete_script_subdomain),
)
