"""Someone else changes live while a request that moves traffic fails: whose is whose is told.

Who made what is judged by a pure function, whose table of unit tests holds every story
(`tests/unit/core/attribution`). Here some whole runs of each step and each meddler show that the
executor reads, asks and carries out; the kinds of failure go round among them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest

from fakes.chaos import PASSING
from fakes.checkout import worker
from fakes.cloudflare import Cloudflare
from fakes.others import set_secret, upload_plainly
from fakes.runs import Run, Runner

MINE = "export default { fetch() { return new Response('mine'); } };\n"
# The parts that a request of their own sends, and that request.
ROUTES = {
    "": "POST deployments",
    "code": "PUT content",
    "secrets": "PATCH secrets-bulk",
    "settings": "PATCH settings",
}
TAKEN = {"500 after", "page after", "no body after", "lost", "null", "cut", "nulls"}


def rotate(cloudflare: Cloudflare) -> None:
    """Set a secret that the project sets as well."""
    set_secret(cloudflare, "MAIL_KEY", "rotated-value")


def deploy_again(cloudflare: Cloudflare) -> None:
    """Deploy what served before once more."""
    cloudflare.deploy_version(cloudflare.versions()[0]["id"])


Other = Callable[[Cloudflare], None]
OTHERS: tuple[Other, ...] = (upload_plainly, rotate, deploy_again)


class Meddled:
    """An account in which someone does something once, as a request arrives."""

    def __init__(self, cloudflare: Cloudflare, folder: Path) -> None:
        self.cloudflare = cloudflare
        self.runner = Runner(worker(folder / "checkout"), cloudflare, folder / "files")
        self.runner.knows(STRIPE_KEY="sk_live_51Hv0xSecret", MAIL_KEY="mail-0b5e-value")
        assert self.runner.fast("deploy").exit_code == 0
        self.state = cloudflare.account.state
        self.theirs: str | None = None
        self.runner.knows(NEW_KEY="brand-new-value", MAIL_KEY="mail-of-this-run")
        self.runner.checkout.module(MINE).config(vars={"GREETING": "mine"})

    def run(
        self, scope: str, fault: dict[str, Any], other: Other, *, at: tuple[str, int], tries: int
    ) -> Run:
        """Run from the state before; `at` is the request, and which of them, that someone meets."""
        self.theirs = None
        self.cloudflare.account.write(self.state)
        self.cloudflare.forget_requests()
        self.cloudflare.faults({"route": ROUTES[scope], **fault})
        route, nth = at
        self.cloudflare.when(route, lambda: self._meddle(other), nth=nth)
        only = {"only": scope} if scope else {}
        return self.runner.fast("deploy", max_attempts=tries, **only)

    def _meddle(self, other: Other) -> None:
        other(self.cloudflare)
        self.theirs = self.cloudflare.live()["id"]


@pytest.fixture(scope="module")
def meddled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meddled]:
    with Cloudflare() as cloudflare:
        yield Meddled(cloudflare, tmp_path_factory.mktemp("meddled"))


CASES = [(scope, other) for scope in ROUTES for other in OTHERS]
# Cloudflare takes no edit of secrets while a version that was uploaded last does not serve.
UNTAKEN_CASES = [case for case in CASES if case != ("", rotate)]


UNTAKEN = sorted(PASSING.keys() - TAKEN)
TRIES = ((1, 3), (None, 3), (None, 1))  # how often the request fails, and is tried


def in_turn(cases: Iterable[Any], *others: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return each case with the next one of each of the others."""
    return list(zip(cases, *map(cycle, others), strict=False))


@pytest.mark.parametrize(("case", "kind", "times"), in_turn(UNTAKEN_CASES, UNTAKEN, TRIES))
def test_what_someone_did_before_a_request_that_was_not_taken_stays(
    meddled: Meddled, case: tuple[str, Other], kind: str, times: tuple[int | None, int]
):
    (scope, other), (count, tries) = case, times
    fault = {**PASSING[kind], "count": count}

    run = meddled.run(scope, fault, other, at=(ROUTES[scope], 1), tries=tries)

    assert (run.outcome, run.exit_code in (4, 5, 7)) == ("failed", True), run.log
    assert meddled.cloudflare.live()["id"] == meddled.theirs, run.log
    assert run.outputs["live-version-id"] == meddled.theirs, run.log
    assert "(new)" not in run.log


@pytest.mark.parametrize(
    ("case", "kind", "tries"), in_turn(product(CASES, (3, 4)), sorted(TAKEN), (1, 1, 3))
)
def test_what_serves_is_told_where_someone_did_something_after_a_request_was_taken(
    meddled: Meddled, case: tuple[tuple[str, Other], int], kind: str, tries: int
):
    (scope, other), nth = case
    fault = {**PASSING[kind], "count": 1}

    run = meddled.run(scope, fault, other, at=("GET deployments", nth), tries=tries)

    assert run.outputs["live-version-id"] == meddled.cloudflare.live()["id"], run.log
    # Code is only read of the latest version: whose code was below it nobody can tell.
    can_tell = (scope, other) != ("code", upload_plainly)
    if can_tell and meddled.theirs is not None:
        assert run.outcome in ("deployed", "partial"), run.log
        assert "nothing changed" not in run.log
