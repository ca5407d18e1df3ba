"""A Cloudflare that answers as a test says, and a time that passes only when someone sleeps."""

import json
import random
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from fakes.streamed import Streamed
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.http.connection import Connection
from workers_deploy.api.http.request_log import Journal
from workers_deploy.api.http.retry import Retrier
from workers_deploy.errors import CancelledError

BASE_URL = "http://127.0.0.1:9/client/v4"
TOKEN = "cf-token-0123456789"
ACCOUNT = "0123456789abcdef0123456789abcdef"


class FakeTime:
    """Seconds that pass when someone sleeps; a cancelled one ends every sleep by raising."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.slept: list[float] = []
        self.is_cancelled = False
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.check()
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds

    def check(self) -> None:
        if self.is_cancelled:
            raise CancelledError(15)


class NoJitter(random.Random):
    """Random numbers that are always the smallest."""

    def uniform(self, a: float, b: float) -> float:
        return min(a, b)


def make_retrier(time: FakeTime, *, seconds: float = 900.0, **changes: Any) -> Retrier:
    """Return the policy with a fake time, without jitter, telling into `told` if that is given."""
    told = changes.pop("told", [])
    settings: dict[str, Any] = {
        "max_attempts": 5,
        "deadline": time.clock() + seconds,
        "clock": time.clock,
        "sleep": time.sleep,
        "rng": NoJitter(),
        "tell": told.append,
        "journal": Journal(),
        "check": time.check,
        **changes,
    }
    return Retrier(**settings)


Handler = Callable[[httpx.Request], httpx.Response]


class Cloudflare:
    """Answers requests from a script of answers and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.bodies: list[bytes] = []
        self._answers: dict[str, list[Any]] = {}
        self._lock = threading.Lock()

    def on(self, request: str, *answers: Any) -> None:
        """Answer "METHOD end-of-path" with these in turn, the last one for ever."""
        self._answers[request] = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        with self._lock:
            self.requests.append(request)
            self.bodies.append(body)
            answer = self._next(request)
        if callable(answer) and not isinstance(answer, type):
            answer = answer(request)
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, httpx.Response)
        return answer

    def _next(self, request: httpx.Request) -> Any:
        method, path = request.method, request.url.path
        # The longest end of the path wins.
        for key in sorted(self._answers, key=len, reverse=True):
            wanted, _, end = key.partition(" ")
            if wanted == method and path.endswith(end):
                answers = self._answers[key]
                return answers[0] if len(answers) == 1 else answers.pop(0)
        raise AssertionError(f"nobody said how to answer {method} {path}")

    @property
    def asked(self) -> list[str]:
        """Return what was asked, as "METHOD path-below-the-account"."""
        prefix = f"/client/v4/accounts/{ACCOUNT}"
        return [f"{r.method} {r.url.path.removeprefix(prefix)}" for r in self.requests]

    def sent_json(self, index: int = -1) -> Any:
        return json.loads(self.bodies[index])


def good(result: Any = None, *, status: int = 200) -> httpx.Response:
    envelope = {"success": True, "errors": [], "messages": [], "result": result}
    return httpx.Response(status, json=envelope)


def bad(
    status: int, code: int | None = None, message: str = "", *, headers: Mapping[str, str] = {}
) -> httpx.Response:
    errors = [] if code is None else [{"code": code, "message": message}]
    envelope = {"success": False, "errors": errors, "messages": [], "result": None}
    return httpx.Response(status, json=envelope, headers=dict(headers))


def page(status: int, *, headers: Mapping[str, str] = {}) -> httpx.Response:
    return httpx.Response(status, html="<html><h1>Bad gateway</h1></html>", headers=dict(headers))


@contextmanager
def client_of(handler: Handler, time: FakeTime, **changes: Any) -> Iterator[WorkersClient]:
    """Yield a client of a fake Cloudflare; `changes` are the retry policy's."""
    connection = Connection(
        base_url=BASE_URL,
        token=TOKEN,
        transport=Streamed(handler),
        clock=time.clock,
        wall_clock=lambda: 0.0,
    )
    try:
        yield WorkersClient(connection, account_id=ACCOUNT, retrier=make_retrier(time, **changes))
    finally:
        connection.close()


@contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Yield the address of a loopback server that hands each connection to `answer`."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with connection:
            answer(connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/client/v4"
    finally:
        # Closing alone does not end an accept() in another thread.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for thread in threads:
            thread.join()


def read_request(connection: socket.socket) -> tuple[str, bytes]:
    """Read one request with a Content-Length: its head as text, and its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return "", b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            break
        body += piece
    return head.decode("latin-1"), body


def http_answer(status: str, body: bytes, headers: Sequence[str] = ()) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
