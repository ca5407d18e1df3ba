"""Ways in which a server may break HTTP itself: its lines, headers, lengths, packing and time."""

import gzip
import random
import zlib
from collections.abc import Callable
from functools import lru_cache

from fakes.hostile_front import Meeting, Play

MIB = 2**20
OK = "HTTP/1.1 200 OK\r\n"
JSON = f"{OK}Content-Type: application/json\r\n"
CHUNKED = f"{JSON}Transfer-Encoding: chunked\r\n\r\n"
GOOD = '{"success": true, "errors": [], "messages": [], "result": {}}'
# A TLS alert, a greeting of SSH, the first frame of HTTP/2, what HTTP/2 is begun with.
ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
SETTINGS = b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\x00\x04\x00\x10\x00\x00"
PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def _says(*pieces: bytes | str) -> Play:
    """Send this and close."""
    return lambda at: at.send(*pieces)


def _and_waits(*pieces: bytes | str) -> Play:
    """Send this, and then nothing."""

    def play(at: Meeting) -> None:
        at.send(*pieces)
        at.wait()

    return play


def _and_resets(*pieces: bytes | str) -> Play:
    def play(at: Meeting) -> None:
        at.send(*pieces)
        at.reset()

    return play


def _drips(begin: str, drop: str) -> Play:
    def play(at: Meeting) -> None:
        at.send(begin)
        at.drip(drop)

    return play


def _floods(begin: str, piece: bytes | str, times: int) -> Play:
    def play(at: Meeting) -> None:
        at.send(begin)
        at.flood(piece, times)

    return play


def _with_headers(*headers: str) -> Play:
    """Send what would be a good answer but for these headers; its end is the connection's."""

    def play(at: Meeting) -> None:
        begin = (f"HTTP/1.1 {at.reply.status} Said", "Content-Type: application/json")
        at.send("\r\n".join([*begin, *headers, "", ""]), at.reply.body)

    return play


def _with_length(length: Callable[[int], str]) -> Play:
    return lambda at: at.send(
        f"{JSON}Content-Length: {length(len(at.reply.body))}\r\n\r\n", at.reply.body
    )


def _packed(encoding: str, pack: Callable[[bytes], bytes]) -> Play:
    return lambda at: at.answer(pack(at.reply.body), f"Content-Encoding: {encoding}")


@lru_cache(1)
def _bomb() -> bytes:
    """1 GiB of spaces in 1 MiB."""
    packer = zlib.compressobj(9, wbits=31)
    piece = b" " * (4 * MIB)
    return b"".join([*(packer.compress(piece) for _ in range(256)), packer.flush()])


def _raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


def _then_trash(at: Meeting) -> None:
    packed = gzip.compress(at.reply.body)
    at.send(f"{JSON}Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
    at.send(f"{len(packed):x}\r\n", packed, "\r\n")
    at.flood(b"10000\r\n" + bytes(65536) + b"\r\n", 16_384)


def _empty_blocks(at: Meeting) -> None:
    """Gzip of blocks that hold nothing, without end."""
    packed = gzip.compress(b"")[:10] + b"\x00\x00\x00\xff\xff" * 13_000
    at.send(f"{JSON}Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
    at.send(f"{len(packed):x}\r\n", packed, "\r\n")
    piece = b"\x00\x00\x00\xff\xff" * 13_000
    at.flood(f"{len(piece):x}\r\n".encode() + piece + b"\r\n", 16_384)


def _half(end: Callable[[Meeting], None]) -> Play:
    """Send half of a body that was promised whole."""

    def play(at: Meeting) -> None:
        body = at.reply.body
        at.send(f"{JSON}Content-Length: {len(body)}\r\n\r\n", body[: len(body) // 2])
        end(at)

    return play


def _noise(seed: int) -> Play:
    return lambda at: at.send(random.Random(seed).randbytes(5_000))


def _redirect(status: int, target: Callable[[Meeting], str]) -> Play:
    return lambda at: at.answer("", f"Location: {target(at)}", status=f"{status} Over there")


def twice(at: Meeting) -> None:
    """Answer a request that nobody sent, right behind the answer to the one that came."""
    at.send(at.reply.raw(), f"{OK}Content-Length: {len(GOOD)}\r\n\r\n{GOOD}")
    at.wait()


SLOW: dict[str, Play] = {
    "slow status line": _drips("HTTP/1.1 2", "0"),
    "slow headers": _drips(OK, "X: y\r\n"),
    "slow header": _drips(f"{OK}X: ", "y"),
    "slow body": _drips(f"{JSON}Content-Length: 99999\r\n\r\n{{", " "),
    "slow chunks": _drips(CHUNKED, "1\r\n \r\n"),
    "slow chunk extension": _drips(f"{CHUNKED}1;", "y"),
    "slow trailers": _drips(f"{CHUNKED}0\r\n", "X: y\r\n"),
    "slow 100s": _drips("", "HTTP/1.1 100 Continue\r\n\r\n"),
    "slow 103s": _drips("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "silence": _and_waits(),
    "silence after the status": _and_waits(OK),
    "silence after the headers": _and_waits(f"{JSON}Content-Length: 9\r\n\r\n"),
    "silence in the body": _half(Meeting.wait),
}
HEADS: dict[str, Play] = {
    "100s": _floods("", "HTTP/1.1 100 Continue\r\n\r\n", 1_000_000),
    "103s": _floods("", f"HTTP/1.1 103 Early Hints\r\nLink: {'y' * 500}\r\n\r\n", 100_000),
    "only a 100": _says("HTTP/1.1 100 Continue\r\n\r\n"),
    "101": _and_waits("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
    "header without end": _floods(f"{OK}X: ", "y" * 65536, 1024),
    "headers without end": _floods(OK, "X: y\r\n", 10_000_000),
    "10,000 headers": _says(OK, "X: y\r\n" * 10_000, f"Content-Length: {len(GOOD)}\r\n\r\n"),
    "5,000 cookies": _with_headers(*["Set-Cookie: a=b; Domain=.example.com"] * 5_000),
    "200,000 cookies": _floods(OK, f"Set-Cookie: {'a' * 60}=b\r\n", 200_000),
    "NUL in a header": _with_headers("X: a\x00b"),
    "bare carriage return": _with_headers("X: a\rb"),
    "header without a colon": _with_headers("nonsense"),
    "header without a name": _with_headers(": x"),
    "space before the colon": _with_headers("X : y"),
    "folded header": _with_headers("X: y", " more", "\tand more"),
    "header in Latin-1": _says(JSON, b"X: \xe4\xff\xfe\r\n", "Content-Length: 2\r\n\r\n{}"),
    **{
        f"status {status}": _says(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")
        for status in ("000", "099", "600", "999", "1000", "-1", "2e2", "abc", "")
    },
    "secret as the reason": lambda at: at.answer("no", status=f"503 {at.words}"),
    "HTTP/0.9": _says(GOOD),
    "HTTP/1.0": _says(f"HTTP/1.0 503 Busy\r\n\r\n{GOOD}"),
    "HTTP/3.0": _says(f"HTTP/3.0 503 Busy\r\nContent-Length: {len(GOOD)}\r\n\r\n{GOOD}"),
    "ICY": _says(f"ICY 200 OK\r\n\r\n{GOOD}"),
    "preface of HTTP/2": _says(PREFACE),
    "frames of HTTP/2": _and_waits(SETTINGS),
    "TLS alert": _says(ALERT),
    "greeting of SSH": _and_waits("SSH-2.0-OpenSSH_9.6\r\n"),
    "greeting of SMTP": _and_waits("220 mail.example.com ESMTP\r\n"),
    **{f"noise {seed}": _noise(seed) for seed in range(5)},
}
LENGTHS: dict[str, Play] = {
    "length too short": _with_length(lambda size: str(size // 2)),
    "length too long": _with_length(lambda size: str(size + 10)),
    "negative length": _with_length(lambda _: "-1"),
    "length with a sign": _with_length(lambda size: f"+{size}"),
    "length in hex": _with_length(hex),
    "no number as length": _with_length(lambda _: "many"),
    "length of 10^18": _with_length(lambda _: str(10**18)),
    "length of 5,000 digits": _with_length(lambda _: "9" * 5_000),
    "two lengths": _with_length(lambda size: f"{size}\r\nContent-Length: {size - 1}"),
    "two lengths in one": _with_length(lambda size: f"{size}, {size + 1}"),
    "length and chunks": _with_headers("Content-Length: 5", "Transfer-Encoding: chunked"),
    "unknown transfer encoding": _with_headers("Transfer-Encoding: gzip"),
    "chunked twice": _with_headers("Transfer-Encoding: chunked, chunked"),
    "1 GiB in chunks": _floods(CHUNKED, "10000\r\n" + " " * 65536 + "\r\n", 16_384),
    "100,000 tiny chunks": _floods(CHUNKED, "1\r\n \r\n", 100_000),
    "1 GiB of length": _floods(f"{JSON}Content-Length: {2**30}\r\n\r\n", " " * 65536, 16_384),
    "1 GiB until the end": _floods(f"{JSON}\r\n", " " * 65536, 16_384),
    "chunk shorter than it says": _says(f"{CHUNKED}ff\r\n{{}}\r\n0\r\n\r\n"),
    "chunk longer than it says": _says(f"{CHUNKED}1\r\n{GOOD}\r\n0\r\n\r\n"),
    "negative chunk": _says(f"{CHUNKED}-1\r\n{GOOD}\r\n0\r\n\r\n"),
    "no number as a chunk": _says(f"{CHUNKED}zz\r\n{GOOD}\r\n0\r\n\r\n"),
    "endless number as a chunk": _floods(CHUNKED, "f" * 65536, 1024),
    "chunk of 2^64": _says(f"{CHUNKED}ffffffffffffffff\r\n{GOOD}"),
    "no last chunk": _says(f"{CHUNKED}{len(GOOD):x}\r\n{GOOD}\r\n"),
    "trailers without end": _floods(f"{CHUNKED}0\r\n", "X: y\r\n", 10_000_000),
}
PACKED: dict[str, Play] = {
    "bomb": lambda at: at.answer(_bomb(), "Content-Encoding: gzip"),
    "bomb as deflate": lambda at: at.answer(_bomb(), "Content-Encoding: deflate"),
    "packed twice": _packed("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "packed once more than it says": _packed(
        "gzip", lambda body: gzip.compress(gzip.compress(body))
    ),
    "packed and cut": _packed("gzip", lambda body: gzip.compress(body)[:-9]),
    "packed, wrong sum": _packed("gzip", lambda body: gzip.compress(body)[:-8] + bytes(8)),
    "not packed as it says": _packed("gzip", bytes),
    "only a gzip header": _packed("gzip", lambda body: gzip.compress(body)[:10]),
    "packed without a word": _packed("identity", gzip.compress),
    "no deflate": _packed("deflate", bytes),
    "raw deflate": _packed("deflate", _raw_deflate),
    "no br": _packed("br", bytes),
    "no zstd": _packed("zstd", bytes),
    "a thousand packings": _packed(", ".join(["gzip"] * 1000), bytes),
    "trash behind gzip": _then_trash,
    "gzip of nothing without end": _empty_blocks,
}
ENDS: dict[str, Play] = {
    "closed": _says(),
    "closed after the status": _says(OK),
    "closed after the headers": _says(f"{JSON}Content-Length: 9\r\n\r\n"),
    "closed in the body": _half(lambda _: None),
    "closed behind headers without length": _says(f"{JSON}\r\n"),
    "reset": _and_resets(),
    "reset after the headers": _and_resets(f"{JSON}Content-Length: 9\r\n\r\n"),
    "reset in the body": _half(Meeting.reset),
    "no answer but a good end": lambda at: at.link.shutdown(1),
}
REDIRECTS: dict[str, Play] = {
    **{
        f"{status} to itself": _redirect(status, lambda at: at.url)
        for status in (301, 302, 303, 307, 308)
    },
    "307 elsewhere": _redirect(307, lambda at: f"{at.elsewhere}/client/v4/x"),
    "308 elsewhere": _redirect(308, lambda at: f"{at.elsewhere}/client/v4/x"),
    "302 with the secrets": _redirect(302, lambda at: f"{at.elsewhere}/?{at.words}"),
    "302 to a file": _redirect(302, lambda _: "file:///etc/passwd"),
    "302 to nowhere": _says("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
    "300": _redirect(300, lambda at: at.elsewhere),
    "304": _says("HTTP/1.1 304 Not Modified\r\n\r\n"),
    "407": lambda at: at.answer("", "Proxy-Authenticate: Basic", status="407 Pay"),
    "refresh elsewhere": lambda at: at.answer(
        "", f"Refresh: 0; url={at.elsewhere}", f"Link: <{at.elsewhere}>; rel=next", status="503 x"
    ),
}
RETRY: dict[str, Play] = {
    f"{status}, {name} as Retry-After": lambda at, status=status, text=text: at.answer(
        '{"success": false, "errors": []}', f"Retry-After: {text}", status=f"{status} Later"
    )
    for status in (429, 503)
    for name, text in {
        "garbage": "soon\x01",
        "10^9": "1000000000",
        "10^400": "1" + "0" * 400,
        "less than nothing": "-5",
        "no number": "nan",
        "endless": "inf",
        "a past date": "Wed, 21 Oct 2015 07:28:00 GMT",
        "a far date": "Fri, 31 Dec 9999 23:59:59 -2359",
    }.items()
} | {
    "rate limit of garbage": lambda at: at.answer(
        '{"success": false}', f'Ratelimit: "x";r={"9" * 9999};t=-1, ;;=;r=;t=x', status="503 x"
    ),
    "nothing left for an age": lambda at: at.answer(
        '{"success": false}', 'Ratelimit: "default";r=0;t=999999999999', status="429 x"
    ),
}
