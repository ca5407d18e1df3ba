"""Uploads by the official Python SDK, as its users write them."""

from typing import Any

from cloudflare import Cloudflare

from workers_emulator.server.server import EmulatorServer

ES_MODULE = "application/javascript+module"
HELLO = b'export default { fetch() { return new Response("hello") } }'


def upload(
    sdk: Cloudflare,
    emulator: EmulatorServer,
    code: bytes = HELLO,
    name: str = "hello",
    **metadata: Any,
) -> Any:
    """Upload and deploy a script of one module."""
    full: Any = {"main_module": "index.js", "compatibility_date": "2026-01-01", **metadata}
    return sdk.workers.scripts.update(
        name,
        account_id=emulator.account_id,
        metadata=full,
        files=[("index.js", code, ES_MODULE)],
    )
