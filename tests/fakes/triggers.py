"""A script that names a trigger of every kind, and what an account says of triggers."""

from typing import Any

import httpx

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.patience import PATIENCE

ZONE = "023e105f4ecef8ad9ca31a8372d0c353"  # of example.com, which the emulated account has
MODULE = """\
import { WorkflowEntrypoint } from "cloudflare:workers";

export class Flow extends WorkflowEntrypoint { async run() {} }
export default {
  fetch() { return new Response("hello"); },
  async scheduled() {},
  async queue() {},
};
"""
CONSUMER = {
    "queue": "orders",
    "max_batch_size": 10,
    "max_batch_timeout": 5,
    "dead_letter_queue": "lost",
}
WORKFLOW = {
    "name": "flow",
    "binding": "FLOW",
    "class_name": "Flow",
    "limits": {"steps": 50},
    "schedules": "0 0 * * *",
}


def with_triggers(checkout: Checkout) -> Checkout:
    """Let a checkout name a trigger of every kind."""
    checkout.module(MODULE)
    return checkout.config(
        no_bundle=True,
        workers_dev=True,
        triggers={"crons": ["0 * * * *", "5 4 * * *"]},
        routes=[
            "example.com/a/*",
            {"pattern": "example.com/b/*", "zone_name": "example.com"},
            {"pattern": "shop.example.com", "custom_domain": True},
        ],
        queues={"consumers": [CONSUMER]},
        workflows=[WORKFLOW],
    )


def trigger_writes(cloudflare: Cloudflare) -> list[str]:
    """Writes of triggers in their order, by method and kind."""
    kinds = ("schedules", "routes", "domains", "consumers", "workflows")
    return [
        f"{method} {path.split('/')[-1]}"
        for method, _, path in (request.partition(" ") for request in cloudflare.requests)
        if method != "GET" and any(f"/{kind}" in path for kind in kinds)
    ]


def add_dns_record(cloudflare: Cloudflare, name: str, kind: str = "A") -> None:
    answer = httpx.post(
        f"{cloudflare.url}/zones/{ZONE}/dns_records",
        json={"name": name, "type": kind, "content": "192.0.2.1"},
        headers={"Authorization": f"Bearer {cloudflare.token}"},
        timeout=PATIENCE,
    )
    assert answer.status_code == 200, answer.text


def add_route(cloudflare: Cloudflare, pattern: str, script: str) -> None:
    answer = httpx.post(
        f"{cloudflare.url}/zones/{ZONE}/workers/routes",
        json={"pattern": pattern, "script": script},
        headers={"Authorization": f"Bearer {cloudflare.token}"},
        timeout=PATIENCE,
    )
    assert answer.status_code == 200, answer.text


def crons(cloudflare: Cloudflare, name: str = "shop") -> list[str]:
    found = cloudflare.ask("GET", f"/workers/scripts/{name}/schedules")["schedules"]
    return [schedule["cron"] for schedule in found]


def routes(cloudflare: Cloudflare) -> dict[str, str]:
    return {route["pattern"]: route["script"] for route in cloudflare.state()["routes"]}


def domains(cloudflare: Cloudflare) -> dict[str, str]:
    return {domain["hostname"]: domain["service"] for domain in cloudflare.state()["domains"]}


def consumer(cloudflare: Cloudflare) -> dict[str, Any]:
    ((found,),) = [queue["consumers"] for queue in cloudflare.state()["queues"]]
    return dict(found)
