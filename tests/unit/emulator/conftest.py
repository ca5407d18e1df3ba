from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from fakes.cloudflare_client import Client
from fakes.patience import PATIENCE
from workers_emulator.server.server import EmulatorServer


@pytest.fixture(scope="session")
def shared_server() -> Iterator[EmulatorServer]:
    with EmulatorServer(rate_limit=0, dispatch_namespaces=("tenants",)) as server:
        yield server


@pytest.fixture
def account(shared_server: EmulatorServer) -> Iterator[Client]:
    """A client of an account that is empty and has the defaults, and no rate limit."""
    shared_server.reset()
    with httpx.Client(timeout=PATIENCE) as http:
        yield Client(shared_server, http)


@pytest.fixture
def account_with() -> Iterator[Callable[..., Client]]:
    """Makes clients of accounts with other options."""
    with ExitStack() as stack:

        def make(**options: Any) -> Client:
            server = stack.enter_context(EmulatorServer(**options))
            return Client(server, stack.enter_context(httpx.Client(timeout=PATIENCE)))

        yield make
