"""Sends the buckets of one upload session, several at once, as many as the other side bears."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from workers_deploy.api.assets.bucket import BucketBody
from workers_deploy.api.endpoints.asset_sessions import SessionExpiredError
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.http.failure import Failure, Kind
from workers_deploy.api.http.retry import Retrier

# The official client sends 3, since it holds all of each in memory; where it sends files one by
# one, 50. A bucket is some 157 files, so what counts for its time is mostly the way to and fro.
BUCKETS_AT_ONCE = 8
_STRUGGLING = frozenset({Kind.SERVER, Kind.THROTTLED, Kind.LOST})


def send_buckets(
    client: WorkersClient,
    jwt: str,
    bodies: Sequence[BucketBody],
    *,
    on_stored: Callable[[BucketBody], None],
) -> str | None:
    """Upload all buckets; return the completion token, or None where no answer held one.

    The first bucket that fails for good ends the others at once.

    Raises:
        SessionExpiredError: the session's token is not accepted any more. What is under way is
            finished first, so that it need not be sent again.
        RefusedError, UnansweredError, ChangedError: as a single bucket.

    """
    lanes = _Lanes(client, jwt, bodies, on_stored)
    at_once = min(BUCKETS_AT_ONCE, len(bodies))
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        futures = [pool.submit(lanes.work) for _ in range(at_once)]
    for future in futures:
        future.result()
    if lanes.failure is not None:
        raise lanes.failure
    return lanes.token


class StoppedError(Exception):
    """Another bucket has failed for good: this one is given up."""


class _Lanes:
    """What the threads of one session share."""

    def __init__(
        self,
        client: WorkersClient,
        jwt: str,
        bodies: Sequence[BucketBody],
        on_stored: Callable[[BucketBody], None],
    ) -> None:
        self._client = client
        self._jwt = jwt
        self._on_stored = on_stored
        self._waiting = iter(bodies)
        self._lock = threading.Lock()
        self._gate = Gate(client.retrier)
        self.token: str | None = None
        self.failure: Exception | None = None

    def work(self) -> None:
        """Send one bucket after the other until none is left or one has failed."""
        while (body := self._next()) is not None:
            try:
                self._send(body)
            except StoppedError:
                return
            except Exception as error:  # noqa: BLE001 - raised again by send_buckets
                self._fail(error)
                return

    def _next(self) -> BucketBody | None:
        with self._lock:
            return None if self.failure is not None else next(self._waiting, None)

    def _send(self, body: BucketBody) -> None:
        self._client.retrier.check()
        token = self._client.upload_asset_bucket(
            self._jwt, body, within=self._gate.slot, on_failure=self._gate.slow_down
        )
        with self._lock:
            self.token = token or self.token
        self._on_stored(body)

    def _fail(self, error: Exception) -> None:
        with self._lock:
            if self.failure is None or isinstance(self.failure, SessionExpiredError):
                self.failure = error
        if not isinstance(error, SessionExpiredError):
            self._gate.stop()
            self._client.connection.close_now()


class Gate:
    """How many buckets are under way at once: fewer while the other side struggles."""

    def __init__(self, retrier: Retrier) -> None:
        self._retrier = retrier
        self._changed = threading.Condition()
        self._limit = BUCKETS_AT_ONCE
        self._active = 0
        self._not_before = retrier.clock()
        self._is_stopped = False

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a turn, and hold it for one try; a try that passes widens the gate again."""
        self._enter()
        try:
            self._wait_until_allowed()
            yield
        except BaseException:
            self._leave(widen=0)
            raise
        self._leave(widen=1)

    def slow_down(self, failure: Failure, waited: float) -> None:
        """Hear of a failed try: one bucket at a time then, and none before the wait is over."""
        with self._changed:
            if self._is_stopped:
                raise StoppedError
            if failure.kind in _STRUGGLING:
                self._limit = 1
                self._not_before = max(self._not_before, self._retrier.clock() + waited)

    def stop(self) -> None:
        """Let no further try begin."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def _enter(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._active < self._limit or self._is_stopped)
            if self._is_stopped:
                raise StoppedError
            self._active += 1

    def _leave(self, *, widen: int) -> None:
        with self._changed:
            self._active -= 1
            self._limit = min(self._limit + widen, BUCKETS_AT_ONCE)
            self._changed.notify_all()

    def _wait_until_allowed(self) -> None:
        self._retrier.check()
        pause = self._not_before - self._retrier.clock()
        if pause > 0:
            self._retrier.sleep(pause)
