"""The requests that were made, and how many of them a token has left."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

_KEPT = 200_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One request; `status` 0 means that no answer was given. `length` is the body's, in bytes."""

    method: str
    path: str
    query: str
    status: int
    length: int
    at: float


class Ledger:
    """What was asked, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)

    def add(self, entry: Entry) -> None:
        """Remember one request."""
        self._entries.append(entry)

    def clear(self) -> None:
        """Forget all requests."""
        self._entries.clear()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All requests that are remembered."""
        return tuple(self._entries)

    def as_json(self) -> dict[str, Any]:
        """Return the requests and how often each method and path was asked for."""
        counts = Counter(f"{entry.method} {entry.path}" for entry in self._entries)
        return {
            "total": len(self._entries),
            "counts": dict(counts),
            "requests": [asdict(entry) for entry in self._entries],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What the rate limit says about one request; `retry_after` in seconds where it is over."""

    headers: dict[str, str]
    retry_after: int | None = None


class RateLimit:
    """So many requests per window and token; beyond it a block for a whole window."""

    def __init__(self, *, limit: int, seconds: int, now: Callable[[], float]) -> None:
        self._limit = limit
        self._seconds = seconds
        self._now = now
        self._used: dict[str, tuple[float, int]] = {}
        self._blocked: dict[str, float] = {}

    def clear(self) -> None:
        """Forget what was used."""
        self._used.clear()
        self._blocked.clear()

    def spend(self, token: str) -> Budget:
        """Count one request of this token."""
        if not self._limit:
            return Budget(headers=self._headers(self._seconds, 1_000_000))
        now = self._now()
        blocked = self._blocked.get(token, 0.0)
        if blocked > now:
            return self._over(blocked - now)
        start, used = self._used.get(token, (now, 0))
        if now - start >= self._seconds:
            start, used = now, 0
        self._used[token] = (start, used + 1)
        if used + 1 > self._limit:  # by rule rate-limit-block
            self._blocked[token] = now + self._seconds
            self._used.pop(token)
            return self._over(self._seconds)
        left = self._limit - used - 1
        return Budget(headers=self._headers(start + self._seconds - now, left))

    def standing(self, token: str) -> dict[str, str]:
        """Return the headers without counting a request."""
        start, used = self._used.get(token, (self._now(), 0))
        left = (self._limit or 1_000_000) - used
        return self._headers(start + self._seconds - self._now(), left)

    def _over(self, seconds: float) -> Budget:
        wait = -int(-seconds // 1)  # rounded up
        return Budget(headers=self._headers(seconds, 0), retry_after=max(wait, 1))

    def _headers(self, seconds: float, left: int) -> dict[str, str]:
        quota = self._limit or 1_000_000
        return {
            "Ratelimit": f'"default";r={left};t={max(int(seconds), 0)}',
            "Ratelimit-Policy": f'"default";q={quota};w={self._seconds}',
        }
