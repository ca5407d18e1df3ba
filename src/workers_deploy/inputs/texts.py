"""Text of an input → value. What a text is shown with is decided in one place, `about_value`."""

import ipaddress
import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

# What is deeper than that is no setting, and would exhaust the stack where it is compared.
MAX_DEPTH: Final = 50
# Linux: a path with its end, and a name in it.
MAX_PATH_BYTES: Final = 4095
MAX_PART_BYTES: Final = 255
TOO_DEEP: Final = "nested too deeply"


# API keys have 37 characters, tokens 40 and more: what is longer may be one in the wrong place.
LONGEST_SHOWN: Final = 32


def about_value(value: str, message: str) -> str:
    r"""Say what is wrong with a value, with the value where it can be no misplaced credential.

    >>> about_value("ja", "neither true nor false")
    '"ja" is neither true nor false'
    >>> about_value("Shop", "only small letters")
    '"Shop": only small letters'
    >>> about_value("x" * 40, "not a whole number")
    'not a whole number (a text of 40 characters)'
    """
    text = value.strip()
    if not text:
        return message
    if len(text) > LONGEST_SHOWN or not text.isprintable():
        return (
            message if "characters" in message else f"{message} (a text of {len(text)} characters)"
        )
    is_claim = message.startswith(("not ", "neither ", "out of "))
    return f'"{text}" is {message}' if is_claim else f'"{text}": {message}'


class Invalid(ValueError):  # noqa: N818  # pydantic takes ValueErrors; it never leaves this package
    """What is wrong with a text, and what to do; never the text itself."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def parse_boolean(value: object) -> bool:
    """Take `true` and `false` in any case.

    >>> parse_boolean("True")
    True
    """
    match str(value).strip().lower():
        case "true":
            return True
        case "false":
            return False
        case _:
            raise Invalid("neither true nor false")


def parse_words(value: object, separators: str = "\n,") -> tuple[str, ...]:
    r"""Split lines (and commas) into words; empty ones are dropped.

    >>> parse_words("a, b\n\nc")
    ('a', 'b', 'c')
    """
    words = re.split(f"[{separators}]", str(value))
    return tuple(word.strip() for word in words if word.strip())


def parse_token(value: object) -> object:
    """Take a token as a header can carry it: visible ASCII, white space around it dropped."""
    token = str(value).strip()
    if not token or not re.fullmatch(r"[\x21-\x7e]+", token):
        raise Invalid(
            "holds characters that no token has (a space, a line break or a non-ASCII letter)",
            hint="paste the token again; a shortened one ends in …",
        )
    return token


def parse_account_id(value: str) -> str:
    """Take 32 hex digits.

    >>> parse_account_id("0123456789ABCDEF0123456789abcdef")
    '0123456789abcdef0123456789abcdef'
    """
    if not re.fullmatch(r"[0-9a-fA-F]{32}", value):
        raise Invalid(
            f"not 32 hex digits (it has {len(value)} characters)",
            hint="the account id stands in the dashboard's URL and on the Workers overview page",
        )
    return value.lower()


def is_loopback(host: str) -> bool:
    """Tell whether a host name means this machine without asking DNS.

    >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "example.com")]
    [True, True, True, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def parse_base_url(value: str) -> str:
    """Take an http(s) URL without credentials, query or fragment; a final slash is dropped."""
    try:
        url = urlsplit(value)
        host, _ = url.hostname, url.port
    except ValueError:
        host = None
    if not host or url.scheme not in {"https", "http"}:
        raise Invalid("not an http(s) URL")
    if url.username or url.password or url.query or url.fragment:
        raise Invalid("holds credentials, a query or a fragment; a base URL has none")
    return value.rstrip("/")


def parse_date(value: str) -> str:
    """Take YYYY-MM-DD.

    >>> parse_date("2026-11-01")
    '2026-11-01'
    """
    try:
        date.fromisoformat(value if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else "")
    except ValueError:
        raise Invalid("not a date of the form YYYY-MM-DD") from None
    return value


def parse_path(value: str) -> str:
    """Take a path that Linux could have; a longer one is an error in every call that it is in."""
    longest = max(len(part.encode(errors="replace")) for part in value.split("/"))
    size = len(value.encode(errors="replace"))
    if size > MAX_PATH_BYTES or longest > MAX_PART_BYTES:
        raise Invalid(
            f"has {size:,} bytes; a path has at most {MAX_PATH_BYTES:,}, and each name in it "
            f"{MAX_PART_BYTES}"
        )
    return value


def parse_script_name(value: str) -> str:
    """Take what the API takes (OpenAPI: `^[a-z0-9_][a-z0-9-_]*$`)."""
    if not re.fullmatch(r"[a-z0-9_][a-z0-9_-]*", value):
        raise Invalid(
            "only small letters, digits, - and _ are possible, and the first is no -",
            hint="Cloudflare's script names are lower-case",
        )
    return value


def parse_json_object(value: object) -> Mapping[str, Any]:
    """Take the text of a JSON object."""
    try:
        parsed = json.loads(str(value))
    except ValueError as exc:
        where = f" (line {exc.lineno})" if isinstance(exc, json.JSONDecodeError) else ""
        raise Invalid(f"not JSON{where}") from None
    except RecursionError:
        raise Invalid(TOO_DEEP) from None
    if not isinstance(parsed, dict):
        raise Invalid("not a JSON object")
    if _is_deeper_than(MAX_DEPTH, parsed):
        raise Invalid(TOO_DEEP)
    return parsed


def _is_deeper_than(levels: int, value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper_than(levels - 1, one) for one in inner)


def parse_statuses(value: object) -> tuple[range, ...]:
    """Take HTTP statuses and ranges of them.

    >>> parse_statuses("200, 300-399")
    (range(200, 201), range(300, 400))
    """
    found = []
    for word in parse_words(value):
        numbers = re.fullmatch(r"([1-5]\d\d)(?:-([1-5]\d\d))?", word)
        if not numbers:
            raise Invalid("not statuses such as 200, 204 or 200-399")
        first, last = int(numbers[1]), int(numbers[2] or numbers[1])
        if last < first:
            raise Invalid("a range of statuses goes from the smaller to the larger one")
        found.append(range(first, last + 1))
    return tuple(found)
