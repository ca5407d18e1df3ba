"""Runs deployed scripts for real: workerd through miniflare, one process per version.

The scripts that a version calls run beside it in its process. A process is started by the first
request and kept for the next ones; the few that were used last stay. What bindings store (KV, D1,
Durable Objects …) stays with the version that is asked, whichever the versions of the others are.
Scripts reach nothing but this machine.
"""

import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from workers_emulator.runtime.process import ScriptProcess
from workers_emulator.runtime.runnable import (
    AssetFile,
    Part,
    RunAnswer,
    Runnable,
    RuntimeUnavailable,
    ScriptFailed,
)
from workers_emulator.runtime.tools import Toolchain, find_toolchain

__all__ = ["AssetFile", "Part", "RunAnswer", "Runnable", "Runtime", "RuntimeUnavailable"]

# RFC 9110 §7.6.1; the length is the body's own again.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# The worker of miniflare that asks the script; it answers an exception with its stack.
MINIFLARE_ENTRY = "/core/entry.worker.js:"
ENDED = "the emulator has ended"

Headers = Sequence[tuple[str, str]]


class _Slot:
    """The place of one version: its process, or the reason why it can't have one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users = 0
        self.process: ScriptProcess | None = None
        self.failure: ScriptFailed | None = None


class Runtime:
    """Runs scripts and asks them; safe to use from several threads."""

    def __init__(
        self,
        *,
        node: Path | None,
        node_modules: Path | None,
        processes: int = 4,
        start_timeout: float = 300.0,
        answer_timeout: float = 300.0,
    ) -> None:
        """Look for nothing yet: a machine without Node is told so by the first `fetch`.

        `node` is a binary of version 22 or newer, `node_modules` a folder that holds miniflare;
        None: found on this machine. `processes` is how many scripts stay started. Both time-outs
        are seconds, and long: on a busy machine a start alone can take a minute.
        """
        self._node = node
        self._node_modules = node_modules
        self._processes = processes
        self._start_timeout = start_timeout
        self._answer_timeout = answer_timeout
        self._lock = threading.Lock()
        self._slots: OrderedDict[str, _Slot] = OrderedDict()
        self._tools: Toolchain | None = None
        self._folder: Path | None = None
        self._is_closed = False
        # A kept connection that workerd closes at the same moment would look like a failure.
        self._client = httpx.Client(
            trust_env=False,
            timeout=answer_timeout,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self._client.headers.clear()

    def fetch(
        self, runnable: Runnable, method: str, path_and_query: str, headers: Headers, body: bytes
    ) -> RunAnswer:
        """Return the script's answer to one request; a script that does not start answers 500.

        The script sees the `Host` of `headers`, by https unless it is loopback, and
        `path_and_query` as given. Raises RuntimeUnavailable where scripts can't be run.
        """
        with self._slot(runnable.composition) as slot:
            try:
                port = self._started(slot, runnable)
            except ScriptFailed as failed:
                return _failure(500, str(failed))
            sent = _add_address(_end_to_end(headers), runnable.script_name, path_and_query)
            url = httpx.URL(
                scheme="http", host="127.0.0.1", port=port, raw_path=path_and_query.encode()
            )
            request = httpx.Request(method, url, headers=sent, content=body or None)
            try:
                return _as_cloudflare_tells(self._ask(request))
            except httpx.TimeoutException:
                self._stop(slot)
                return _failure(504, f"the script did not answer in {self._answer_timeout:g} s")
            except httpx.ConnectError:
                self._stop(slot)
                return _failure(502, "the script's process has ended")
            except httpx.TransportError as error:
                return _failure(502, f"the script's answer broke off: {error}")

    def close(self) -> None:
        """End all scripts and remove what they wrote; nothing can be run any more."""
        with self._lock:
            self._is_closed = True
            slots = list(self._slots.values())
            self._slots.clear()
        threads = [threading.Thread(target=self._stop, args=(slot,)) for slot in slots]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._client.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def _slot(self, key: str) -> Iterator[_Slot]:
        """Hold the place of a version; one that is held is not given away."""
        with self._lock:
            if self._is_closed:
                raise RuntimeUnavailable(ENDED)
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            slot.users += 1
            surplus = self._surplus()
        for one in surplus:
            self._stop(one)
        try:
            yield slot
        finally:
            with self._lock:
                slot.users -= 1

    def _surplus(self) -> list[_Slot]:
        """Take out the places that were used longest ago and that nobody holds."""
        idle = [key for key, slot in self._slots.items() if slot.users == 0]
        too_many = max(0, len(self._slots) - self._processes)
        return [self._slots.pop(key) for key in idle[:too_many]]

    def _started(self, slot: _Slot, runnable: Runnable) -> int:
        with slot.lock:
            if slot.failure is not None:
                raise slot.failure.with_traceback(None)
            if slot.process is not None and not slot.process.is_alive:
                slot.process.stop()
                slot.process = None
            if slot.process is None:
                try:
                    slot.process = self._start(runnable)
                except ScriptFailed as failed:
                    slot.failure = failed if failed.is_final else None
                    raise
            return slot.process.port

    def _start(self, runnable: Runnable) -> ScriptProcess:
        with self._lock:
            if self._is_closed:
                raise RuntimeUnavailable(ENDED)
            if self._tools is None:
                self._tools = find_toolchain(self._node, self._node_modules, folder=Path.cwd())
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="workers-emulator-"))
        return ScriptProcess.start(runnable, self._tools, self._folder, seconds=self._start_timeout)

    def _stop(self, slot: _Slot) -> None:
        with slot.lock:
            if slot.process is not None:
                slot.process.stop()
                slot.process = None

    def _ask(self, request: httpx.Request) -> RunAnswer:
        with closing(self._client.send(request, stream=True)) as response:
            # Not decoded: the encoding is between the script and who asks.
            body = b"".join(response.iter_raw())
        raw = [
            (str(name, "latin-1"), str(value, "latin-1")) for name, value in response.headers.raw
        ]
        return RunAnswer(status=response.status_code, headers=tuple(_end_to_end(raw)), body=body)


def _end_to_end(headers: Headers) -> list[tuple[str, str]]:
    """Return the headers that are meant for the other end, without miniflare's own."""
    named = {
        option.strip().lower()
        for name, value in headers
        if name.lower() == "connection"
        for option in value.split(",")
    }
    dropped = HOP_BY_HOP | named
    return [
        (name, value)
        for name, value in headers
        if name.lower() not in dropped and not name.lower().startswith(("mf-", "x-mf-"))
    ]


def _as_cloudflare_tells(answer: RunAnswer) -> RunAnswer:
    """Tell an exception that the script did not catch as 1101; the text is the exception's."""
    if answer.status != 500 or MINIFLARE_ENTRY.encode() not in answer.body:
        return answer
    lines = answer.body.decode("utf-8", errors="replace").splitlines()
    stack = [line for line in lines if MINIFLARE_ENTRY not in line]
    return _failure(500, "\n".join(["error code: 1101", *stack]))


def _add_address(headers: Headers, script_name: str, path_and_query: str) -> Headers:
    """Return the headers with the address that the script shall see as its request's."""
    host = next((value for name, value in headers if name.lower() == "host"), None)
    named = [] if host else [("Host", f"{script_name}.workers.dev")]
    host = host or named[0][1]
    scheme = "http" if httpx.URL(f"http://{host}").host in LOOPBACK else "https"
    address = [
        ("MF-Original-URL", f"{scheme}://{host}{path_and_query}"),
        ("MF-Disable-Pretty-Error", "true"),
    ]
    # The body's length is told by httpx.
    kept = [one for one in headers if one[0].lower() != "content-length"]
    return [*kept, *named, *address]


def _failure(status: int, message: str) -> RunAnswer:
    headers = (("content-type", "text/plain; charset=utf-8"),)
    return RunAnswer(status=status, headers=headers, body=message.encode())
