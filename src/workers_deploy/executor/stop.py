"""A signal's request to stop: waiting ends at once, and no new step begins."""

import threading
from collections.abc import Callable

from workers_deploy.errors import CancelledError

GIVE_UP_SECONDS = 1.0  # for the request in flight


class Stop:
    """Set by a signal handler, asked by everything that waits."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._signal_number = 0
        self._give_up: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Tell whether a signal came."""
        return self._event.is_set()

    def when_requested(self, give_up: Callable[[], None]) -> None:
        """Call `give_up` a second after a signal: it ends the request in flight."""
        self._give_up.append(give_up)

    def request(self, signal_number: int) -> None:
        """Ask everything to stop; a second signal changes nothing."""
        if self._event.is_set():
            return
        self._signal_number = signal_number
        self._event.set()
        for give_up in self._give_up:
            timer = threading.Timer(GIVE_UP_SECONDS, give_up)
            timer.daemon = True
            timer.start()

    def check(self) -> None:
        """Raise CancelledError when a signal came."""
        if self._event.is_set():
            raise CancelledError(self._signal_number)

    def sleep(self, seconds: float) -> None:
        """Wait, or raise CancelledError as soon as a signal comes."""
        self._event.wait(seconds)
        self.check()

    def pause(self, seconds: float) -> None:
        """Wait, or go on as soon as a signal comes: while undoing, nothing is given up."""
        self._event.wait(seconds)
