"""The body of an answer takes as much memory as it may, however it is packed."""

import gzip
import tracemalloc
import zlib

import httpx
import pytest

from workers_deploy.api.http.received import (
    MAX_JSON_BYTES,
    MIB,
    UnreadableAnswerError,
    read_whole,
    received,
)


class Pieces(httpx.SyncByteStream):
    def __init__(self, pieces):
        self.pieces = pieces
        self.taken = 0

    def __iter__(self):
        for piece in self.pieces:
            self.taken += 1
            yield piece


def answer(*pieces, encoding=None):
    headers = {} if encoding is None else {"Content-Encoding": encoding}
    return httpx.Response(200, headers=headers, stream=Pieces(pieces))


def whole(response, limit=MAX_JSON_BYTES):
    return b"".join(received(response, limit=limit))


def split(content, size):
    return [content[start : start + size] for start in range(0, len(content), size)]


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "GZIP", "x-gzip", "deflate"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_body_is_what_it_was_before_it_was_packed(encoding, size):
    content = b"some text, " * 500
    packed = {"deflate": zlib.compress, "": bytes, "identity": bytes}.get(encoding, gzip.compress)

    assert whole(answer(*split(packed(content), size), encoding=encoding)) == content


def test_an_empty_body_needs_no_encoding():
    assert whole(answer(encoding="gzip")) == b""


def test_a_bomb_is_given_up_before_it_takes_memory():
    small = zlib.compressobj(9, wbits=31)
    packed = b"".join([*(small.compress(bytes(MIB)) for _ in range(100)), small.flush()])
    tracemalloc.start()

    with pytest.raises(UnreadableAnswerError, match="more than 16 MiB"):
        for _ in received(answer(packed, encoding="gzip"), limit=MAX_JSON_BYTES):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(packed) < MIB
    assert peak < 2 * MIB


def test_a_body_without_end_is_given_up():
    endless = answer(*[bytes(MIB)] * 100)

    with pytest.raises(UnreadableAnswerError, match="more than 16 MiB"):
        whole(endless)

    assert endless.stream.taken == 17


def test_packed_bytes_that_unpack_to_nothing_are_bounded_too():
    empty_block = b"\x00\x00\x00\xff\xff"
    head = gzip.compress(b"")[:10]
    endless = answer(head, *[empty_block * 200_000] * 100, encoding="gzip")

    with pytest.raises(UnreadableAnswerError, match="a packed answer of more than 16 MiB"):
        whole(endless)

    assert endless.stream.taken == 18


def test_trash_behind_a_packed_answer_is_not_read_to_its_end():
    endless = answer(gzip.compress(b"some text"), *[b"!"] * 100, encoding="gzip")

    with pytest.raises(UnreadableAnswerError, match="behind its end"):
        whole(endless)

    assert endless.stream.taken == 2


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "none"])
def test_what_nobody_asked_for_is_not_unpacked(encoding):
    with pytest.raises(UnreadableAnswerError, match="not asked for"):
        whole(answer(b"x", encoding=encoding))


@pytest.mark.parametrize(
    ("packed", "told"),
    [
        (gzip.compress(b"some text")[:-9], "cut off"),
        (b"no gzip", "can't be unpacked"),
        (gzip.compress(b"some text")[:-4] + b"!!!!", "can't be unpacked"),
        (gzip.compress(b"some text") + b"!", "something behind its end"),
    ],
    ids=["cut", "no gzip", "wrong check sum", "trash behind"],  # gzip writes the time down
)
def test_what_is_not_whole_is_no_answer(packed, told):
    with pytest.raises(UnreadableAnswerError, match=told):
        whole(answer(packed, encoding="gzip"))


def test_who_reads_may_end_it_between_two_pieces():
    def stop():
        raise TimeoutError

    with pytest.raises(TimeoutError):
        list(received(answer(b"x"), limit=1, check=stop))


def test_a_whole_answer_has_its_headers_and_its_body():
    packed = gzip.compress(b'{"a": 1}')
    reply = httpx.Response(
        201,
        headers={"Content-Encoding": "gzip", "Link": '<https://x/?page=2>; rel="next"'},
        stream=Pieces([packed]),
    )
    with httpx.Client(transport=httpx.MockTransport(lambda _: reply)) as client:
        got = read_whole(client, client.build_request("GET", "https://x/"))

    assert (got.status_code, got.json()) == (201, {"a": 1})
    assert "next" in got.links
    assert reply.is_closed
