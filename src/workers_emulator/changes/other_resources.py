"""What other products hold, as far as a deploy asks for it: KV, R2, D1, Durable Objects."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok, paged
from workers_emulator.rules.account_rules import RESOURCE_UNKNOWN
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import BAD_BODY

_KV, _R2, _D1 = "kv_namespace", "r2_bucket", "d1"
_MANY = 10_000


def _resources(call: Call, kind: str) -> Mapping[str, Mapping[str, Any]]:
    return call.state.resources.get(kind, {})


def _create(call: Call, kind: str, field: str, make: Callable[[str], dict[str, Any]]) -> Answer:
    """Create a resource from the name in this field of the body; `id` is its key."""
    name = call.json_object().get(field)
    if not isinstance(name, str) or not name:
        raise Refusal(BAD_BODY, f"{field} must be text.")
    resource = make(name)
    key = resource.pop("key")
    kinds = {**_resources(call, kind), key: resource}
    call.account.write(replace(call.state, resources={**call.state.resources, kind: kinds}))
    return ok(resource)


def list_namespaces(call: Call) -> Answer:
    """List the KV namespaces."""
    page, per_page = call.page(largest=_MANY)
    return paged(list(_resources(call, _KV).values()), page=page, per_page=per_page)


def create_namespace(call: Call) -> Answer:
    """Create a KV namespace."""

    def make(title: str) -> dict[str, Any]:
        key = call.account.stable_id(_KV, title)
        return {"key": key, "id": key, "title": title, "supports_url_encoding": True}

    return _create(call, _KV, "title", make)


def get_bucket(call: Call) -> Answer:
    """Answer with an R2 bucket (rule: resources-exist)."""
    name = call.args["bucket"]
    if name not in _resources(call, _R2) and call.account.options.check_resources:
        raise Refusal(RESOURCE_UNKNOWN, "The specified bucket does not exist.")
    return ok({"name": name, "location": "WEUR", "storage_class": "Standard"})


def list_buckets(call: Call) -> Answer:
    """List the R2 buckets that were created."""
    return ok({"buckets": list(_resources(call, _R2).values())})


def create_bucket(call: Call) -> Answer:
    """Create an R2 bucket."""
    return _create(call, _R2, "name", lambda name: {"key": name, "name": name})


def list_databases(call: Call) -> Answer:
    """List the D1 databases that were created."""
    page, per_page = call.page(per_page=100, largest=_MANY)
    name = call.query.get("name")
    found = [d for d in _resources(call, _D1).values() if name in {None, d["name"]}]
    return paged(found, page=page, per_page=per_page)


def create_database(call: Call) -> Answer:
    """Create a D1 database."""

    def make(name: str) -> dict[str, Any]:
        key = call.account.new_uuid()
        return {"key": key, "uuid": key, "name": name, "version": "production"}

    return _create(call, _D1, "name", make)


def get_database(call: Call) -> Answer:
    """Answer with a D1 database (rule: resources-exist)."""
    wanted = call.args["database"]
    found = _resources(call, _D1).get(wanted)
    if found is None and call.account.options.check_resources:
        raise Refusal(RESOURCE_UNKNOWN, "The database does not exist.")
    return ok(found or {"uuid": wanted, "name": wanted, "version": "production"})


def list_object_namespaces(call: Call) -> Answer:
    """List the Durable Object namespaces: one for each class of each script."""
    page, per_page = call.page(per_page=100, largest=_MANY)
    namespaces = [
        {
            "id": call.account.stable_id("durable-object", f"{script.place.name}_{name}"),
            "name": f"{script.place.name}_{name}",
            "script": script.place.name,
            "class": name,
            "use_sqlite": storage == "sqlite",
        }
        for script in call.state.scripts.values()
        for name, storage in script.classes.items()
    ]
    return paged(namespaces, page=page, per_page=per_page)


ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "A/storage/kv/namespaces", list_namespaces),
    endpoint("POST", "A/storage/kv/namespaces", create_namespace),
    endpoint("GET", "A/r2/buckets", list_buckets),
    endpoint("POST", "A/r2/buckets", create_bucket),
    endpoint("GET", "A/r2/buckets/{bucket}", get_bucket),
    endpoint("GET", "A/d1/database", list_databases),
    endpoint("POST", "A/d1/database", create_database),
    endpoint("GET", "A/d1/database/{database}", get_database),
    endpoint("GET", "A/workers/durable_objects/namespaces", list_object_namespaces),
)
