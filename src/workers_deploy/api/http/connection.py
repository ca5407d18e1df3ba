"""The one HTTP client: sends a call, and tells an answer from every way of not getting one.

No wait outlasts the moment until which a call is to be answered (`timed_streams`), and no answer
takes more memory than it is allowed to (`received`).

Proxies and CA files are the environment's (`network`); nothing else is taken from there. Redirects
are not followed: the token goes to the host that was named and nowhere else.

No exception, log line or repr made here holds the token, a header or a body.
"""

import logging
import time
from collections.abc import Callable, Iterator

import httpx

from workers_deploy import __version__
from workers_deploy.api.http.address import checked_base_url, checked_token
from workers_deploy.api.http.answer import Answer, Call, read_answer
from workers_deploy.api.http.body import Body
from workers_deploy.api.http.failure import Failure, Kind, RequestFailedError
from workers_deploy.api.http.network import REMAINING, make_client
from workers_deploy.api.http.open_sockets import OpenSockets
from workers_deploy.api.http.rate_budget import Budget
from workers_deploy.api.http.received import (
    ACCEPT_ENCODING,
    MAX_DOWNLOAD_BYTES,
    MAX_JSON_BYTES,
    UnreadableAnswerError,
    received,
)

_LOG = logging.getLogger("workers_deploy.api")
USER_AGENT = f"workers-deploy/{__version__}"
MAX_KEPT_CONNECTIONS = 16
# Of each address that a name has; the next one is tried then.
CONNECT_SECONDS = 5.0


class Connection:
    """Cloudflare's API at one address with one token; safe to use from several threads.

    Args:
        base_url: `https://…/client/v4`; plain `http` only to loopback, or with `allow_insecure`.
        token: the API token.
        request_timeout: seconds without a byte, either way, after which a request is given up.
        transport: stands in for the network in tests.
        clock: monotonic seconds, of which `send`'s `until` is a moment.
        wall_clock: seconds since 1970, for a Retry-After that is a date.
        redact: hides secrets in what Cloudflare complains of, before anything is cut from it.

    Raises:
        ProblemsError: the address, the token, a proxy or a CA file can't be used; told without
            showing any of them.

    """

    def __init__(
        self,
        *,
        base_url: str,
        token: str,
        request_timeout: float = 60.0,
        allow_insecure: bool = False,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        redact: Callable[[str], str] = str,
    ) -> None:
        self._base_url = checked_base_url(base_url, allow_insecure=allow_insecure)
        self._request_timeout = request_timeout
        self._clock = clock
        self._wall_clock = wall_clock
        self._redact = redact
        self._sockets = OpenSockets()
        self._budget, self._session_budget = Budget(clock), Budget(clock)
        self._authorization = f"Bearer {checked_token(token)}"
        self._client = make_client(
            [self._base_url],
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPT_ENCODING},
            sockets=self._sockets,
            transport=transport,
            max_kept_connections=MAX_KEPT_CONNECTIONS,
        )

    def __repr__(self) -> str:
        return f"Connection({self._base_url!r})"

    def send(self, call: Call, *, until: float) -> Answer:
        """Send a call once, to be answered before the moment `until`.

        Raises:
            RequestFailedError: for everything that is not a success.

        """
        started = self._clock()
        outcome: int | str = "failed"
        try:
            answer = self._exchange(call, until=until)
        except RequestFailedError as failed:
            outcome = failed.failure.short
            raise
        else:
            outcome = answer.status
            return answer
        finally:
            spent = (self._clock() - started) * 1000
            _LOG.debug("%s %s %.0f ms", call.label, outcome, spent)

    def budget_of(self, call: Call) -> Budget:
        """Return what is left to the token that a call is sent with: the API's or a session's."""
        return self._session_budget if call.bearer else self._budget

    def close_now(self) -> None:
        """Give up every request that is in flight, at once and from any thread or signal handler.

        Their threads see a connection that broke. Requests that begin later connect anew.
        """
        self._sockets.shut_all()

    def close(self) -> None:
        """Close the connections; the last thing a run does."""
        self._client.close()

    def _exchange(self, call: Call, *, until: float) -> Answer:
        seconds = max(min(self._request_timeout, until - self._clock()), 0.001)
        request = self._build(call, seconds=seconds, until=until)
        try:
            response = self._client.send(request, stream=True)
            try:
                body = self._read(response, call, until=until)
            finally:
                response.close()
        except httpx.TimeoutException as error:
            self._be_in_time(call, until)
            raise RequestFailedError(_timed_out(call, error, seconds)) from None
        except httpx.TransportError as error:
            raise RequestFailedError(_broken(call, error)) from None
        except UnreadableAnswerError as error:
            raise RequestFailedError(_unreadable(call, error)) from None
        self.budget_of(call).note(response.headers)
        return read_answer(
            call, response.status_code, response.headers, body, self._wall_clock, self._redact
        )

    def _build(self, call: Call, *, seconds: float, until: float) -> httpx.Request:
        headers = {
            **call.headers,
            "Authorization": f"Bearer {call.bearer}" if call.bearer else self._authorization,
        }
        content: Iterator[bytes] | None = None
        if call.body is not None:
            headers["Content-Type"] = call.body.content_type
            headers["Content-Length"] = str(call.body.length)
            content = self._sent_before(call, call.body, until=until)
        return self._client.build_request(
            call.method,
            self._base_url + call.path,
            params=dict(call.query) or None,
            headers=headers,
            content=content,
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
            extensions={REMAINING: lambda: until - self._clock()},
        )

    def _sent_before(self, call: Call, body: Body, *, until: float) -> Iterator[bytes]:
        for chunk in body:
            self._be_in_time(call, until)
            yield chunk

    def _read(self, response: httpx.Response, call: Call, *, until: float) -> bytes:
        def check() -> None:
            self._be_in_time(call, until)

        if call.download_to is not None and response.is_success:
            # Each try begins the file anew.
            with call.download_to.open("wb") as file:
                file.writelines(received(response, limit=MAX_DOWNLOAD_BYTES, check=check))
            return b""
        # One buffer: as objects of their own, pieces of one byte would take forty times as much.
        content = bytearray()
        for piece in received(response, limit=MAX_JSON_BYTES, check=check):
            content += piece
        return bytes(content)

    def _be_in_time(self, call: Call, until: float) -> None:
        if self._clock() >= until:
            raise RequestFailedError(
                Failure(
                    request=call.label,
                    kind=Kind.LOST,
                    problem="not finished before the run's deadline",
                    short="deadline",
                    area=call.area,
                )
            )


def _timed_out(call: Call, error: httpx.TimeoutException, seconds: float) -> Failure:
    unsent = isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
    what = "no connection" if unsent else "no answer"
    seconds = min(seconds, CONNECT_SECONDS) if unsent else seconds
    return Failure(
        request=call.label,
        kind=Kind.UNSENT if unsent else Kind.LOST,
        problem=f"{what} in {seconds:.0f} s",
        short="time-out",
        area=call.area,
    )


def _unreadable(call: Call, error: UnreadableAnswerError) -> Failure:
    return Failure(
        request=call.label,
        kind=Kind.LOST,
        problem=str(error),
        short="unreadable answer",
        area=call.area,
    )


def _broken(call: Call, error: httpx.TransportError) -> Failure:
    text = str(error)
    if isinstance(error, httpx.ConnectError | httpx.ProxyError | httpx.UnsupportedProtocol):
        untrusted = "CERTIFICATE_VERIFY_FAILED" in text
        return Failure(
            request=call.label,
            kind=Kind.UNTRUSTED if untrusted else Kind.UNSENT,
            problem=f"no connection ({text})" if text else "no connection",
            short="no connection",
            area=call.area,
        )
    return Failure(
        request=call.label,
        kind=Kind.LOST,
        problem="the connection broke before the answer came",
        short="broken connection",
        area=call.area,
    )
