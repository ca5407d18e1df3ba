"""Every endpoint of the API, and how a request becomes an answer."""

from dataclasses import dataclass, field

from workers_emulator.changes import other_resources as products
from workers_emulator.endpoints import (
    account_info,
    assets,
    beta_versions,
    dispatch,
    domains,
    queues,
    script_secrets,
    scripts,
    services,
    settings,
    subdomains,
    triggers,
    versions,
    zones,
)
from workers_emulator.endpoints import beta_scripts as beta
from workers_emulator.requests.call import Call, Endpoint
from workers_emulator.requests.envelope import Answer, refused
from workers_emulator.requests.routing import Match, Table
from workers_emulator.rules.binding_rules import RIGHT, ROUTES_RIGHT
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import AUTHENTICATION, NO_METHOD, NO_ROUTE
from workers_emulator.state.account import Account
from workers_emulator.state.model import State
from workers_emulator.state.rights import Right, needed_for, rights_of

ENDPOINTS: tuple[Endpoint, ...] = (
    *scripts.ENDPOINTS,
    *assets.ENDPOINTS,
    *versions.ENDPOINTS,
    *settings.ENDPOINTS,
    *script_secrets.ENDPOINTS,
    *subdomains.ENDPOINTS,
    *services.ENDPOINTS,
    *beta.ENDPOINTS,
    *beta_versions.ENDPOINTS,
    *dispatch.ENDPOINTS,
    *triggers.ENDPOINTS,
    *queues.ENDPOINTS,
    *zones.ENDPOINTS,
    *domains.ENDPOINTS,
    *products.ENDPOINTS,
    *account_info.ENDPOINTS,
)
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A request as it came; `path` is still percent-encoded and without `/client/v4`."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str] = field(repr=False)
    origin: str
    body: bytes = field(repr=False)

    @property
    def token(self) -> str:
        """The bearer token; empty where there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


class Api:
    """Answers requests for one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._table = Table(ENDPOINTS)

    def uses_asset_token(self, ask: Ask) -> bool:
        """Whether the request is one that carries an upload session's token."""
        match = self._table.match(ask.method, ask.path)
        return match is not None and match.endpoint.asset_token

    def answer(self, ask: Ask, state: State) -> Answer:
        """Return Cloudflare's answer; `state` is what a read sees."""
        try:
            match = self._find(ask)
            self._authenticate(ask, match)
            self._authorize(ask, match)
            return match.endpoint.handler(self._call(ask, match, state))
        except Refusal as refusal:
            return refused(refusal)

    def _find(self, ask: Ask) -> Match:
        match = self._table.match(ask.method, ask.path)
        if match is not None:
            self._check_account(ask, match)
            return match
        methods = self._table.methods(ask.path)
        if methods:
            raise Refusal(
                NO_METHOD, f"Method {ask.method} is not available; {', '.join(methods)} are."
            )
        raise Refusal(
            NO_ROUTE,
            f"Could not route to /client/v4{ask.path}, perhaps your object identifier is invalid?",
        )

    def _check_account(self, ask: Ask, match: Match) -> None:
        account_id = match.args.get("account_id")
        if account_id in {None, self._account.options.account_id}:
            return
        if len(account_id or "") == 32 and _HEX.issuperset(account_id or ""):
            raise Refusal(AUTHENTICATION)  # someone else's account
        raise Refusal(
            NO_ROUTE,
            f"Could not route to /client/v4{ask.path}, perhaps your object identifier is invalid?",
        )

    def _authenticate(self, ask: Ask, match: Match) -> None:
        """Refuse a wrong API token; an asset token is the endpoint's own business."""
        options = self._account.options
        known = (*options.tokens, *options.limited_tokens)
        if not match.endpoint.asset_token and ask.token not in known:
            raise Refusal(AUTHENTICATION)

    def _authorize(self, ask: Ask, match: Match) -> None:
        """Refuse a token that lacks the endpoint's right."""
        if match.endpoint.asset_token:
            return
        path = match.endpoint.path
        needed = needed_for(ask.method, path)
        if needed and not needed & rights_of(ask.token, self._account.options.limited_tokens):
            of_zone = path.startswith("/zones/") or Right.ROUTES in needed
            raise Refusal(ROUTES_RIGHT if of_zone else RIGHT)

    def _call(self, ask: Ask, match: Match, state: State) -> Call:
        return Call(
            account=self._account,
            state=state if ask.method == "GET" else self._account.state,
            method=ask.method,
            args=match.args,
            query=ask.query,
            headers=ask.headers,
            origin=ask.origin,
            body=ask.body,
            token=ask.token,
        )
