"""Where requests may go, and with which token: checked first, told without showing either."""

import ipaddress
from urllib.parse import urlsplit

from workers_deploy.errors import Problem, ProblemKind, ProblemsError


def checked_base_url(base_url: str, *, allow_insecure: bool = False) -> str:
    """Return the API's address without a slash at its end.

    Raises:
        ProblemsError: not a URL, or plain `http` to another machine.

    """
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _wrong("api-base-url", "not a URL") from None
    if parts.scheme not in ("https", "http") or not host:
        raise _wrong("api-base-url", "not a URL that begins with https://")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _wrong(
            "api-base-url", "has a user, a query or a fragment; only host and path belong in it"
        )
    if parts.scheme == "http" and not (allow_insecure or is_loopback(base_url)):
        raise _wrong(
            "api-base-url",
            "plain http to another machine: the token could be read on the way",
            hint="Write https://, or `allow: insecure-api`.",
        )
    return base_url.rstrip("/")


def checked_token(token: str) -> str:
    """Return the token, which has to fit into a header: visible ASCII characters only.

    Raises:
        ProblemsError: it has other characters, such as the "…" of a shortened copy.

    """
    if not token or not all("!" <= character <= "~" for character in token):
        raise _wrong(
            "api-token",
            "empty, or with a space, a line break or a character that no token has",
            hint="Copy it again, whole.",
        )
    return token


def is_loopback(url: str) -> bool:
    """Tell whether a URL stays on this machine.

    >>> is_loopback("http://127.0.0.1:8787/client/v4"), is_loopback("https://api.cloudflare.com")
    (True, False)
    """
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(subject: str, message: str, *, hint: str | None = None) -> ProblemsError:
    return ProblemsError(
        [Problem(kind=ProblemKind.INPUT, subject=subject, message=message, hint=hint)]
    )
