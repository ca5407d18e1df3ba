"""httpx's way into the network, over streams that keep to each request's time.

httpx lets nobody choose the streams below it, its own transport is private, and httpcore's parts
are public: so this is httpx's transport again, as far as we need it (HTTP/1.1, proxies).
"""

import math
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpcore
import httpx

from workers_deploy.api.http.open_sockets import OpenSockets
from workers_deploy.api.http.timed_streams import Exchange, TimedBackend


class TimedTransport(httpx.BaseTransport):
    """Sends requests, each for as long as its extension `remaining` (`network`) allows."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None,
        limits: httpx.Limits,
        sockets: OpenSockets,
        proxy: httpx.Proxy | None = None,
    ) -> None:
        self._backend = TimedBackend(sockets)
        self._pool = _pool(self._backend, tls=tls, limits=limits, proxy=proxy)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer once its headers have come; its body comes through the stream."""
        exchange = Exchange(request.extensions.get("remaining", _for_ever))
        self._backend.begin(exchange)
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = self._pool.handle_request(sent)
        exchange.is_head = False
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _pool(
    backend: TimedBackend,
    *,
    tls: ssl.SSLContext | None,
    limits: httpx.Limits,
    proxy: httpx.Proxy | None,
) -> httpcore.ConnectionPool:
    if proxy is None:
        return httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=backend,
        )
    url = proxy.url
    return httpcore.HTTPProxy(
        proxy_url=httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        ),
        proxy_auth=proxy.raw_auth,
        proxy_headers=proxy.headers.raw,
        ssl_context=tls,
        proxy_ssl_context=tls if url.scheme == "https" else None,
        max_connections=limits.max_connections,
        max_keepalive_connections=limits.max_keepalive_connections,
        keepalive_expiry=limits.keepalive_expiry,
        network_backend=backend,
    )


def _for_ever() -> float:
    return math.inf


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Raise httpcore's exceptions as those of httpx, which have the same names."""
    try:
        yield
    except tuple(_EXCEPTIONS) as error:
        raise next(there for here, there in _EXCEPTIONS.items() if isinstance(error, here))(
            str(error)
        ) from error


def _pairs(names: Iterable[str]) -> dict[type[Exception], type[httpx.TransportError]]:
    return {getattr(httpcore, name): getattr(httpx, name) for name in names}


# Each before those that it is a kind of.
_EXCEPTIONS = _pairs(
    (
        "ConnectTimeout",
        "ReadTimeout",
        "WriteTimeout",
        "PoolTimeout",
        "TimeoutException",
        "ConnectError",
        "ReadError",
        "WriteError",
        "NetworkError",
        "ProxyError",
        "UnsupportedProtocol",
        "LocalProtocolError",
        "RemoteProtocolError",
        "ProtocolError",
    )
)
