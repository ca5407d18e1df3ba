"""A bare HTTP client of the emulator for tests: no client library of anyone stands between."""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from workers_emulator.server.server import EmulatorServer

ES_MODULE = "application/javascript+module"
HELLO = b'export default { fetch() { return new Response("hello") } }'
SERVICE_WORKER = b'addEventListener("fetch", (event) => event.respondWith(new Response("sw")))'

Files = list[tuple[str, tuple[str | None, bytes, str]]]


def module(name: str = "index.js", content: bytes = HELLO, content_type: str = ES_MODULE) -> Any:
    """One module part of an upload form, as wrangler names it."""
    return (name, (name, content, content_type))


def form(metadata: Mapping[str, Any] | None, *modules: Any) -> Files:
    """The parts of a script upload."""
    parts: Files = []
    if metadata is not None:
        parts.append(("metadata", (None, json.dumps(metadata).encode(), "application/json")))
    return [*parts, *modules]


class Client:
    """Asks one emulated account; paths are below /accounts/{id}."""

    def __init__(self, server: EmulatorServer, http: httpx.Client) -> None:
        self.server = server
        self._http = http
        self.root = f"{server.url}/accounts/{server.account_id}"
        self.token = server.token

    def ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Send a request with the account's token, to a path of the account or of the API."""
        url = f"{self.root}{path}" if not path.startswith("!") else f"{self.server.url}{path[1:]}"
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return self._http.request(method, url, headers=headers, **kwargs)

    def own(self, method: str, name: str, **kwargs: Any) -> httpx.Response:
        """Ask a control route."""
        return self._http.request(method, f"{self.server.origin}/__emulator__/{name}", **kwargs)

    def upload(
        self,
        name: str = "hello",
        metadata: Mapping[str, Any] | None = None,
        modules: Iterable[Any] | None = None,
        *,
        versions: bool = False,
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """PUT the script, or POST a version of it; metadata has a main module and a date."""
        full = {"main_module": "index.js", "compatibility_date": "2026-01-01"} | dict(
            metadata or {}
        )
        parts = form(
            {key: value for key, value in full.items() if value is not None},
            *([module()] if modules is None else modules),
        )
        path = f"/workers/scripts/{name}"
        if versions:
            return self.ask("POST", f"{path}/versions", files=parts, params=query)
        return self.ask("PUT", path, files=parts, params=query)

    def script(self, name: str = "hello") -> Any:
        """What the emulator holds of a script."""
        return self.server.state()["scripts"][name]

    def upload_assets(
        self, files: Mapping[str, bytes], name: str = "hello", *, where: str = ""
    ) -> str:
        """Upload files through a session; returns the completion token."""
        named = {f"{index:032x}": item for index, item in enumerate(files.items(), 1)}
        manifest = {
            path: {"hash": hash_, "size": len(content)} for hash_, (path, content) in named.items()
        }
        scripts = f"/workers/{where}scripts/{name}"
        opened = self.ask(
            "POST", f"{scripts}/assets-upload-session", json={"manifest": manifest}
        ).json()["result"]
        session: str = opened["jwt"]
        completion = session  # where nothing is to be sent
        for bucket in opened["buckets"]:
            answer = self.send_bucket(session, {h: named[h][1] for h in bucket})
            completion = str(answer.json()["result"].get("jwt"))
        return completion

    def send_bucket(self, token: str, contents: Mapping[str, bytes]) -> httpx.Response:
        """Upload one bucket of files by hash."""
        parts = [
            (hash_, (hash_, base64.b64encode(content), "text/plain; charset=utf-8"))
            for hash_, content in contents.items()
        ]
        return self.ask(
            "POST",
            "/workers/assets/upload",
            params={"base64": "true"},
            files=parts,
            headers={"Authorization": f"Bearer {token}"},
        )


def code(answer: httpx.Response) -> tuple[int, int]:
    """The HTTP status and the first error's code."""
    return answer.status_code, answer.json()["errors"][0]["code"]
