"""The API of GitHub, or of a Forgejo or Gitea that answers like it: comments, deployments, compare.

All of it is told beside a deploy and decides nothing in one. So nothing here raises: what could
not be done is returned as a reason in words, and there are few tries.

The client is its own: Cloudflare's token never goes to GitHub, and GitHub's never to Cloudflare.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import httpx

from workers_deploy.api.github_answers import read_object, read_objects
from workers_deploy.api.github_comments import find_comment
from workers_deploy.api.http.connection import USER_AGENT
from workers_deploy.api.http.envelope import retry_after_seconds
from workers_deploy.api.http.failure import Failure, Kind, RequestFailedError
from workers_deploy.api.http.in_time import TooLateError, in_time
from workers_deploy.api.http.network import REMAINING, make_client
from workers_deploy.api.http.open_sockets import OpenSockets
from workers_deploy.api.http.received import ACCEPT_ENCODING, UnreadableAnswerError, read_whole
from workers_deploy.api.http.retry import Retrier
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import DeployError

REQUEST_TIMEOUT = 5.0  # seconds without a byte
COMMENTS_PER_PAGE = 100  # the most that GitHub gives
DEPLOYMENTS_ENDED = 20  # of an environment, the newest; older ones are inactive already
MAX_PAGES = 30  # the comments of a pull request that are looked through: 3,000
MAX_DESCRIPTION = 140  # characters of a deployment status, GitHub's bound
_STATE_OF_COMPARE = {"identical": True, "ahead": True, "behind": False, "diverged": False}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NotDone:
    """Why something could not be done, for a warning."""

    reason: str


class _NotDoneError(Exception):
    """Carries a reason up to the method that returns it."""


class GitHub:
    """One repository, `owner/name`, through one token; `retrier` bounds tries and seconds.

    Its deadline may come nearer while a request is in flight, and ends that too.
    """

    def __init__(
        self,
        *,
        api_url: str,
        token: str,
        repository: str,
        retrier: Retrier,
        wall_clock: Callable[[], float],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._root = f"{api_url.rstrip('/')}/repos/{quote(repository)}"
        self._host = urlsplit(api_url).hostname or "GitHub"
        self._retrier = retrier
        self._wall_clock = wall_clock
        self._sockets = OpenSockets()
        self._authorization = f"Bearer {token}"
        self._client = make_client(  # no redirects: the token goes to the host that was named
            [api_url],
            headers={
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": USER_AGENT,
                "Accept-Encoding": ACCEPT_ENCODING,
            },
            sockets=self._sockets,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"GitHub({self._root!r})"

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def upsert_comment(
        self,
        pull_number: int,
        markers: Sequence[str],
        body: str,
        *,
        merge: Callable[[str, str], str] = lambda _former, own: own,
    ) -> NotDone | None:
        """Write the pull request's comment that begins with a hidden marker, or edit it.

        `markers` are tried in their order: a comment is ours whose first line is one of them. A
        run that knows no more than its step gives that one's marker alone, which is looked for on
        every line. `merge` makes one body of what the comment says and ours.
        """

        def find(comments: Iterable[Mapping[str, Any]]) -> tuple[int | None, str]:
            return find_comment(comments, markers)

        def write() -> None:
            found, former = find(self._comments(pull_number))
            if found is not None:
                merged = {"body": merge(former, body)}
                edited = self._send("PATCH", f"/issues/comments/{found}", merged)
                if edited.status_code not in (403, 404):
                    _check(edited, self._host, "pull-requests: write")
                    return
                # Someone else's with our marker, or deleted meanwhile: one of our own then.
            made = self._send(
                "POST",
                f"/issues/{pull_number}/comments",
                {"body": body},
                look=lambda: find(self._comments(pull_number))[0] not in (None, found) or None,
            )
            if isinstance(made, httpx.Response):
                _check(made, self._host, "pull-requests: write")

        return _reason_of(write)

    def create_deployment(
        self,
        *,
        ref: str,
        environment: str,
        description: str,
        payload: Mapping[str, str],
        transient: bool,
    ) -> int | NotDone:
        """Make a deployment of a commit and return its id.

        Args:
            ref: 40 hex digits, or a branch.
            environment: its name in GitHub; made there if it is new.
            description: for people.
            payload: what tells this run's deployment from others, should the answer be lost.
            transient: the environment goes away some day, as a pull request's does.

        """
        body = {
            "ref": ref,
            "environment": environment,
            "description": description[:MAX_DESCRIPTION],
            "payload": payload,
            "transient_environment": transient,
            # The workflow has decided already what must be green before.
            "auto_merge": False,
            "required_contexts": [],
        }

        def make() -> int:
            made = self._send(
                "POST",
                "/deployments",
                body,
                look=lambda: self._find_deployment(ref, environment, payload),
            )
            if isinstance(made, int):
                return made
            _check(made, self._host, "deployments: write")
            found = read_object(made).get("id")
            if not isinstance(found, int):
                raise _NotDoneError(f"{self._host} made no deployment: {_told(made)}")
            return found

        return _value_or_reason(make)

    def set_deployment_status(
        self,
        deployment_id: int,
        state: str,
        *,
        description: str = "",
        environment_url: str | None = None,
        log_url: str | None = None,
    ) -> NotDone | None:
        """Say how a deployment goes: in_progress, success, failure; a success ends former ones."""
        known = {"environment_url": environment_url, "log_url": log_url}
        body = {
            "state": state,
            "description": description[:MAX_DESCRIPTION],
            "auto_inactive": True,
            **{key: url for key, url in known.items() if url},
        }

        def write() -> None:
            done = self._send("POST", f"/deployments/{deployment_id}/statuses", body)
            _check(done, self._host, "deployments: write")

        return _reason_of(write)

    def end_deployments(self, environment: str) -> NotDone | None:
        """Say that no deployment of an environment is live any more."""

        def find() -> list[int]:
            query = {"environment": environment, "per_page": str(DEPLOYMENTS_ENDED)}
            answer = self._send("GET", "/deployments", query=query)
            _check(answer, self._host, "deployments: write")
            return [one["id"] for one in read_objects(answer) if isinstance(one.get("id"), int)]

        found = _value_or_reason(find)
        if isinstance(found, NotDone):
            return found
        ended = (self.set_deployment_status(one, "inactive") for one in found)
        return next((failed for failed in ended if failed), None)

    def is_ancestor(self, older: str, newer: str) -> bool | None:
        """Tell by the compare API whether a commit is in another's history; None: not known."""

        def ask() -> bool | None:
            path = f"/compare/{quote(older)}...{quote(newer)}"
            answer = self._send("GET", path, query={"per_page": "1"})
            _check(answer, self._host, "contents: read")
            return _STATE_OF_COMPARE.get(str(read_object(answer).get("status")))

        found = _value_or_reason(ask)
        return None if isinstance(found, NotDone) else found

    def _comments(self, pull_number: int) -> Iterator[Mapping[str, Any]]:
        for page in range(1, MAX_PAGES + 1):
            answer = self._send(
                "GET",
                f"/issues/{pull_number}/comments",
                query={"per_page": str(COMMENTS_PER_PAGE), "page": str(page)},
            )
            _check(answer, self._host, "pull-requests: write")
            yield from read_objects(answer)
            # Only the fact that there is more: the token follows no address from an answer.
            if "next" not in answer.links:
                return

    def _find_deployment(
        self, ref: str, environment: str, payload: Mapping[str, str]
    ) -> int | None:
        query = {"sha": ref, "environment": environment}
        answer = self._send("GET", "/deployments", query=query)
        _check(answer, self._host, "deployments: write")
        for one in read_objects(answer):
            if one.get("payload") == payload and isinstance(one.get("id"), int):
                return int(one["id"])
        return None

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        look: Callable[[], T | None] | None = None,
    ) -> Any:
        """Return the answer, or what `look` found where it was lost; raises `DeployError`."""
        label = f"{method} {path.rsplit('/', 1)[-1] if method != 'GET' else path.strip('/')}"

        def once() -> Any:
            request = self._client.build_request(
                method,
                self._root + path,
                json=body,
                params=query or {},
                headers={"Authorization": self._authorization},
                timeout=max(min(REQUEST_TIMEOUT, self._retrier.remaining()), 0.01),
                extensions={REMAINING: self._retrier.remaining},
            )
            try:
                answer = in_time(
                    lambda: read_whole(self._client, request),
                    self._sockets,
                    self._retrier.remaining,
                )
            except httpx.ConnectError:
                raise self._failed(label, Kind.UNSENT, "no connection") from None
            except (TooLateError, httpx.TransportError, UnreadableAnswerError):
                raise self._failed(label, Kind.LOST, "no answer") from None
            if answer.status_code >= 500:
                raise self._failed(label, Kind.SERVER, str(answer.status_code))
            if _is_throttled(answer):
                after = retry_after_seconds(answer.headers, self._wall_clock)
                raise self._failed(label, Kind.THROTTLED, str(answer.status_code), after)
            return answer

        return self._retrier.call(f"{self._host}: {label}", once, look=look)

    def _failed(
        self, label: str, kind: Kind, short: str, retry_after: float | None = None
    ) -> RequestFailedError:
        return RequestFailedError(
            Failure(
                request=f"{self._host}: {label}",
                kind=kind,
                problem=f"{short} from {self._host}",
                short=short,
                retry_after=retry_after,
            )
        )


def _is_throttled(answer: httpx.Response) -> bool:
    """Tell a limit from a refusal: both may have the status 403 (GitHub's rate limit page)."""
    if answer.status_code == 429:
        return True
    used_up = answer.headers.get("x-ratelimit-remaining") == "0"
    return answer.status_code == 403 and (used_up or "retry-after" in answer.headers)


def _check(answer: httpx.Response, host: str, permission: str) -> None:
    """Raise what a refusal means. 404 is a missing right too, where the repository is private."""
    status = answer.status_code
    if status < 300:
        return
    if status == 401:
        raise _NotDoneError(f"{host} did not accept github-token (401)")
    if status in (403, 404):
        raise _NotDoneError(
            f"github-token may not ({status} from {host}): give the job  permissions: {permission}"
        )
    raise _NotDoneError(f"{host} refused it ({status}): {_told(answer)}")


def _told(answer: httpx.Response) -> str:
    message = read_object(answer).get("message")
    return message[:200] if isinstance(message, str) else "without a reason"


def _value_or_reason(do: Callable[[], T]) -> T | NotDone:
    try:
        return do()
    except _NotDoneError as error:
        return NotDone(str(error))
    except DeployError as error:
        return NotDone(error.message)
    except (httpx.InvalidURL, UnicodeError):
        # Their texts hold what can't be sent.
        return NotDone("github-token or GITHUB_API_URL can't be used")


def _reason_of(do: Callable[[], None]) -> NotDone | None:
    return _value_or_reason(do)
