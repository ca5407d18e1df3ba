"""Scripts: upload and deploy at once, list, search, download, delete."""

from dataclasses import replace
from typing import Any

from workers_emulator.changes.migrations import check_undivided
from workers_emulator.changes.render import routes_of, script_object, uploaded_script
from workers_emulator.changes.unversioned import after_put
from workers_emulator.changes.versioning import deploy, handlers_of, make_version, successor
from workers_emulator.endpoints.content import render_content
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok, page_info
from workers_emulator.requests.uploads import Upload, parse_upload
from workers_emulator.rules.account_rules import NAMESPACE_MISSING
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import (
    BAD_PARAMETER,
    NO_SUBDOMAIN_YET,
    REFERENCED,
    TOO_MANY_SCRIPTS,
    VALIDATION,
)
from workers_emulator.state.account import with_script
from workers_emulator.state.clock import render_time
from workers_emulator.state.model import Place, Script, State
from workers_emulator.state.names import check_script_name

_ORDERS = {"name": "script_name", "created_on": "created_on", "modified_on": "modified_on"}
_MAX_MESSAGE = 1024


def put_script(call: Call) -> Answer:
    """Upload a script as a new version and give it all traffic."""
    place = call.place
    check_script_name(place.name)
    check_room(call, place)
    upload = parse_upload(call, single_script=True)
    if not call.account.options.put_annotations:  # by rule annotations-on-put
        upload = replace(upload, metadata=upload.metadata.model_copy(update={"annotations": None}))
    former = call.state.scripts.get(place)
    made = make_version(call, former, upload, "upload")
    script = new_script(call, place) if former is None else former
    by_exports = upload.metadata.exports is not None
    check_undivided(script, made.classes, made.migration_tag, by_exports=by_exports)
    script = replace(
        script,
        settings=after_put(call, script.settings, upload.metadata),
        classes=made.classes,
        migration_tag=made.migration_tag,
        usage_model=made.version.usage_model,
    )
    stored = call.account.write_script(deploy(call, script, made.version, "deployment"))
    return ok(uploaded_script(stored, made.version))


def check_room(call: Call, place: Place) -> None:
    """Refuse a new script where the account has no place for one (10063, 10037)."""
    if place.namespace is not None and place.namespace not in call.state.namespaces:
        raise Refusal(NAMESPACE_MISSING)
    if place in call.state.scripts or place.namespace is not None:
        return
    if call.state.subdomain is None:
        raise Refusal(NO_SUBDOMAIN_YET)
    count = sum(p.namespace is None for p in call.state.scripts)
    if count >= call.account.options.max_scripts:
        raise Refusal(TOO_MANY_SCRIPTS)


def new_script(call: Call, place: Place) -> Script:
    """Return an empty script that is not stored yet."""
    now = call.account.now()
    return Script(
        place=place,
        tag=call.account.new_hex(),
        created_on=now,
        modified_on=now,
        last_deployed_from=call.source,
    )


def list_scripts(call: Call) -> Answer:
    """List the account's scripts, or those whose tags fit `a:yes,b:no`."""
    wanted = _tag_filter(call.query.get("tags", ""))
    scripts = [
        script_object(script) | {"routes": routes_of(call.state, script.place.name)}
        for script in account_scripts(call.state)
        if all((tag in script.settings.tags) is present for tag, present in wanted)
    ]
    return ok(scripts)


def account_scripts(state: State) -> list[Script]:
    """Return the scripts outside of dispatch namespaces, by name."""
    scripts = [s for s in state.scripts.values() if s.place.namespace is None]
    return sorted(scripts, key=lambda script: script.place.name)


def _tag_filter(text: str) -> list[tuple[str, bool]]:
    wanted = []
    for item in filter(None, text.split(",")):
        tag, separator, answer = item.rpartition(":")
        if not separator or answer not in {"yes", "no"}:
            raise Refusal(BAD_PARAMETER, "Parameter tags is malformed.")
        wanted.append((tag, answer == "yes"))
    return wanted


def search_scripts(call: Call) -> Answer:
    """Find scripts by a part of their name or by their tag."""
    page, per_page = call.page(per_page=10)
    order = call.query.get("order_by", "name")
    if order not in _ORDERS:
        raise Refusal(BAD_PARAMETER, "Parameter order_by is malformed.")
    name, tag = call.query.get("name", ""), call.query.get("id")
    found = [
        _search_item(script)
        for script in account_scripts(call.state)
        if name in script.place.name and tag in {None, script.tag}
    ]
    found.sort(key=lambda item: item[_ORDERS[order]])
    chosen = found[(page - 1) * per_page : page * per_page]
    return ok(chosen, info=page_info(len(chosen), len(found), page=page, per_page=per_page))


def _search_item(script: Script) -> dict[str, Any]:
    return {
        "id": script.tag,
        "script_name": script.place.name,
        "service_name": script.place.name,
        "environment_name": "production",
        "environment_is_default": True,
        "created_on": render_time(script.created_on),
        "modified_on": render_time(script.modified_on),
    }


def get_content(call: Call) -> Answer:
    """Answer with the latest version's code (rule: content-of-latest)."""
    return render_content(call.latest(), call.account.new_hex())


def put_content(call: Call) -> Answer:
    """Replace the code and nothing else, in a new version that gets all traffic."""
    script, former = call.script(), call.latest()
    upload = parse_upload(call, single_script=True)
    if not upload.has_code:
        raise Refusal(VALIDATION, "There is no main_module or body_part.")
    version = successor(call, former, "upload")
    version = replace(version, **_code_of(upload))
    stored = call.account.write_script(deploy(call, script, version, "deployment"))
    return ok(uploaded_script(stored, version))


def _code_of(upload: Upload) -> dict[str, Any]:
    main, body = upload.metadata.main_module, upload.metadata.body_part
    return {
        "main_module": main,
        "body_part": body,
        "modules": upload.modules,
        "handlers": handlers_of(main, body, upload.modules),
    }


def delete_script(call: Call) -> Answer:
    """Delete a script (rule: delete-envelope)."""
    remove_script(call, call.script())
    return ok(None)


def remove_script(call: Call, script: Script) -> None:
    """Delete the script and what leads to it.

    Raises:
        Refusal: 10142 while others bind it and there is no force=true.

    """
    place, state = script.place, call.state
    users = binding_scripts(state, place)
    if users and not call.flag("force"):
        raise Refusal(
            REFERENCED,
            f"Cannot delete Worker '{place.name}' because it is still referenced by service"
            f" bindings of: {', '.join(users)}."[:_MAX_MESSAGE],
        )
    left = with_script(state.scripts, script)
    del left[place]
    kept = state
    if place.namespace is None:
        kept = replace(
            state,
            routes=tuple(r for r in state.routes if r.script != place.name),
            domains={k: d for k, d in state.domains.items() if d["service"] != place.name},
        )
    call.account.write(replace(kept, scripts=left))


def binding_scripts(state: State, place: Place) -> list[str]:
    """Return the names of other scripts that have a service binding to this one."""
    if place.namespace is not None:
        return []
    return sorted(
        {
            script.place.name
            for script in state.scripts.values()
            if script.place != place and _binds(script, place.name)
        }
    )


def _binds(script: Script, name: str) -> bool:
    versions = (*script.live, *(v for v in (script.latest,) if v is not None))
    return any(
        binding["type"] == "service" and binding["service"] == name
        for version in versions
        for binding in version.bindings
    )


_IN_NAMESPACE = "A/workers/dispatch/namespaces/{namespace}/scripts/{script_name}"
_SCRIPT = "A/workers/scripts/{script_name}"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "A/workers/scripts", list_scripts),
    endpoint("GET", "A/workers/scripts-search", search_scripts),
    endpoint("PUT", _SCRIPT, put_script),
    endpoint("GET", _SCRIPT, get_content),
    endpoint("DELETE", _SCRIPT, delete_script),
    endpoint("PUT", f"{_SCRIPT}/content", put_content),
    endpoint("GET", f"{_SCRIPT}/content/v2", get_content),
    endpoint("PUT", _IN_NAMESPACE, put_script),
    endpoint("DELETE", _IN_NAMESPACE, delete_script),
    endpoint("PUT", f"{_IN_NAMESPACE}/content", put_content),
    endpoint("GET", f"{_IN_NAMESPACE}/content", get_content),
)
