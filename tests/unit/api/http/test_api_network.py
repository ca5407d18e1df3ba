"""What of proxies and CA files the environment says, without a request."""

import ssl

import httpx
import pytest

from workers_deploy.api.http.network import is_direct, make_client
from workers_deploy.api.http.open_sockets import OpenSockets
from workers_deploy.errors import ProblemsError

API = "https://api.cloudflare.com/client/v4"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def proxy_of(url, *others):
    """Return the host and port that a request for a URL goes to first; None: its own."""
    with make_client([url, *others], headers={}, sockets=OpenSockets()) as client:
        transport = client._transport_for_url(httpx.URL(url))
        proxy = getattr(transport._pool, "_proxy_url", None)
        return None if proxy is None else f"{proxy.host.decode()}:{proxy.port}"


def refused(url=API):
    with pytest.raises(ProblemsError) as caught:
        make_client([url], headers={}, sockets=OpenSockets())
    (problem,) = caught.value.problems
    assert caught.value.exit_code == 2
    return problem


@pytest.mark.parametrize(
    ("url", "no_proxy", "direct"),
    [
        (API, "", False),
        (API, "*", True),
        (API, "cloudflare.com", True),
        (API, "API.Cloudflare.com", True),
        (API, "cloudflare.com.", True),
        (API, ".cloudflare.com", True),
        (API, "*.cloudflare.com", True),
        (API, "*.api.cloudflare.com", False),
        (API, ".api.cloudflare.com", False),
        (API, "flare.com", False),
        (API, "corp,api.cloudflare.com", True),
        (API, "corp api.cloudflare.com", True),
        (API, "cloudflare.com:443", True),
        (API, "cloudflare.com:8443", False),
        (API, "https://api.cloudflare.com", True),
        (API, "http://api.cloudflare.com", False),
        (API, "all://*", True),
        (API, "[::1],fd00::/8,10.0.0.0/8,[,:,//,::::,[x]:y", False),
        ("https://[fd12::1]/v4", "[::1]", False),
        ("https://[fd12::1]/v4", "fd12::1", True),
        ("https://[fd12::1]/v4", "[fd12::1]", True),
        ("https://[fd12::1]/v4", "[fd12::1]:443", True),
        ("https://[fd12::1]/v4", "[fd12::1]:80", False),
        ("https://[fd12::1]/v4", "fd00::/8", True),
        ("https://[fd12::1]/v4", "[fd00::]/8", True),
        ("https://[fd12::1]/v4", "corp", False),
        ("https://10.1.2.3:8443/v4", "10.0.0.0/8", True),
        ("https://10.1.2.3:8443/v4", "10.1.2.3", True),
        ("https://10.1.2.3:8443/v4", "10.1.2.3:8443", True),
        ("https://10.1.2.3:8443/v4", "11.0.0.0/8", False),
    ],
)
def test_no_proxy_is_read_as_other_tools_read_it(url, no_proxy, direct, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.corp:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)

    assert is_direct(url, no_proxy) is direct
    assert proxy_of(url) == (None if direct else "proxy.corp:3128")


@pytest.mark.parametrize(
    ("variables", "proxy"),
    [
        ({}, None),
        ({"HTTP_PROXY": "http://other:1"}, None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "proxy:3128"),
        ({"https_proxy": "proxy:3128"}, "proxy:3128"),
        ({"ALL_PROXY": "http://user:p%40ss@proxy:3128"}, "proxy:3128"),
        ({"ALL_PROXY": "http://other:1", "HTTPS_PROXY": "https://proxy:3128"}, "proxy:3128"),
    ],
)
def test_a_proxy_is_taken_from_the_environment(variables, proxy, monkeypatch):
    for name, text in variables.items():
        monkeypatch.setenv(name, text)

    assert proxy_of(API) == proxy


def test_loopback_goes_through_no_proxy(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "http://proxy:3128")

    assert proxy_of("http://127.0.0.1:8787/client/v4", API) is None
    assert proxy_of(API, "http://127.0.0.1:8787/client/v4") == "proxy:3128"


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("socks5://u:hunter22@proxy:1080", "a SOCKS proxy is not supported"),
        ("SOCKS5h://u:hunter22@proxy:1080", "a SOCKS proxy is not supported"),
        ("foo://u:hunter22@proxy:1", "not the URL of a proxy"),
        ("http://u:hunter22@proxy:99999", "not the URL of a proxy"),
        ("http://u:hunter22@[::1", "not the URL of a proxy"),
        ("http://u:hunter22@:8080", "a URL without a host"),
    ],
)
def test_a_wrong_proxy_is_told_by_its_variable_and_without_its_url(name, text, told, monkeypatch):
    monkeypatch.setenv(name, text)

    problem = refused()

    assert (problem.subject, problem.message) == (name, told)
    assert "hunter22" not in repr(problem)
    assert "proxy:" not in repr(problem)


def test_a_ca_file_that_is_none_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))
    missing = refused()
    (tmp_path / "empty.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    empty = refused()

    assert (missing.subject, empty.subject) == ("SSL_CERT_FILE", "SSL_CERT_FILE")
    assert missing.message == "can't be used: No such file or directory"
    assert empty.message == "can't be used: holds no certificates"


def test_mistakes_for_the_network_do_not_matter_on_loopback(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://proxy:1080")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")

    assert proxy_of("http://127.0.0.1:8787/client/v4") is None


def test_a_ca_file_counts_on_loopback_too(tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))

    assert refused("https://127.0.0.1:8787/client/v4").subject == "SSL_CERT_FILE"


@pytest.mark.parametrize("url", [API, API.replace("https", "HTTPS")])
def test_certificates_are_verified_however_https_is_written(url):
    with make_client([url], headers={}, sockets=OpenSockets()) as client:
        context = client._transport_for_url(httpx.URL(url))._pool._ssl_context

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
