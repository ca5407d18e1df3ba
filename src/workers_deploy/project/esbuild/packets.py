"""Encodes and decodes the packets of esbuild's service.

A packet is its length, `id << 1 | is_response`, and one value; numbers are little endian. The
format is that of esbuild's `lib/shared/stdio_protocol.ts`. It is not documented, so tests build
with the oldest and the newest esbuild that we accept.
"""

import struct
from collections.abc import Iterator
from typing import Any

from workers_deploy.dataclass import dataclass

# None, a truth value, an integer of 32 bits, text, bytes, a list or a mapping of such.
Value = Any
_NUMBER = struct.Struct("<I")
_SIGNED = struct.Struct("<i")
LENGTH_BYTES = _NUMBER.size
_NULL, _BOOL, _INT, _TEXT, _BYTES, _LIST, _MAPPING = range(7)


class PacketError(Exception):
    """The bytes are not a packet."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A request, or the response to the request of the same id."""

    id: int
    is_response: bool
    value: Value


def length_of(prefix: bytes | bytearray) -> int:
    """Return the number of bytes that follow the length."""
    return int(_NUMBER.unpack_from(prefix)[0])


def encode(packet: Packet) -> bytes:
    """Return a packet with its length.

    >>> encode(Packet(1, True, {"a": None})).hex(" ", -4)
    '0f000000 03000000 06010000 00010000 006100'
    """
    body = b"".join((_NUMBER.pack(packet.id << 1 | packet.is_response), *_parts(packet.value)))
    return _NUMBER.pack(len(body)) + body


def _parts(value: Value) -> Iterator[bytes]:
    match value:
        case None:
            yield bytes((_NULL,))
        case bool():
            yield bytes((_BOOL, value))
        case int():
            yield bytes((_INT,)) + _SIGNED.pack(value)
        case str():
            yield from (bytes((_TEXT,)), *_sized(_encoded(value)))
        case bytes():
            yield from (bytes((_BYTES,)), *_sized(value))
        case dict():
            yield bytes((_MAPPING,)) + _NUMBER.pack(len(value))
            for key, one in value.items():
                yield from _sized(_encoded(key))
                yield from _parts(one)
        case _:
            yield bytes((_LIST,)) + _NUMBER.pack(len(value))
            for one in value:
                yield from _parts(one)


def _encoded(text: str) -> bytes:
    """Encode as UTF-8; file names that are not UTF-8 keep their bytes."""
    return text.encode(errors="surrogateescape")


def _sized(content: bytes) -> tuple[bytes, bytes]:
    return _NUMBER.pack(len(content)), content


def decode(body: bytes) -> Packet:
    """Decode the bytes that follow a length.

    Raises PacketError.
    """
    reader = _Reader(body)
    try:
        head = reader.number()
        packet = Packet(head >> 1, bool(head & 1), reader.value())
    except (struct.error, IndexError, RecursionError) as error:
        raise PacketError(str(error)) from error
    if reader.at != len(body):
        raise PacketError("something follows the value")
    return packet


class _Reader:
    """Reads values one by one."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def value(self) -> Value:  # noqa: PLR0911 - a case for each type
        tag = self.body[self.at]
        self.at += 1
        match tag:
            case 0:
                return None
            case 1:
                self.at += 1
                return bool(self.body[self.at - 1])
            case 2:
                return _SIGNED.unpack(self._take(_SIGNED.size))[0]
            case 3:
                return self._text()
            case 4:
                return self._take(self.number())
            case 5:
                return [self.value() for _ in range(self.number())]
            case 6:
                return {self._text(): self.value() for _ in range(self.number())}
            case _:
                raise PacketError(f"{tag} begins no value")

    def number(self) -> int:
        return int(_NUMBER.unpack(self._take(_NUMBER.size))[0])

    def _text(self) -> str:
        return self._take(self.number()).decode(errors="surrogateescape")

    def _take(self, length: int) -> bytes:
        start = self.at
        self.at += length
        return self.body[start : self.at]
