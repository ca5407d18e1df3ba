"""One request to the API, as its handler sees it: parsed once, here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workers_emulator.requests.envelope import Answer
from workers_emulator.requests.forms import media_type
from workers_emulator.requests.json_text import parse_json
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import BAD_BODY, BAD_PARAMETER, NO_VERSIONS
from workers_emulator.state.account import Account, script_in
from workers_emulator.state.model import Place, Script, State, Version
from workers_emulator.state.rights import Rights, rights_of

MERGE_PATCH = "application/merge-patch+json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request whose token was accepted.

    `state` is what a read sees: the account's state, or a former one while a fault makes reads
    stale. `origin` is scheme and host as the client wrote them.
    """

    account: Account
    state: State
    method: str
    args: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    origin: str
    body: bytes = field(default=b"", repr=False)
    token: str = field(default="", repr=False)

    @property
    def content_type(self) -> str:
        """The content type as it was sent."""
        return self.headers.get("content-type", "")

    @property
    def rights(self) -> Rights:
        """What the token may do."""
        return rights_of(self.token, self.account.options.limited_tokens)

    @property
    def place(self) -> Place:
        """Where the script of the path is."""
        return Place(name=self.args["script_name"], namespace=self.args.get("namespace"))

    def script(self) -> Script:
        """Return the script of the path.

        Raises:
            Refusal: 10007, or 10092 in a dispatch namespace, where there is none.

        """
        return script_in(self.state, self.place)

    def latest(self) -> Version:
        """Return the latest version of the script of the path."""
        latest = self.script().latest
        if latest is None:
            raise Refusal(NO_VERSIONS)
        return latest

    @property
    def source(self) -> str:
        """Which kind of client this is, in the API's words."""
        agent = self.headers.get("user-agent", "").lower()
        return next((s for s in ("wrangler", "terraform") if agent.startswith(s)), "api")

    def json(self) -> Any:
        """Return the JSON body, whatever it is.

        Raises:
            Refusal: 10026 where it is none.

        """
        try:
            return parse_json(self.body)
        except ValueError as exc:
            raise Refusal(BAD_BODY, f"Could not parse request body: {exc}.") from exc

    def json_object(self) -> dict[str, Any]:
        """Return the JSON body, which must be an object."""
        value = self.json()
        if not isinstance(value, dict):
            raise Refusal(BAD_BODY, "The request body must be a JSON object.")
        return value

    def flag(self, name: str) -> bool:
        """Whether a query parameter is `true`."""
        return self.query.get(name, "").lower() in {"true", "1"}

    def page(self, *, per_page: int = 20, largest: int = 100) -> tuple[int, int]:
        """Return the page number and its size from the query.

        Raises:
            Refusal: 10004 where one is no number in range.

        """
        return self._number("page", 1, 10**6), self._number("per_page", per_page, largest)

    def _number(self, name: str, default: int, largest: int) -> int:
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= largest:
            raise Refusal(BAD_PARAMETER, f"Parameter {name} is malformed.")
        return int(text)

    @property
    def is_json(self) -> bool:
        """Whether the body is said to be JSON."""
        return media_type(self.content_type) == "application/json"


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """A method and a path pattern of the API, and what answers there."""

    method: str
    path: str
    handler: Handler
    # asset uploads carry a session's token in the place of the API token
    asset_token: bool = False


def endpoint(method: str, path: str, handler: Handler, *, asset_token: bool = False) -> Endpoint:
    """Return an endpoint; `path` is without `/client/v4`, `A` is `/accounts/{account_id}`."""
    full = path.replace("A/", "/accounts/{account_id}/", 1) if path.startswith("A/") else path
    return Endpoint(method=method, path=full, handler=handler, asset_token=asset_token)
