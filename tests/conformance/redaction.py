"""What of a request and its answer may be kept: nothing that tells whose account it was.

What Cloudflare says of a script of the scenarios is kept. Of everything else, such as the list of
the account's scripts, only what names a script of the scenarios is.
"""

import re
from collections.abc import Mapping
from typing import Any

from conformance.names import PREFIX

# The whole value of such a key goes.
_PERSONAL = frozenset(
    {"author", "author_email", "author_id", "email", "etag", "jwt", "last_deployed_from", "token"}
)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NUMBERED = re.compile(rf"{_UUID}|\b[0-9a-f]{{32}}\b")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_PATTERNS = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "<jwt>"),
    (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b"), "<ip>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)"), "<time>"),
    (re.compile(rf"{PREFIX}[0-9a-f]{{8}}-"), PREFIX),
    (re.compile(r"\.[a-z0-9-]+\.workers\.dev\b"), ".<subdomain>.workers.dev"),
)
_OURS = re.compile(rf"/{PREFIX}[\w-]*")


class Redactor:
    """Replaces what is personal; the same id gets the same number all through a run."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """`known` are values, such as the account's id, and what stands in their place."""
        # The longest first: a zone's name may be part of another value.
        self._known = sorted(known.items(), key=lambda pair: -len(pair[0]))
        self._numbers: dict[str, int] = {}

    def text(self, text: str) -> str:
        """Return the text with a stand-in for whatever tells of the account."""
        text = _EMAIL.sub("<email>", text)  # first: its host may be the zone
        for value, stand_in in self._known:
            text = text.replace(value, stand_in)
        for pattern, stand_in in _PATTERNS:
            text = pattern.sub(stand_in, text)
        return _NUMBERED.sub(self._number, text)

    def answer(self, path: str, content: Any) -> Any:
        """Return what may be kept of the answer to a request for this path."""
        if not _OURS.search(path) and isinstance(content, dict) and "result" in content:
            content = {**content, "result": _only_ours(content["result"])}
        return self.tree(content)

    def tree(self, value: Any) -> Any:
        """Return JSON without what is personal; of a secret only its name."""
        match value:
            case dict():
                is_secret = value.get("type") == "secret_text"
                return {
                    key: "<redacted>"
                    if (key in _PERSONAL and one) or (is_secret and key == "text")
                    else self.tree(one)
                    for key, one in value.items()
                }
            case list():
                return [self.tree(one) for one in value]
            case str():
                return self.text(value)
            case _:
                return value

    def _number(self, found: re.Match[str]) -> str:
        number = self._numbers.setdefault(found[0], len(self._numbers) + 1)
        return f"<id {number}>"


def _only_ours(result: Any) -> Any:
    """Keep what names a script of the scenarios, and say how much else there was."""
    if isinstance(result, list):
        ours = [one for one in result if PREFIX in str(one)]
        left_out = len(result) - len(ours)
        return [*ours, f"<{left_out} left out>"] if left_out else ours
    return result if result is None or PREFIX in str(result) else "<left out>"
