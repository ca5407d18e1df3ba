"""Several runs that deploy one script of one account at once, each with a checkout of its own."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.checkout import worker
from fakes.cloudflare import Cloudflare
from fakes.matrix import seen
from fakes.runs import Run, Runner
from fakes.turns import Choice, Turns, TurnStop

MODULE = (
    "export default { fetch() { return new Response('%s') }, async scheduled() {},"
    " async queue() {} };\n"
)
SERVICE_WORKER = (
    "addEventListener('fetch', (e) => e.respondWith(new Response('%s')));\n"
    "addEventListener('scheduled', () => {});\naddEventListener('queue', () => {});\n"
)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What runs at once: from nothing or from a former deploy, differing or equal."""

    is_first: bool = False
    differs: bool = True
    by_put: bool = False  # a service worker: no version can wait for traffic
    commands: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = ((("deploy",), {}),)


KINDS: Mapping[str, Kind] = {
    "updates": Kind(),
    "equal updates": Kind(differs=False),
    "first deploys": Kind(is_first=True),
    "equal first deploys": Kind(is_first=True, differs=False),
    "updates by upload": Kind(by_put=True),
    "with previews": Kind(commands=((("deploy",), {}), (("preview",), {}))),
    "with secrets": Kind(commands=((("deploy",), {}), (("deploy",), {"only": "secrets"}))),
}


class Race:
    """One account and five checkouts."""

    def __init__(self, cloudflare: Cloudflare, folder: Path, kind: Kind, runs: int = 5) -> None:
        self.cloudflare, self.kind = cloudflare, kind
        cloudflare.ask("POST", "/queues", {"queue_name": "orders"})
        self.runners = [
            Runner(worker(folder / f"checkout{n}"), cloudflare, folder / f"files{n}")
            for n in range(runs)
        ]
        if not kind.is_first:
            self._configure(self.runners[0], "former")
            assert self.runners[0].fast("deploy").exit_code == 0
        for number, runner in enumerate(self.runners):
            word = f"run{number}" if kind.differs else "all"
            self._configure(runner, word)
        self.former = self.seen()
        self._state = cloudflare.account.state
        self.wanted = [self._alone(number) for number in range(runs)]
        cloudflare.account.write(self._state)
        cloudflare.forget_requests()

    def command(self, number: int) -> tuple[tuple[str, ...], dict[str, Any]]:
        return self.kind.commands[number % len(self.kind.commands)]

    def _alone(self, number: int) -> dict[str, Any]:
        self.cloudflare.account.write(self._state)
        argv, inputs = self.command(number)
        run = self.runners[number].fast(*argv, **inputs)
        assert run.exit_code == 0, run.log
        return self.seen()

    def _configure(self, runner: Runner, word: str) -> None:
        number = sum(map(ord, word)) % 50
        runner.checkout.module((SERVICE_WORKER if self.kind.by_put else MODULE) % word)
        runner.checkout.config(
            vars={"GREETING": word},
            logpush=number % 2 == 0,
            observability={"enabled": True, "head_sampling_rate": number / 50},
            workers_dev=number % 3 != 0,
            preview_urls=number % 2 == 1,
            triggers={"crons": [f"{number} 4 * * *"]},
            routes=[f"example.com/{word}/*"],
            queues={"consumers": [{"queue": "orders", "max_batch_size": number + 1}]},
        )
        runner.knows(STRIPE_KEY=f"sk_live_{word}")

    def seen(self) -> dict[str, Any]:
        if not self.cloudflare.versions():
            return {}
        found = seen(self.cloudflare)
        found["Settings"]["observability"] = self.cloudflare.script()["settings"]["observability"]
        return found

    def go(self, offsets: Sequence[float]) -> list[Run]:
        """Start every run as a process, each after its seconds."""
        self._begin()
        runs: dict[int, Run] = {}

        def one(number: int) -> None:
            threading.Event().wait(offsets[number])
            argv, inputs = self.command(number)
            runs[number] = self.runners[number].process(*argv, **inputs)

        return self._at_once(one, runs)

    def go_in_turns(self, choose: Choice, first: int = 0) -> list[Run]:
        """Run all in threads of this process, of which one goes on at a time."""
        turns = Turns(len(self.runners), choose, first)
        runs: dict[int, Run] = {}
        self._begin()
        tokens = self.cloudflare.options.tokens  # one for each run, by which its requests are known

        def one(number: int) -> None:
            argv, inputs = self.command(number)
            runner = self.runners[number]
            turns.begin(number)
            try:
                stop = TurnStop(runner.time, turns, number)
                env = {"CLOUDFLARE_API_TOKEN": tokens[number]}
                runs[number] = runner.fast(*argv, stop=stop, env=env, **inputs)
            finally:
                turns.end(number)

        self.cloudflare.before_each = lambda token: turns.request(tokens.index(token))
        try:
            return self._at_once(one, runs)
        finally:
            self.cloudflare.before_each = None

    def _begin(self) -> None:
        self.cloudflare.account.write(self._state)
        self.cloudflare.forget_requests()
        self.cloudflare.advance(120)  # what was deployed before is no rival

    def _at_once(self, one: Callable[[int], None], runs: dict[int, Run]) -> list[Run]:
        threads = [
            threading.Thread(target=one, args=(number,)) for number in range(len(self.runners))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [runs[number] for number in range(len(self.runners))]

    def assert_one_won(self, runs: Sequence[Run], *, but_for: Sequence[str] = ()) -> None:
        """Fail where not all of one run's state is live, or another run says that it deployed."""
        live = self.seen()
        all_wanted = [_without(one, but_for) for one in self.wanted]
        ends = [(number, run.exit_code, run.outcome) for number, run in enumerate(runs)]
        told = f"{ends}\n" + "\n".join(f"--- {n}\n{run.log}" for n, run in enumerate(runs))
        deploys = [n for n in range(len(runs)) if self.command(n)[0] == ("deploy",)]
        whole = [n for n in deploys if all_wanted[n] == _without(live, but_for)]
        assert whole, f"nobody's state is live: {_difference(live, self.wanted)}\n{told}"
        winners = [n for n in deploys if runs[n].outcome == "deployed"]
        print(f"won: {winners} of {ends}")  # noqa: T201 - shown by pytest -s, and where it fails
        last = [number for number in winners if number in whole]
        assert len(last) == 1 or not self.kind.differs, told
        # Who ended with 0 before was done when the plan of the next one was made.
        bases = {run.outputs.get("previous-version-id") for run in runs}
        assert all(n in last or runs[n].outputs["version-id"] in bases for n in winners), told
        for number in deploys:
            is_good = runs[number].exit_code == 7 or runs[number].outcome == "unchanged"
            assert number in winners or is_good, told
        for number in set(range(len(runs))) - set(deploys):
            assert runs[number].exit_code == 0, told


def _without(seen: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in seen.items() if key not in keys}


def _difference(live: dict[str, Any], wanted: Sequence[dict[str, Any]]) -> list[list[str]]:
    return [[key for key in one if one[key] != live.get(key)] for one in wanted]
