"""The server that both tools deploy to: the emulator, with a fast way in for asset uploads.

`python -m benchmarks.server` prints the API's base URL and serves until it is told to end. The
emulator's own HTTP layer would be the bottleneck with hundreds of megabytes; here a body is read
into one buffer, and a bucket's parts are walked by the sizes that the manifest gave. Every request
is written down with its times; answers can be held back by a latency.
"""

import asyncio
import json
import random
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.buckets import BucketForm
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import ASSET_TOKEN, SESSION_MISSING
from workers_emulator.server.app import App
from workers_emulator.server.playground import Playground
from workers_emulator.state.account import Account
from workers_emulator.state.clock import Clock
from workers_emulator.state.options import Options
from workers_emulator.state.tokens import Purpose, issue, open_token, session_of

HEAD_BYTES = 64 * 1024
SPARE_BUFFERS = 4
UPLOAD_PATH = "/workers/assets/upload"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One request; times are seconds of the machine's monotonic clock."""

    method: str
    path: str
    status: int
    length: int  # bytes of the body
    began: float  # its first byte came
    received: float  # its last byte came
    answered: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """A request's line and headers; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def length(self) -> int:
        return int(self.headers.get("content-length", "0"))


class Bench:
    """The account, what was asked of it, and how slow it is to answer."""

    def __init__(self) -> None:
        options = Options(rate_limit=0, discard_assets=True)
        self.account = Account(options, Clock(time.time), secrets.token_bytes)
        self.app = App(self.account, Playground(self.account, random.random))
        self.seen: list[Seen] = []
        self.latency = 0.0
        self.over = asyncio.Event()
        self.spare: list[bytearray] = []  # buffers of former bodies: fresh pages cost time

    async def answer(self, head: Head, body: memoryview, began: float) -> bytes:
        """Return the bytes of the answer to one request."""
        if head.path.startswith("/__bench__/"):
            return _answer(200, [], json.dumps(self._own(head, body)).encode())
        received = time.monotonic()
        if head.path.endswith(UPLOAD_PATH):
            status, content = self._upload(head, body)
            raw = _answer(status, [(b"content-type", b"application/json")], content)
        else:
            status, raw = await self._through_the_emulator(head, body)
        if self.latency:
            await asyncio.sleep(self.latency)
        self.seen.append(
            Seen(
                method=head.method,
                path=head.path,
                status=status,
                length=len(body),
                began=began,
                received=received,
                answered=time.monotonic(),
            )
        )
        return raw

    def _own(self, head: Head, body: memoryview) -> Any:
        match head.path.removeprefix("/__bench__/"):
            case "reset":
                self.app.control.reset()
                self.seen.clear()
            case "forget":  # the requests only; scripts and assets stay
                self.seen.clear()
            case "latency":
                self.latency = float(bytes(body))
            case "end":
                self.over.set()
            case _:  # only to be told
                pass
        return {
            "cpu": time.process_time(),
            "stored": len(self.account.assets.files),
            "requests": [asdict(one) for one in self.seen],
        }

    def _upload(self, head: Head, body: memoryview) -> tuple[int, bytes]:
        token = head.headers.get("authorization", "").removeprefix("Bearer ")
        claims = open_token(self.account, token, Purpose.UPLOAD, ASSET_TOKEN)
        session = session_of(self.account, claims, SESSION_MISSING)
        form = BucketForm(head.headers["content-type"], body)
        for hash_, content_type in form.parts(session.sizes):
            self.account.assets.put(hash_, b"", content_type)
            session.missing.discard(hash_)
        if not self.account.assets.is_complete(session):
            return 202, _envelope({})
        token = issue(self.account, Purpose.COMPLETION, claims["session"], session.place)
        return 201, _envelope({"jwt": token})

    async def _through_the_emulator(self, head: Head, body: memoryview) -> tuple[int, bytes]:
        sent: list[dict[str, Any]] = []
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": head.method,
            "scheme": "http",
            "path": head.path,
            "raw_path": head.path.encode("latin-1"),
            "query_string": head.target.partition("?")[2].encode("latin-1"),
            "headers": [(n.encode(), v.encode("latin-1")) for n, v in head.headers.items()],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 0),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start, *rest = sent
        content = b"".join(message.get("body", b"") for message in rest)
        return start["status"], _answer(start["status"], start["headers"], content)


class Connection(asyncio.BufferedProtocol):
    """HTTP/1.1 as far as both tools and curl speak it: keep-alive, bodies of known length."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray(HEAD_BYTES)
        self._filled = 0
        self._head: Head | None = None
        self._began = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        end = self._head.length if self._head else HEAD_BYTES
        return memoryview(self._buffer)[self._filled : end]

    def buffer_updated(self, nbytes: int) -> None:
        if self._head is None and self._filled == 0:
            self._began = time.monotonic()
        self._filled += nbytes
        if self._head is None:
            self._read_head()
        if self._head is not None and self._filled == self._head.length:
            self._finish(self._head)

    def _read_head(self) -> None:
        end = self._buffer.find(b"\r\n\r\n", 0, self._filled)
        if end < 0:
            return
        line, *fields = bytes(self._buffer[:end]).decode("latin-1").split("\r\n")
        method, target, _ = line.split(" ")
        named = (field.partition(":") for field in fields)
        headers = {name.lower(): value.strip() for name, _, value in named}
        self._head = Head(method=method, target=target, headers=headers)
        rest = bytes(self._buffer[end + 4 : self._filled])
        self._buffer = self._buffer_of(self._head.length)
        self._buffer[: len(rest)] = rest
        self._filled = len(rest)

    def _buffer_of(self, length: int) -> bytearray:
        spare = self._bench.spare
        found = next((one for one in spare if len(one) >= length), None)
        if found is None:
            return bytearray(max(length, HEAD_BYTES))
        spare.remove(found)
        return found

    def _finish(self, head: Head) -> None:
        body, self._buffer = self._buffer, bytearray(HEAD_BYTES)
        self._head, self._filled = None, 0
        task = asyncio.get_running_loop().create_task(self._answer(head, body, self._began))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, head: Head, body: bytearray, began: float) -> None:
        with memoryview(body)[: head.length] as content:
            try:
                raw = await self._bench.answer(head, content, began)
            except (Refusal, ValueError, KeyError) as error:  # the tool's output will show it
                raw = _answer(500, [], f"{head.method} {head.path}: {error!r}".encode())
        if len(body) > HEAD_BYTES and len(self._bench.spare) < SPARE_BUFFERS:
            self._bench.spare.append(body)
        if self._transport is not None:
            self._transport.write(raw)


def _envelope(result: Any) -> bytes:
    return json.dumps({"success": True, "errors": [], "messages": [], "result": result}).encode()


def _answer(status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> bytes:
    lines = [b"HTTP/1.1 %d x" % status]
    lines += [b"%s: %s" % pair for pair in headers if pair[0].lower() != b"content-length"]
    lines += [b"content-length: %d" % len(content), b"", content]
    return b"\r\n".join(lines)


async def serve() -> None:
    """Serve on a free port of loopback until /__bench__/end."""
    bench = Bench()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(bench), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"http://127.0.0.1:{port}/client/v4\n")
    sys.stdout.flush()
    await bench.over.wait()
    await asyncio.sleep(0.1)  # the answer to /end is on its way


if __name__ == "__main__":
    asyncio.run(serve())
