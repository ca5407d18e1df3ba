"""Custom domains: a host name of one of the account's zones that leads to a script."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workers_emulator.endpoints.zones import zone_of_host
from workers_emulator.requests.bodies import DomainIn, Origins, Records
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok
from workers_emulator.requests.shapes import read
from workers_emulator.rules.account_rules import (
    DOMAIN_DNS,
    DOMAIN_HOSTNAME,
    DOMAIN_MISSING,
    DOMAIN_TAKEN,
    DOMAIN_ZONE,
)
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import BAD_BODY
from workers_emulator.state.account import script_in
from workers_emulator.state.model import Place, State

Domain = Mapping[str, Any]
_FILTERS = ("hostname", "service", "environment", "zone_id", "zone_name")


def list_domains(call: Call) -> Answer:
    """List the custom domains that fit the query."""
    wanted = {key: call.query[key] for key in _FILTERS if key in call.query}
    found = [dict(d) for d in call.state.domains.values() if wanted.items() <= d.items()]
    return ok(found)


def get_domain(call: Call) -> Answer:
    """Answer with one custom domain."""
    return ok(dict(_domain(call)))


def _domain(call: Call) -> Domain:
    domain = call.state.domains.get(call.args["domain_id"])
    if domain is None:
        raise Refusal(DOMAIN_MISSING)
    return domain


def put_domain(call: Call) -> Answer:
    """Attach a custom domain to a script."""
    sent = read(DomainIn, call.json_object(), BAD_BODY, "body")
    script_in(call.state, Place(name=sent.service or ""))
    domain = _attached(call, call.state, sent)
    domains = {**call.state.domains, domain["id"]: domain}
    call.account.write(replace(call.state, domains=domains))
    return ok(domain)


def _attached(call: Call, state: State, sent: DomainIn) -> dict[str, Any]:
    """Return the domain, or refuse to take a name that is something else's."""
    zone_id = _zone(state, sent)
    hostname = sent.hostname.lower()
    existing = _existing(state, hostname)
    is_others = existing is not None and existing["service"] != sent.service
    if is_others and not sent.override_existing_origin:
        raise Refusal(DOMAIN_TAKEN, f"Hostname {hostname} is already a custom domain.")
    if existing is None and _has_record(state, hostname) and not sent.override_existing_dns_record:
        raise Refusal(DOMAIN_DNS, f"Hostname {hostname} has existing DNS records.")
    former = existing or {}
    switches = {
        key: former.get(key) if value is None else value
        for key, value in (("enabled", sent.enabled), ("previews_enabled", sent.previews_enabled))
    }
    return {
        "id": existing["id"] if existing is not None else call.account.new_hex(),
        "cert_id": call.account.stable_id("certificate", hostname),
        "hostname": hostname,
        "service": sent.service,
        "environment": sent.environment or "production",
        "zone_id": zone_id,
        "zone_name": state.zones[zone_id],
        # As wrangler 4.164.0 sends them; that they are reported where they were set is assumed.
        **{key: value for key, value in switches.items() if value is not None},
    }


def _zone(state: State, sent: DomainIn) -> str:
    if not sent.hostname:
        raise Refusal(DOMAIN_HOSTNAME)
    zone_id = zone_of_host(state, sent.hostname)
    asked = (
        sent.zone_id in {None, zone_id},
        sent.zone_name in {None, state.zones.get(zone_id or "")},
    )
    if zone_id is None or not all(asked):
        raise Refusal(DOMAIN_ZONE, f"Hostname {sent.hostname} does not belong to the zone.")
    return zone_id


def _existing(state: State, hostname: str) -> Domain | None:
    return next((d for d in state.domains.values() if d["hostname"] == hostname), None)


def _has_record(state: State, hostname: str) -> bool:
    return any(record["name"].lower() == hostname for record in state.dns.values())


def delete_domain(call: Call) -> Answer:
    """Detach a custom domain."""
    domain = _domain(call)
    left = {k: d for k, d in call.state.domains.items() if d is not domain}
    call.account.write(replace(call.state, domains=left))
    return ok(None)


def changeset(call: Call) -> Answer:
    """Tell what attaching these domains to the script would change (wrangler)."""
    name, state = call.script().place.name, call.state
    origins = read(Origins, call.json(), BAD_BODY, "body").root
    change: dict[str, list[dict[str, Any]]] = {
        "added": [], "removed": [], "updated": [], "conflicting": []
    }  # fmt: skip
    for sent in origins:
        _zone(state, sent)
        existing = _existing(state, sent.hostname.lower())
        entry = {"hostname": sent.hostname}
        if existing is not None:
            modified = existing["service"] != name
            change["updated"].append({**existing, "modified": modified})
        elif _has_record(state, sent.hostname.lower()):
            change["conflicting"].append(entry)
        else:
            change["added"].append(entry)
    if call.flag("replace_state"):
        wanted = {sent.hostname.lower() for sent in origins}
        change["removed"] = [
            dict(d) for d in _domains_of(state, name) if d["hostname"] not in wanted
        ]
    return ok(change)


def _domains_of(state: State, name: str) -> list[Domain]:
    return [d for d in state.domains.values() if d["service"] == name]


def put_records(call: Call) -> Answer:
    """Make these the script's custom domains (wrangler)."""
    name, state = call.script().place.name, call.state
    body = read(Records, call.json_object(), BAD_BODY, "body")
    overrides = {
        "service": name,
        "override_existing_origin": body.override_existing_origin,
        "override_existing_dns_record": body.override_existing_dns_record,
    }
    attached = [_attached(call, state, sent.model_copy(update=overrides)) for sent in body.origins]
    kept = {k: d for k, d in state.domains.items() if d["service"] != name}
    domains = {**kept, **{domain["id"]: domain for domain in attached}}
    call.account.write(replace(state, domains=domains))
    return ok(attached)


_SCRIPT = "A/workers/scripts/{script_name}/domains"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "A/workers/domains", list_domains),
    endpoint("PUT", "A/workers/domains", put_domain),
    endpoint("GET", "A/workers/domains/records", list_domains),
    endpoint("GET", "A/workers/domains/records/{domain_id}", get_domain),
    endpoint("GET", "A/workers/domains/{domain_id}", get_domain),
    endpoint("DELETE", "A/workers/domains/{domain_id}", delete_domain),
    endpoint("POST", f"{_SCRIPT}/changeset", changeset),
    endpoint("PUT", f"{_SCRIPT}/records", put_records),
)
