"""GitHub's API as far as a run tells it something: comments, deployments, compare."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from fakes.streamed import Streamed

TOKEN = "ghs_token_0123456789abcdef"
REPOSITORY = "acme/shop"

Reply = tuple[int, dict[str, str], Any]


@dataclass
class GitHubApi:
    """One repository; `refuse` and `fail` say what goes wrong."""

    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)  # by pull request
    deployments: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    compared: dict[str, str] = field(default_factory=dict)  # "older...newer" → status
    requests: list[str] = field(default_factory=list)
    authorizations: set[str | None] = field(default_factory=set)
    is_paged: bool = True  # Gitea answers all comments at once
    _events: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    _failures: list[tuple[str, list[Reply]]] = field(default_factory=list)
    _ids: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(
        self,
        route: str,
        *statuses: int,
        message: str = "no",
        headers: Mapping[str, str] = {},
    ) -> None:
        """Let requests whose "METHOD /path" matches answer these statuses in turn."""
        replies = [(status, dict(headers), {"message": message}) for status in statuses]
        self._failures.append((route, replies))

    def when(self, route: str, do: Callable[[], object]) -> None:
        """Call `do` before a request whose "METHOD /path" matches is answered."""
        self._events.append((route, do))

    def answer(self, method: str, target: str, body: bytes, authorization: str | None) -> Reply:
        parts = urlsplit(target)
        path = parts.path.split(f"/repos/{REPOSITORY}", 1)[-1]
        for route, do in self._events:
            if re.fullmatch(route, f"{method} {path}"):
                do()
        with self._lock:
            self.requests.append(f"{method} {path}")
            self.authorizations.add(authorization)
            for route, replies in self._failures:
                if replies and re.fullmatch(route, f"{method} {path}"):
                    return replies.pop(0)
            query = dict(parse_qsl(parts.query))
            return self._carry_out(method, path, query, json.loads(body) if body else {})

    def _carry_out(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Reply:
        match [method, *path.strip("/").split("/")]:
            case ["GET", "issues", number, "comments"]:
                return self._page(self.comments.get(int(number), []), query)
            case ["POST", "issues", number, "comments"]:
                made = {"id": self._id(), "body": body["body"]}
                self.comments.setdefault(int(number), []).append(made)
                return 201, {}, made
            case ["PATCH", "issues", "comments", wanted]:
                return self._edit(int(wanted), body)
            case ["GET", "compare", commits] if commits in self.compared:
                return 200, {}, {"status": self.compared[commits]}
            case [_, "deployments", *rest]:
                return self._deployments(method, rest, query, body)
            case _:
                return 404, {}, {"message": "Not Found"}

    def _deployments(
        self, method: str, rest: list[str], query: Mapping[str, str], body: Any
    ) -> Reply:
        match [method, *rest]:
            case ["GET"]:
                found = [
                    one
                    for one in self.deployments[::-1]
                    if query.get("sha") in (None, one["ref"])
                    and query.get("environment") == one.get("environment")
                ]
                return 200, {}, found
            case ["POST"]:
                self.deployments.append({"id": self._id(), **body})
                return 201, {}, self.deployments[-1]
            case _:
                self.statuses.append({"deployment": int(rest[0]), **body})
                return 201, {}, {"id": self._id()}

    def _page(self, comments: list[dict[str, Any]], query: Mapping[str, str]) -> Reply:
        if not self.is_paged:
            return 200, {}, comments
        size, page = int(query["per_page"]), int(query["page"])
        more = len(comments) > size * page
        link = {"Link": '<https://elsewhere.invalid/?page=9>; rel="next"'} if more else {}
        return 200, link, comments[size * (page - 1) : size * page]

    def _edit(self, wanted: int, body: Any) -> Reply:
        for comment in (c for several in self.comments.values() for c in several):
            if comment["id"] == wanted:
                comment["body"] = body["body"]
                return 200, {}, comment
        return 404, {}, {"message": "Not Found"}

    def _id(self) -> int:
        self._ids += 1
        return self._ids

    def transport(self) -> httpx.MockTransport:
        """Answer httpx without a socket."""
        return Streamed(self._respond)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        status, headers, body = self.answer(
            request.method,
            str(request.url),
            request.read(),
            request.headers.get("authorization"),
        )
        if status == 0:
            raise httpx.ReadError("the connection broke")
        return httpx.Response(status, headers=headers, json=body)


@contextmanager
def serving(api: GitHubApi) -> Iterator[str]:
    """Yield the address of a loopback server that answers as the API."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(api.answer))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/v3"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler_of(answer: Callable[..., Reply]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            status, headers, body = answer(
                self.command, self.path, self.rfile.read(size), self.headers["authorization"]
            )
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            with suppress(OSError):  # nobody waits any more
                self.end_headers()
                self.wfile.write(content)

        do_GET = _reply  # noqa: N815
        do_POST = _reply  # noqa: N815
        do_PATCH = _reply  # noqa: N815

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    return Handler
