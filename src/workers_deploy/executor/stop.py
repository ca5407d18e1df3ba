"""A signal's request to stop: waiting ends at once, and no new step begins."""

import queue
import threading
from collections.abc import Callable

from workers_deploy.errors import CancelledError

GIVE_UP_SECONDS = 1.0  # for the request in flight
# For what puts things back: with the second above, less than the 7.5 s that GitHub gives between
# its two signals.
CANCELLED_UNDO_SECONDS = 5.0
# Of those, for looking whether a request that was given up moved traffic.
CANCELLED_LOOK_SECONDS = 3.0


class Stop:
    """Set by a signal handler, asked by everything that waits."""

    def __init__(self) -> None:
        # A handler runs between two instructions of whatever waits: putting into a SimpleQueue
        # is safe there, setting a threading.Event is not (it takes a lock that may be held).
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._never: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._requested = False
        self._signal_number = 0
        self._give_up: list[Callable[[], None]] = []
        self._give_up_after = GIVE_UP_SECONDS
        self._timers: list[threading.Timer] = []
        self._hurry: Callable[[], None] = lambda: None
        # Who is woken by a request may turn back before that request has started its timers.
        # Re-entrant: a signal handler may run in the very thread that holds it.
        self._lock = threading.RLock()

    @property
    def requested(self) -> bool:
        """Tell whether a signal came."""
        return self._requested

    def when_requested(self, give_up: Callable[[], None]) -> None:
        """Call `give_up` a second after a signal, which may have come already.

        It ends the request in flight.
        """
        self._give_up.append(give_up)
        if self._requested:
            self._call_later(give_up)

    def turn_back(self, hurry: Callable[[], None]) -> None:
        """Leave the requests that follow in peace: they put things back.

        A signal that comes only now calls `hurry`, and they have 5 s from then.
        """
        with self._lock:
            self._give_up_after = CANCELLED_UNDO_SECONDS
            self._hurry = hurry
            for timer in self._timers:
                timer.cancel()
                timer.join()  # it may be at its work already

    def request(self, signal_number: int) -> None:
        """Ask everything to stop; a second signal changes nothing."""
        with self._lock:
            if self._requested:
                return
            self._signal_number = signal_number
            self._requested = True
            self._wake.put(None)
            self._hurry()
            for give_up in self._give_up:
                self._call_later(give_up)

    def check(self) -> None:
        """Raise CancelledError when a signal came."""
        if self._requested:
            raise CancelledError(self._signal_number)

    def sleep(self, seconds: float) -> None:
        """Wait, or raise CancelledError as soon as a signal comes."""
        self.check()
        self.pause(seconds)
        self.check()

    def pause(self, seconds: float) -> None:
        """Wait, or go on as soon as the signal comes: while undoing, nothing is given up.

        After the signal what puts things back waits in earnest.
        """
        wake = self._never if self._requested else self._wake
        try:
            wake.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            return
        self._wake.put(None)  # for whoever else waits

    def _call_later(self, give_up: Callable[[], None]) -> None:
        timer = threading.Timer(self._give_up_after, give_up)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)
