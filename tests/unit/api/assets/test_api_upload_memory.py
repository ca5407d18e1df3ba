"""An upload on its way through the HTTP client: its memory, and the bytes of each try."""

import base64
import email
import random
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from fakes.api import ACCOUNT, BASE_URL, TOKEN, FakeTime, good, make_retrier
from fakes.streamed import streamed
from workers_deploy.api.assets.upload import AssetUpload, upload_assets
from workers_deploy.api.endpoints.caller import ScriptPath
from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.http.connection import Connection
from workers_deploy.core.manifest import AssetEntry, AssetManifest

MEBIBYTE = 2**20


class Streamed(httpx.BaseTransport):
    """A Cloudflare that takes bodies piece by piece.

    `breaks` are bytes after which the connection breaks, try by try. Bodies are kept only where
    `keeps` says so; `pieces` are the longest of each try.
    """

    def __init__(
        self, buckets: Sequence[Sequence[str]], breaks: Sequence[int] = (), *, keeps: bool = False
    ) -> None:
        self.tries: list[bytes] = []
        self.types: list[str] = []
        self.received = 0
        self._buckets = buckets
        self._breaks = list(breaks)
        self._keeps = keeps

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        if request.url.path.endswith("/assets-upload-session"):
            self._take(request.stream, keeps=False)
            return streamed(good({"jwt": "session", "buckets": self._buckets}))
        limit = self._breaks.pop(0) if self._breaks else None
        self.types.append(request.headers["content-type"])
        length = self._take(request.stream, keeps=self._keeps, limit=limit)
        assert length == int(request.headers["content-length"])
        self.received += length
        return streamed(good({"jwt": "completion"}, status=201))

    def _take(self, stream: httpx.SyncByteStream, *, keeps: bool, limit: int | None = None) -> int:
        count, kept = 0, []
        for piece in stream:
            count += len(piece)
            if keeps:
                kept.append(piece)
            if limit is not None and count >= limit:
                break
        if keeps:
            self.tries.append(b"".join(kept)[:limit])
        if limit is not None and count >= limit:
            raise httpx.WriteError("the connection broke")
        return count


def site(folder: Path, contents: Sequence[bytes]) -> AssetManifest:
    entries = []
    for index, content in enumerate(contents):
        file = folder / str(index)
        file.write_bytes(content)
        entries.append(
            AssetEntry(
                path=f"/{index}",
                hash=f"{index:032x}",
                size=len(content),
                content_type="image/png",
                file=str(file),
            )
        )
    return AssetManifest(entries=tuple(entries))


def upload(transport: httpx.BaseTransport, manifest: AssetManifest) -> AssetUpload:
    time = FakeTime()
    connection = Connection(base_url=BASE_URL, token=TOKEN, transport=transport, clock=time.clock)
    client = WorkersClient(connection, account_id=ACCOUNT, retrier=make_retrier(time))
    try:
        return upload_assets(
            client, ScriptPath(name="hello"), manifest, progress=lambda _files, _size: None
        )
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("files", "size", "per_bucket"),
    [(1, 25 * MEBIBYTE, 1), (200, 200 * 1024, 200), (8, 25 * MEBIBYTE, 1)],
    ids=["a file of 25 MiB", "a bucket of 200 files", "eight buckets at once"],
)
def test_memory_does_not_grow_with_what_is_sent(tmp_path, files, size, per_bucket):
    manifest = site(tmp_path, [bytes(size)] * files)
    hashes = [entry.hash for entry in manifest.entries]
    buckets = [hashes[start : start + per_bucket] for start in range(0, files, per_bucket)]
    transport = Streamed(buckets)
    upload(Streamed([]), manifest)  # what is imported on first use is no upload's
    tracemalloc.start()

    done = upload(transport, manifest)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert done.uploaded == files
    assert transport.received > files * size * 4 / 3
    # What is read, its base64 and what waits for the socket: under 1 MiB for each that goes on.
    assert peak < MEBIBYTE * (1 + len(buckets))


@pytest.mark.parametrize("seed", range(8))
def test_each_try_sends_the_same_bytes_from_their_beginning(tmp_path, seed):
    chance = random.Random(seed)
    contents = [chance.randbytes(chance.randrange(300_000)) for _ in range(5)]
    manifest = site(tmp_path, contents)
    most = sum(len(content) for content in contents)
    breaks = [chance.randrange(1, most) for _ in range(chance.randrange(1, 4))]
    transport = Streamed([[entry.hash for entry in manifest.entries]], breaks, keeps=True)

    upload(transport, manifest)

    *broken, whole = transport.tries
    assert [len(one) for one in broken] == breaks
    assert all(whole.startswith(one) for one in broken)
    head = f"Content-Type: {transport.types[-1]}\r\n\r\n".encode()
    parts = email.message_from_bytes(head + whole).get_payload()
    assert [base64.b64decode(part.get_payload(), validate=True) for part in parts] == contents
