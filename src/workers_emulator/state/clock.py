"""Time as the emulator sees it: real time, moved forward by whoever tests expiry."""

from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch; only ever moved forward, until a reset."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._ahead = 0.0

    def now(self) -> float:
        """Return the emulator's time in seconds since the epoch."""
        # no finer than what is told, so that a time that was read compares equal
        return round(self._now() + self._ahead, 6)

    def advance(self, seconds: float) -> None:
        """Move the time forward; an hour's token is then an hour older without a sleep."""
        if seconds < 0:
            raise ValueError("the clock moves forward only")
        self._ahead += seconds

    def reset(self) -> None:
        """Go by real time again; only where nothing that was dated is kept."""
        self._ahead = 0.0


def render_time(seconds: float) -> str:
    """Return the time as Cloudflare writes it.

    >>> render_time(0)
    '1970-01-01T00:00:00.000000Z'
    """
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
