"""Dispatch namespaces: scripts without versions, deployments or workers.dev."""

from dataclasses import replace
from typing import Any

from workers_emulator.changes.render import script_object
from workers_emulator.changes.unversioned import patched
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok, paged
from workers_emulator.requests.shapes import Unversioned, read
from workers_emulator.rules.account_rules import NAMESPACE_MISSING
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import BAD_BODY
from workers_emulator.state.clock import render_time
from workers_emulator.state.kinds import public
from workers_emulator.state.model import Script, State
from workers_emulator.state.names import check_script_name


def list_namespaces(call: Call) -> Answer:
    """List the account's dispatch namespaces."""
    page, per_page = call.page(per_page=100)
    items = [_namespace(call.state, name) for name in sorted(call.state.namespaces)]
    return paged(items, page=page, per_page=per_page)


def create_namespace(call: Call) -> Answer:
    """Create a dispatch namespace."""
    name = call.json_object().get("name")
    if not isinstance(name, str):
        raise Refusal(BAD_BODY, "name must be text.")
    check_script_name(name)
    ids = {name: call.account.stable_id("namespace", name)}
    state = replace(call.state, namespaces={**ids, **call.state.namespaces})
    call.account.write(state)
    return ok(_namespace(state, name))


def get_namespace(call: Call) -> Answer:
    """Answer with one dispatch namespace."""
    return ok(_namespace(call.state, _name(call)))


def delete_namespace(call: Call) -> Answer:
    """Delete a dispatch namespace with its scripts."""
    name = _name(call)
    namespaces = {k: v for k, v in call.state.namespaces.items() if k != name}
    scripts = {p: s for p, s in call.state.scripts.items() if p.namespace != name}
    call.account.write(replace(call.state, namespaces=namespaces, scripts=scripts))
    return ok(None)


def _name(call: Call) -> str:
    name = call.args["namespace"]
    if name not in call.state.namespaces:
        raise Refusal(NAMESPACE_MISSING)
    return name


def _namespace(state: State, name: str) -> dict[str, Any]:
    return {
        "namespace_id": state.namespaces[name],
        "namespace_name": name,
        "script_count": len(_scripts(state, name)),
        "trusted_workers": False,
    }


def _scripts(state: State, name: str) -> list[Script]:
    return [s for place, s in state.scripts.items() if place.namespace == name]


def list_scripts(call: Call) -> Answer:
    """List the scripts of a namespace."""
    scripts = sorted(_scripts(call.state, _name(call)), key=lambda s: s.place.name)
    return ok([script_object(script) for script in scripts])


def get_script(call: Call) -> Answer:
    """Answer with what is known of a script of a namespace."""
    script = call.script()
    return ok(
        {
            "script": script_object(script),
            "dispatch_namespace": script.place.namespace,
            "created_on": render_time(script.created_on),
            "modified_on": render_time(script.modified_on),
        }
    )


def get_bindings(call: Call) -> Answer:
    """Answer with the bindings, secrets' values omitted."""
    return ok([public(binding) for binding in call.latest().bindings])


def get_tags(call: Call) -> Answer:
    """Answer with the script's tags."""
    return ok(list(call.script().settings.tags))


def put_tags(call: Call) -> Answer:
    """Replace the script's tags."""
    tags = call.json()
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise Refusal(BAD_BODY, "The body must be a list of tags.")
    return _set_tags(call, tags)


def put_tag(call: Call) -> Answer:
    """Add one tag."""
    return _set_tags(call, [*call.script().settings.tags, call.args["tag"]])


def delete_tag(call: Call) -> Answer:
    """Remove one tag."""
    gone = call.args["tag"]
    return _set_tags(call, [tag for tag in call.script().settings.tags if tag != gone])


def _set_tags(call: Call, tags: list[str]) -> Answer:
    script = call.script()
    sent = read(Unversioned, {"tags": tags}, BAD_BODY, "body")
    stored = call.account.write_script(
        replace(script, settings=patched(call, script.settings, sent))
    )
    return ok(list(stored.settings.tags))


_NAMESPACES = "A/workers/dispatch/namespaces"
_NAMESPACE = f"{_NAMESPACES}/{{namespace}}"
_SCRIPT = f"{_NAMESPACE}/scripts/{{script_name}}"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", _NAMESPACES, list_namespaces),
    endpoint("POST", _NAMESPACES, create_namespace),
    endpoint("GET", _NAMESPACE, get_namespace),
    endpoint("DELETE", _NAMESPACE, delete_namespace),
    endpoint("GET", f"{_NAMESPACE}/scripts", list_scripts),
    endpoint("GET", _SCRIPT, get_script),
    endpoint("GET", f"{_SCRIPT}/bindings", get_bindings),
    endpoint("GET", f"{_SCRIPT}/tags", get_tags),
    endpoint("PUT", f"{_SCRIPT}/tags", put_tags),
    endpoint("PUT", f"{_SCRIPT}/tags/{{tag}}", put_tag),
    endpoint("DELETE", f"{_SCRIPT}/tags/{{tag}}", delete_tag),
)
