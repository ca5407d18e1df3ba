"""What wrangler sent in former steps of a recording, sent once more: the account as it was then.

Ids and tokens of the recording's server are replaced by those that are answered now.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from fakes.forms import write_form
from fakes.patience import PATIENCE
from fakes.recording_emulator import RecordingEmulator
from fakes.recordings import Exchange, Part, digest_of


class Replay:
    """Sends recorded writes to an emulator, in their order."""

    def __init__(self, cloudflare: RecordingEmulator, long_contents: Iterable[bytes]) -> None:
        """`long_contents` are those that were too long for the recording; found by digest."""
        self._cloudflare = cloudflare
        self._long = {digest_of(content): content for content in long_contents}
        self._now: dict[str, str] = {}
        self._token = ""

    def send(self, exchange: Exchange) -> None:
        """Send a write; it must end as it did then.

        Raises:
            AssertionError: it was answered otherwise.

        """
        asset_token = exchange.path.startswith("/workers/assets/")
        response = httpx.request(
            exchange.method,
            f"{self._cloudflare.url}/accounts/{self._cloudflare.account_id}{self._put(exchange.path)}",
            params=exchange.query,
            headers={
                "Authorization": f"Bearer {self._token if asset_token else self._cloudflare.token}",
                "User-Agent": exchange.headers["user-agent"],
                "Content-Type": exchange.headers.get("content-type", ""),
            },
            timeout=PATIENCE,
            content=self._body(exchange) or None,
        )
        assert response.is_success == (exchange.status < 300), (exchange.path, response.text)
        if response.is_success:
            self._learn(exchange.answer.get("result"), response.json()["result"])

    def create_queues(self, exchange: Exchange) -> None:
        """Make the queues that a recorded GET was told of."""
        for queue in exchange.answer["result"]:
            if queue["queue_id"] not in self._now:
                created = self._create_queue(queue["queue_name"])
                self._now[queue["queue_id"]] = created

    def _create_queue(self, name: str) -> str:
        response = httpx.post(
            f"{self._cloudflare.url}/accounts/{self._cloudflare.account_id}/queues",
            headers={"Authorization": f"Bearer {self._cloudflare.token}"},
            json={"queue_name": name},
            timeout=PATIENCE,
        )
        return str(response.raise_for_status().json()["result"]["queue_id"])

    def _body(self, exchange: Exchange) -> bytes:
        if exchange.is_form:
            return write_form(
                exchange.headers["content-type"],
                [(part.headers, self._content(part)) for part in exchange.parts],
            )
        if exchange.json is not None:
            return self._put(json.dumps(exchange.json)).encode()
        return exchange.raw

    def _content(self, part: Part) -> bytes:
        content = part.content if part.content is not None else self._long[part.digest]
        return (
            content.replace(b"<jwt>", self._token.encode()) if part.name == "metadata" else content
        )

    def _put(self, text: str) -> str:
        for then, now in self._now.items():
            text = text.replace(then, now)
        return text

    def _learn(self, then: Any, now: Any) -> None:
        if not isinstance(then, Mapping) or not isinstance(now, Mapping):
            return
        self._token = now.get("jwt") or self._token
        for name in ("id", "deployment_id"):
            if isinstance(then.get(name), str) and isinstance(now.get(name), str):
                self._now[then[name]] = now[name]
                self._now[_with_hyphens(then[name])] = _with_hyphens(now[name])


def _with_hyphens(id_: str) -> str:
    if len(id_) != 32:
        return id_
    return "-".join((id_[:8], id_[8:12], id_[12:16], id_[16:20], id_[20:]))
