"""A server on loopback that hands every request on to the API, and notes both sides of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import httpx

from conformance.redaction import Redactor
from fakes.patience import PATIENCE

# Between two neighbours only; httpx sets them anew on its side.
_HOP = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding"})
_OF_ANSWERS = _HOP | {"content-encoding", "date", "server"}
Note = Callable[[Mapping[str, Any]], None]


@contextmanager
def recording(base_url: str, redactor: Redactor, note: Note) -> Iterator[str]:
    """Yield the base URL of a server that stands before this API; `note` gets each exchange."""
    with httpx.Client(timeout=PATIENCE, trust_env=False) as client:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(client, base_url, redactor, note))
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{urlsplit(base_url).path}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(
    client: httpx.Client, base_url: str, redactor: Redactor, note: Note
) -> type[BaseHTTPRequestHandler]:
    origin = base_url.removesuffix(urlsplit(base_url).path)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = [(k, v) for k, v in self.headers.items() if k.lower() not in _HOP]
            try:
                answer = client.request(
                    self.command, origin + self.path, headers=headers, content=body
                )
            except httpx.TransportError as error:
                # Whoever asked sees the same: a connection that ends without an answer.
                note(_exchange(redactor, self, body) | {"lost": type(error).__name__})
                self.close_connection = True
                return
            note(
                _exchange(redactor, self, body)
                | {"status": answer.status_code, "answer": _answered(redactor, self.path, answer)}
            )
            self._answer(answer)

        def _answer(self, answer: httpx.Response) -> None:
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name.lower() not in _OF_ANSWERS:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            """Stay silent: what is asked is noted already."""

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do_HEAD = _pass_on  # noqa: N815

    return Handler


def _exchange(redactor: Redactor, asked: BaseHTTPRequestHandler, body: bytes) -> dict[str, Any]:
    agent = asked.headers.get("User-Agent", "")
    return {
        "by": "workers-deploy" if agent.startswith("workers-deploy/") else "another client",
        "request": redactor.text(f"{asked.command} {asked.path}"),
        "sent": _sent(redactor, asked.headers, body),
    }


def _sent(redactor: Redactor, headers: Message, body: bytes) -> Any:
    """Return JSON as it is; of a form the JSON parts, and of what else is in it the sizes."""
    content_type = headers.get("Content-Type", "")
    if not body:
        return None
    if content_type.startswith("multipart/form-data"):
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        form = BytesParser().parsebytes(head + body)
        parts = form.get_payload()
        assert isinstance(parts, list)
        return {
            redactor.text(_name_of(part)): _content(redactor, part.get_payload(decode=True))
            for part in parts
            if isinstance(part, Message)
        }
    return _content(redactor, body)


def _name_of(part: Message) -> str:
    return str(part.get_param("name", "", "content-disposition"))


def _content(redactor: Redactor, content: Any) -> Any:
    try:
        parsed = json.loads(content)
    except ValueError:
        return f"<{len(content)} bytes>"
    return redactor.tree(parsed) if isinstance(parsed, dict | list) else f"<{len(content)} bytes>"


def _answered(redactor: Redactor, path: str, answer: httpx.Response) -> Any:
    try:
        return redactor.answer(path, answer.json())
    except ValueError:
        return f"<{len(answer.content)} bytes of {answer.headers.get('content-type', 'unknown')}>"
