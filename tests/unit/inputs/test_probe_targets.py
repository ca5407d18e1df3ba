"""The lines of `probe`: what can be asked is taken as it stands, the rest told by its number."""

import pytest

from workers_deploy.inputs import read_inputs
from workers_deploy.inputs.probe_targets import parse_probe_targets
from workers_deploy.inputs.texts import Invalid

ALL_KINDS = """
  /health
api/v1

?ready=1
/a b?c=d e#f
/https://other.example/x
/a:b//c
https://shop.example.com
HTTPS://Shop.Example.com./a b
http://127.0.0.1:8080/
http://localhost:/x
http://[::1]:8080/x
https://münchen.example/ä?ö=ü
https://xn--mnchen-3ya.example/
https://shop_1.example.com:8443/?q=http://x
"""


def test_urls_and_paths_are_taken_as_they_stand():
    lines = [line.strip() for line in ALL_KINDS.splitlines() if line.strip()]

    assert parse_probe_targets(ALL_KINDS) == tuple(lines)
    assert parse_probe_targets("/a\r\n/b\r\n") == ("/a", "/b")


@pytest.mark.parametrize(
    ("line", "flaw"),
    [
        ("ftp://x/y", "is a URL, but none that begins with https://"),
        ("localhost:8080/health", "is a URL, but none that begins with https://"),
        ("https:/shop.example.com", "is a URL, but none that begins with https://"),
        ("https://", "is a URL without a host"),
        ("https:///health", "is a URL without a host"),
        ("https://:443/health", "is a URL without a host"),
        ("http://[::1", "is no URL"),
        ("https://shop.example.com:99999/", "is a URL with a port that is no number up to 65535"),
        ("https://shop.example.com:https/", "is a URL with a port that is no number up to 65535"),
        ("https://.acme.workers.dev/", "is a URL with a host that is none"),
        ("https://shop..workers.dev/", "is a URL with a host that is none"),
        (f"https://{'a' * 64}.workers.dev/", "is a URL with a host that is none"),
        ("https://a shop.example.com/", "is a URL with a host that is none"),
        ("https://a.example https://b.example", "is a URL with a host that is none"),
        ("//evil/health", "begins with //, as a host without https: would"),
        ("https://user:pass@shop.example.com/", "has a user name or a password"),
        ("https://user@shop.example.com/", "has a user name or a password"),
        ("foo bar", "is neither a URL nor a path"),
        ("/a\tb", "holds a character that no URL has"),
        ("/a\udc80b", "holds a character that no URL has"),
    ],
)
def test_what_is_neither_is_told_by_its_line(line: str, flaw: str):
    with pytest.raises(Invalid) as caught:
        parse_probe_targets(f"/good\n\n{line}")

    assert str(caught.value).startswith(f"line 3 {flaw}")


def test_all_wrong_lines_are_told_at_once_without_what_they_hold():
    env = {"INPUT_PROBE": "ftp://hunter2\n/good\nhttps://?token=hunter2"}

    reading = read_inputs({}, env)

    (problem,) = reading.problems
    assert problem.subject == "probe"
    assert "line 1 is" in problem.message
    assert "line 3 is" in problem.message
    assert "hunter2" not in repr(reading)
    assert reading.inputs.probe == ()
