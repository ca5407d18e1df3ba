"""Which requests a run has sent, and which of them did not pass: read per step by the executor."""

import threading

from workers_deploy.core.outcome import Try
from workers_deploy.dataclass import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A place in the journal."""

    requests: int
    tries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """What stands in the journal since a mark: all requests, and the tries that failed."""

    requests: int
    tries: tuple[Try, ...]


class Journal:
    """A run's requests; safe to write from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = 0
        self._tries: list[Try] = []

    def count_request(self) -> None:
        """Note that a request is sent now."""
        with self._lock:
            self._requests += 1

    def add(self, failed: Try) -> None:
        """Note a try that did not pass."""
        with self._lock:
            self._tries.append(failed)

    def mark(self) -> Mark:
        """Return the place where the journal stands now."""
        with self._lock:
            return Mark(requests=self._requests, tries=len(self._tries))

    def since(self, mark: Mark) -> Passage:
        """Return what came after a mark."""
        with self._lock:
            return Passage(
                requests=self._requests - mark.requests, tries=tuple(self._tries[mark.tries :])
            )
