"""A probe that could not be asked is refused before anything is written."""

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import Runner


@pytest.mark.parametrize(
    "probe", ["ftp://x/y", "https://", "http://[::1", "//evil", "foo bar", "https://.acme.dev/"]
)
def test_a_line_that_is_neither_url_nor_path_is_a_wrong_input(
    runner: Runner, cloudflare: Cloudflare, probe: str
):
    run = runner.fast("deploy", probe=f"/health\n{probe}")

    assert run.exit_code == 2, run.log
    assert run.outcome == "failed"
    assert "probe          line 2 " in run.log
    assert cloudflare.requests == []
