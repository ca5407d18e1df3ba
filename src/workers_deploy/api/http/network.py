"""The way out to the network: HTTP clients with the proxies and the CA file of the environment.

Read are HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR, since runners
in companies need them; loopback never goes through a proxy. httpx would read them by itself, but
fails on what is legal in NO_PROXY elsewhere (`[::1]`, `fd00::/8`, `*.corp`, spaces) and tells a
wrong proxy with its URL, which may hold a password. Here a mistake is told by its variable's name.
"""

import ipaddress
import re
import ssl
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

import httpx

from workers_deploy.api.http.address import is_loopback
from workers_deploy.api.http.open_sockets import OpenSockets
from workers_deploy.errors import Problem, ProblemKind, ProblemsError

# The extension of a request that says how many seconds are left to it: a function, asked again
# before each wait.
REMAINING = "remaining"
_DEFAULT_PORTS: Mapping[str, int] = {"http": 80, "https": 443}
_LAST_PORT = 65535
_SCHEMES = ("http", "https", "all")


def make_client(
    urls: Sequence[str],
    *,
    headers: Mapping[str, str],
    sockets: OpenSockets,
    transport: httpx.BaseTransport | None = None,
    max_kept_connections: int = 20,
) -> httpx.Client:
    """Return a client for addresses that begin as `urls` do; it follows no redirect.

    Args:
        urls: the addresses; nothing else may be asked through the client.
        headers: sent with each request.
        sockets: gets to know each one that the client opens.
        transport: stands in for the network in tests.
        max_kept_connections: that stay open between requests.

    Raises:
        ProblemsError: a variable of the environment can't be used; told by its name.

    """
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=max_kept_connections)
    if transport is not None:
        return _client(transport, {}, headers=headers)
    outside = [url for url in urls if not is_loopback(url)]
    proxies = _proxies() if outside else {}
    found = {_origin(url): _proxy_for(url, proxies) for url in outside}
    used = {origin: proxy for origin, proxy in found.items() if proxy is not None}
    # Loading the CA bundle takes longer than a whole loopback request.
    secure = any(urlsplit(url).scheme == "https" for url in [*urls, *_urls_of(used.values())])
    tls = _tls() if secure else None

    def way(proxy: httpx.Proxy | None) -> httpx.BaseTransport:
        from workers_deploy.api.http.timed_transport import (  # noqa: PLC0415 - runs that send
            TimedTransport,
        )

        return TimedTransport(tls=tls, limits=limits, sockets=sockets, proxy=proxy)

    mounts = {origin: way(proxy) for origin, proxy in used.items()}
    return _client(way(None), mounts, headers=headers)


def _client(
    transport: httpx.BaseTransport,
    mounts: Mapping[str, httpx.BaseTransport],
    *,
    headers: Mapping[str, str],
) -> httpx.Client:
    return httpx.Client(
        headers=headers,
        transport=transport,
        mounts=mounts,
        trust_env=False,
        follow_redirects=False,
    )


def _urls_of(proxies: Iterable[httpx.Proxy]) -> list[str]:
    return [f"{proxy.url.scheme}://{proxy.url.host}" for proxy in proxies]


def is_direct(url: str, no_proxy: str) -> bool:
    """Tell whether NO_PROXY takes a URL past the proxy.

    Understood is what curl, Go and Python's clients understand: names with all that is below them,
    `.name` and `*.name` for what is below alone, addresses, networks, ports, and `*`. A word that
    none of them knows matches nothing.

    >>> is_direct("https://api.corp.example", "10.0.0.0/8, corp.example")
    True
    >>> is_direct("https://corp.example", "*.corp.example")
    False
    """
    parts = urlsplit(url)
    return any(_matches(word, parts) for word in re.split(r"[\s,]+", no_proxy.lower()) if word)


def _matches(word: str, url: SplitResult) -> bool:
    scheme, _, rest = word.rpartition("://")
    if rest == "*":
        return True
    name, port = _split_port(rest)
    if scheme not in ("", "all", url.scheme):
        return False
    if port is not None and port != (url.port or _DEFAULT_PORTS.get(url.scheme)):
        return False
    host = (url.hostname or "").rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _is_below(host, name)
    try:
        return address in ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False


def _split_port(text: str) -> tuple[str, int | None]:
    """Take `host:port`, `[v6]:port`, `[v6]` and bare addresses of either kind apart.

    >>> _split_port("[::1]:8080"), _split_port("fd00::/8"), _split_port("corp:80")
    (('::1', 8080), ('fd00::/8', None), ('corp', 80))
    """
    bracketed = re.fullmatch(r"\[([^\]]*)\](/\d+)?(?::(\d+))?", text)
    if bracketed:
        return f"{bracketed[1]}{bracketed[2] or ''}", int(bracketed[3]) if bracketed[3] else None
    plain = re.fullmatch(r"([^:]*):(\d+)", text)
    return (plain[1], int(plain[2])) if plain else (text, None)


def _is_below(host: str, name: str) -> bool:
    name = name.rstrip(".")
    if name.startswith((".", "*.")):
        return host.endswith(name.lstrip("*"))
    name = name.lstrip("*")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _proxies() -> dict[str, httpx.Proxy | str]:
    """Return the proxies by scheme, all of them proven, and NO_PROXY's text as `no`."""
    found = getproxies()
    proxies: dict[str, httpx.Proxy | str] = {
        scheme: _proxy(scheme, found[scheme]) for scheme in _SCHEMES if found.get(scheme)
    }
    return {**proxies, "no": found.get("no", "")}


def _proxy(scheme: str, text: str) -> httpx.Proxy:
    variable = f"{scheme.upper()}_PROXY"
    url = text if "://" in text else f"http://{text}"
    if url.lower().startswith("socks"):
        raise _wrong(variable, "a SOCKS proxy is not supported", "name an http:// or https:// one")
    try:
        proxy = httpx.Proxy(url)
    except (ValueError, httpx.InvalidURL):  # their texts hold the URL
        raise _wrong(variable, "not the URL of a proxy", "write http://host:port") from None
    if (proxy.url.port or 0) > _LAST_PORT:
        raise _wrong(variable, "not the URL of a proxy", "write http://host:port")
    if not proxy.url.host:
        raise _wrong(variable, "a URL without a host", "write http://host:port")
    return proxy


def _proxy_for(url: str, proxies: Mapping[str, httpx.Proxy | str]) -> httpx.Proxy | None:
    proxy = proxies.get(urlsplit(url).scheme) or proxies.get("all")
    if not isinstance(proxy, httpx.Proxy) or is_direct(url, str(proxies.get("no", ""))):
        return None
    return proxy


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _tls() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context(trust_env=True)
    except OSError as error:  # an ssl.SSLError is one
        reason = "holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise _wrong(
            "SSL_CERT_FILE", f"can't be used: {reason}", "name a file of PEM certificates"
        ) from None


def _wrong(variable: str, message: str, hint: str) -> ProblemsError:
    return ProblemsError(
        [Problem(kind=ProblemKind.INPUT, subject=variable, message=message, hint=hint)]
    )
