"""Files of an asset directory that must not be stored, in whole runs."""

import os

import pytest

from fakes.checkout import Checkout
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner

SECRET = "DATABASE_PASSWORD=correct-horse-battery"


def test_links_carry_no_secret_out(runner: Runner, checkout: Checkout, cloudflare: Cloudflare):
    checkout.assets(index_html="<h1>hi</h1>").config(assets={"directory": "public"})
    checkout.write("public/.env", SECRET).write("public/.git/config", f"[remote]\n{SECRET}")
    (checkout.root / "public" / "config.txt").symlink_to(".env")
    (checkout.root / "public" / "repo").symlink_to(".git")

    run = runner.fast("deploy")

    assert run.exit_code == 0, run.log
    assert list(cloudflare.live()["assets"]["manifest"]) == ["/index.html"]
    assert "config.txt (leads to .env), repo/ (leads to .git/)" in run.log


@pytest.mark.parametrize("text", ["<h1>ho</h1>", "<h1>longer</h1>"])
def test_a_file_that_changes_before_it_is_sent_is_not_stored(
    live: Runner, cloudflare: Cloudflare, text: str
):
    former = cloudflare.served()
    live.checkout.assets(index_html="<h1>hi</h1>", other_html="new")
    page = live.checkout.root / "public" / "index.html"

    def write() -> None:
        later = page.stat().st_mtime_ns + 1
        page.write_text(text)
        os.utime(page, ns=(later, later))

    cloudflare.when("POST assets-upload-session", write)

    run = live.fast("deploy", ci="github")

    assert (run.exit_code, run.outcome) == (3, "failed"), run.log
    assert cloudflare.served() == former
    assert "nothing was sent" not in run.shown().lower()
    assert "the asset /index.html has" in run.log
    assert "the asset /index.html has" in run.summary
    assert run.report["error"]["stage"] == "Assets"
    assert text.encode() not in stored(cloudflare)

    again = live.fast("deploy")

    assert again.exit_code == 0, again.log
    assert text.encode() in stored(cloudflare)


def stored(cloudflare: Cloudflare) -> list[bytes | None]:
    """What Cloudflare keeps of all uploads."""
    return [file.content for file in cloudflare.account.assets.files.values()]
