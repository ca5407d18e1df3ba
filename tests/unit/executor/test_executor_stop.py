"""Who is woken by a signal may turn back before the signal's handler is done."""

import signal
import threading

import pytest

from fakes.patience import PATIENCE
from workers_deploy.executor.stop import Stop


def test_turning_back_waits_for_the_request_that_is_still_starting_its_timers(
    monkeypatch: pytest.MonkeyPatch,
):
    stop, failures, given_up = Stop(), [], []

    def turn_back() -> None:
        try:
            stop.turn_back(lambda: None)
        except RuntimeError as error:
            failures.append(error)

    woken = threading.Thread(target=turn_back)
    start = threading.Timer.start

    def start_late(timer: threading.Timer) -> None:
        monkeypatch.undo()
        woken.start()
        woken.join(0.05)  # it must not be done before the timer runs
        assert woken.is_alive()
        start(timer)

    stop.when_requested(lambda: given_up.append("the request in flight"))
    monkeypatch.setattr(threading.Timer, "start", start_late)
    stop.request(signal.SIGTERM)
    woken.join(PATIENCE)

    assert not failures
    assert not given_up
