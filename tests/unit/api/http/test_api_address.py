"""Where a token may be sent, and which token: told without showing either."""

import pytest

from workers_deploy.api.http.address import checked_base_url, is_loopback
from workers_deploy.api.http.connection import Connection
from workers_deploy.errors import ProblemsError


@pytest.mark.parametrize(
    "url",
    [
        "https://api.cloudflare.com/client/v4",
        "https://api.cloudflare.com/client/v4/",
        "http://127.0.0.1:8787/client/v4",
        "http://localhost:8787",
        "http://[::1]:8787/x",
    ],
)
def test_https_and_loopback_are_addresses_to_send_a_token_to(url):
    assert checked_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.cloudflare.com/client/v4",
        "http://10.0.0.1/",
        "http://127.0.0.1.example.com/",
        "ftp://127.0.0.1/",
        "api.cloudflare.com",
        "https://",
        "https://[::1",
        "https://host:port/",
        "https://hunter2:pw@api.cloudflare.com/",
        "https://api.cloudflare.com/?token=hunter2",
        "https://api.cloudflare.com/#hunter2",
        "",
    ],
)
def test_any_other_address_is_refused_without_showing_it(url):
    with pytest.raises(ProblemsError) as caught:
        checked_base_url(url)

    assert caught.value.problems[0].subject == "api-base-url"
    assert "hunter2" not in str(caught.value)


def test_plain_http_to_another_machine_needs_the_word():
    assert checked_base_url("http://10.0.0.1/v4", allow_insecure=True) == "http://10.0.0.1/v4"


def test_loopback_is_told_by_address_not_by_look():
    assert is_loopback("http://worker.localhost:1/")
    assert not is_loopback("http://127.0.0.1.nip.io/")
    assert not is_loopback("not a url")


@pytest.mark.parametrize("token", ["", "abc\n", "a b", "abc…", "abc\x7f", "naïve"])
def test_a_token_that_no_header_can_hold_is_refused_without_showing_it(token):
    with pytest.raises(ProblemsError) as caught:
        Connection(base_url="https://api.cloudflare.com", token=token)

    assert caught.value.problems[0].subject == "api-token"
    assert not token.strip() or token.strip() not in str(caught.value)
