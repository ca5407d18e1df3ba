"""A transport without a socket whose answers come as from one: as a stream, read once."""

from collections.abc import Callable, Iterator

import httpx


class Streamed(httpx.MockTransport):
    """As httpx's, but nothing has read the answer's body already."""

    def __init__(self, handler: Callable[[httpx.Request], httpx.Response]) -> None:
        super().__init__(lambda request: streamed(handler(request)))


class _Body(httpx.SyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content


def streamed(answer: httpx.Response) -> httpx.Response:
    """Return an answer with its body still to be read."""
    if not answer.is_stream_consumed:
        return answer
    stream = _Body(answer.content)
    return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)
