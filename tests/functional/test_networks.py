"""Proxies and CA files of a company's runner; nothing here leaves loopback."""

import pytest

from fakes.runs import Runner

OUTSIDE = {"CLOUDFLARE_API_BASE_URL": "https://api.invalid/client/v4"}
PASSWORD = "pw-of-the-proxy"
DEAD_END = f"http://user:{PASSWORD}@127.0.0.1:9"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
        ("HTTPS_PROXY", f"socks5://user:{PASSWORD}@127.0.0.1:9"),
        ("HTTPS_PROXY", f"foo://user:{PASSWORD}@127.0.0.1:9"),
    ],
)
def test_a_wrong_variable_is_told_by_name_with_everything_else(
    runner: Runner, name: str, text: str
):
    run = runner.process("deploy", deadline="soon", env={**OUTSIDE, name: text})

    assert run.exit_code == 2, run.log
    assert "2 inputs are wrong" in run.log
    assert name in run.log
    assert text not in run.shown()
    assert PASSWORD not in run.shown()


@pytest.mark.parametrize("no_proxy", ["[::1]", "fd00::/8", "::1", "*.corp,corp:8080", "10.0.0.0/8"])
def test_a_no_proxy_of_any_form_leaves_the_proxy_in_use(runner: Runner, no_proxy: str):
    env = {**OUTSIDE, "HTTPS_PROXY": DEAD_END, "NO_PROXY": no_proxy}

    run = runner.process("deploy", max_attempts=1, env=env)

    assert run.exit_code == 5, run.log
    assert "no answer after 1 try (no connection" in run.log
    assert PASSWORD not in run.shown()
