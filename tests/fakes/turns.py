"""Runs in threads of which one goes on at a time: who goes on changes where a test says.

A run that waits lets the others go on; so does one whose request is held as it arrives.
"""

import threading
from collections.abc import Callable

from fakes.patience import PATIENCE
from fakes.runs import FastStop, FastTime

# (who runs, its requests so far, who else has not ended) → who goes on
Choice = Callable[[int, int, tuple[int, ...]], int]


class Turns:
    """Whose turn it is; each run is one number."""

    def __init__(self, runs: int, choose: Choice, first: int = 0) -> None:
        self._choose = choose
        self._left = set(range(runs))
        self._asked = dict.fromkeys(range(runs), 0)
        self._turn = first
        self._changed = threading.Condition()

    def begin(self, run: int) -> None:
        """Wait for the first turn."""
        with self._changed:
            self._await(run)

    def request(self, run: int) -> None:
        """Hold a request until it is its run's turn; others may go on first."""
        with self._changed:
            self._await(run)
            self._asked[run] += 1
            self._give(self._choose(run, self._asked[run], self._others(run)))
            self._await(run)

    def pause(self, run: int) -> None:
        """Let the next run go on, in their order, until it is this one's turn again."""
        with self._changed:
            others = self._others(run)
            self._give(next((one for one in others if one > run), min(others, default=run)))
            self._await(run)

    def end(self, run: int) -> None:
        """Give the turn away for good."""
        with self._changed:
            self._left.discard(run)
            if self._turn == run and self._left:
                self._give(min(self._left))
            self._changed.notify_all()

    def _others(self, run: int) -> tuple[int, ...]:
        return tuple(sorted(self._left - {run}))

    def _give(self, run: int) -> None:
        self._turn = run
        self._changed.notify_all()

    def _await(self, run: int) -> None:
        assert self._changed.wait_for(
            lambda: self._turn == run or run not in self._left, timeout=PATIENCE
        ), "the runs wait for each other"


class TurnStop(FastStop):
    """A wait takes no time, and lets the other runs go on."""

    def __init__(self, time_: FastTime, turns: Turns, run: int) -> None:
        super().__init__(time_)
        self._turns, self._run = turns, run

    def pause(self, seconds: float) -> None:
        super().pause(seconds)
        self._turns.pause(self._run)
