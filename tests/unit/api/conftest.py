"""A fake Cloudflare and a client of it."""

import pytest

from fakes.api import Cloudflare, FakeTime, client_of


@pytest.fixture
def cloudflare():
    return Cloudflare()


@pytest.fixture
def client(cloudflare):
    with client_of(cloudflare, FakeTime()) as client:
        yield client
