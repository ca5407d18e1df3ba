"""The body of an answer, unpacked and bounded: a server must not decide how much memory we use.

httpx unpacks whole pieces, and as many encodings as an answer names: 64 KiB that are packed twice
can become 64 GiB before anyone counts them.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import httpx

MIB: Final = 2**20
# Cloudflare's largest lists are some hundred KiB a page.
MAX_JSON_BYTES: Final = 16 * MIB
# A script has at most 64 MiB before compression (limits page, "Worker size").
MAX_DOWNLOAD_BYTES: Final = 128 * MIB
# Asked for in each request, and the only encoding that is read.
ACCEPT_ENCODING: Final = "gzip"
_PIECE: Final = 256 * 1024
_GZIP_OR_ZLIB: Final = 47  # window bits: zlib looks for itself which of them it is


class UnreadableAnswerError(Exception):
    """An answer that is too large, cut off, or packed as nobody asked for; the text says which."""


def received(
    response: httpx.Response, *, limit: int, check: Callable[[], None] = lambda: None
) -> Iterator[bytes]:
    """Yield the unpacked body in pieces; `check` is asked before each and may raise.

    Raises:
        UnreadableAnswerError: more than `limit` bytes, or not what it says it is.
        httpx.TransportError: the connection broke.

    """
    size = 0
    for piece in _unpacked(response, limit=limit):
        check()
        size += len(piece)
        if size > limit:
            raise UnreadableAnswerError(f"an answer of more than {limit // MIB} MiB")
        yield piece


def read_whole(client: httpx.Client, request: httpx.Request) -> httpx.Response:
    """Send a request and return its answer with the body read, which is at most a JSON's size.

    Raises:
        UnreadableAnswerError, httpx.TransportError: as `received`.

    """
    answer = client.send(request, stream=True)
    try:
        content = b"".join(received(answer, limit=MAX_JSON_BYTES))
    finally:
        answer.close()
    headers = {name: text for name, text in answer.headers.items() if name != "content-encoding"}
    return httpx.Response(answer.status_code, headers=headers, content=content)


def _unpacked(response: httpx.Response, *, limit: int) -> Iterator[bytes]:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    match encoding:
        case "" | "identity":
            return response.iter_raw()
        case "gzip" | "x-gzip" | "deflate":
            return _unzipped(response.iter_raw(), limit=limit)
        case _:
            raise UnreadableAnswerError("an answer in an encoding that was not asked for")


def _unzipped(packed: Iterator[bytes], *, limit: int) -> Iterator[bytes]:
    unzip = zlib.decompressobj(_GZIP_OR_ZLIB)
    size = 0
    for piece in packed:
        # Packed bytes count, too: gigabytes of them may unpack to nothing.
        size += len(piece)
        if size > limit:
            raise UnreadableAnswerError(f"a packed answer of more than {limit // MIB} MiB")
        rest = piece
        while rest and not unzip.eof:
            try:
                yield unzip.decompress(rest, _PIECE)
            except zlib.error:
                raise UnreadableAnswerError("an answer that can't be unpacked") from None
            rest = unzip.unconsumed_tail
        if unzip.unused_data or (rest and unzip.eof):
            raise UnreadableAnswerError("a packed answer with something behind its end")
    if not unzip.eof and size:
        raise UnreadableAnswerError("a packed answer that is cut off")
