"""Files of an asset directory that must not be stored, in whole runs."""

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
