"""No wait of a request outlasts its time, whatever the other side sends, or does not send."""

import math
import socket
import threading
import time
from contextlib import suppress

import httpcore
import pytest

from fakes.api import TOKEN, http_answer, raw_server, read_request
from fakes.patience import PATIENCE
from workers_deploy.api.http.answer import Call
from workers_deploy.api.http.body import BytesBody
from workers_deploy.api.http.connection import Connection
from workers_deploy.api.http.failure import Failure, Kind, RequestFailedError
from workers_deploy.api.http.open_sockets import OpenSockets
from workers_deploy.api.http.timed_streams import Exchange, TimedBackend

GET = Call(method="GET", path="/x", label="GET x")
SECONDS = 60.0  # that a request has, on the clock of these tests
CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
# How an answer begins, and what comes after that without end.
DRIPS = {
    "status line": ("HTTP/1.1 2", "0"),
    "header lines": ("HTTP/1.1 200 OK\r\n", "X: y\r\n"),
    "one header": ("HTTP/1.1 200 OK\r\nX: ", "y"),
    "100 Continue": ("", "HTTP/1.1 100 Continue\r\n\r\n"),
    "103 Early Hints": ("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "body": ("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", "y"),
    "chunks": (CHUNKED, "1\r\ny\r\n"),
    "chunk extensions": (f"{CHUNKED}1;", "y"),
}


class Clock:
    """Seconds that pass when a server says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def failure_of(
    url: str, call: Call = GET, *, clock=time.monotonic, until: float, seconds: float = SECONDS
) -> Failure:
    connection = Connection(base_url=url, token=TOKEN, request_timeout=seconds, clock=clock)
    try:
        with pytest.raises(RequestFailedError) as caught:
            connection.send(call, until=until)
    finally:
        connection.close()
    return caught.value.failure


@pytest.mark.parametrize("what", DRIPS)
def test_an_answer_that_comes_drop_by_drop_ends_with_the_requests_time(what):
    clock = Clock()

    def drip(link: socket.socket) -> None:
        read_request(link)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            begin, drop = DRIPS[what]
            link.sendall(begin.encode())
            for _ in range(200):
                link.sendall(drop.encode())
                clock.now += SECONDS / 20
            link.recv(1)  # until the other side has had enough

    with raw_server(drip) as url:
        failure = failure_of(url, clock=clock, until=SECONDS)

    assert (failure.kind, failure.short) == (Kind.LOST, "deadline")


@pytest.mark.parametrize(
    "interim", ["HTTP/1.1 100 Continue\r\n\r\n", f"HTTP/1.1 103 Hi\r\nX: {'y' * 90_000}\r\n\r\n"]
)
def test_interim_answers_without_end_are_given_up_whatever_the_time(interim):
    def flood(link: socket.socket) -> None:
        read_request(link)
        with suppress(OSError):
            while True:
                link.sendall(interim.encode())

    with raw_server(flood) as url:
        failure = failure_of(url, until=math.inf)

    assert failure.kind is Kind.LOST
    assert "more than 256 KiB of headers" in failure.problem


def test_a_body_that_nobody_reads_ends_with_the_requests_time():
    gone = threading.Event()
    call = Call(method="POST", path="/x", label="POST x", body=BytesBody(bytes(2**25), "a/b"))

    def ignore(link: socket.socket) -> None:
        gone.wait(PATIENCE)

    with raw_server(ignore) as url:
        failure = failure_of(url, call, until=time.monotonic() + 0.2)
        gone.set()

    assert failure.kind is Kind.LOST


def test_a_tls_handshake_without_an_answer_ends_with_the_requests_time():
    gone = threading.Event()

    with raw_server(lambda _: gone.wait(PATIENCE) and None) as url:
        failure = failure_of(
            url.replace("http:", "https:"), until=time.monotonic() + 0.2, seconds=600.0
        )
        gone.set()

    assert failure.kind in (Kind.UNSENT, Kind.LOST)


def test_a_connection_is_used_again_after_an_answer():
    links = []

    def answer(link: socket.socket) -> None:
        links.append(link)
        while read_request(link)[0]:
            link.sendall(b"HTTP/1.1 103 Hi\r\n\r\n" + http_answer("200 OK", b'{"success":true}'))

    with raw_server(answer) as url:
        connection = Connection(base_url=url, token=TOKEN)
        for _ in range(3):
            connection.send(GET, until=math.inf)
        connection.close()

    assert len(links) == 1


class NeverOpen:
    """A stream that is opened only when a test says so."""

    def __init__(self) -> None:
        self.begun, self.may_open, self.closed = (threading.Event() for _ in range(3))

    def open(self) -> httpcore.NetworkStream:
        self.begun.set()
        self.may_open.wait(PATIENCE)
        return Stream(self.closed)


class Stream(httpcore.NetworkStream):
    def __init__(self, closed: threading.Event) -> None:
        self._closed = closed

    def close(self) -> None:
        self._closed.set()


def test_a_name_that_does_not_resolve_ends_with_the_requests_time():
    name, backend = NeverOpen(), TimedBackend(OpenSockets())
    backend.begin(Exchange(lambda: -1.0 if name.begun.is_set() else 1.0))

    with pytest.raises(httpcore.ConnectTimeout):
        backend.waited(name.open)

    name.may_open.set()
    assert name.closed.wait(PATIENCE), "nobody closes what came too late"


def test_closing_now_ends_the_wait_for_a_connection():
    name, sockets = NeverOpen(), OpenSockets()
    backend = TimedBackend(sockets)
    backend.begin(Exchange(lambda: math.inf))
    threading.Thread(target=lambda: name.begun.wait(PATIENCE) and sockets.shut_all()).start()

    with pytest.raises(httpcore.ConnectTimeout):
        backend.waited(name.open)

    name.may_open.set()


def test_a_connection_that_fails_late_harms_nobody():
    backend = TimedBackend(OpenSockets())
    backend.begin(Exchange(lambda: 0.0))
    may_fail, failed = threading.Event(), threading.Event()

    def fail() -> httpcore.NetworkStream:
        may_fail.wait(PATIENCE)
        failed.set()
        raise httpcore.ConnectError("refused")

    with pytest.raises(httpcore.ConnectTimeout):
        backend.waited(fail)

    may_fail.set()
    assert failed.wait(PATIENCE)
