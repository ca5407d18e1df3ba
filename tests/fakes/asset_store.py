"""What of Cloudflare stores assets, as far as one upload shows."""

import base64
import email
import threading
from collections.abc import Callable
from email.message import Message
from typing import cast

import httpx

from fakes.api import good


class AssetStore:
    """What of Cloudflare stores assets: it knows hashes and gives out sessions."""

    def __init__(self, *, bucket_size: int = 1, stored: tuple[str, ...] = ()):
        self.bucket_size = bucket_size
        self.stored: dict[str, bytes] = dict.fromkeys(stored, b"")
        self.types: dict[str, str] = {}
        self.wanted: dict[str, set[str]] = {}
        self.sessions = 0
        self.uploads: list[httpx.Request] = []
        self.session_faults: list[httpx.Response | None] = []
        self.upload_faults: list[httpx.Response | Exception | None] = []
        self.gives_token = True
        self.under_way = 0
        self.most_under_way = 0
        self.on_upload: Callable[[], object] = lambda: None
        self.lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        if request.url.path.endswith("/assets-upload-session"):
            return self._open(request)
        with self.lock:
            self.uploads.append(request)
            fault = self.upload_faults.pop(0) if self.upload_faults else None
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            self.on_upload()
            if isinstance(fault, Exception):
                raise fault
            return fault or self._store(request, body)
        finally:
            with self.lock:
                self.under_way -= 1

    def _open(self, request: httpx.Request) -> httpx.Response:
        fault = self.session_faults.pop(0) if self.session_faults else None
        if fault is not None:
            return fault
        self.sessions += 1
        manifest = httpx.Response(200, content=request.content).json()["manifest"]
        missing = list(
            dict.fromkeys(e["hash"] for e in manifest.values() if e["hash"] not in self.stored)
        )
        size = self.bucket_size
        buckets = [missing[start : start + size] for start in range(0, len(missing), size)]
        jwt = f"session-{self.sessions}" if missing else "completion-of-nothing"
        self.wanted[jwt] = set(missing)
        return good({"jwt": jwt, "buckets": buckets})

    def _store(self, request: httpx.Request, body: bytes) -> httpx.Response:
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        form = email.message_from_bytes(head + body)
        jwt = request.headers["authorization"].removeprefix("Bearer ")
        with self.lock:
            for part in cast("list[Message]", form.get_payload()):
                hash_ = str(part.get_filename())
                content = cast("str", part.get_payload())
                self.stored[hash_] = base64.b64decode(content, validate=True)
                self.types[hash_] = str(part["content-type"])
                self.wanted[jwt].discard(hash_)
            is_complete = not self.wanted[jwt]
        if is_complete and self.gives_token:
            return good({"jwt": f"completion-of-{jwt}"}, status=201)
        return good({}, status=202)
