"""Lines of `_headers` and `_redirects` are refused in the words of captured answers."""

import pytest

from fakes.cloudflare_client import code

LOOP = (
    "Infinite loop detected in this rule. This would cause a redirect to strip `.html` or `/index`"
    " and end up triggering this rule again."
)


def upload(account, **config):
    assets = {"jwt": account.upload_assets({"/a.txt": b"a"}), "config": config}
    return account.upload(metadata={"assets": assets})


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (
            {"_redirects": "/* /index.html 200\n"},
            f"Invalid _redirects configuration:\nLine 1: {LOOP}",
        ),
        (
            {"_redirects": "# all\n/old /new\n/shop/*\t/index\n"},
            f"Invalid _redirects configuration:\nLine 3: {LOOP}",
        ),
        (
            {"_headers": "X-A: 1\nX-B: 2\n/a\n  X-C: 3\n"},
            (
                "Invalid _headers configuration:\nLine 1: Expected a path before headers\n"
                "Line 2: Expected a path before headers"
            ),
        ),
    ],
)
def test_a_line_that_can_not_be_is_refused_with_its_number(account, config, says):
    answer = upload(account, **config)

    assert code(answer) == (400, 100324)
    assert answer.json()["errors"][0]["message"] == says
    assert account.server.state()["scripts"] == {}


@pytest.mark.parametrize(
    "config",
    [
        {"_redirects": "/old /new 301\n/blog/* /docs/:splat\n/ /index.html 200\n/one\n"},
        {"_headers": "# none yet\n\nhttps://example.com/*\n  X-A: 1\n/b\n  ! X-A\n"},
    ],
)
def test_other_lines_are_taken(account, config):
    assert upload(account, **config).is_success
