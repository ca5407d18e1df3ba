"""Secrets of a script: each edit makes a version that gets all traffic. Values never come back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from workers_emulator.changes.bindings import Binding, Wanted, check_binding, resolve
from workers_emulator.changes.versioning import deploy, successor
from workers_emulator.endpoints.settings import check_latest_is_live
from workers_emulator.requests.call import MERGE_PATCH, Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok
from workers_emulator.requests.forms import media_type
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import (
    ASSETS_ONLY_BINDINGS,
    BAD_BODY,
    BINDING_MISSING,
    BINDING_NAME_TAKEN,
    CONTENT_TYPE,
    EDIT_BEHIND_LATEST,
    SECRET_BEHIND_LATEST,
)
from workers_emulator.state.kinds import public
from workers_emulator.state.model import SECRET_TYPES, Script, Version

_JSON_TYPES = ("application/json", MERGE_PATCH)


def list_secrets(call: Call) -> Answer:
    """List the latest version's secrets (rule: reads-answer-latest)."""
    latest = call.script().latest
    return ok([] if latest is None else [public(s) for s in latest.secrets.values()])


def get_secret(call: Call) -> Answer:
    """Answer with one secret, its value omitted."""
    return ok(public(_existing(call, call.latest())))


def _existing(call: Call, version: Version) -> Binding:
    name = call.args["secret_name"]
    if name not in version.secrets:
        raise Refusal(BINDING_MISSING, f"Binding '{name}' not found.")
    return version.secrets[name]


def put_secret(call: Call) -> Answer:
    """Add a secret or give it a new value."""
    script, former = call.script(), call.latest()
    secret = _checked(call, call.json_object())
    check_latest_is_live(script, former, SECRET_BEHIND_LATEST)
    _store(call, script, former, with_secrets(call, script, former, {secret["name"]: secret}))
    return ok(public(secret))


def delete_secret(call: Call) -> Answer:
    """Remove a secret."""
    script, former = call.script(), call.latest()
    name = _existing(call, former)["name"]
    check_latest_is_live(script, former, SECRET_BEHIND_LATEST)
    _store(call, script, former, with_secrets(call, script, former, {name: None}))
    return ok(None)


def patch_secrets(call: Call) -> Answer:
    """Add, change and remove several secrets in one version; null removes, absent stays."""
    script, former = call.script(), call.latest()
    if media_type(call.content_type) not in _JSON_TYPES:
        raise Refusal(CONTENT_TYPE, f"Content-Type must be one of: {', '.join(_JSON_TYPES)}.")
    changes = read_changes(call, call.json_object().get("secrets", {}))
    check_latest_is_live(script, former, EDIT_BEHIND_LATEST)
    version = _store(call, script, former, with_secrets(call, script, former, changes))
    return ok({name: public(secret) for name, secret in version.secrets.items()})


def read_changes(call: Call, value: Any) -> dict[str, Binding | None]:
    """Return the changes of a merge patch: secrets by name, null for those that go."""
    if not isinstance(value, dict):
        raise Refusal(BAD_BODY, "secrets must be an object.")
    changes: dict[str, Binding | None] = {}
    for name, secret in value.items():
        if secret is not None and (not isinstance(secret, dict) or secret.get("name") != name):
            raise Refusal(BAD_BODY, f"Secret '{name}' must repeat its name.")
        changes[name] = None if secret is None else _checked(call, secret)
    return changes


def _checked(call: Call, secret: Mapping[str, Any]) -> Binding:
    if secret.get("type") not in SECRET_TYPES:
        raise Refusal(BAD_BODY, f"type must be one of: {', '.join(SECRET_TYPES)}.")
    check_binding(secret, call.account.options)
    return secret


def with_secrets(
    call: Call, script: Script, former: Version, changes: Mapping[str, Binding | None]
) -> tuple[Binding, ...]:
    """Return the former version's bindings with these changes to its secrets.

    Raises:
        Refusal: 10053 where another binding has a secret's name.

    """
    if not former.modules:
        raise Refusal(ASSETS_ONLY_BINDINGS)
    others = {b["name"] for b in former.bindings if b["name"] not in former.secrets}
    taken = next((name for name, new in changes.items() if new and name in others), None)
    if taken is not None:
        raise Refusal(BINDING_NAME_TAKEN, f"Binding name '{taken}' is already in use.")
    kept = [b for b in former.bindings if b["name"] not in changes or b["name"] in others]
    given = [*kept, *(secret for secret in changes.values() if secret is not None)]
    return resolve(Wanted(given=given, keep=(), strict=True), script, call.account.options)


def _store(call: Call, script: Script, former: Version, bindings: tuple[Binding, ...]) -> Version:
    version = replace(successor(call, former, "secret"), bindings=bindings)
    call.account.write_script(deploy(call, script, version, "secret"))
    return version


_HANDLERS: tuple[tuple[str, str, Callable[[Call], Answer]], ...] = (
    ("GET", "secrets", list_secrets),
    ("PUT", "secrets", put_secret),
    ("GET", "secrets/{secret_name}", get_secret),
    ("DELETE", "secrets/{secret_name}", delete_secret),
    ("PATCH", "secrets-bulk", patch_secrets),
)
_WHERE = (
    "A/workers/scripts/{script_name}",
    "A/workers/dispatch/namespaces/{namespace}/scripts/{script_name}",
)

ENDPOINTS: tuple[Endpoint, ...] = tuple(
    endpoint(method, f"{where}/{path}", handler)
    for where in _WHERE
    for method, path, handler in _HANDLERS
)
