"""Runs deployed scripts: which one a request is for, and its answer or why there is none."""

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from workers_emulator.requests.envelope import Answer
from workers_emulator.runtime.runnable import RunAnswer, Runnable, RuntimeUnavailable
from workers_emulator.runtime.running import Target, Visit, find_target, make_group
from workers_emulator.state.account import Account

if TYPE_CHECKING:
    from workers_emulator.runtime.runtime import Runtime

_OVERRIDES = "cloudflare-workers-version-overrides"
_VERSION_KEY = "cloudflare-workers-version-key"
_NOT_FOUND = b"There is nothing here yet (error code: 1042)\n"


class Playground:
    """Starts the runtime when the first script runs, and not before."""

    def __init__(self, account: Account, chance: Callable[[], float]) -> None:
        self._account = account
        self._chance = chance
        self._runtime: Runtime | None = None
        self._lock = Lock()

    async def run(self, request: Request, label: str, path: str, *, by_host: bool) -> Answer:
        """Return the answer of the script that the label stands for.

        By its workers.dev host a script answers only while workers.dev is on for it; the
        emulator's own path always works.
        """
        visit = Visit(
            overrides=request.headers.get(_OVERRIDES, ""),
            version_key=request.headers.get(_VERSION_KEY, ""),
            chance=self._chance(),
        )
        target = find_target(self._account, label, visit)
        body = await request.body()
        if target is None or (by_host and not _is_reachable(target, label)):
            return _text(404, _NOT_FOUND)
        query = request.url.query
        answer = await run_in_threadpool(
            self._fetch,
            make_group(self._account, target, self._chance),
            request.method,
            f"{path}?{query}" if query else path,
            list(request.headers.items()),
            body,
        )
        return answer if by_host else _below(answer, request, label)

    def _fetch(
        self,
        runnable: Runnable,
        method: str,
        path: str,
        headers: list[tuple[str, str]],
        body: bytes,
    ) -> Answer:
        try:
            answer = self._started().fetch(runnable, method, path, headers, body)
        except RuntimeUnavailable as exc:
            return _text(503, f"{exc}\n".encode())
        return _as_answer(answer)

    def _started(self) -> "Runtime":
        from workers_emulator.runtime.runtime import Runtime  # noqa: PLC0415 -- slow, needed by few

        with self._lock:
            if self._runtime is None:
                options = self._account.options
                self._runtime = Runtime(node=options.node, node_modules=options.node_modules)
            return self._runtime

    def close(self) -> None:
        """Stop what runs."""
        with self._lock:
            if self._runtime is not None:
                self._runtime.close()
                self._runtime = None


def _is_reachable(target: Target, label: str) -> bool:
    """Whether workers.dev is on for it; previews have a switch of their own."""
    return target.script.subdomain_enabled or label != target.script.place.name


def _as_answer(answer: RunAnswer) -> Answer:
    return Answer(status=answer.status, body=answer.body, more_headers=answer.headers)


def _below(answer: Answer, request: Request, label: str) -> Answer:
    """Keep a redirect to the script itself below the emulator's path for it, as a proxy does."""
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    headers = []
    for name, value in answer.more_headers:
        path = value.removeprefix(own)
        is_own = name.lower() == "location" and path.startswith("/") and not path.startswith("//")
        headers.append((name, f"/__emulator__/run/{label}{path}" if is_own else value))
    return replace(answer, more_headers=tuple(headers))


def _text(status: int, body: bytes) -> Answer:
    return Answer(status=status, body=body, headers={"Content-Type": "text/plain; charset=utf-8"})
