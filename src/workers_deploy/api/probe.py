"""Asks the deployed script over HTTP until it answers well three times in a row.

By a client of its own: no token, no cookie, no retry policy. Redirects are not followed, their
status counts. TLS is verified.
"""

from collections.abc import Callable, Mapping, Sequence

import httpx

from workers_deploy.api.http.connection import USER_AGENT
from workers_deploy.api.http.in_time import TooLateError, in_time
from workers_deploy.api.http.network import make_client
from workers_deploy.api.http.open_sockets import OpenSockets
from workers_deploy.api.http.received import UnreadableAnswerError
from workers_deploy.core.project import ProbeTarget, is_url
from workers_deploy.dataclass import dataclass

GOOD_IN_A_ROW = 3
SECONDS_AFTER_GOOD = 0.3
SECONDS_AFTER_BAD = 1.0
LONGEST_REQUEST = 10.0  # seconds, however slowly an answer comes


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What was seen at one try, so many seconds after the probe began."""

    url: str
    at: float
    status: int | None = None
    problem: str | None = None
    is_good: bool = False

    def __str__(self) -> str:
        """Return the status, or what came instead of one."""
        return str(self.status) if self.status is not None else (self.problem or "no answer")


@dataclass(frozen=True, kw_only=True, slots=True)
class Probed:
    """How a probe went: `bad` are the URLs that did not come to answer well in time."""

    sights: tuple[Sight, ...]
    bad: tuple[str, ...]
    seconds: float

    @property
    def is_good(self) -> bool:
        """Tell whether every URL answers well."""
        return not self.bad

    def of(self, url: str) -> tuple[Sight, ...]:
        """Return what was seen of one URL, in its order."""
        return tuple(sight for sight in self.sights if sight.url == url)


def probe_urls(target: ProbeTarget, deployment_url: str | None) -> tuple[str, ...]:
    """Return the URLs that a target means: whole ones, or paths on the deployment's URL.

    Raises:
        ValueError: a path is given and there is no deployment URL; the text names the path.

    """
    return tuple(_absolute(one, deployment_url) for one in target.targets)


def probe(
    target: ProbeTarget,
    deployment_url: str | None,
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    check: Callable[[], None] = lambda: None,
    headers: Mapping[str, str] | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Probed:
    """Ask all URLs of a target until each answers well three times in a row, or time is up.

    Args:
        target: what is asked, which statuses are good, and seconds in all.
        deployment_url: what paths are on.
        clock: monotonic seconds.
        sleep: seconds; ends at once where the run is cancelled, by raising.
        check: raises then too, which ends the request in flight.
        headers: sent with each request, such as the one that asks for one version of a split.
        transport: stands in for the network in tests.

    Raises:
        ValueError: a path is given and there is no deployment URL.

    """
    urls = probe_urls(target, deployment_url)
    sockets = OpenSockets()
    with make_client(
        urls,
        headers={"User-Agent": USER_AGENT, **(headers or {})},
        sockets=sockets,
        transport=transport,
    ) as client:
        return _Probe(client, sockets, target, clock=clock, sleep=sleep, check=check).run(urls)


class _Probe:
    def __init__(
        self,
        client: httpx.Client,
        sockets: OpenSockets,
        target: ProbeTarget,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        check: Callable[[], None],
    ) -> None:
        self._client = client
        self._sockets = sockets
        self._target = target
        self._clock = clock
        self._sleep = sleep
        self._check = check
        self._started = clock()
        self._sights: list[Sight] = []

    def run(self, urls: Sequence[str]) -> Probed:
        streaks = dict.fromkeys(urls, 0)
        while True:
            waiting = [url for url, streak in streaks.items() if streak < GOOD_IN_A_ROW]
            if not waiting or self._left() <= 0:
                return self._end(waiting)
            good = [self._look(url) for url in waiting]
            for url, is_good in zip(waiting, good, strict=True):
                streaks[url] = streaks[url] + 1 if is_good else 0
            self._pause(all_good=all(good), done=min(streaks.values()) >= GOOD_IN_A_ROW)

    def _left(self) -> float:
        return self._started + self._target.timeout - self._clock()

    def _pause(self, *, all_good: bool, done: bool) -> None:
        pause = SECONDS_AFTER_GOOD if all_good else SECONDS_AFTER_BAD
        if not done and self._left() > 0:
            self._sleep(min(pause, self._left()))

    def _look(self, url: str) -> bool:
        status, problem = self._ask(url)
        is_good = status is not None and any(status in good for good in self._target.statuses)
        self._sights.append(
            Sight(
                url=url,
                at=self._clock() - self._started,
                status=status,
                problem=problem,
                is_good=is_good,
            )
        )
        return is_good

    def _ask(self, url: str) -> tuple[int | None, str | None]:
        seconds = min(LONGEST_REQUEST, self._left())
        if seconds <= 0:
            return None, "no time was left to ask"
        end = self._clock() + seconds

        def left() -> float:
            self._check()
            return end - self._clock()

        try:
            return in_time(lambda: self._status(url, seconds), self._sockets, left), None
        except (TooLateError, httpx.TimeoutException):
            return None, f"no answer in {seconds:.0f} s"
        except (httpx.TransportError, httpx.InvalidURL, UnreadableAnswerError) as error:
            return None, str(error) or type(error).__name__

    def _status(self, url: str, seconds: float) -> int:
        # The body is of no interest, and may never end.
        with self._client.stream("GET", url, timeout=seconds) as response:
            return response.status_code

    def _end(self, bad: Sequence[str]) -> Probed:
        return Probed(
            sights=tuple(self._sights), bad=tuple(bad), seconds=self._clock() - self._started
        )


def _absolute(target: str, deployment_url: str | None) -> str:
    if is_url(target):
        return target
    if deployment_url is None:
        raise ValueError(f"{target}: a path, but there is no deployment URL to ask it on")
    base = deployment_url if deployment_url.endswith("/") else f"{deployment_url}/"
    # Not urljoin: it takes what follows the slash of /https://other.example for a URL of its own.
    return base + target.lstrip("/")
