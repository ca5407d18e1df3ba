"""Deploys that meet a hostile server at one of their requests, and what they must keep to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.chaos import EXIT_CODES
from fakes.cloudflare import Cloudflare
from fakes.hostile_front import Front, Play, Trap, serve_front
from fakes.matrix import SECRETS, Account, Cell, assert_as_told, configure, seen
from fakes.measured import Measured, MeasuredRuns, Order, SharedClock, clock_of_others
from fakes.patience import FOREVER
from fakes.runs import Run
from workers_deploy.ci.decoded_text import decoded

MAX_ATTEMPTS = 2
DEADLINE = 120  # seconds on the clock that waits and servers move
# Of the whole process. With the runner imported and nothing done it is 60 MiB.
MOST_BYTES = 300 * 2**20
# What a server does is never a bug (1), and no mistake of inputs (2) or project (3).
BLAMELESS = {0, 4, 5, 6, 7}


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A request of a deploy: the nth of its route."""

    route: str
    nth: int = 1
    is_first: bool = False
    fails_probe: bool = False  # so that everything is put back


SPOTS: Mapping[str, Spot] = {
    "live deployments": Spot(route="GET deployments"),
    "live settings": Spot(route="GET script-settings"),
    "live version": Spot(route="GET versions/*"),
    "latest version": Spot(route="GET versions"),
    "addresses": Spot(route="GET workers/workers/shop"),
    "live usage model": Spot(route="GET usage-model"),
    "live crons": Spot(route="GET schedules"),
    "zones": Spot(route="GET zones"),
    "zone routes": Spot(route="GET workers/routes"),
    "domains": Spot(route="GET workers/domains"),
    "queues": Spot(route="GET queues"),
    "asset session": Spot(route="POST assets-upload-session"),
    "assets": Spot(route="POST assets/upload"),
    "version": Spot(route="POST versions"),
    "look before settings": Spot(route="GET deployments", nth=2),
    "settings": Spot(route="PATCH script-settings"),
    "usage model": Spot(route="PUT usage-model"),
    "subdomain": Spot(route="POST subdomain"),
    "deployment": Spot(route="POST deployments"),
    "crons": Spot(route="PUT schedules"),
    "routes": Spot(route="PUT scripts/shop/routes"),
    "domain": Spot(route="PUT workers/domains"),
    "queue consumer": Spot(route="PUT consumers/*"),
    "check of deployments": Spot(route="GET deployments", nth=4),
    "check of the version": Spot(route="GET versions/*", nth=2),
    "probe": Spot(route="GET probed"),
    "traffic put back": Spot(route="POST deployments", nth=2, fails_probe=True),
    "crons put back": Spot(route="PUT schedules", nth=2, fails_probe=True),
    "settings put back": Spot(route="PATCH script-settings", nth=2, fails_probe=True),
    "first deployments": Spot(route="GET deployments", is_first=True),
    "first upload": Spot(route="PUT workers/scripts/shop", is_first=True),
    "first check": Spot(route="GET versions/*", is_first=True),
}


@dataclass(frozen=True, kw_only=True)
class Encounter:
    """What a server does at a spot."""

    name: str
    spot: Spot
    play: Play
    is_once: bool = False
    is_carried_out: bool = False
    lies: bool = False  # it says what is not so, in good form
    waits: bool = False  # the end of a run's time ends it, nothing else

    def __str__(self) -> str:
        once = "once" if self.is_once else "always"
        done = ", carried out" if self.is_carried_out else ""
        return f"{self.name}, {once}{done}"


class Arena:
    """An account behind a server that misbehaves."""

    def __init__(
        self, account: Account, front: Front, strays: list[bytes], runs: MeasuredRuns, folder: Path
    ) -> None:
        self.account = account
        self._front = front
        self._strays = strays
        self._runs = runs
        self._folder = folder
        self._clock = clock_of_others(folder / "clock")
        self.met = 0

    def meet(self, encounter: Encounter) -> None:
        """Deploy into an encounter, and fail where the deploy does not keep to its promises."""
        spot = encounter.spot
        before = self.account.begin(is_first=spot.is_first)
        self._front.set_trap(
            Trap(
                route=spot.route,
                nth=spot.nth,
                count=1 if encounter.is_once else None,
                play=encounter.play,
                is_carried_out=encounter.is_carried_out,
            )
        )
        self._front.probe_status = 500 if spot.fails_probe else 200
        self._front.deadline = DEADLINE

        run, measured = self.deploy(request_timeout=FOREVER if encounter.waits else 1)

        self.met += self._front.trapped > 0
        note = f"{encounter}: {run.outcome}, exit {run.exit_code}\n{run.log}"
        wanted = self.account.wanted[spot.is_first]
        try:
            self._assert_kept(run, measured, {3} if encounter.lies else set())
            self._assert_as_told(run, encounter, before=before, wanted=wanted)
            if self.account.cloudflare.writes:
                self._assert_converges(wanted)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{note}") from error

    def deploy(self, *, request_timeout: int) -> tuple[Run, Measured]:
        """Deploy everything through the front."""
        runner, folder = self.account.runner, self._folder
        env = runner.environment(
            usage_model="standard",
            cpu_ms=50,
            max_attempts=MAX_ATTEMPTS,
            request_timeout=request_timeout,
            deadline=DEADLINE,
            probe=self._front.probe_url,
            probe_timeout=2,
        )
        env["CLOUDFLARE_API_BASE_URL"] = self._front.url
        order = Order(
            argv=["deploy"],
            env=env,
            workspace=str(runner.checkout.root),
            stdout=str(folder / "stdout"),
            stderr=str(folder / "stderr"),
            clock=str(folder / "clock"),
        )
        self._clock.reset()
        measured = self._runs.run(order)
        stdout, stderr = (Path(file).read_text("utf-8") for file in (order.stdout, order.stderr))
        run = runner.read(measured.exit_code, stdout, stderr, seconds=self._clock(), env=env)
        return run, measured

    def _assert_kept(self, run: Run, measured: Measured, further: set[int]) -> None:
        # Who lies may say that there is no such queue, which would be the project's problem.
        assert run.exit_code in BLAMELESS | further, "not the code of a server's doing"
        assert measured.peak_bytes < MOST_BYTES, f"{measured.peak_bytes / 2**20:.0f} MiB of memory"
        assert run.report["exit_code"] == run.exit_code
        assert run.report["outcome"] == run.outcome
        shown = decoded(run.shown())
        for value in (*SECRETS.values(), self.account.cloudflare.token):
            assert value not in shown, "a secret was shown"
        assert not self._strays, "another host was asked"

    def _assert_as_told(
        self, run: Run, encounter: Encounter, *, before: dict[str, Any], wanted: dict[str, Any]
    ) -> None:
        now = seen(self.account.cloudflare)
        whole = (before.get("traffic"), wanted["traffic"])
        assert now.get("traffic") in whole, "what serves is neither the old nor the new"
        assert run.exit_code in {*EXIT_CODES[run.outcome], 7}, "an exit code of another outcome"
        # Of what lies or can't be known, no more than that can be said.
        if not encounter.lies and "not known" not in (run.report["live"] or ""):
            assert_as_told(
                self.account,
                run,
                cell=Cell(title="", route=encounter.spot.route),
                before=before,
                wanted=wanted,
                is_first=encounter.spot.is_first,
            )

    def _assert_converges(self, wanted: dict[str, Any]) -> None:
        self._front.set_trap(None)
        self._front.probe_status = 200
        run, _ = self.deploy(request_timeout=FOREVER)
        assert run.exit_code == 0, f"the next run does not mend it: {run.log}"
        assert seen(self.account.cloudflare) == wanted, f"the next run leaves it: {run.log}"


@contextmanager
def arena(folder: Path) -> Iterator[Arena]:
    """Yield an account whose every answer may be a hostile one."""
    with Cloudflare() as cloudflare, MeasuredRuns() as runs:
        account = Account(cloudflare, folder)
        configure(account.runner.checkout, is_new=True)
        clock: SharedClock = clock_of_others(folder / "clock")
        words = [*SECRETS.values(), cloudflare.token]
        with serve_front(cloudflare.url, clock, words) as (front, strays):
            yield Arena(account, front, strays, runs, folder)
