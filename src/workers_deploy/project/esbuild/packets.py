"""Encodes and decodes the packets of esbuild's service.

A packet is its length, `id << 1 | is_response`, and one value; numbers are little endian. The
format is that of esbuild's `lib/shared/stdio_protocol.ts`. It is not documented, so tests build
with the oldest and the newest esbuild that we accept.
"""

import struct
from dataclasses import dataclass
from typing import Any

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
    body = bytearray(_NUMBER.pack(packet.id << 1 | packet.is_response))
    _write(body, packet.value)
    return _NUMBER.pack(len(body)) + body


def _write(body: bytearray, value: Value) -> None:
    match value:
        case str():
            body.append(_TEXT)
            _write_sized(body, _encoded(value))
        case bool():
            body += bytes((_BOOL, value))
        case int():
            body.append(_INT)
            body += _SIGNED.pack(value)
        case None:
            body.append(_NULL)
        case bytes():
            body.append(_BYTES)
            _write_sized(body, value)
        case dict():
            body.append(_MAPPING)
            body += _NUMBER.pack(len(value))
            for key, one in value.items():
                _write_sized(body, _encoded(key))
                _write(body, one)
        case _:
            body.append(_LIST)
            body += _NUMBER.pack(len(value))
            for one in value:
                _write(body, one)


def _encoded(text: str) -> bytes:
    """Encode as UTF-8; file names that are not UTF-8 keep their bytes."""
    return text.encode(errors="surrogateescape")


def _write_sized(body: bytearray, content: bytes) -> None:
    body += _NUMBER.pack(len(content))
    body += content


def decode(body: bytes) -> Packet:
    """Decode the bytes that follow a length.

    Raises PacketError.
    """
    try:
        (head,) = _NUMBER.unpack_from(body)
        value, end = _read(body, LENGTH_BYTES)
    except (struct.error, IndexError, RecursionError) as error:
        raise PacketError(str(error)) from error
    if end != len(body):
        raise PacketError("the value does not end where the packet does")
    return Packet(head >> 1, bool(head & 1), value)


def _read(body: bytes, at: int) -> tuple[Value, int]:
    """Return the value at a place, and where it ends. A build reads thousands of them."""
    tag, at = body[at], at + 1
    match tag:
        case 0:
            return None, at
        case 1:
            return bool(body[at]), at + 1
        case 2:
            return _SIGNED.unpack_from(body, at)[0], at + _SIGNED.size
        case 3 | 4:
            start = at + LENGTH_BYTES
            end = start + _NUMBER.unpack_from(body, at)[0]
            content = body[start:end]
            return content.decode(errors="surrogateescape") if tag == _TEXT else content, end
        case 5:
            return _read_list(body, at)
        case 6:
            return _read_mapping(body, at)
        case _:
            raise PacketError(f"{tag} begins no value")


def _read_list(body: bytes, at: int) -> tuple[list[Value], int]:
    values = []
    (count,) = _NUMBER.unpack_from(body, at)
    at += LENGTH_BYTES
    for _ in range(count):
        value, at = _read(body, at)
        values.append(value)
    return values, at


def _read_mapping(body: bytes, at: int) -> tuple[dict[str, Value], int]:
    values = {}
    (count,) = _NUMBER.unpack_from(body, at)
    at += LENGTH_BYTES
    for _ in range(count):
        start = at + LENGTH_BYTES
        end = start + _NUMBER.unpack_from(body, at)[0]
        values[body[start:end].decode(errors="surrogateescape")], at = _read(body, end)
    return values, at
