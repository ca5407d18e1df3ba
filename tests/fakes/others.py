"""What someone else does to a script beside a run."""

import base64
import json

import httpx

from fakes.cloudflare import Cloudflare
from fakes.patience import PATIENCE

OTHER = "export default { fetch() { return new Response('other'); } };\n"


def upload_plainly(cloudflare: Cloudflare) -> None:
    """Upload other code as other tools do: it serves at once, and there is no note of ours."""
    metadata = {
        "main_module": "index.js",
        "compatibility_date": "2026-11-01",
        "keep_bindings": ["secret_text", "plain_text"],
    }
    files = {
        "metadata": (None, json.dumps(metadata).encode(), "application/json"),
        "index.js": ("index.js", OTHER.encode(), "application/javascript+module"),
    }
    path = f"/accounts/{cloudflare.account_id}/workers/scripts/shop"
    headers = {"Authorization": f"Bearer {cloudflare.token}"}
    answer = httpx.put(f"{cloudflare.url}{path}", files=files, headers=headers, timeout=PATIENCE)
    assert answer.is_success, answer.text


def set_secret(cloudflare: Cloudflare, name: str, value: str) -> None:
    """Set a secret as the dashboard does: a version of its own, which serves at once."""
    secret = {"name": name, "text": value, "type": "secret_text"}
    cloudflare.ask("PUT", "/workers/scripts/shop/secrets", secret)


def upload_another(cloudflare: Cloudflare, *bindings: dict[str, str]) -> str:
    """Upload a version with other code, without traffic; its id."""
    module = {
        "name": "index.js",
        "content_type": "application/javascript+module",
        "content_base64": base64.b64encode(OTHER.encode()).decode(),
    }
    version = {
        "main_module": "index.js",
        "compatibility_date": "2026-11-01",
        "modules": [module],
        "bindings": list(bindings),
    }
    return str(cloudflare.ask("POST", "/workers/workers/shop/versions", version)["id"])
