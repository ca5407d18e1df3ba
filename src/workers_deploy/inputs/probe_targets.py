"""The input `probe`: a URL or a path in each line, checked before anything is sent.

What can't be asked is found out here, and not after traffic moved. A line may hold a token in its
query, or a password: errors name it by its number. URLs are shown in the log, the summary and the
report, so one with a password is refused, as in `api-base-url`.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from workers_deploy.core.project import is_url
from workers_deploy.inputs.texts import Invalid, parse_words

MAX_LABEL: Final = 63  # of a host name
# Control characters, and what stands for bytes of the environment that are no UTF-8.
_NOT_IN_URLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def parse_probe_targets(value: object) -> tuple[str, ...]:
    r"""Take URLs and paths, one a line; all lines that are neither are told at once.

    >>> parse_probe_targets("/health\n\nhttps://shop.example.com:8443/")
    ('/health', 'https://shop.example.com:8443/')
    """
    lines = enumerate(str(value).split("\n"), start=1)
    flaws = [
        f"line {number} {flaw}"
        for number, line in lines
        if line.strip() and (flaw := _flaw(line.strip()))
    ]
    if flaws:
        hint = "write https://host/path, or /path for one on deployment-url"
        raise Invalid("; ".join(flaws), hint=hint)
    return parse_words(value, "\n")


def _flaw(line: str) -> str | None:
    """Return why a line is neither URL nor path."""
    if _NOT_IN_URLS.search(line):
        return "holds a character that no URL has"
    if is_url(line):
        return _flaw_of_url(line)
    if line.startswith("//"):
        return "begins with //, as a host without https: would"
    if _SCHEME.match(line):
        return "is a URL, but none that begins with https:// or http:// and a host"
    if not line.startswith("/") and " " in line:
        return "is neither a URL nor a path"
    return None


def _flaw_of_url(line: str) -> str | None:
    try:
        url = urlsplit(line)
        host = url.hostname or ""
    except ValueError:
        return "is no URL"
    if "@" in url.netloc:
        return (
            "has a user name or a password, which would be shown; only host and path belong in it"
        )
    try:
        _ = url.port
    except ValueError:
        return "is a URL with a port that is no number up to 65535"
    if not host:
        return "is a URL without a host"
    labels = host.removesuffix(".").split(".")
    if re.search(r"\s", host) or not all(0 < len(label) <= MAX_LABEL for label in labels):
        return "is a URL with a host that is none"
    return None
