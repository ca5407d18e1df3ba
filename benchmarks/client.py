"""The server's process as the benchmark sees it: started, told what to do, asked what it saw."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.server import UPLOAD_PATH, Seen

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What the server saw of one run; times are on the machine's monotonic clock."""

    cpu: float  # processor seconds of the server's process so far
    stored: int  # files that the account has
    requests: tuple[Seen, ...]

    @property
    def writes(self) -> int:
        """Count the requests that are no reads."""
        return sum(one.method != "GET" for one in self.requests)

    @property
    def reads(self) -> int:
        """Count the reads that decide: those before the last write."""
        return len(self.requests) - self.writes - self.confirming

    @property
    def confirming(self) -> int:
        """Count the reads that confirm: those after the last write."""
        writes = [n for n, one in enumerate(self.requests) if one.method != "GET"]
        return len(self.requests) - 1 - writes[-1] if writes else 0

    @property
    def uploads(self) -> tuple[Seen, ...]:
        """Return the requests that carried assets."""
        return tuple(one for one in self.requests if one.path.endswith(UPLOAD_PATH))

    @property
    def sent(self) -> int:
        """Return the bytes of all bodies."""
        return sum(one.length for one in self.requests)

    @property
    def upload_seconds(self) -> float:
        """Return the seconds from the first byte of the first bucket to the last answer."""
        if not self.uploads:
            return 0.0
        began = min(one.began for one in self.uploads)
        return max(one.answered for one in self.uploads) - began


class Server:
    """The recording server."""

    def __init__(self, api: str) -> None:
        self.api = api
        self._client = httpx.Client(base_url=api.removesuffix("/client/v4"))

    def reset(self) -> None:
        """Make the account empty, and forget all requests."""
        self._ask("reset")

    def forget(self) -> None:
        """Forget all requests; the account keeps what it has."""
        self._ask("forget")

    def be_late(self, seconds: float) -> None:
        """Hold every answer back for so long."""
        self._ask("latency", str(seconds))

    def heard(self) -> Heard:
        """Return what was asked since the last reset or forget."""
        return self._ask("heard")

    def end(self) -> None:
        """End the server's process."""
        self._ask("end")
        self._client.close()

    def _ask(self, name: str, body: str = "") -> Heard:
        answer = self._client.post(f"/__bench__/{name}", content=body).raise_for_status().json()
        return Heard(
            cpu=answer["cpu"],
            stored=answer["stored"],
            requests=tuple(Seen(**one) for one in answer["requests"]),
        )


@contextmanager
def running_server() -> Iterator[Server]:
    """Start the server as a process of its own."""
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        server = Server(process.stdout.readline().strip())
        try:
            yield server
        finally:
            server.end()
