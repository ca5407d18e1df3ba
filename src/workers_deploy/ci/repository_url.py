"""A repository's URL as a browser takes it."""

import re
from urllib.parse import urlsplit, urlunsplit


def public_url(url: str) -> str | None:
    """Return a repository's URL as a browser takes it, without credentials; None for others.

    >>> public_url("https://gitlab-ci-token:secret@gitlab.com/acme/shop.git")
    'https://gitlab.com/acme/shop'
    >>> public_url("git@github.com:acme/shop.git")
    'https://github.com/acme/shop'
    >>> public_url("file:///srv/git/shop") is None
    True
    """
    text = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]|^git://([^/]+)/", r"https://\1\2/", url.strip())
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        netloc = f"{host}:{parts.port}" if parts.port else host
    except ValueError:
        return None
    if parts.scheme not in {"https", "http"} or not host:
        return None
    path = parts.path.removesuffix("/").removesuffix(".git")
    return urlunsplit((parts.scheme, netloc, path, "", ""))
