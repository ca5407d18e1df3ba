"""The emulator as a server: in a thread of its own for tests, or as the process for CI."""

import asyncio
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import uvicorn

from workers_emulator.runtime.tools import find_node
from workers_emulator.server.app import App
from workers_emulator.server.connection import AbortableProtocol
from workers_emulator.server.control import parse_faults
from workers_emulator.server.faults import Fault
from workers_emulator.server.playground import Playground
from workers_emulator.state.account import Account
from workers_emulator.state.clock import Clock
from workers_emulator.state.options import Options
from workers_emulator.state.syntax import Compiler, NodeCompiler, compile_nothing

_BACKLOG = 2048


class CannotListen(Exception):  # noqa: N818 -- a state of the machine that the caller reports
    """The address can't be had; says which and why."""


class _Server(uvicorn.Server):
    """uvicorn's server, which ends at once when told and not at its next tick."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None

    async def main_loop(self) -> None:
        """Serve until the end is asked for."""
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self.ready.set()
        await self._over.wait()

    def end(self) -> None:
        """Stop serving; connections that wait for an answer are dropped."""
        self.should_exit = self.force_exit = True
        if self._loop is not None and self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """End on a signal."""
        super().handle_exit(sig, frame)
        self.end()


class EmulatorServer:
    """An emulated Cloudflare account, served on loopback by a thread of its own.

    >>> with EmulatorServer() as cloudflare:
    ...     cloudflare.state()["scripts"]
    {}
    """

    def __init__(
        self,
        options: Options | None = None,
        *,
        now: Callable[[], float] = time.time,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        chance: Callable[[], float] = random.random,
        **changes: Any,
    ) -> None:
        """`changes` are fields of Options."""
        self.options = replace(options or Options(), **changes)
        self.account = Account(self.options, Clock(now), random_bytes, _compiler(self.options))
        self._playground = Playground(self.account, chance)
        self.app = App(self.account, self._playground)
        self._socket: socket.socket | None = None
        self._origin = ""  # known once the server listens
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._bind()
        self._thread = threading.Thread(target=self._serve, name="workers-emulator", daemon=True)
        self._thread.start()
        assert self._server is not None
        self._server.ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.end()
        self._thread.join()
        self._playground.close()

    def run(self, listening: Callable[[str], None]) -> None:
        """Serve in this thread until a signal; `listening` gets the API's base URL."""
        self._bind()
        listening(self.url)
        try:
            self._serve()
        finally:
            self._playground.close()

    def _bind(self) -> None:
        family = socket.AF_INET6 if ":" in self.options.host else socket.AF_INET
        # With the protocol named, asyncio sets TCP_NODELAY: else answers wait 40 ms for an ACK.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        address = (self.options.host, self.options.port)
        try:
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError as exc:
            listener.close()
            why = f"can't listen on {address[0]}, port {address[1]}: {exc.strerror}"
            raise CannotListen(why) from exc
        self._socket = listener
        host, port = listener.getsockname()[:2]
        self._origin = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        config = uvicorn.Config(
            self.app,
            http=AbortableProtocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
        )
        self._server = _Server(config)

    def _serve(self) -> None:
        assert self._server is not None
        assert self._socket is not None
        self._server.run(sockets=[self._socket])

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return self._origin

    @property
    def url(self) -> str:
        """The API's base URL: `http://127.0.0.1:PORT/client/v4`."""
        return f"{self.origin}/client/v4"

    @property
    def token(self) -> str:
        """A token that the emulator takes."""
        return self.options.tokens[0]

    @property
    def account_id(self) -> str:
        """The emulated account's id."""
        return self.options.account_id

    def state(self) -> dict[str, Any]:
        """Return what `GET /__emulator__/state` answers."""
        return self.app.control.state()

    def unsupported(self) -> list[dict[str, Any]]:
        """Return what `GET /__emulator__/unsupported` answers."""
        return self.app.control.unsupported()

    def faults(self, *faults: Fault | dict[str, Any]) -> None:
        """Replace the plan of faults; dicts are as in `PUT /__emulator__/faults`."""
        self.app.control.plan(_parse(faults))

    def reset(self) -> None:
        """Forget state, faults, requests and how far the time was moved."""
        self.app.control.reset()

    def advance(self, seconds: float) -> None:
        """Move the emulator's time forward."""
        self.account.clock.advance(seconds)


def _compiler(options: Options) -> Compiler:
    return NodeCompiler(find_node(options.node)) if options.check_syntax else compile_nothing


def _parse(faults: Sequence[Fault | dict[str, Any]]) -> list[Fault]:
    return [f if isinstance(f, Fault) else parse_faults([f])[0] for f in faults]
