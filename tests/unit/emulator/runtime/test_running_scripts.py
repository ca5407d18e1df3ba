"""A script that was uploaded to the emulator answers at the emulator's address and by its host."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fakes.patience import PATIENCE
from fakes.wrangler import ask, emulate, upload, upload_source
from workers_emulator.server.server import EmulatorServer

REDIRECT = """
export default {
  fetch(request) {
    const { searchParams } = new URL(request.url);
    const to = searchParams.get("to") ?? new URL("/next", request.url);
    return new Response(null, { status: 302, headers: { Location: to, "Content-Length": "7" } });
  },
};
"""


@pytest.fixture(scope="module")
def cloudflare() -> Iterator[EmulatorServer]:
    with emulate() as server:
        upload(server, "hello", "hi")
        upload_source(server, "moved", REDIRECT)
        yield server


def by_host(cloudflare: EmulatorServer, host: str, path: str = "/") -> httpx.Response:
    return httpx.get(f"{cloudflare.origin}{path}", headers={"Host": host}, timeout=PATIENCE)


def test_a_script_answers_at_the_emulators_address_for_it(cloudflare: EmulatorServer) -> None:
    assert ask(cloudflare, "hello", "/any/where?q=1").text == "hi"


def test_a_script_answers_by_its_host_of_workers_dev(cloudflare: EmulatorServer) -> None:
    assert by_host(cloudflare, "hello.acme.workers.dev").text == "hi"


@pytest.mark.parametrize("host", ["gone.acme.workers.dev", "a.b.acme.workers.dev"])
def test_nothing_answers_by_another_host(cloudflare: EmulatorServer, host: str) -> None:
    assert by_host(cloudflare, host).status_code == 404


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("", "/__emulator__/run/moved/next"),
        ("?to=/a%20b", "/__emulator__/run/moved/a b"),
        ("?to=https://example.com/a", "https://example.com/a"),
        ("?to=//example.com/a", "//example.com/a"),
        ("?to=relative", "relative"),
    ],
)
def test_a_redirect_to_the_script_itself_stays_at_the_emulators_address_for_it(
    cloudflare: EmulatorServer, query: str, location: str
) -> None:
    assert ask(cloudflare, "moved", f"/{query}").headers["location"] == location


def test_by_its_host_a_redirect_is_left_as_the_script_made_it(cloudflare: EmulatorServer) -> None:
    answer = by_host(cloudflare, "moved.acme.workers.dev")

    assert answer.headers["location"] == "https://moved.acme.workers.dev/next"


def test_a_head_is_told_the_length_that_the_script_tells(cloudflare: EmulatorServer) -> None:
    answer = httpx.head(f"{cloudflare.origin}/__emulator__/run/moved/")

    assert (answer.status_code, answer.headers["content-length"]) == (302, "7")


def test_where_scripts_can_not_run_the_api_does_and_the_reason_is_told(tmp_path: Path) -> None:
    with EmulatorServer(node_modules=tmp_path) as server:
        upload(server, "hello", "hi")

        answer = ask(server, "hello")

    assert answer.status_code == 503
    assert "takes miniflare" in answer.text
