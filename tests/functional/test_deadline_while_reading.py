"""Reading the project ends at the deadline and on a signal, whatever it is at."""

import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.cloudflare import Cloudflare
from fakes.runs import FastStop, Runner

MANY = 150  # files
TYPESCRIPT = "export default { fetch(): Response { return new Response('hi') } };\n"


class EventfulStop(FastStop):
    """Something happens as it is asked for the nth time."""

    def __init__(self, runner: Runner, nth: int, happens: Callable[["EventfulStop"], None]) -> None:
        super().__init__(runner.time)
        self.runner = runner
        self.left = nth
        self._happens = happens
        self._has_happened = False

    def check(self) -> None:
        self.left -= 1  # in two threads, of which one reads the commit
        if self.left <= 0 and not self._has_happened:
            self._has_happened = True
            self._happens(self)
        super().check()


def hear_a_signal(stop: EventfulStop) -> None:
    stop.request(signal.SIGTERM)


def pass_the_deadline(stop: EventfulStop) -> None:
    stop.runner.time.sleep(10_000)


EVENTS = {"signal": (hear_a_signal, 143), "deadline": (pass_the_deadline, 3)}


def assets(runner: Runner) -> None:
    for number in range(MANY):
        runner.checkout.write(f"public/{number}.txt", f"{number}")


def modules(runner: Runner) -> None:
    runner.checkout.config(assets=None, find_additional_modules=True)
    for number in range(MANY):
        runner.checkout.write(f"{number}.txt", f"{number}")


def committed(runner: Runner) -> None:
    assets(runner)
    runner.checkout.commit()


def _esbuild(runner: Runner, script: str, *, has_version: bool) -> None:
    runner.checkout.write("index.ts", TYPESCRIPT).config(main="index.ts")
    runner.checkout.write("node_modules/.bin/esbuild", f"#!/bin/sh\n{script}\n")
    program = runner.checkout.root / "node_modules/.bin/esbuild"
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    if has_version:
        runner.checkout.write("node_modules/package.json", '{"version": "0.25.8"}')


def slow_service(runner: Runner) -> None:
    _esbuild(runner, "exec sleep 100000", has_version=True)


def slow_to_tell_its_version(runner: Runner) -> None:
    _esbuild(runner, "exec sleep 100000", has_version=False)


def pipe_for_a_service(runner: Runner) -> None:
    os.mkfifo(Path(runner.checkout.root, "pipe"))
    _esbuild(runner, "exec cat pipe", has_version=True)


# A project, and how often is asked before it is at the place that is meant.
PLACES = {
    "a huge tree of assets": (assets, MANY // 2),
    "their hashes": (assets, MANY + MANY // 2),
    "a huge tree of modules": (modules, MANY // 2),
    "what is committed": (committed, 2 * MANY + MANY // 2),
    "a service that says nothing": (slow_service, 5),
    "a program without a version": (slow_to_tell_its_version, 5),
    "a service that waits for a FIFO": (pipe_for_a_service, 5),
}


@pytest.mark.parametrize(("happens", "exit_code"), EVENTS.values(), ids=EVENTS)
@pytest.mark.parametrize(("make", "nth"), PLACES.values(), ids=PLACES)
def test_reading_ends_wherever_it_is(
    full_runner: Runner,
    cloudflare: Cloudflare,
    make: Callable[[Runner], None],
    nth: int,
    happens: Callable[[EventfulStop], None],
    exit_code: int,
):
    make(full_runner)
    stop = EventfulStop(full_runner, nth, happens)

    run = full_runner.fast("deploy", stop=stop)

    assert run.exit_code == exit_code, run.log
    assert run.outcome == "failed"
    assert cloudflare.requests == []
    if exit_code == 3:
        assert "reading the project took longer than 900 s" in run.log
