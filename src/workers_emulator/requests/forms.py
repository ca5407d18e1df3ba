"""Multipart forms, parsed by python-multipart; what cannot be parsed is refused."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import CONTENT_TYPE, UPLOAD_FORMAT

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part; `content_type` is None where the client sent none."""

    name: str
    filename: str | None
    content_type: str | None
    content: bytes = field(repr=False)


def media_type(header: str) -> str:
    """Return a content type without its parameters.

    >>> media_type("Text/HTML; charset=utf-8")
    'text/html'
    """
    return header.split(";", 1)[0].strip().lower()


def parse_form(content_type: str, body: bytes) -> tuple[Part, ...]:
    """Return the parts of a multipart/form-data body in their order.

    Raises:
        Refusal: 10001 for another content type, 10006 for a broken or truncated form.

    """
    kind, parameters = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise Refusal(CONTENT_TYPE)
    boundary = parameters.get(b"boundary")
    if not boundary:
        raise Refusal(UPLOAD_FORMAT, "The multipart form has no boundary.")
    collector = _Collector()
    try:
        parser = MultipartParser(boundary, collector.callbacks(), max_size=len(body) + 1)
        parser.write(body)
        parser.finalize()
    except (MultipartParseError, UnicodeDecodeError, ValueError) as exc:
        raise Refusal(UPLOAD_FORMAT, f"The multipart form is invalid: {exc}.") from exc
    if not collector.ended and not _is_empty_form(body, boundary):
        raise Refusal(UPLOAD_FORMAT, "The multipart form is truncated.")
    return tuple(collector.parts)


def _is_empty_form(body: bytes, boundary: bytes) -> bool:
    """Whether this is a form without parts: nothing but the closing boundary (undici sends it)."""
    return body.strip() == b"--" + boundary + b"--"


class _Collector:
    """Gathers what the parser calls back with."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._field = bytearray()
        self._value = bytearray()
        self._headers: dict[str, bytes] = {}
        self._chunks: list[bytes] = []

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._finish,
            "on_header_field": lambda data, start, end: self._field.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers.clear()
        self._chunks.clear()

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._chunks.append(data[start:end])

    def _header(self) -> None:
        self._headers[self._field.decode("latin-1").lower()] = bytes(self._value)
        self._field.clear()
        self._value.clear()

    def _end(self) -> None:
        self.ended = True

    def _finish(self) -> None:
        kind, names = parse_options_header(self._headers.get("content-disposition"))
        name = names.get(b"name")
        if kind != b"form-data" or name is None:
            raise ValueError("a part has no name")
        filename = names.get(b"filename")
        content_type = self._headers.get("content-type")
        self.parts.append(
            Part(
                name=name.decode(),
                filename=None if filename is None else filename.decode(),
                content_type=None if content_type is None else content_type.decode("latin-1"),
                content=b"".join(self._chunks),
            )
        )
