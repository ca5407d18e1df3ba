"""Network streams on which no wait outlasts the request's own time.

httpx counts seconds without a byte, anew for each read: a server that sends a header line a second,
or `103 Early Hints` without end, is waited for as long as it likes. Here each single read, write
and connect gets no more than what is left of the request's time. That needs no thread and no timer
per request; only what the operating system can't be given a time for (looking a name up, a TLS
handshake, TLS inside of TLS) is left to a thread, once per connection.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

import httpcore

from workers_deploy.api.http.open_sockets import OpenSockets
from workers_deploy.api.http.received import UnreadableAnswerError

T = TypeVar("T")

# The status line, the headers and all interim answers of one request. httpcore alone bounds each
# of them (100 KiB), and takes as many interim answers as come.
MAX_HEAD_BYTES = 256 * 1024
SECONDS_BETWEEN_LOOKS = 0.05
SHORTEST_WAIT = 0.001  # seconds; 0 would mean not to wait at all
LONGEST_WAIT = 86400.0  # seconds; the operating system takes no infinite ones


class Exchange:
    """One request on its way: the time that it has, and what came before its body."""

    def __init__(self, remaining: Callable[[], float]) -> None:
        """`remaining`: seconds that are left to it; asked again before each wait."""
        self.remaining = remaining
        self.is_head = True
        self._head_bytes = 0

    def count(self, size: int) -> None:
        """Note that so many bytes came.

        Raises:
            UnreadableAnswerError: there is no end to the headers.

        """
        if not self.is_head:
            return
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            raise UnreadableAnswerError(f"more than {MAX_HEAD_BYTES // 1024} KiB of headers")


class TimedBackend(httpcore.NetworkBackend):
    """Opens connections for the exchange that the calling thread has begun.

    A request's reads and writes all happen in the thread that sends it.
    """

    def __init__(self, sockets: OpenSockets) -> None:
        self._plain = httpcore.SyncBackend()
        self._sockets = sockets
        self._here = threading.local()

    def begin(self, exchange: Exchange) -> None:
        """Count what this thread waits for from now on as part of an exchange."""
        self._here.exchange = exchange

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect. `timeout` is for each address of the name; all of them end with the request."""

        def connect() -> httpcore.NetworkStream:
            return self._plain.connect_tcp(host, port, timeout, local_address, socket_options)

        stream = self.waited(connect)
        return _TimedStream(stream, self, is_nested=False)

    def exchange(self) -> Exchange:
        """Return what the calling thread is at."""
        found: Exchange = self._here.exchange
        return found

    def keep(self, stream: httpcore.NetworkStream) -> None:
        """Let a signal end what waits on a stream."""
        self._sockets.add(stream.get_extra_info("socket"))

    def waited(self, open_stream: Callable[[], httpcore.NetworkStream]) -> httpcore.NetworkStream:
        """Return a stream that takes its time to open, or give up waiting for it.

        Raises:
            httpcore.ConnectTimeout: the request has no time left, or is given up.

        """
        begun = self._sockets.times_shut

        def left() -> float:
            given_up = self._sockets.times_shut != begun
            return 0.0 if given_up else self.exchange().remaining()

        opened = _in_thread(open_stream)
        if not _done_in_time(opened, left):
            # Whatever comes of it later is nobody's.
            opened.add_done_callback(_close_unused)
            raise httpcore.ConnectTimeout("not connected in time")
        return opened.result()


class _TimedStream(httpcore.NetworkStream):
    """A stream of httpcore's, waited on for no longer than the exchange lasts."""

    def __init__(
        self, stream: httpcore.NetworkStream, backend: TimedBackend, *, is_nested: bool
    ) -> None:
        """`is_nested`: TLS inside of TLS, to an `https://` proxy and through it."""
        self._stream = stream
        self._backend = backend
        self._is_nested = is_nested
        backend.keep(stream)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        exchange = self._backend.exchange()
        seconds = _shortest(timeout, exchange, httpcore.ReadTimeout)
        if self._is_nested:
            content = self._nested(lambda: self._stream.read(max_bytes, seconds))
        else:
            content = self._stream.read(max_bytes, seconds)
        exchange.count(len(content))
        return content

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._is_nested:
            self._nested(lambda: self._stream.write(buffer, timeout))
            return
        exchange = self._backend.exchange()
        # Not the stream's own `write`: that begins to count anew whenever a few bytes went out.
        open_socket: socket.socket = self._stream.get_extra_info("socket")
        left = memoryview(buffer)
        try:
            while left:
                open_socket.settimeout(_shortest(timeout, exchange, httpcore.WriteTimeout))
                left = left[open_socket.send(left) :]
        except TimeoutError:
            raise httpcore.WriteTimeout("timed out") from None
        except OSError as error:
            raise httpcore.WriteError(str(error)) from None

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        is_nested = isinstance(self._stream.get_extra_info("socket"), ssl.SSLSocket)

        def handshake() -> httpcore.NetworkStream:
            return self._stream.start_tls(ssl_context, server_hostname, timeout)

        return _TimedStream(self._backend.waited(handshake), self._backend, is_nested=is_nested)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _nested(self, work: Callable[[], T]) -> T:
        """Return what a read or write does; one of them may be many waits of the layer below."""
        done = _in_thread(work)
        if not _done_in_time(done, self._backend.exchange().remaining):
            self._stream.close()
            raise httpcore.ReadTimeout("timed out")
        return done.result()


def _shortest(
    timeout: float | None, exchange: Exchange, late: type[httpcore.TimeoutException]
) -> float:
    left = exchange.remaining()
    if left <= 0:
        raise late("no time left")
    seconds = LONGEST_WAIT if timeout is None else timeout
    return max(min(seconds, left, LONGEST_WAIT), SHORTEST_WAIT)


def _in_thread(work: Callable[[], T]) -> "Future[T]":
    """Begin some work in a thread that nobody has to wait for, not even the interpreter's end."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return done


def _done_in_time(done: "Future[Any]", remaining: Callable[[], float]) -> bool:
    while not done.done():
        left = remaining()
        if left <= 0:
            return False
        wait([done], timeout=min(left, SECONDS_BETWEEN_LOOKS))
    return True


def _close_unused(opened: "Future[httpcore.NetworkStream]") -> None:
    if opened.exception() is None:
        opened.result().close()
