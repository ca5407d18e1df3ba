"""An emulator that keeps each request as it came in, and hands out the buckets it is told to."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Message, Receive, Scope, Send

from fakes.forms import read_form
from fakes.recordings import Exchange
from workers_emulator.server.app import App
from workers_emulator.server.playground import Playground
from workers_emulator.server.server import EmulatorServer
from workers_emulator.state.account import Account

Buckets = Sequence[Sequence[str]]


class RecordingApp(App):
    """The emulator's application with an ear at its door."""

    def __init__(self, account: Account, playground: Playground) -> None:
        super().__init__(account, playground)
        self.heard: list[Exchange] = []
        self.buckets: list[Buckets] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the emulator does; note request and answer."""
        body = bytearray()
        answer = bytearray()
        start: Message = {}

        async def listen() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            answer.extend(message["body"])
            await self._answer_with(start, bytes(answer), scope, bytes(body), send)

        await super().__call__(scope, listen, note)

    async def _answer_with(
        self, start: Message, answer: bytes, scope: Scope, body: bytes, send: Send
    ) -> None:
        if self.buckets and scope["path"].endswith("/assets-upload-session"):
            said = json.loads(answer)
            said["result"]["buckets"] = self.buckets.pop(0)
            answer = json.dumps(said).encode()
            headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
            start["headers"] = [*headers, (b"content-length", str(len(answer)).encode())]
        self.heard.append(_exchange(self.account.options.account_id, scope, body, start, answer))
        await send(start)
        await send({"type": "http.response.body", "body": answer})


class RecordingEmulator(EmulatorServer):
    """An emulator for tests that ask what was sent, byte for byte."""

    app: RecordingApp

    def __init__(self, **options: Any) -> None:
        super().__init__(rate_limit=0, **options)
        self.app = RecordingApp(self.account, self._playground)

    def take(self) -> tuple[Exchange, ...]:
        """Return what was heard since the last time."""
        heard, self.app.heard = self.app.heard, []
        return tuple(heard)

    def prepare_session(self, manifest: dict[str, bytes], buckets: Buckets) -> None:
        """Let the next upload session ask for these buckets of a manifest (hash → content).

        What is in no bucket counts as stored before.
        """
        asked = {hash_ for bucket in buckets for hash_ in bucket}
        store = self.account.assets
        for hash_, content in manifest.items():
            if hash_ in asked:
                store.files.pop(hash_, None)
            else:
                store.put(hash_, content, None)
        self.app.buckets.append(buckets)


def _exchange(
    account_id: str, scope: Scope, body: bytes, start: Message, answer: bytes
) -> Exchange:
    headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    content_type = headers.get("content-type", "")
    is_json = bool(body) and content_type.endswith("json")
    found = Exchange(
        method=scope["method"],
        path=scope["path"].removeprefix(f"/client/v4/accounts/{account_id}"),
        query=dict(parse_qsl(scope["query_string"].decode())),
        headers=headers,
        status=start["status"],
        answer=json.loads(answer) if answer.startswith(b"{") else None,
        json=json.loads(body) if is_json else None,
    )
    if found.is_form:
        return replace(found, parts=read_form(content_type, body))
    return found if is_json else replace(found, raw=body)
