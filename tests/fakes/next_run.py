"""Commands that write, as they end badly, and whether the same command run once more ends well."""

import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.checkout import full
from fakes.cloudflare import Cloudflare
from fakes.matrix import MODULE, SECRETS, configure, seen
from fakes.runs import FastStop, Run, Runner
from fakes.site import Site
from workers_deploy.executor.stop import Stop

ATTEMPTS = 2
# How the requests from one on fail; `dead` and `dead after` are what a SIGKILL leaves.
ENDINGS: Mapping[str, tuple[dict[str, Any], ...]] = {
    "refused": ({"kind": "status", "status": 400, "code": 10021, "message": "Not so."},),
    "forbidden": ({"kind": "status", "status": 403, "code": 10000, "count": ATTEMPTS},),
    "unanswered": ({"kind": "status", "status": 503, "count": ATTEMPTS},),
    "done, unanswered": ({"kind": "status", "status": 503, "when": "after", "count": ATTEMPTS},),
    "lost": ({"kind": "lost", "count": ATTEMPTS},),
    "dead": ({"kind": "reset", "count": None},),
    "dead after": ({"kind": "lost"}, {"kind": "reset", "count": None}),
    "SIGTERM": (),
}


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A command, what is there before it, and how the project has changed since."""

    argv: tuple[str, ...] = ("deploy",)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    is_first: bool = False
    begin: Callable[["World"], None] = lambda _: None
    change: Callable[["World"], None] = lambda world: world.renew()


class World:
    """An account and a checkout in which one scenario is begun again and again."""

    def __init__(self, scenario: Scenario, cloudflare: Cloudflare, folder: Path) -> None:
        self.scenario, self.cloudflare = scenario, cloudflare
        self.runner = Runner(full(folder / "checkout"), cloudflare, folder / "files")
        self.runner.knows(**SECRETS)
        cloudflare.ask("POST", "/queues", {"queue_name": "orders"})
        configure(self.runner.checkout, is_new=False)
        if not scenario.is_first:
            assert self.run().exit_code == 0
        scenario.begin(self)
        scenario.change(self)
        self.before = cloudflare.account.state
        cloudflare.forget_requests()
        run = self.command()
        assert run.exit_code == 0, run.log
        self.requests = tuple(cloudflare.requests)
        self.wanted = self.seen()

    def run(self, *argv: str, **inputs: Any) -> Run:
        return self.runner.fast(*(argv or ("deploy",)), usage_model="standard", cpu_ms=10, **inputs)

    def renew(self) -> None:
        """Change all that a deploy writes."""
        configure(self.runner.checkout, is_new=True)
        self.runner.knows(STRIPE_KEY="sk_live_another", NEW_KEY="brand-new-value")

    def command(self, **more: Any) -> Run:
        said: dict[str, Any] = {
            name: value(self) if callable(value) else value
            for name, value in self.scenario.inputs.items()
        }
        inputs: dict[str, Any] = {"usage_model": "standard", "cpu_ms": 50} | said | more
        if self.scenario.argv[0] != "deploy" or "only" in inputs:
            inputs = {k: v for k, v in inputs.items() if k not in ("usage_model", "cpu_ms")}
        return self.runner.fast(*self.scenario.argv, max_attempts=ATTEMPTS, **inputs)

    def seen(self) -> dict[str, Any]:
        return seen(self.cloudflare) if self.cloudflare.versions() else {}

    def begin(self) -> None:
        self.cloudflare.faults()
        self.cloudflare.forget_requests()
        self.cloudflare.answer_truly()
        self.cloudflare.account.write(self.before)

    def end_badly(self, number: int, ending: str) -> Run:
        """Run the command; its request of that number, from 1 on, fails."""
        self.begin()
        stop: Stop | None = None
        if ending == "SIGTERM":
            stop = FastStop(self.runner.time)
            self.cloudflare.when("* **", lambda: stop.request(signal.SIGTERM), nth=number)
        faults = enumerate(ENDINGS[ending])
        self.cloudflare.faults(*({"nth": number + later} | one for later, one in faults))
        return self.command(stop=stop) if stop else self.command()

    def fail_probe(self, site: Site) -> Run:
        """Run the command; what it deploys does not answer well."""
        self.begin()
        site.statuses = [500]
        run = self.command(probe=site.url, probe_timeout=2)
        site.statuses = [200]
        return run

    def fail_check(self) -> Run:
        """Run the command; from its last write on, live is read without a variable."""
        self.begin()
        writes = [n for n, one in enumerate(self.requests, 1) if not one.startswith("GET ")]
        self.cloudflare.when("* **", self._hide_a_binding, nth=writes[-1])
        return self.command()

    def _hide_a_binding(self) -> None:
        def change(version: dict[str, Any]) -> None:
            version["resources"]["bindings"] = []

        self.cloudflare.alter("GET versions/*", change)

    def run_again(self) -> Run:
        """Run the command once more, with nothing in its way."""
        self.cloudflare.faults()
        self.cloudflare.answer_truly()
        self.cloudflare.forget_requests()
        return self.command()


def _gradual(world: World) -> None:
    world.runner.checkout.module(MODULE % "half")
    assert world.run().exit_code == 0
    first, *_, last = world.cloudflare.versions()
    world.cloudflare.deploy_version(last["id"], first["id"])


def _twice(world: World) -> None:
    for word in ("second", "third"):
        world.runner.checkout.module(MODULE % word)
        assert world.run().exit_code == 0


def _only(*scopes: str) -> Scenario:
    return Scenario(inputs={"only": ",".join(scopes)})


def _oldest(world: World) -> str:
    return str(world.cloudflare.versions()[0]["id"])


def _nothing(_: World) -> None:
    """Leave the project as it is."""


def scenarios() -> Iterator[tuple[str, Scenario]]:
    """Every command that writes, by name."""
    yield "first deploy", Scenario(is_first=True)
    yield "update", Scenario()
    for scope in ("code", "secrets", "settings", "subdomain", "triggers"):
        yield f"only {scope}", _only(scope)
    yield "only code, secrets, settings", _only("code", "secrets", "settings")
    yield "only secrets, triggers", _only("secrets", "triggers")
    yield "end of a rollout", Scenario(begin=_gradual, inputs={"allow": "end-rollout"})
    yield "preview", Scenario(argv=("preview",))
    target = {"version_id": _oldest}  # without it, the next rollback goes back to what was left
    yield "rollback", Scenario(argv=("rollback",), inputs=target, begin=_twice, change=_nothing)
    yield "delete", Scenario(argv=("delete",), inputs={"confirm": "shop"}, change=_nothing)
