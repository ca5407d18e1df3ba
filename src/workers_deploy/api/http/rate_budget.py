"""How many requests the token has left, so that a run slows down before it is shut out.

A token that asks too often is blocked for five minutes, the pipelines that share it included (rate
limits page). Every answer says how much is left: `Ratelimit: "default";r=50;t=30`, r requests for
the next t seconds; older answers in `x-ratelimit-remaining` and `-reset`.
"""

import threading
from collections.abc import Callable, Iterator, Mapping

from workers_deploy.dataclass import dataclass

# So few that others who share the token may use them up meanwhile.
LITTLE = 5
LONGEST_PAUSE = 300.0
MOST_DIGITS = 12  # of a number that means something
ROUNDED_OFF = 1.0  # answers tell whole seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """So many requests until so many seconds from now."""

    requests: int
    seconds: float


class Budget:
    """What the last answer said; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._requests = LITTLE + 1
        self._resets_at = 0.0
        self._under_way = 0

    def note(self, headers: Mapping[str, str]) -> None:
        """Keep what an answer says is left, less the requests that are under way beside it.

        An answer that says nothing changes nothing.
        """
        left = left_of(headers)
        if left is None:
            return
        with self._lock:
            beside = max(self._under_way - 1, 0)
            self._requests = max(left.requests - beside, 0)
            self._resets_at = self._clock() + left.seconds

    def pause(self) -> float:
        """Return the seconds to wait before the next request, and count that request.

        What is left is spread evenly; requests of several threads see each other's.
        """
        with self._lock:
            seconds = self._resets_at - self._clock()
            requests = self._requests
            self._requests = max(requests - 1, 0)
            self._under_way += 1
        # Answers tell whole seconds: for the part that they leave out, nothing is known to be new.
        if requests > LITTLE or seconds <= -ROUNDED_OFF:
            return 0.0
        if not requests:
            return min(seconds + ROUNDED_OFF, LONGEST_PAUSE)
        return min(max(seconds, ROUNDED_OFF) / (requests + 1), LONGEST_PAUSE)

    def end(self) -> None:
        """Count a request no longer as under way: it was answered, or given up."""
        with self._lock:
            self._under_way -= 1


def left_of(headers: Mapping[str, str]) -> Left | None:
    """Return what an answer's headers say is left; of several policies the scarcest."""
    every = [*_policies(headers.get("ratelimit", "")), *_old_style(headers)]
    return min(every, key=lambda left: left.requests, default=None)


def _policies(value: str) -> Iterator[Left]:
    for policy in value.split(","):
        fields = dict(part.strip().split("=", 1) for part in policy.split(";") if "=" in part)
        yield from _left(fields.get("r", ""), fields.get("t", ""))


def _old_style(headers: Mapping[str, str]) -> Iterator[Left]:
    remaining = headers.get("x-ratelimit-remaining", "")
    yield from _left(remaining, headers.get("x-ratelimit-reset", ""))


def _left(requests: str, seconds: str) -> Iterator[Left]:
    if all(text.isdecimal() and len(text) <= MOST_DIGITS for text in (requests, seconds)):
        yield Left(requests=int(requests), seconds=float(seconds))
