"""The ASGI application: reads a request whole, lets faults happen, answers, writes it down."""

import asyncio
from dataclasses import dataclass
from email.utils import formatdate
from ipaddress import ip_address

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from workers_emulator.endpoints.table import Api, Ask
from workers_emulator.requests.envelope import Answer, refused
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import RATE_LIMITED
from workers_emulator.runtime.running import label_of_host
from workers_emulator.server.announcer import Announcer
from workers_emulator.server.connection import abort
from workers_emulator.server.control import Control
from workers_emulator.server.faults import Fault, Faults, Kind, failing_answer, spoil
from workers_emulator.server.ledger import Entry, Ledger, RateLimit
from workers_emulator.server.playground import Playground
from workers_emulator.state.account import Account

_API = "/client/v4"
_OWN = "/__emulator__/"
_RUN = f"{_OWN}run/"


class ConnectionReset(Exception):  # noqa: N818 -- a fault that is wanted
    """The client gets no answer: its connection is reset."""


@dataclass(kw_only=True, slots=True)
class Exchange:
    """One request on its way: what was asked, and the faults that fire for it."""

    ask: Ask
    request: Request
    firing: list[Fault]

    def faults(self, *, after: bool) -> list[Fault]:
        """Return the faults of before or after the effect."""
        return [fault for fault in self.firing if fault.after is after]


class App:
    """The emulator as an ASGI application. One thread; handlers don't wait for anything."""

    def __init__(self, account: Account, playground: Playground) -> None:
        options = account.options
        self.account = account
        self.faults = Faults()
        self.ledger = Ledger()
        self.limits = RateLimit(
            limit=options.rate_limit, seconds=options.rate_seconds, now=account.now
        )
        self.control = Control(account, self.faults, self.ledger, self.limits)
        self._api = Api(account)
        self._announcer = Announcer(account)
        self._playground = playground

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; nothing else than HTTP is spoken."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ConnectionReset:
            abort(scope)
            # The server must know it too, or it logs an answer that was forgotten.
            await _wait_for_the_end(request, None)
        except ClientDisconnect:
            pass  # the client gave up while it was sending
        else:
            await _response(answer)(scope, receive, send)

    async def _answer(self, request: Request) -> Answer:
        path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
        label = label_of_host(self.account, request.headers.get("host", ""))
        if label is not None:
            return await self._playground.run(request, label, path, by_host=True)
        if path.startswith(_RUN):
            label, _, rest = path.removeprefix(_RUN).partition("/")
            return await self._playground.run(request, label, f"/{rest}", by_host=False)
        body = await request.body()
        if path.startswith(f"{_API}/"):
            return await self._api_answer(request, path.removeprefix(_API), body)
        if path.startswith(_OWN):
            return self._own_answer(request, path.removeprefix(_OWN), body)
        return _text(404, "This is the emulator of the Cloudflare API: see /client/v4.\n")

    def _own_answer(self, request: Request, name: str, body: bytes) -> Answer:
        if not _is_loopback(request):
            return _text(403, "Control routes answer on loopback only.\n")
        return self.control.answer(request.method, name, body)

    async def _api_answer(self, request: Request, path: str, body: bytes) -> Answer:
        ask = Ask(
            method=request.method,
            path=path,
            query=dict(request.query_params),
            headers=dict(request.headers),
            origin=f"{request.url.scheme}://{request.headers.get('host', '')}",
            body=body,
        )
        exchange = Exchange(ask=ask, request=request, firing=self.faults.take(ask.method, path))
        status = 0
        try:
            answer = await self._with_faults(exchange)
            status = answer.status
        finally:
            self._write_down(exchange, status)
        return answer

    def _write_down(self, exchange: Exchange, status: int) -> None:
        self.ledger.add(
            Entry(
                method=exchange.ask.method,
                path=exchange.ask.path,
                query=exchange.request.url.query,
                status=status,
                length=len(exchange.ask.body),
                at=self.account.now(),
            )
        )

    async def _with_faults(self, exchange: Exchange) -> Answer:
        instead = await _suffer(exchange, exchange.faults(after=False))
        if instead is not None:
            return self._dressed(instead, {})
        answer = self._limited(exchange)
        for fault in exchange.faults(after=True):
            answer = spoil(answer, fault.kind)
        instead = await _suffer(exchange, exchange.faults(after=True))
        return answer if instead is None else self._dressed(instead, {})

    def _limited(self, exchange: Exchange) -> Answer:
        ask = exchange.ask
        if self._api.uses_asset_token(ask):  # by rule asset-upload-not-counted
            return self._dressed(self._effect(exchange), self.limits.standing(ask.token))
        budget = self.limits.spend(ask.token)
        if budget.retry_after is None:
            return self._dressed(self._effect(exchange), budget.headers)
        headers = {**budget.headers, "Retry-After": str(budget.retry_after)}
        return self._dressed(refused(Refusal(RATE_LIMITED)), headers)

    def _effect(self, exchange: Exchange) -> Answer:
        stale = [f.seconds or 0.0 for f in exchange.firing if f.kind is Kind.STALE]
        state = self.account.state_before(max(stale)) if stale else self.account.state
        answer = self._api.answer(exchange.ask, state)
        self._announcer.look()
        return answer

    def _dressed(self, answer: Answer, headers: dict[str, str]) -> Answer:
        """Return the answer with the headers that Cloudflare puts on every one."""
        ray = {
            "CF-Ray": f"{self.account.random(8).hex()}-EMU",
            "Date": formatdate(self.account.now(), usegmt=True),
            "Server": "cloudflare",
        }
        return Answer(
            status=answer.status, body=answer.body, headers={**headers, **answer.headers, **ray}
        )


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, dict(answer.headers))
    for name, value in answer.more_headers:
        if name.lower() == "content-length":
            response.headers[name] = value  # a HEAD's tells of the body that is not sent
        else:
            response.headers.append(name, value)
    return response


async def _suffer(exchange: Exchange, faults: list[Fault]) -> Answer | None:
    """Let these faults happen; return the answer that one of them gives instead."""
    for fault in faults:
        match fault.kind:
            case Kind.RESET | Kind.LOST:
                raise ConnectionReset
            case Kind.SLOW:
                await asyncio.sleep(fault.seconds or 0.0)
            case Kind.HANG:
                await _wait_for_the_end(exchange.request, fault.seconds)
                raise ConnectionReset
            case _:
                instead = failing_answer(fault)
                if instead is not None:
                    return instead
    return None


async def _wait_for_the_end(request: Request, seconds: float | None) -> None:
    """Wait until the client gives up, or these seconds have passed."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return


def _is_loopback(request: Request) -> bool:
    return request.client is not None and ip_address(request.client.host).is_loopback


def _text(status: int, text: str) -> Answer:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return Answer(status=status, body=text.encode(), headers=headers)
