"""A server between a run and the emulated Cloudflare that misbehaves at chosen requests.

It hands everything else on, so that what a run meets before and after is the usual.
"""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

from fakes.api import raw_server, read_request
from fakes.measured import SharedClock
from workers_emulator.server.faults import Fault

PROBED = "/probed"
_REFUSAL = {"success": False, "errors": [{"code": 10013, "message": "No."}], "result": None}
_HOP_BY_HOP = ("host", "connection", "content-length", "transfer-encoding", "date", "server")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer as it should be."""

    status: int
    reason: str
    headers: Sequence[tuple[str, str]]
    body: bytes = field(repr=False)

    def raw(self) -> bytes:
        return _head(f"{self.status} {self.reason}", self.headers, self.body) + self.body


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A connection on which a request came, and what belongs into its answer."""

    link: socket.socket
    reply: Reply
    clock: SharedClock
    deadline: float
    words: str  # what must never be told: the token and all secrets
    url: str
    elsewhere: str  # a server that nobody may ask

    def send(self, *pieces: bytes | str) -> None:
        for piece in pieces:
            self.link.sendall(piece.encode() if isinstance(piece, str) else piece)

    def answer(self, body: bytes | str, *headers: str, status: str = "200 OK") -> None:
        """Send a whole answer, as JSON unless a header says otherwise."""
        content = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status}", *headers]
        if not any(line.lower().startswith("content-type:") for line in headers):
            lines.append("Content-Type: application/json")
        self.send("\r\n".join([*lines, f"Content-Length: {len(content)}", "", ""]), content)

    def flood(self, piece: bytes | str, times: int) -> None:
        """Send the same many times, which the other side may end."""
        content = piece.encode() if isinstance(piece, str) else piece
        bundle = max(1, 65536 // max(len(content), 1))
        for _ in range(max(times // bundle, 1)):
            self.send(content * bundle)

    def drip(self, piece: bytes | str, times: int = 60) -> None:
        """Send the same again and again, so slowly that a run's deadline passes meanwhile."""
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(times):
            self.send(piece)
            self.clock.advance(self.deadline / 20)
        self.wait()

    def wait(self) -> None:
        """Say nothing until the other side has had enough."""
        self.link.recv(1)

    def reset(self) -> None:
        """Break the connection off."""
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Play = Callable[[Meeting], None]


@dataclass(frozen=True, kw_only=True)
class Trap:
    """Where the server misbehaves, how, and whether the request is carried out before."""

    route: str
    play: Play
    nth: int = 1
    count: int | None = None
    is_carried_out: bool = False


class Front:
    """Answers for the emulator; `trap` is what it does to one run."""

    def __init__(
        self, cloudflare_url: str, elsewhere: str, clock: SharedClock, words: Sequence[str]
    ) -> None:
        target = urlsplit(cloudflare_url)
        assert target.hostname is not None
        self._host, self._port, self._root = target.hostname, target.port, target.path
        self._elsewhere = elsewhere
        self._clock = clock
        self._words = " ".join(words)
        self._lock = threading.Lock()
        self._trap: Trap | None = None
        self._seen = 0
        self.url = ""
        self.deadline = 900.0
        self.probe_status = 200
        self.trapped = 0

    @property
    def probe_url(self) -> str:
        return self.url.removesuffix(self._root) + PROBED

    def set_trap(self, trap: Trap | None) -> None:
        with self._lock:
            self._trap, self._seen, self.trapped = trap, 0, 0

    def serve(self, link: socket.socket) -> None:
        """Answer what comes on a connection."""
        cloudflare = HTTPConnection(self._host, self._port)
        try:
            with suppress(OSError):
                while self._answer(link, cloudflare):
                    pass
        finally:
            cloudflare.close()

    def _answer(self, link: socket.socket, cloudflare: HTTPConnection) -> bool:
        head, body = read_request(link)
        if not head:
            return False
        method, target, _ = head.split("\r\n", 1)[0].split(" ", 2)
        trap = self._trap_for(method, target)
        if trap is None:
            link.sendall(self._reply(cloudflare, method, target, head, body).raw())
            return True
        is_asked = trap.is_carried_out or method == "GET"
        reply = (
            self._reply(cloudflare, method, target, head, body)
            if is_asked
            else _reply_of(503, _REFUSAL)
        )
        trap.play(
            Meeting(
                link=link,
                reply=reply,
                clock=self._clock,
                deadline=self.deadline,
                words=self._words,
                url=self.url,
                elsewhere=self._elsewhere,
            )
        )
        return False

    def _trap_for(self, method: str, target: str) -> Trap | None:
        path = urlsplit(target).path
        with self._lock:
            trap = self._trap
            if trap is None or not _matches(trap.route, method, path):
                return None
            self._seen += 1
            last = float("inf") if trap.count is None else trap.nth + trap.count - 1
            if not trap.nth <= self._seen <= last:
                return None
            self.trapped += 1
            return trap

    def _reply(
        self, cloudflare: HTTPConnection, method: str, target: str, head: str, body: bytes
    ) -> Reply:
        if urlsplit(target).path == PROBED:
            return _reply_of(self.probe_status, {})
        cloudflare.request(method, target, body or None, _headers_in(head))
        answer = cloudflare.getresponse()
        return Reply(
            status=answer.status,
            reason=answer.reason,
            headers=_passed_on(answer.getheaders()),
            body=answer.read(),
        )


@contextmanager
def serve_front(
    cloudflare_url: str, clock: SharedClock, words: Sequence[str]
) -> Iterator[tuple[Front, list[bytes]]]:
    """Yield a front that listens, and what came to a server that nobody may ask."""
    strays: list[bytes] = []
    with raw_server(lambda link: strays.append(link.recv(65536))) as elsewhere:
        front = Front(cloudflare_url, elsewhere, clock, words)
        with raw_server(front.serve) as front.url:
            yield front, strays


def _matches(route: str, method: str, path: str) -> bool:
    return Fault.model_validate({"route": route, "kind": "slow"}).matches(method, path)


def _reply_of(status: int, envelope: Mapping[str, object]) -> Reply:
    return Reply(
        status=status,
        reason="Said",
        headers=[("Content-Type", "application/json")],
        body=json.dumps(envelope).encode(),
    )


def _head(status: str, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {text}" for name, text in headers)]
    if not status.startswith("204"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _headers_in(head: str) -> dict[str, str]:
    pairs = (line.split(": ", 1) for line in head.split("\r\n")[1:])
    return dict(_passed_on([(name, text) for name, text in pairs]))


def _passed_on(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, text) for name, text in headers if name.lower() not in _HOP_BY_HOP]
