"""The one retry policy: which failures pass, how long to wait, what is ambiguous.

What is retried follows Cloudflare's error pages and what its own client does: transport failures,
429 and its look-alikes, 5xx, a concurrent edit (10035), answers that can't be read; the start-up
CPU limit twice, since identical code passes a moment later (cloudflare/workers-sdk#11140); a
version that was just made and is not found yet (100146), where the caller says that this may be.
Never another 4xx.

A request that makes something and whose answer is lost may have been taken. For those the caller
gives `look`: it is asked before the request is sent again, and what it finds is adopted.
"""

from collections.abc import Callable
from copy import copy
from typing import Generic, Protocol, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from workers_deploy.api.http.explain import final_error, lost_look_error, out_of_time_error
from workers_deploy.api.http.failure import AMBIGUOUS, UNANSWERED, Failure, Kind, RequestFailedError
from workers_deploy.api.http.request_log import Journal
from workers_deploy.core.outcome import Try
from workers_deploy.errors import ApiError

T = TypeVar("T")


FIRST_WAIT = 1.0  # seconds; doubles with each try
LONGEST_WAIT = 16.0
# "On excess all calls are blocked for the next 5 minutes" (rate limits page): where nobody says how
# long, four waits of 4, 16, 64 and 256 s outlast that.
FIRST_THROTTLED_WAIT = 4.0
LONGEST_THROTTLED_WAIT = 300.0  # of Retry-After on other failures, too; jitter included
STARTUP_TRIES = 3
BRIEFLY = 10.0  # seconds, for both tries of a read that a run can do without

_PASSING = frozenset(
    {Kind.UNSENT, Kind.LOST, Kind.SERVER, Kind.MALFORMED, Kind.THROTTLED, Kind.BUSY, Kind.STARTUP}
)


class Random(Protocol):
    """What of `random.Random` the jitter needs."""

    def uniform(self, a: float, b: float) -> float:
        """Return a number between a and b."""


class Watch:
    """Is told how a request fares; this one lets it be."""

    def sending(self) -> None:
        """Hear that a try is about to be sent."""

    def failed(self, failure: Failure) -> None:
        """Hear of a try's failure."""

    def waited(self) -> None:
        """Hear that the wait before the next try is over; may raise, and nothing is sent again."""


class Retrier:
    """Sends requests until they pass, bounded by attempts and by the deadline.

    `deadline` is in seconds of `clock`, which is monotonic. `sleep` ends at once where the run is
    cancelled, by raising; `check` raises then too, without waiting. `tell` gets one line per wait.
    """

    def __init__(
        self,
        *,
        max_attempts: int,
        deadline: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        rng: Random,
        tell: Callable[[str], None],
        journal: Journal | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.max_attempts = max_attempts
        self.deadline = deadline
        self.clock = clock
        self.sleep = sleep
        self.rng = rng
        self.tell = tell
        self.journal = journal or Journal()
        self.check = check

    def with_attempts(self, number: int) -> "Retrier":
        """Return the same policy with so many tries per request."""
        policy = copy(self)
        policy.max_attempts = number
        return policy

    def briefly(self, seconds: float = BRIEFLY) -> "Retrier":
        """Return the policy of what can be done without: two tries, within so many seconds."""
        policy = self.with_attempts(min(self.max_attempts, 2))
        policy.deadline = min(self.deadline, self.clock() + seconds)
        return policy

    def remaining(self) -> float:
        """Return the seconds that are left until the deadline; negative when it has passed."""
        return self.deadline - self.clock()

    def call(
        self,
        request: str,
        send: Callable[[], T],
        *,
        look: Callable[[], T | None] | None = None,
        watch: Watch | None = None,
        lags: bool = False,
        on_failure: Callable[[Failure, float], None] | None = None,
    ) -> T:
        """Return what `send` returns, after as many tries as the policy allows.

        Args:
            request: the words for it in log and errors, such as "POST versions".
            send: sends it once; raises `RequestFailedError`.
            look: finds what a lost request has made, or returns None where it was not taken.
            watch: is told of each try, and may stop the next one.
            lags: a thing that was just made is named, so "not found" may pass (100146).
            on_failure: hears of each failure that is tried again, and the seconds until then.

        Raises:
            RefusedError: Cloudflare said no.
            UnansweredError: no answer after all tries, or no time for another one.

        """
        run = _Run(
            self, request, look=look, watch=watch or Watch(), lags=lags, on_failure=on_failure
        )
        return run.through(send)


class _Run(Generic[T]):
    """One request's way through the policy."""

    def __init__(
        self,
        retrier: Retrier,
        request: str,
        *,
        look: Callable[[], T | None] | None,
        watch: Watch,
        lags: bool,
        on_failure: Callable[[Failure, float], None] | None,
    ) -> None:
        self._retrier = retrier
        self._request = request
        self._look = look
        self._watch = watch
        self._passing = _PASSING | {Kind.LAGGING} if lags else _PASSING
        self._on_failure = on_failure
        self._failures: list[Failure] = []
        self._started = retrier.clock()
        self._untried = ""  # what the deadline left no time for

    def through(self, send: Callable[[], T]) -> T:
        if self._retrier.remaining() <= 0:
            raise out_of_time_error(self._request)
        retrying = Retrying(
            retry=retry_if_exception(self._passes),
            wait=self._wait,
            stop=self._stops,
            sleep=self._sleep,
            before_sleep=self._before_sleep,
            reraise=True,
        )
        try:
            return retrying(self._attempt, send)
        except RequestFailedError as failed:
            return self._end(failed.failure)

    def _attempt(self, send: Callable[[], T]) -> T:
        self._retrier.check()
        if self._was_ambiguous():
            found = self._look_for_it()
            if found is not None:
                return found
        self._retrier.journal.count_request()
        self._watch.sending()
        try:
            return send()
        except RequestFailedError as failed:
            self._failures.append(failed.failure)
            self._watch.failed(failed.failure)
            raise

    def _was_ambiguous(self) -> bool:
        return any(failure.kind in AMBIGUOUS for failure in self._failures)

    def _look_for_it(self) -> T | None:
        if self._look is None:
            return None
        try:
            found = self._look()
        except ApiError as error:
            raise lost_look_error(self._failures, error) from error
        if found is not None:
            self._retrier.tell(f"{self._request}: its answer was lost, but it was carried out")
        return found

    def _passes(self, error: BaseException) -> bool:
        return isinstance(error, RequestFailedError) and error.failure.kind in self._passing

    def _wait(self, state: RetryCallState) -> float:
        return wait_before_next(
            self._failures[-1], tries=state.attempt_number, rng=self._retrier.rng
        )

    def _stops(self, state: RetryCallState) -> bool:
        if state.attempt_number >= self._limit():
            return True
        # A wait that would end past the deadline is not begun.
        if state.upcoming_sleep < self._retrier.remaining():
            return False
        self._untried = f"try {state.attempt_number + 1} of {self._limit()}"
        return True

    def _limit(self) -> int:
        if self._failures[-1].kind is Kind.STARTUP:
            return min(self._retrier.max_attempts, STARTUP_TRIES)
        return self._retrier.max_attempts

    def _sleep(self, seconds: float) -> None:
        self._retrier.sleep(seconds)
        self._watch.waited()

    def _before_sleep(self, state: RetryCallState) -> None:
        failure = self._failures[-1]
        self._retrier.check()
        waited = state.upcoming_sleep
        self._retrier.journal.add(
            Try(request=self._request, problem=failure.problem, waited=waited)
        )
        if self._on_failure is not None:
            self._on_failure(failure, waited)
        self._retrier.tell(
            f"{self._request}: {failure.problem}, waiting {waited:.1f} s "
            f"(try {state.attempt_number + 1} of {self._limit()})"
        )

    def _end(self, failure: Failure) -> T:
        """Return what the last try made although its answer was lost, or raise for good."""
        if failure.kind in UNANSWERED:
            self._retrier.check()  # a signal that ended the last try is the reason, not the try
        if failure.kind is not Kind.REFUSED:
            self._retrier.journal.add(
                Try(request=self._request, problem=failure.problem, waited=0.0)
            )
        if self._was_ambiguous() and self._retrier.remaining() > 0:
            found = self._look_for_it()
            if found is not None:
                return found
        seconds = self._retrier.clock() - self._started
        raise final_error(self._failures, seconds=seconds, untried=self._untried) from None


def wait_before_next(failure: Failure, *, tries: int, rng: Random) -> float:
    """Return the seconds to wait after so many tries, with jitter: jobs must not march in step."""
    if failure.kind is Kind.THROTTLED:
        wait = failure.retry_after
        if wait is None:
            wait = FIRST_THROTTLED_WAIT * 4.0 ** (tries - 1)
        return min(max(wait, 1.0) + rng.uniform(0, 1), LONGEST_THROTTLED_WAIT)
    wait = min(FIRST_WAIT * 2.0 ** (tries - 1), LONGEST_WAIT)
    if failure.retry_after is not None:
        wait = max(wait, failure.retry_after)
    return min(wait + rng.uniform(0, wait / 2), LONGEST_THROTTLED_WAIT)
