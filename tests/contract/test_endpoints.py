"""docs/endpoints.md says which command reaches which endpoint; each is tried here."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.checkout import full
from fakes.cloudflare import Cloudflare
from fakes.runs import Runner
from fakes.specification import ENDPOINTS, SCRIPT

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "endpoints.md"
OPENAPI = ROOT / "tests" / "data" / "openapi-workers-scripts.json"
ACCOUNT = "/accounts/{account_id}"
_ROW = re.compile(
    r"^\| `(?P<method>[A-Z]+) (?P<path>/\S+)` \| `(?P<command>[^`]+)` \|", re.MULTILINE
)
TABLE = {
    (found["method"], ACCOUNT + found["path"]): tuple(found["command"].split())
    for found in _ROW.finditer(DOCUMENT.read_text(encoding="utf-8"))
}


def changed(runner: Runner) -> None:
    """Leave a live script, and a checkout of which everything has changed since."""
    assert runner.fast("deploy").exit_code == 0
    runner.checkout.module("export default { fetch() {} };\n")
    runner.checkout.assets(index_html="<h1>two</h1>").config(logpush=False, vars={"GREETING": "ho"})
    runner.knows(KEY="another-value")


def nothing_live(_: Runner) -> None:
    """Leave the account empty."""


def one_secret_too_many(runner: Runner) -> None:
    """Leave a secret that is not named, and a note that says that KEY is as it was."""
    assert runner.fast("deploy").exit_code == 0
    theirs = {"name": "THEIRS", "text": "theirs-value", "type": "secret_text"}
    runner.cloudflare.ask("PUT", "/workers/scripts/shop/secrets", theirs)
    runner.checkout.module("export default { fetch() {} };\n")
    assert runner.fast("deploy").exit_code == 0


def without_content_v2(runner: Runner) -> None:
    """Leave a live script behind a gateway that does not route content/v2."""
    changed(runner)
    runner.cloudflare.fail("GET content/v2", "status", status=404, code=7003, count=None)


PREPARED: dict[tuple[str, str], Callable[[Runner], None]] = {
    ("POST", f"{ACCOUNT}/workers/assets/upload"): nothing_live,
    ("POST", f"{SCRIPT}/assets-upload-session"): nothing_live,
    ("PUT", SCRIPT): nothing_live,
    ("GET", SCRIPT): without_content_v2,
    ("DELETE", f"{SCRIPT}/secrets/{{secret_name}}"): one_secret_too_many,
}


@pytest.fixture
def runner(tmp_path: Path):
    with Cloudflare() as cloudflare:
        made = Runner(full(tmp_path / "checkout"), cloudflare, tmp_path / "files")
        made.knows(KEY="a-value")
        yield made


def test_the_table_has_the_specifications_endpoints_and_no_other():
    assert list(TABLE) == list(ENDPOINTS)


def test_the_specifications_endpoints_are_those_of_the_openapi_document():
    paths = json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"]

    assert len(ENDPOINTS) == 22
    assert all(method.lower() in paths[path] for method, path in ENDPOINTS)


@pytest.mark.parametrize("endpoint", TABLE, ids=" ".join)
def test_the_command_asks_the_endpoint(runner: Runner, endpoint: tuple[str, str]):
    PREPARED.get(endpoint, changed)(runner)
    runner.cloudflare.app.ledger.clear()

    run = runner.fast(*TABLE[endpoint], secrets="KEY" if "--secrets" not in TABLE[endpoint] else "")

    assert run.exit_code == 0, run.log
    asked = [request for request in runner.cloudflare.requests if _is_for(endpoint, request)]
    assert asked, runner.cloudflare.requests


def _is_for(endpoint: tuple[str, str], request: str) -> bool:
    method, path = endpoint
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path.removeprefix(ACCOUNT)))
    return re.fullmatch(f"{method} {pattern}", request) is not None
