import asyncio
import socket

import httpx
import pytest

from fakes.cloudflare_client import code
from fakes.patience import PATIENCE
from workers_emulator.server.server import EmulatorServer


def test_a_client_that_gives_up_while_it_sends_leaves_no_trace(account):
    host, port = account.server.origin.removeprefix("http://").split(":")
    head = "PUT /client/v4/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\npart"

    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode())
    answer = account.ask("GET", "/workers/scripts")

    assert answer.is_success
    assert [entry.method for entry in account.server.app.ledger.entries] == ["GET"]


def test_nothing_but_http_is_spoken(account):
    sent = []

    asyncio.run(account.server.app({"type": "websocket"}, None, sent.append))

    assert sent == []


@pytest.mark.parametrize(("client", "status"), [(("127.0.0.1", 5), 200), (("192.0.2.1", 5), 403)])
def test_control_routes_answer_on_loopback_only(account, client, status):
    transport = httpx.ASGITransport(account.server.app, client=client)

    async def ask():
        async with httpx.AsyncClient(transport=transport, base_url="http://emulator") as http:
            return await http.get("/__emulator__/clock")

    assert asyncio.run(ask()).status_code == status


def test_elsewhere_the_emulator_says_what_it_is(account):
    answer = httpx.get(f"{account.server.origin}/", timeout=PATIENCE)

    assert answer.status_code == 404
    assert "/client/v4" in answer.text


def test_a_script_that_is_not_there_is_told_as_cloudflare_does(account):
    answer = httpx.get(f"{account.server.origin}/__emulator__/run/unknown/", timeout=PATIENCE)

    assert answer.status_code == 404
    assert "1042" in answer.text


def test_by_its_host_a_script_answers_only_while_workers_dev_is_on(account):
    account.upload()
    headers = {"Host": "hello.emulator.workers.dev"}

    assert httpx.get(account.server.origin, headers=headers, timeout=PATIENCE).status_code == 404


def test_ipv6_is_loopback_too():
    with EmulatorServer(host="::1") as server:
        assert server.origin.startswith("http://[::1]:")
        assert code(httpx.get(f"{server.url}/user", timeout=PATIENCE)) == (403, 10000)


def test_numbers_of_a_page_are_checked_before_they_are_used(account):
    answer = account.ask("GET", "/workers/scripts-search", params={"page": "9" * 5000})

    assert code(answer) == (400, 10004)
