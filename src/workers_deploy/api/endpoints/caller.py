"""What every group of endpoints shares: paths, the retry policy around a call, and its result."""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote

from workers_deploy.api.http.answer import Answer, Call
from workers_deploy.api.http.body import Body
from workers_deploy.api.http.connection import Connection
from workers_deploy.api.http.failure import Area
from workers_deploy.api.http.models import WireModel, validated
from workers_deploy.api.http.retry import Retrier, Watch
from workers_deploy.dataclass import dataclass

# How the endpoints say that there is no such script: script, service, environment.
UNKNOWN_SCRIPT = frozenset({10007, 10090, 10092})

T = TypeVar("T")
M = TypeVar("M", bound=WireModel)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptPath:
    """Where a script is: on the account, or in a dispatch namespace, which has fewer endpoints."""

    name: str
    dispatch_namespace: str | None = None

    def __str__(self) -> str:
        """Return its path below the account.

        >>> str(ScriptPath(name="a b")), str(ScriptPath(name="x", dispatch_namespace="ns"))
        ('/workers/scripts/a%20b', '/workers/dispatch/namespaces/ns/scripts/x')
        """
        if self.dispatch_namespace is None:
            return f"/workers/scripts/{segment(self.name)}"
        namespace = segment(self.dispatch_namespace)
        return f"/workers/dispatch/namespaces/{namespace}/scripts/{segment(self.name)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How a call is sent, apart from where and what."""

    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    area: Area = Area.WORKERS
    lags: bool = False
    download_to: Path | None = None


PLAIN = Options()


def segment(text: str) -> str:
    """Return a name as one segment of a path."""
    return quote(text, safe="")


class Caller:
    """Sends calls of one account through one connection, retried by one policy."""

    def __init__(self, connection: Connection, *, account_id: str, retrier: Retrier) -> None:
        self.connection = connection
        self.account_id = account_id
        self.retrier = retrier

    def retrying(self, retrier: Retrier) -> Self:
        """Return the same client under another policy, such as the one for undoing."""
        return type(self)(self.connection, account_id=self.account_id, retrier=retrier)

    def briefly(self) -> Self:
        """Return the same client for one read that a run can do without: it waits seconds only."""
        return self.retrying(self.retrier.briefly())

    def _call(
        self,
        method: str,
        path: str,
        label: str,
        parse: Callable[[Answer], T],
        *,
        body: Body | None = None,
        look: Callable[[], T | None] | None = None,
        watch: Watch | None = None,
        options: Options = PLAIN,
    ) -> T:
        """Send until it passes; `path` is below the account."""
        call = Call(
            method=method,
            path=f"/accounts/{segment(self.account_id)}{path}",
            label=label,
            area=options.area,
            query=options.query,
            headers=options.headers,
            body=body,
            download_to=options.download_to,
        )
        return self._send(call, parse, look=look, watch=watch, lags=options.lags)

    def _exchange(self, call: Call) -> Answer:
        """Send a call once, after a pause where little is left of the token's requests."""
        budget = self.connection.budget_of(call)
        pause = budget.pause()
        try:
            if 0 < pause < self.retrier.remaining():
                self.retrier.tell(
                    f"{call.label}: few requests are left to this token, waiting {pause:.1f} s"
                )
                self.retrier.sleep(pause)
            return self.connection.send(call, until=self.retrier.deadline)
        finally:
            budget.end()

    def _send_bare(self, method: str, path: str, label: str, parse: Callable[[Answer], T]) -> T:
        """Send a call that belongs to no account; the first page, of up to 50."""
        query = {"per_page": "50"}
        call = Call(method=method, path=path, label=label, area=Area.ACCOUNT, query=query)
        return self._send(call, parse)

    def _send(
        self,
        call: Call,
        parse: Callable[[Answer], T],
        *,
        look: Callable[[], T | None] | None = None,
        watch: Watch | None = None,
        lags: bool = False,
    ) -> T:
        def once() -> T:
            return parse(self._exchange(call))

        return self.retrier.call(call.label, once, look=look, watch=watch, lags=lags)


def as_model(model: type[M]) -> Callable[[Answer], M]:
    """Return a parser of a result that must be there; an unusable one counts as malformed."""

    def parse(answer: Answer) -> M:
        found = validated(model, answer.result)
        if found is None:
            what = "a result that is null" if answer.result is None else "an unknown result"
            raise answer.malformed(what)
        return found

    return parse


def as_models(
    model: type[M],
    *,
    key: str | None = None,
    may_be_null: bool = True,
    leaves_out_odd: bool = False,
) -> Callable[[Answer], tuple[M, ...]]:
    """Return a parser of a list, or of the list under `key`.

    One unusable item spoils a list, but for those that are only shown (`leaves_out_odd`): without
    an item that is there, a list would be a verdict on live (no such deployment, no such account)
    that nobody gave. For the same reason null is an empty list only where the list is the whole
    result and `may_be_null` says so: a script without deployments would be deployed without a
    guard.
    """

    def parse(answer: Answer) -> tuple[M, ...]:
        items: Any = answer.result
        if items is None and (key is not None or not may_be_null):
            raise answer.malformed("a result that is null")
        if key is not None and isinstance(items, dict):
            items = items.get(key)
        if items is None and key is None:
            return ()
        if not isinstance(items, list):
            raise answer.malformed("an unknown result")
        found = [validated(model, item) for item in items]
        if None in found and not leaves_out_odd:
            raise answer.malformed("a list with an unknown item")
        return tuple(item for item in found if item is not None)

    return parse


def as_nothing(answer: Answer) -> None:
    """Take an answer whose result does not matter."""
